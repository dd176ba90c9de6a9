"""Backup of a data directory while a server uses it, and its restoration.

The catalog is copied first, as SQLite copies a database that is written to: it names the contents
that readers see. Then the indexes and the blobs of exactly those are taken. What was replaced or
deleted between is missing then, so another round takes the catalog again and what changed since,
until one catalog and all it names stand side by side. Contents never change under their key, so a
later round takes little. Word indexes and codes are derived, and made anew by the first search.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

import lodgepole
from lodgepole.case_safe_ids import folder_name, id_of
from lodgepole.errors import Conflict, InvalidRequest, NotFound, Unavailable

FORMAT = 1
MANIFEST = "manifest.json"
CATALOG = "catalog.db"
SECRETS = ("signing_secret", "api_key")
ROUNDS = 20
CHUNK_BYTES = 1024 * 1024
FICLONE = 0x4004_9409
"""linux/fs.h: a copy that shares its blocks until one of the two is written."""
Version = tuple[str, str, int]
"""An assistant's id, a file's id, a generation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    assistants: int
    files: int  # Available ones
    size: int  # bytes of all that was written
    rounds: int
    damaged: tuple[str, ...] = ()
    """What is not what was uploaded, or was left out as damaged."""


def back_up(data_dir: Path, target: Path) -> BackupReport:
    """Copy a data directory, whether a server runs there or not, into the new folder `target`.

    Raises:
        NotFound: There is no catalog in `data_dir`.
        Conflict: `target` is there already, or too much changed meanwhile.
        Unavailable: Something cannot be read or written.
    """
    if not (data_dir / CATALOG).is_file():
        raise NotFound(f"There is no catalog in {data_dir}: name the server's --data-dir.")
    draft = target.with_name(f"{target.name}.partial")
    if target.exists() or draft.exists():
        there = target if target.exists() else draft
        raise Conflict(f"{there} is there already: choose another name, or remove it.")
    try:
        draft.mkdir(mode=0o700, parents=True)
        report = _Copying(data_dir, draft).run()
        draft.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"The backup could not be made: {error}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return report


class _Copying:
    def __init__(self, source: Path, target: Path) -> None:
        self._source = source
        self._target = target

    def run(self) -> BackupReport:
        rounds = 0
        while True:
            rounds += 1
            _copy_database(self._source / CATALOG, self._target / CATALOG)
            published, unfinished = _named(self._target / CATALOG)
            if self._take(published, unfinished):
                break
            if rounds == ROUNDS:
                raise Conflict(
                    f"Files were replaced or deleted faster than they were copied, {ROUNDS} times. "
                    "Try again when less is being changed."
                )
        self._prune({*published, *unfinished}, {assistant for assistant, _, _ in published})
        for name in SECRETS:
            if (self._source / name).is_file():
                shutil.copy2(self._source / name, self._target / name)
        size, damaged = self._write_manifest()
        assistants = len(_assistants(self._target / CATALOG))
        return BackupReport(
            assistants=assistants, files=len(published), size=size, rounds=rounds, damaged=damaged
        )

    def _take(self, published: set[Version], unfinished: set[Version]) -> bool:
        """Copy what is still missing; whether all of it is there now."""
        complete = True
        by_assistant: dict[str, set[tuple[str, int]]] = {}
        for assistant, file, generation in published:
            by_assistant.setdefault(assistant, set()).add((file, generation))
        for assistant, wanted in by_assistant.items():
            copied = self._target / "index" / assistant / "index.db"
            if not wanted <= _indexed(copied):
                source = self._source / "index" / assistant / "index.db"
                if source.is_file():
                    copied.parent.mkdir(parents=True, exist_ok=True)
                    _copy_database(source, copied)
                complete &= wanted <= _indexed(copied)
        for version in published | unfinished:
            complete &= self._copy_blobs(version)
        return complete

    def _copy_blobs(self, version: Version) -> bool:
        """Copies that share no block with what is served, unless the file system clones them."""
        folder = PurePosixPath("blobs", version[0], folder_name(version[1]), str(version[2]))
        try:
            for path in _files(self._source / folder):
                place = self._target / path.relative_to(self._source)
                if not place.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    _copy(path, place)
        except FileNotFoundError:
            return False
        return (self._target / folder / "original").is_file()

    def _prune(self, versions: set[Version], assistants: set[str]) -> None:
        """Remove what an earlier round took and the last one does not name."""
        for folder in (self._target / "blobs").glob("*/*/*"):
            assistant, file, generation = folder.parts[-3:]
            if (assistant, id_of(file), int(generation)) not in versions:
                shutil.rmtree(folder)
        for folder in (self._target / "index").glob("*"):
            if folder.name not in assistants:
                shutil.rmtree(folder)

    def _write_manifest(self) -> tuple[int, tuple[str, ...]]:
        """How large all of it is, and the originals that are not what was uploaded."""
        entries: dict[str, Any] = {}
        uploaded = _uploaded(self._target / CATALOG)
        damaged: list[str] = []
        for path in _files(self._target):
            size, digest = _measured(path)
            name = path.relative_to(self._target).as_posix()
            entries[name] = {"size": size, "sha256": digest}
            if uploaded.get(name, digest) != digest:
                damaged.append(name)
        body = {
            "format": FORMAT,
            "release": lodgepole.__version__,
            "created_at": datetime.fromtimestamp(
                (self._target / CATALOG).stat().st_mtime, UTC
            ).isoformat(),
            "files": entries,
        }
        with (self._target / MANIFEST).open("wb") as stream:
            stream.write(orjson.dumps(body, option=orjson.OPT_INDENT_2))
            stream.flush()
            os.fsync(stream.fileno())
        return sum(entry["size"] for entry in entries.values()), tuple(damaged)


