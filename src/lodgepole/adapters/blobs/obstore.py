"""Blobs in a local directory or an object store, by obstore.

Object stores are durable when they acknowledge. obstore's own local writes are not (the library
under it syncs only when asked, and obstore offers no way to ask), so local writes are ours:
a partial file, fsync, rename, fsync of every directory that gained an entry.
"""

import asyncio
import contextlib
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from lodgepole.adapters.blobs import quarantine
from lodgepole.errors import InvalidRequest, NotFound, Unavailable

CHUNK_BYTES = 1024 * 1024
READ_BYTES = 64 * 1024
"""At a time: whoever asks for a file and does not read it holds about three of these."""
MULTIPART_BYTES = 8 * 1024 * 1024
DELETE_BATCH = 1000
CLIENT_OPTIONS: Any = {"connect_timeout": "5s", "timeout": "300s"}  # of the largest file as a whole
RETRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}
"""Within one request of ours; after that whoever asked is told to come again."""
RETRY_AFTER_SECONDS = 5.0
MOVES = 20
"""Tries to put a file into a folder that a removal may take away once it is empty."""
PARTIAL = ".partial"
"""Where local writes are made, beside the assistants; no key begins with a dot."""
NO_KEYS = (f"{PARTIAL}/", f"{quarantine.QUARANTINE}/")
SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}")


class ObstoreBlobs:
    """`Blobs` and `Quarantine` over any obstore store."""

    def __init__(self, store: Any, *, copies: Path | None = None) -> None:
        self._store = store
        self._copies = copies
        self._root: Path | None = None
        if isinstance(store, LocalStore):
            assert store.prefix is not None, "a local store needs a directory"
            self._root = Path(store.prefix)

    @classmethod
    def in_directory(cls, directory: Path) -> "ObstoreBlobs":
        """Blobs below `directory`, which is made; partial writes of a crash are removed."""
        shutil.rmtree(directory / PARTIAL, ignore_errors=True)
        (directory / PARTIAL).mkdir(parents=True)
        return cls(LocalStore(directory))

    @classmethod
    def at(
        cls, url: str, *, plain_http: bool = False, copies: Path | None = None
    ) -> "ObstoreBlobs":
        """Blobs in a bucket: `s3://…`, `gs://…` or `az://…`, keys and region as in their tools.

        Args:
            url: The bucket, and a prefix below which all keys are.
            plain_http: Also talk to an endpoint without TLS.
            copies: Where blobs are put while they are read as files; else among all temporary ones.

        Raises:
            InvalidRequest: The address or what belongs to it cannot be used.
        """
        options: Any = {"allow_http": plain_http, **CLIENT_OPTIONS}
        try:
            make: Any = from_url  # its types know each store by itself
            store = make(url, client_options=options, retry_config=RETRIES)
        except (BaseError, ValueError) as error:
            raise InvalidRequest(f"The blobs' address {url!r} cannot be used: {error}") from error
        return cls(store, copies=copies)

    async def check(self) -> None:
        """Look whether the store answers. Raises Unavailable, which says what it said."""
        try:
            await obstore.list(self._store, chunk_size=1).__anext__()
        except StopAsyncIteration:
            return
        except (BaseError, OSError) as error:
            detail = str(error).partition("\n")[0][:300]
            raise Unavailable(f"The blob store cannot be used: {detail}") from error

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        _check(key)
        if self._root is not None:
            await _put_durably(self._root, key, chunks)
            return
        begun = bytearray()
        async for chunk in chunks:
            begun += chunk
            if len(begun) >= MULTIPART_BYTES:
                break
        # What comes in parts takes two requests more.
        parts = len(begun) >= MULTIPART_BYTES
        content = _joined(begun, chunks) if parts else bytes(begun)
        try:
            await obstore.put_async(
                self._store, key, content, use_multipart=parts, chunk_size=MULTIPART_BYTES
            )
        except (BaseError, FileNotFoundError, PermissionError) as error:
            raise _unavailable(error) from error

    async def get(self, key: str) -> bytes:
        if self._root is None:
            return b"".join([chunk async for chunk in self.stream(key)])
        _check(key)
        try:
            return await asyncio.to_thread((self._root / key).read_bytes)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound(f"No stored bytes under {key}.") from None
        except OSError as error:
            raise _unavailable(error) from error

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        _check(key)
        if self._root is not None:
            async for part in _read(self._root / key, key):
                yield part
            return
        try:
            result = await obstore.get_async(self._store, key)
            async for chunk in result.stream(min_chunk_size=READ_BYTES):
                view = memoryview(chunk)
                for start in range(0, len(view), READ_BYTES):
                    yield bytes(view[start : start + READ_BYTES])
        except FileNotFoundError:
            raise NotFound(f"No stored bytes under {key}.") from None
        except (BaseError, PermissionError) as error:
            raise _unavailable(error) from error

    @asynccontextmanager
    async def local(self, key: str) -> AsyncGenerator[Path]:
        _check(key)
        if self._root is not None:
            path = self._root / key
            if not await asyncio.to_thread(path.is_file):
                raise NotFound(f"No stored bytes under {key}.")
            yield path
            return
        made = await asyncio.to_thread(tempfile.mkstemp, prefix="lodgepole-", dir=self._copies)
        descriptor, path = made[0], Path(made[1])
        try:
            with os.fdopen(descriptor, "wb") as file:
                async for chunk in self.stream(key):
                    await asyncio.to_thread(file.write, chunk)
            yield path
        finally:
            await asyncio.to_thread(path.unlink)

    async def remove_prefix(self, prefix: str) -> None:
        _check(prefix.removesuffix("/"))
        assert prefix.endswith("/"), "a prefix is a whole folder"
        if self._root is not None:
            await asyncio.to_thread(_remove_directory, self._root / prefix)
            return
        batch: list[str] = []
        async for key in self.keys(prefix):
            batch.append(key)
            if len(batch) == DELETE_BATCH:
                await self._delete(batch)
                batch = []
        await self._delete(batch)

    async def set_aside(self, prefix: str, day: date) -> None:
        _check(prefix.removesuffix("/"))
        try:
            if self._root is not None:
                await asyncio.to_thread(quarantine.move_folder, self._root, prefix, day)
            else:
                await quarantine.move_keys(self._store, self.keys(prefix), day)
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error

    async def set_aside_by_day(self) -> Mapping[date, int]:
        try:
            return await quarantine.count_by_day(self._store)
        except (BaseError, PermissionError) as error:
            raise _unavailable(error) from error

    async def remove_set_aside(self, day: date) -> None:
        try:
            await quarantine.remove_day(self._store, self._root, day)
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error

    async def _delete(self, keys: list[str]) -> None:
        if not keys:
            return
        try:
            await obstore.delete_async(self._store, keys)
        except FileNotFoundError:
            # Somebody else was faster with one of them, and the others are as they were.
            for key in keys:
                with suppress(FileNotFoundError):
                    await obstore.delete_async(self._store, key)
        except (BaseError, PermissionError) as error:
            raise _unavailable(error) from error

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        try:
            async for batch in obstore.list(self._store, prefix or None):
                for entry in batch:
                    key = entry["path"]
                    if not key.startswith(NO_KEYS):
                        yield key
        except FileNotFoundError:
            return
        except BaseError as error:
            raise _unavailable(error) from error


