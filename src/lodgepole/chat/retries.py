"""Retries a chat model until its first token, and bounds the whole."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from lodgepole.chat.generations import closing
from lodgepole.errors import NoAnswer, RateLimited, Unavailable
from lodgepole.model import ModelEnded, ModelEvent, ModelRequest, ModelText
from lodgepole.ports.chat_model import ChatModel

RETRIES = 2
LONGEST_WAIT_SECONDS = 5.0  # a provider that asks for more is believed at once
FIRST_WAIT_SECONDS = 0.5  # doubled with each attempt

_log = logging.getLogger(__name__)


class RetryingChatModel:
    """Hides short outages and rate limits of the model behind it; nothing said is a failure."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """See `ChatModel.stream`. A failure after the first event is passed on as it is.

        Raises:
            NoAnswer: The model said nothing, or only thought, and no filter was the reason.
        """
        for attempt in range(RETRIES + 1):
            said = answered = False
            try:
                async with aclosing(closing(self._model.stream(request))) as events:
                    async for event in events:
                        if isinstance(event, ModelText):
                            answered = answered or not event.text.isspace()
                        elif not answered and not event.tool_calls:
                            _hold_answered(request.model, event)
                        said = True
                        yield event
            except (RateLimited, Unavailable) as failure:
                wait = _wait(failure, attempt)
                if said or attempt == RETRIES or wait > LONGEST_WAIT_SECONDS:
                    raise
                _log.info("model %r failed, trying again: %s", request.model, failure)
                await asyncio.sleep(wait)
            else:
                return


def _hold_answered(model: str, end: ModelEnded) -> None:
    if end.finish_reason == "length":
        raise NoAnswer(
            f"Model {model!r} reached its limit before it began to answer. Raise its "
            "max_output_tokens, or have it think less.",
            cut_off=True,
        )
    if end.finish_reason != "content_filter":
        raise NoAnswer(
            f"Model {model!r} gave an empty answer. Check the model's name and what serves it, or "
            "use another one.",
            cut_off=False,
        )


def _wait(failure: RateLimited | Unavailable, attempt: int) -> float:
    """Seconds until the next attempt; a rate limit's own word counts, even if it is none."""
    if isinstance(failure, RateLimited):
        return failure.retry_after
    return max(failure.retry_after or 0.0, FIRST_WAIT_SECONDS * 2**attempt)
