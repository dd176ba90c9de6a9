"""A folder of the server's disk, below a root that the operator allows.

No link is followed, neither on the way to the folder nor below it: every part of a path is opened
from the part before, so that nothing can be put in its place between a look and an opening.
"""

import asyncio
import os
import stat
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lodgepole.errors import InvalidRequest, NotFound, PermissionDenied, Unavailable
from lodgepole.path_patterns import wanted
from lodgepole.ports.origin import Found, NotTaken, OriginEvent, ReadToEnd, Unchanged, Unknown
from lodgepole.ports.source_store import Source, SourceItem

PATH_KEY = "path"
"""In the metadata of each file, as `lodgepole sync` writes it."""
ENTRIES_MOST = 200_000
"""Files of one folder with all below it; an assistant holds far fewer."""
DEPTH_MOST = 60
"""Folders within folders; each is held open while what is below it is looked at."""
CHUNK_BYTES = 256 * 1024
YOUNG_NS = 2_000_000_000
"""What was changed a moment ago may change again within the same tick of the disk's clock."""
LINK = "A link is not followed."
NO_FILE = "It is neither a file nor a folder."
DEEP = "It is too deep below the folder."
UNFIT = "Its name is not UTF-8."
NO_ROOTS = (
    "This server reads no folder of its disk. Its operator can allow some with the setting "
    "`source_roots`."
)


@dataclass(slots=True)
class _Listing:
    files: dict[str, str] = field(default_factory=dict[str, str])  # fingerprints by path
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    unread: list[str] = field(default_factory=list[str])  # folders


class FolderOrigin:
    """`Origin` of folders below the roots."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(roots)

    def check(self, source: Source) -> None:
        self._place(source)

    async def read(
        self, source: Source, known: Mapping[str, SourceItem]
    ) -> AsyncGenerator[OriginEvent]:
        root, parts = self._place(source)
        listing = await asyncio.to_thread(_listing, root, parts, source)
        for path, reason in listing.left_out.items():
            yield NotTaken(key=path, reason=reason)
        for folder in listing.unread:
            for path in [path for path in known if path.startswith(f"{folder}/")]:
                if path not in listing.files:
                    yield Unknown(key=path, reason=f"The folder {folder} cannot be read.")
        for path, fingerprint in listing.files.items():
            if path in known and known[path].fingerprint == fingerprint:
                yield Unchanged(key=path)
            else:
                yield _found(root, parts, path, fingerprint)
        yield ReadToEnd()

    def _place(self, source: Source) -> tuple[Path, tuple[str, ...]]:
        """The root that the folder is below, and its parts below that."""
        if not self._roots:
            raise PermissionDenied(NO_ROOTS)
        path = Path(os.path.normpath(source.url))
        if source.url.startswith("//") or ".." in Path(source.url).parts:
            raise InvalidRequest("Name the folder by its whole path, without `..`.")
        for root in self._roots:
            if path.is_relative_to(root):
                return root, path.relative_to(root).parts
        raise PermissionDenied(
            "This server reads no such folder. Its operator allows some with the setting "
            "`source_roots`."
        )


def _found(root: Path, parts: Sequence[str], path: str, fingerprint: str) -> Found:
    return Found(
        key=path,
        name=path.rpartition("/")[2],
        fingerprint=fingerprint,
        content=lambda: _content(root, (*parts, *path.split("/"))),
        metadata={PATH_KEY: path},
        can_wait=True,
    )


def _listing(root: Path, parts: Sequence[str], source: Source) -> _Listing:
    listing = _Listing()
    top = _open_below(root, parts, os.O_DIRECTORY)
    unread: list[str] = []

    def on_error(error: OSError) -> None:
        unread.append(os.path.relpath(str(error.filename), "."))

    try:
        count = 0
        for folder, folders, names, at in os.fwalk(".", dir_fd=top, onerror=on_error):
            if folder.count("/") >= DEPTH_MOST:
                listing.left_out[os.path.normpath(folder)] = DEEP
                folders.clear()
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                count += 1
                if count > ENTRIES_MOST:
                    raise Unavailable(
                        f"The folder holds more than {ENTRIES_MOST} files: name one below it."
                    )
                if not name.startswith("."):
                    path = os.path.normpath(os.path.join(folder, name))  # noqa: PTH118
                    _list_one(listing, source, path, name, at)
    finally:
        os.close(top)
    listing.unread = [folder for folder in unread if folder != "."]
    if len(unread) != len(listing.unread):
        raise Unavailable("The folder cannot be read.")
    return listing


def _list_one(listing: _Listing, source: Source, path: str, name: str, at: int) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        listing.left_out[path.encode("utf-8", "backslashreplace").decode()] = UNFIT
        return
    if not wanted(path, include=source.include, exclude=source.exclude):
        return
    try:
        found = os.stat(name, dir_fd=at, follow_symlinks=False)
    except FileNotFoundError:
        return  # deleted since it was listed
    if stat.S_ISLNK(found.st_mode):
        listing.left_out[path] = LINK
    elif not stat.S_ISREG(found.st_mode):
        listing.left_out[path] = NO_FILE
    else:
        listing.files[path] = _fingerprint(found)


def _fingerprint(found: os.stat_result) -> str:
    newest = max(found.st_mtime_ns, found.st_ctime_ns)
    young = "-young" if abs(time.time_ns() - newest) < YOUNG_NS else ""
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}{young}"


def _open_below(root: Path, parts: Sequence[str], flags: int) -> int:
    """A descriptor of what is at the path below the root. Raises NotFound, Unavailable."""
    at = -1
    try:
        at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for number, part in enumerate(parts, 1):
            kind = flags if number == len(parts) else os.O_DIRECTORY
            below = os.open(
                part,
                os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | kind,
                dir_fd=at,
            )
            os.close(at)
            at = below
    except OSError as error:
        if at >= 0:
            os.close(at)
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            raise NotFound("There is no such folder or file, or a link is in the way.") from error
        raise Unavailable(f"It cannot be read: {error.strerror}.") from error
    return at


async def _content(root: Path, parts: Sequence[str]) -> AsyncIterator[bytes]:
    chunks = _chunks(root, parts)
    try:
        while chunk := await asyncio.to_thread(next, chunks, b""):
            yield chunk
    finally:
        await asyncio.to_thread(chunks.close)


def _chunks(root: Path, parts: Sequence[str]) -> Generator[bytes]:
    at = _open_below(root, parts, 0)
    with os.fdopen(at, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unavailable(NO_FILE)
        try:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
        except OSError as error:
            raise Unavailable(f"It cannot be read: {error.strerror}.") from error
