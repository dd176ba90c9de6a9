"""One generation of a chat model, taken whole or left in good order."""

from collections.abc import AsyncGenerator, AsyncIterator

from lodgepole.chat.models import ConfiguredModel
from lodgepole.model import ModelEnded, ModelEvent, ModelRequest


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
