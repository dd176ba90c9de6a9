"""Temporary file for an item of an origin on its way to an upload, hashed as it is written."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import IO

from lodgepole.errors import TooLarge

IN_MEMORY_BYTES = 1024 * 1024
CHUNK_BYTES = 256 * 1024


class Spooled:
    """A temporary file with what was read. Use it as a context, which removes it."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` is where large ones are kept meanwhile; None is the system's for such files."""
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115  closed by the context
            max_size=IN_MEMORY_BYTES, dir=None if folder is None else str(folder)
        )
        self._digest = hashlib.sha256()

    def __enter__(self) -> "Spooled":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    async def fill(self, content: AsyncIterator[bytes], *, most: int) -> None:
        """Read it all. Raises TooLarge at the first byte over `most`."""
        count = 0
        async for chunk in content:
            count += len(chunk)
            if count > most:
                raise TooLarge(f"It is larger than the {most} bytes allowed for its kind")
            self._digest.update(chunk)
            self._file.write(chunk)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes from their beginning."""
        self._file.seek(0)
        while chunk := self._file.read(CHUNK_BYTES):
            yield chunk
