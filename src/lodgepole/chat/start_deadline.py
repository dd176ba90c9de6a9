"""Deadline for the start of an answer: it is announced even if the first token is late."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from lodgepole.model import AnswerEvent, AnswerStarted

STARTED_WITHIN_SECONDS = 10.0
"""Of the request: the official Python client gives up after 30 seconds without a byte, and what
comes before the model's first word, its window and a rewritten question, may take as long again."""


async def announced(
    started: AnswerStarted, events: AsyncGenerator[AnswerEvent], *, within: float
) -> AsyncGenerator[AnswerEvent]:
    """`started`, once the first of the events has come or `within` seconds have passed; then they.

    What fails before that is raised instead of it. Closing this closes the events.
    """
    async with aclosing(events):
        first = asyncio.ensure_future(anext(events, None))
        try:
            await asyncio.wait({first}, timeout=max(0.0, within))
            if first.done():
                first.result()
            yield started
            event = await first
        finally:
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
        while event is not None:
            yield event
            event = await anext(events, None)
