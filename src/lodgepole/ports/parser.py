"""Port: a file to a document."""

from collections.abc import (
    Awaitable,
    Callable,
)
from pathlib import Path
from typing import Protocol

from lodgepole.model import (
    Document,
    FileKind,
)

ReadingProgress = Callable[[float], Awaitable[None]]


"""Callback with the share of a file that is read, seldom enough to write it down each time."""


async def untold(_: float) -> None:
    """Ignore progress, for those who do not ask."""


class Parser(Protocol):
    """Turns a file into a document, outside this process."""

    async def parse(
        self,
        path: Path,
        *,
        kind: FileKind,
        name: str,
        multimodal: bool,
        owner: str = "",
        progress: ReadingProgress = untold,
    ) -> Document:
        """Raises UnreadableFile with a message for the uploader; never hangs, never crashes us.

        Those of an `owner` with many files give way to others. What `progress` raises goes through.
        """
        ...

    async def close(self) -> None: ...