async def _read(path: Path, key: str) -> AsyncIterator[bytes]:
    try:
        file = await asyncio.to_thread(path.open, "rb", buffering=0)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise NotFound(f"No stored bytes under {key}.") from None
    except OSError as error:
        raise _unavailable(error) from error
    with file:
        try:
            while part := await asyncio.to_thread(file.read, READ_BYTES):
                yield part
        except OSError as error:
            raise _unavailable(error) from error


async def _put_durably(root: Path, key: str, chunks: AsyncIterator[bytes]) -> None:
    partial = root / PARTIAL / uuid.uuid4().hex
    try:
        with await asyncio.to_thread(partial.open, "xb") as file:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_sync_file, file)
        await asyncio.to_thread(_move_into_place, partial, root, key)
    except OSError as error:
        raise Unavailable(f"Bytes could not be stored: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)


def _sync_file(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _move_into_place(partial: Path, root: Path, key: str) -> None:
    target = root / key
    new = [folder for folder in target.parents if folder != root and root in folder.parents]
    new = [folder for folder in new if not folder.exists()]
    for left in reversed(range(MOVES)):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial.replace(target)
            break
        # A removal beside us found the new folder empty; mkdir takes one that goes for a file.
        except (FileNotFoundError, FileExistsError):
            if not left:
                raise
    for folder in [target.parent, *(folder.parent for folder in new)]:
        _sync_directory(folder)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_directory(directory: Path) -> None:
    try:
        shutil.rmtree(directory)
    except FileNotFoundError:
        return
    with contextlib.suppress(FileNotFoundError):  # another removal was the last
        _sync_directory(directory.parent)
    with contextlib.suppress(OSError):  # others are in it, or it is gone
        directory.parent.rmdir()


async def _joined(begun: bytearray, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What is there and what follows, in chunks of a useful size: stores want few large ones."""
    held = begun
    async for chunk in chunks:
        held += chunk
        if len(held) >= CHUNK_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _check(key: str) -> None:
    """Keys are made by us; one that could leave its folder is a bug, stopped here."""
    if not all(SEGMENT.fullmatch(segment) for segment in key.split("/")):
        raise ValueError(f"{key!r} is no key")


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(
        f"The blob store does not answer ({type(error).__name__}).", retry_after=RETRY_AFTER_SECONDS
    )
