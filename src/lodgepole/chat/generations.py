"""One generation of a chat model, collected in full or closed in good order."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.model import ModelEnded, ModelEvent, ModelRequest, ModelText, Usage
from lodgepole.ports.tokenizer import Tokenizer

PIECE_CHARS = 1_000
"""Of what a model writes, that is looked at before others have their turn: about 10 ms' work."""
LONGEST_REPLY = 2_000_000  # characters; more than any model writes within its limit of time


async def in_pieces(stream: AsyncIterator[ModelEvent]) -> AsyncGenerator[ModelEvent]:
    """The same events with text in short pieces, as if ended by its limit where it never ends.

    Closing this closes the generation.
    """
    left = LONGEST_REPLY
    try:
        async for event in stream:
            if isinstance(event, ModelEnded) or len(event.text) <= PIECE_CHARS:
                yield event
            else:
                for start in range(0, len(event.text), PIECE_CHARS):
                    await asyncio.sleep(0)
                    yield ModelText(event.text[start : start + PIECE_CHARS])
            left -= len(event.text) if isinstance(event, ModelText) else 0
            if left < 0:
                yield ModelEnded(finish_reason="length", usage=Usage())
                return
    finally:
        await close(stream)


async def collect(model: ConfiguredModel, request: ModelRequest) -> tuple[str, ModelEnded]:
    """All of the text, and how it ended."""
    parts: list[str] = []
    stream = in_pieces(model.model.stream(request))
    try:
        async for event in stream:
            if isinstance(event, ModelEnded):
                return "".join(parts), event
            parts.append(event.text)
    finally:
        await close(stream)
    raise AssertionError("a chat model ends with ModelEnded or raises")


async def used(tokenizer: Tokenizer, request: ModelRequest, text: str, end: ModelEnded) -> Usage:
    """As the provider counted; by our own tokenizer where it told nothing."""
    if end.usage.total_tokens or not text:
        return end.usage
    prompt = [m.content for m in request.messages]
    chars = len(text) + sum(map(len, prompt))
    read, written = await read_apart(
        chars, lambda: (sum(map(tokenizer.count, prompt)), tokenizer.count(text))
    )
    return Usage(read, written)


async def close(stream: AsyncIterator[ModelEvent]) -> None:
    """Stop the generation, if it is not at its end."""
    aclose = getattr(stream, "aclose", None)
    if aclose is not None:
        await aclose()


async def closing(stream: AsyncIterator[ModelEvent]) -> AsyncGenerator[ModelEvent]:
    """The same events; closing this closes the generation."""
    try:
        async for event in stream:
            yield event
    finally:
        await close(stream)
