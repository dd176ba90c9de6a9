"""An uploaded file that tells how much of it was sent."""

from collections.abc import Callable, Iterator
from typing import IO


class CountedFile:
    """A file that reports its position, in bytes, after each read."""

    def __init__(self, file: IO[bytes], sent: Callable[[int], None] | None) -> None:
        self._file = file
        self._sent = sent

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        if self._sent is not None:
            self._sent(self._file.tell())
        return chunk

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def fileno(self) -> int:
        return self._file.fileno()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._file)
