"""Work on long texts in a thread, so that the event loop answers others meanwhile."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

SHORT_CHARS = 5_000  # about a millisecond's work; a thread costs a twentieth of that

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


async def read_apart(
    chars: int,
    work: Callable[_Given, _Made],
    *given: _Given.args,
    **named: _Given.kwargs,
) -> _Made:
    """What `work` makes of texts of so many characters; what is short is done at once."""
    if chars <= SHORT_CHARS:
        return work(*given, **named)
    return await asyncio.to_thread(work, *given, **named)
