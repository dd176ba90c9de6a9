"""The data directory of one machine: made private, and held by one process at a time."""

import fcntl
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from lodgepole.errors import Conflict, Unavailable

log = logging.getLogger(__name__)

SCAN_BYTES = 4 * 1024 * 1024
OTHERS = stat.S_IRWXG | stat.S_IRWXO
OWNED = "of-"
"""What folders of a living or a killed process are called."""


@contextmanager
def held(path: Path) -> Generator[Path]:
    """Make the directory if need be and hold it until the context ends, also by a kill.

    Raises:
        Conflict: Another process holds it.
        Unavailable: It cannot be made or written.
    """
    try:
        _make_private(path)
        descriptor = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(f"Cannot write the data directory {path}: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            raise Conflict(
                f"The data directory {path} is in use by another Lodgepole (process {holder}). "
                "Stop it, or choose another with --data-dir."
            ) from error
        _close_to_others(path)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield path
    finally:
        os.close(descriptor)


def _close_to_others(path: Path) -> None:
    """Take from others on this machine what they may do in a data directory of ours, or warn."""
    mode = path.stat().st_mode
    if not mode & OTHERS:
        return
    if mode & stat.S_ISVTX or path.stat().st_uid != os.getuid():
        log.warning(
            "Others on this machine may look into the data directory %s, which holds documents and "
            "keys: make it private, chmod 700",
            path,
        )
        return
    path.chmod(stat.S_IMODE(mode) & ~OTHERS)
    log.warning("The data directory %s was open to other users; it is private now", path)


def made(path: Path) -> None:
    """Make the directory, private, if need be; any number of processes may use it.

    Raises:
        Unavailable: It cannot be made.
    """
    try:
        _make_private(path)
    except OSError as error:
        raise Unavailable(f"Cannot make the data directory {path}: {error.strerror}.") from error


def _make_private(path: Path) -> None:
    """Make the folder and those above it that are missing: one may become a data directory too."""
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def own_folder(path: Path) -> Generator[Path]:
    """A new folder below `path`, gone with the context; first those of killed processes go.

    Raises:
        Unavailable: It cannot be made.
    """
    made(path)
    try:
        for left in path.glob(f"{OWNED}*"):
            with suppress(OSError), _locked(left):
                shutil.rmtree(left)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=path))
        holding_it = ExitStack()
        holding_it.enter_context(_locked(new))
        own = new.rename(path / new.name.replace("new-", OWNED, 1))  # seen once it is locked
    except OSError as error:
        raise Unavailable(f"Cannot write below {path}: {error.strerror}.") from error
    with holding_it:
        try:
            yield own
        finally:
            shutil.rmtree(own, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def check_whole(path: Path) -> None:
    """Refuse a directory that lost its catalog: to an empty one all files would be garbage.

    Raises:
        Unavailable: There are files or passages, and no catalog that knows of them.
    """
    catalog = path / "catalog.db"
    if catalog.is_file() and catalog.stat().st_size > 0:
        return
    for folder in ("blobs", "index"):
        kept = path / folder
        if kept.is_dir() and any(not entry.name.startswith(".") for entry in kept.iterdir()):
            raise Unavailable(
                f"{catalog} is missing or empty, and {kept} is not: restore the data directory "
                f"from a backup. To begin anew, move {path} away."
            )


def holding(path: Path, text: str) -> list[Path]:
    """Files below `path` that hold `text` as it is, in UTF-8; names of files count too."""
    wanted = text.encode()
    return [
        file
        for file in sorted(path.rglob("*"))
        if wanted in os.fsencode(file.name) or (file.is_file() and _contains(file, wanted))
    ]


def _contains(file: Path, wanted: bytes) -> bool:
    kept = b""
    with file.open("rb") as stream:
        while part := stream.read(SCAN_BYTES):
            if wanted in kept + part:
                return True
            kept = part[-len(wanted) :]
    return False


def read_secret(path: Path) -> str | None:
    """The text of a private file, or None when there is none."""
    try:
        return path.read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def write_secret(path: Path, secret: str) -> None:
    """Write a file that only this user can read, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secret + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
