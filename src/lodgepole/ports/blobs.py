"""Port: bytes by key."""

from collections.abc import (
    AsyncIterator,
)
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol


class Blobs(Protocol):
    """Bytes by key. Keys are made by us from ids, never from names or contents of files."""

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Store all or nothing; durable on return. Replaces what was there."""
        ...

    async def get(self, key: str) -> bytes:
        """Raises NotFound."""
        ...

    def stream(self, key: str) -> AsyncIterator[bytes]:
        """The bytes in chunks of at most 1 MiB. Raises NotFound on the first one."""
        ...

    def local(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A path that holds the bytes while the context is open. Raises NotFound."""
        ...

    async def remove_prefix(self, prefix: str) -> None:
        """Remove every key that starts with `prefix`, which ends in `/`; none is no error."""
        ...

    def keys(self, prefix: str) -> AsyncIterator[str]:
        """Yield the keys that begin with `prefix`, those of one folder one after the other."""
        ...
