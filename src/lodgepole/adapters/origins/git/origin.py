"""The origin `git`: the files of one commit of a branch, fetched without history.

One request tells whether the branch moved. Where it did, its commit is fetched as a whole, and what
has another blob than before is read. No hook is run, no submodule and no link is followed, nothing
is fetched from elsewhere, as Git LFS would.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from lodgepole.adapters.origins.credentials import Credentials
from lodgepole.adapters.origins.git.packs import check_pack
from lodgepole.adapters.origins.git.smart_http import Head, Repository
from lodgepole.adapters.outbound_http import GuardedClient
from lodgepole.adapters.outbound_http.networks import check_url
from lodgepole.errors import InvalidRequest, LodgepoleError, Unavailable
from lodgepole.path_patterns import wanted
from lodgepole.ports.origin import (
    Found,
    NotTaken,
    OriginEvent,
    ReadToEnd,
    Unchanged,
    WholeUnchanged,
)
from lodgepole.ports.source_store import Source, SourceItem

if TYPE_CHECKING:
    from dulwich.object_store import DiskObjectStore

PATH_KEY, COMMIT_KEY, URL_KEY = "path", "commit", "source_url"
PREFIX = "git+"
DEPTH_MOST = 100
ENTRIES_MOST = 200_000
CHUNK_BYTES = 256 * 1024
LFS_BYTES = 1024
LFS = b"version https://git-lfs.github.com/spec/"
LINK_MODE, SUBMODULE_MODE, FOLDER_MODE = 0o120000, 0o160000, 0o040000
KINDS = 0o170000
LINK = "A link is not followed."
SUBMODULE = "A submodule is not followed."
KEPT_ELSEWHERE = "It is kept in Git LFS, and not fetched from there."
UNFIT = "Its name is not UTF-8, or leads elsewhere."
_VIEWS = {"github.com": "blob", "gitlab.com": "-/blob"}
"""Where a site shows a file of a commit."""


class GitOrigin:
    """`Origin` of repositories; the part after `#` is a branch or a tag."""

    def __init__(self, client: GuardedClient, credentials: Credentials | None = None) -> None:
        self._client = client
        self._credentials = credentials or Credentials()

    def check(self, source: Source) -> None:
        url, branch = _parts(source)
        check_url(url)
        if branch is not None and (not branch.isprintable() or " " in branch):
            raise InvalidRequest(f"{branch[:80]!r} is no name of a branch")
        self._credentials.find(source.credential, source.url)

    async def read(
        self, source: Source, known: Mapping[str, SourceItem]
    ) -> AsyncGenerator[OriginEvent]:
        self.check(source)
        url, branch = _parts(source)
        credential = self._credentials.find(source.credential, source.url)
        repository = Repository(self._client, url, credential)
        head = await repository.head(branch)
        if head.commit == source.cursor:
            yield WholeUnchanged()
            return
        with tempfile.TemporaryDirectory(prefix="lodgepole-git-") as folder:
            with tempfile.TemporaryFile(dir=folder) as target:
                await repository.fetch(head, target, most=source.rules.bytes)
                store = await asyncio.to_thread(_unpacked, target, Path(folder, "objects"))
            try:
                for event in await asyncio.to_thread(_changes, store, head, source, known):
                    yield event
                yield ReadToEnd(cursor=head.commit)
            finally:
                store.close()


def _parts(source: Source) -> tuple[str, str | None]:
    """The repository's address, and the branch."""
    url, _, branch = source.url.removeprefix(PREFIX).partition("#")
    return url, unquote(branch) or None


def _unpacked(pack: Any, folder: Path) -> "DiskObjectStore":
    # A tenth of a second and 10 MB, which a server that reads no repository does without.
    from dulwich.object_store import DiskObjectStore  # noqa: PLC0415

    pack.flush()
    check_pack(pack)
    pack.seek(0)
    store = DiskObjectStore.init(folder)
    target, commit, abort = store.add_pack()
    try:
        while chunk := pack.read(CHUNK_BYTES):
            target.write(chunk)
        commit()
    except Exception as error:
        # The library meets damage in many ways, with as many classes.
        abort()
        store.close()
        raise Unavailable(f"The pack cannot be read: {type(error).__name__}.") from error
    return store


def _changes(
    store: "DiskObjectStore", head: Head, source: Source, known: Mapping[str, SourceItem]
) -> list[OriginEvent]:
    try:
        return list(_walk(store, head, source, known))
    except LodgepoleError:
        raise
    except Exception as error:
        raise Unavailable(f"The commit cannot be read: {type(error).__name__}.") from error


def _walk(
    store: Any, head: Head, source: Source, known: Mapping[str, SourceItem]
) -> Iterator[OriginEvent]:
    waiting: list[tuple[str, bytes, int]] = [("", store[head.commit.encode()].tree, 0)]
    count = 0
    while waiting:
        folder, tree, depth = waiting.pop()
        for entry in store[tree].items():
            count += 1
            if count > ENTRIES_MOST:
                raise Unavailable(f"The repository holds more than {ENTRIES_MOST} files.")
            path = folder + entry.path.decode("utf-8", "backslashreplace")
            if not _is_fit(entry.path):
                yield NotTaken(key=path, reason=UNFIT)
            elif entry.mode & KINDS == FOLDER_MODE:
                if depth < DEPTH_MOST:
                    waiting.append((f"{path}/", entry.sha, depth + 1))
            elif wanted(path, include=source.include, exclude=source.exclude):
                yield _told(store, head, path, entry, known.get(path))


def _is_fit(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name


def _told(store: Any, head: Head, path: str, entry: Any, item: SourceItem | None) -> OriginEvent:
    kind = entry.mode & KINDS
    if kind in (LINK_MODE, SUBMODULE_MODE):
        return NotTaken(key=path, reason=LINK if kind == LINK_MODE else SUBMODULE)
    blob = entry.sha.decode()
    if item is not None and item.fingerprint == blob:
        return Unchanged(key=path)
    _, data = store.get_raw(entry.sha)
    if len(data) < LFS_BYTES and data.startswith(LFS):
        return NotTaken(key=path, reason=KEPT_ELSEWHERE)
    return Found(
        key=path,
        name=path.rpartition("/")[2],
        fingerprint=blob,
        content=lambda: _content(store, entry.sha),
        metadata=_metadata(head, path),
        can_wait=True,
    )


def _metadata(head: Head, path: str) -> dict[str, str]:
    made = {PATH_KEY: path, COMMIT_KEY: head.commit}
    view = _VIEWS.get(urlsplit(head.repository).hostname or "")
    if view is not None:
        repository = head.repository.removesuffix(".git")
        made[URL_KEY] = f"{repository}/{view}/{head.commit}/{quote(path)}"
    return made


async def _content(store: Any, blob: bytes) -> AsyncIterator[bytes]:
    _, data = await asyncio.to_thread(store.get_raw, blob)
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]
