"""Blobs in memory."""

import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from lodgepole.errors import NotFound

CHUNK_BYTES = 1024 * 1024


class MemoryBlobs:
    """`Blobs` and `Quarantine` as dictionaries."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}
        self._aside: dict[tuple[date, str], bytes] = {}

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        self._blobs[key] = b"".join([chunk async for chunk in chunks])

    async def get(self, key: str) -> bytes:
        try:
            return self._blobs[key]
        except KeyError:
            raise NotFound(f"No stored bytes under {key}.") from None

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        data = await self.get(key)
        for start in range(0, len(data), CHUNK_BYTES):
            yield data[start : start + CHUNK_BYTES]

    @asynccontextmanager
    async def local(self, key: str) -> AsyncGenerator[Path]:
        data = await self.get(key)
        with tempfile.TemporaryDirectory(prefix="lodgepole-") as directory:
            path = Path(directory, "blob")
            path.write_bytes(data)  # noqa: ASYNC240  memory, not disk, is what is tested
            yield path

    async def remove_prefix(self, prefix: str) -> None:
        for key in [key for key in self._blobs if key.startswith(prefix)]:
            del self._blobs[key]

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        for key in sorted(self._blobs):
            if key.startswith(prefix):
                yield key

    async def set_aside(self, prefix: str, day: date) -> None:
        for key in [key for key in self._blobs if key.startswith(prefix)]:
            self._aside[day, key] = self._blobs.pop(key)

    async def set_aside_by_day(self) -> Mapping[date, int]:
        return Counter(day for day, _ in self._aside)

    async def remove_set_aside(self, day: date) -> None:
        for place in [place for place in self._aside if place[0] == day]:
            del self._aside[place]