# --- putting it back --------------------------------------------------------------------------


def restore(backup: Path, data_dir: Path, *, skip_damaged: bool = False) -> BackupReport:
    """Copy a backup into a data directory that has no catalog, checked against its manifest.

    The catalog comes last: before it, nothing there is a data directory. The caller holds it.

    Args:
        backup: A folder that `back_up` made.
        data_dir: Has no catalog.
        skip_damaged: Leave out what is damaged, but for the catalog, and name it in the report.

    Raises:
        InvalidRequest: It is no backup, or a damaged one; the message says what is wrong.
        Conflict: There is a catalog already.
        Unavailable: Something cannot be read or written.
    """
    entries = _manifest(backup)
    if (data_dir / CATALOG).exists():
        raise Conflict(
            f"{data_dir} holds data already: restore into another directory, or move it away."
        )
    (data_dir / "catalog.mark").unlink(missing_ok=True)  # of a catalog that was here before
    try:
        damaged = _damaged(backup, entries)
        if damaged and (not skip_damaged or CATALOG in damaged):
            name, what = next(iter(damaged.items()))
            more = f" So are {len(damaged) - 1} more." if len(damaged) > 1 else ""
            raise InvalidRequest(f"The backup is damaged: {name} {what}.{more}")
        entries = {name: entry for name, entry in entries.items() if name not in damaged}
        _put_back(backup, data_dir, entries)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"The backup could not be restored: {error}.") from error
    published, _ = _named(data_dir / CATALOG)
    return BackupReport(
        assistants=len(_assistants(data_dir / CATALOG)),
        files=len(published),
        size=sum(int(entry["size"]) for entry in entries.values()),
        rounds=1,
        damaged=tuple(f"{name} {what}" for name, what in damaged.items()),
    )


def _manifest(backup: Path) -> dict[str, Any]:
    try:
        if not _is_own_file(backup, MANIFEST):
            raise FileNotFoundError(MANIFEST)
        body = orjson.loads((backup / MANIFEST).read_bytes())
        found, entries = body["format"], body["files"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise InvalidRequest(
            f"{backup} is no backup: its {MANIFEST} is missing or cannot be read."
        ) from error
    if found != FORMAT:
        raise InvalidRequest(
            f"The backup has format {found}; this release reads {FORMAT}. "
            f"It was made by release {body.get('release')}: use that one or a newer one."
        )
    if not isinstance(entries, dict) or not all(map(_is_entry, entries.values())):
        raise InvalidRequest(f"{backup} is no backup: its {MANIFEST} lists no files.")
    for name in entries:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or not name.isprintable():
            raise InvalidRequest(f"The backup names a path that leaves it: {name!r}.")
    if CATALOG not in entries:
        raise InvalidRequest("The backup holds no catalog.")
    return entries


def _is_entry(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("size"), int)
        and isinstance(value.get("sha256"), str)
    )


