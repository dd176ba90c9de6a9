"""One generation of a chat model, taken whole or left in good order."""

from collections.abc import AsyncGenerator, AsyncIterator

from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.model import ModelEnded, ModelEvent, ModelRequest, Usage
from lodgepole.ports.tokenizer import Tokenizer


async def collect(model: ConfiguredModel, request: ModelRequest) -> tuple[str, ModelEnded]:
    """All of the text, and how it ended."""
    parts: list[str] = []
    stream = model.model.stream(request)
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