def _damaged(backup: Path, entries: dict[str, Any]) -> dict[str, str]:
    """What is not as the manifest says, by name, before anything is written."""
    found: dict[str, str] = {}
    for name, entry in entries.items():
        try:
            if not _is_own_file(backup, name):
                found[name] = "is a link, or no file"
                continue
            same_size = (backup / name).stat().st_size == entry["size"]
        except (FileNotFoundError, NotADirectoryError):
            found[name] = "is missing"
            continue
        if not same_size or _measured(backup / name) != (entry["size"], entry["sha256"]):
            found[name] = "is not what was written"
        elif name.endswith(".db") and not _is_sound(backup / name):
            found[name] = "is a database that is not whole"
    return found


def _is_own_file(backup: Path, name: str) -> bool:
    """Whether it is a file of the backup itself: a link may lead anywhere, a pipe never ends.

    Raises:
        FileNotFoundError, NotADirectoryError: There is nothing of that name.
    """
    parts = PurePosixPath(name).parts
    for depth in range(1, len(parts)):
        if not stat.S_ISDIR(backup.joinpath(*parts[:depth]).lstat().st_mode):
            return False
    return stat.S_ISREG((backup / name).lstat().st_mode)


def _put_back(backup: Path, data_dir: Path, entries: dict[str, Any]) -> None:
    for name in sorted(entries, key=lambda name: name == CATALOG):
        place = data_dir / name
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.restoring")
        draft.unlink(missing_ok=True)  # of a restore that broke off
        draft.touch(0o600)
        shutil.copyfile(backup / name, draft)
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.replace(place)


# --- reading ----------------------------------------------------------------------------------


def _copy_database(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.execute("PRAGMA busy_timeout = 30000")
        reading.backup(writing)


def _rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        return db.execute(query).fetchall()


def _named(catalog: Path) -> tuple[set[Version], set[Version]]:
    """Contents that readers see, and those that operations are still to make of their originals."""
    published = _rows(
        catalog, "SELECT assistant_id, id, generation FROM files WHERE status = 'Available'"
    )
    unfinished = _rows(
        catalog,
        "SELECT assistant_id, file_id, generation FROM operations"
        " WHERE status = 'Processing' AND type NOT LIKE 'delete%'",
    )
    shown = {(row[0], row[1], row[2]) for row in published}
    return shown, {(row[0], row[1], row[2]) for row in unfinished} - shown


def _uploaded(catalog: Path) -> dict[str, str]:
    """The SHA-256 of each original that readers see, by its place in the folder."""
    query = "SELECT assistant_id, id, generation, sha256 FROM files WHERE status = 'Available'"
    return {
        f"blobs/{assistant}/{folder_name(file)}/{generation}/original": digest
        for assistant, file, generation, digest in _rows(catalog, query)
    }


def _assistants(catalog: Path) -> list[tuple[Any, ...]]:
    return _rows(catalog, "SELECT id FROM assistants")


def _indexed(path: Path) -> set[tuple[str, int]]:
    if not path.is_file():
        return set()
    return {(row[0], row[1]) for row in _rows(path, "SELECT file_id, generation FROM files")}


def _is_sound(path: Path) -> bool:
    try:
        return _rows(path, "PRAGMA quick_check") == [("ok",)]
    except sqlite3.DatabaseError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _copy(source: Path, target: Path) -> None:
    """Never a hard link: what a disk or a hand does to the one would be done to the other."""
    with source.open("rb") as reading, target.open("xb") as writing:
        try:
            fcntl.ioctl(writing, FICLONE, reading.fileno())
        except OSError:  # most file systems cannot, and others only within themselves
            shutil.copyfileobj(reading, writing, CHUNK_BYTES)


def _measured(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()
