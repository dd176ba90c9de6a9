"""The connections to one `index.db`: one that writes, and readers beside it."""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from lodgepole.adapters.indexes.tantivy.page_scrubbing import PageFile
from lodgepole.adapters.indexes.tantivy.rows import FORMAT, SCHEMA, Damaged, checksum
from lodgepole.errors import Unavailable

_IDLE_READERS = 2  # connections kept for each open assistant, beside the writing one
_BUSY_SECONDS = 30.0
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Connections:
    """Transactions and reads. Everything blocks."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the file, made new when it is not there.

        Args:
            path: Its place.
            read_only: Change nothing; another process writes.

        Raises:
            Damaged: It is not what was written.
            Unavailable: It cannot be opened, or another version wrote it; or it is to be read
                only, and is not there.
        """
        self._path = path
        self._read_only = read_only
        self._writing = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        if read_only and not path.exists():
            raise Unavailable(f"There is no {path} yet. Try again.")
        with self._translated(), ExitStack() as undo:
            self._pages = PageFile.taken(path)
            undo.callback(self._pages.leave)
            self._writer = undo.enter_context(closing(self._connect()))
            with self._writer:
                self._prepare(self._writer)
            undo.pop_all()

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise Damaged("its tables are not there")
            if self._read_only:
                raise Unavailable(f"{self._path} is being made. Try again.")
            connection.execute("BEGIN IMMEDIATE")
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
            set_meta(connection, format=str(FORMAT), next_row="1", trimmed="0", removed="0")
        found = get_meta(connection, "format") or ""
        if found.isdecimal() and int(found) > FORMAT:
            raise Unavailable(
                f"{self._path} has index format {found}; this version reads {FORMAT}. "
                "Use the version that wrote it, or export there and import here."
            )
        if found != str(FORMAT):
            raise Damaged(f"it has index format {found!r}, this version reads {FORMAT}")
        if get_meta(connection, _CRC) != _meta_checksum(connection):
            raise Damaged("its own description does not have its checksum")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # What is deleted must be gone from the file too, not only from the tables.
        connection.execute("PRAGMA secure_delete = ON")
        if self._read_only:
            connection.execute("PRAGMA query_only = ON")
        return connection

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            # Text that is no UTF-8 is reported by Python's module, which gives no code.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
            if code & 0xFF in _DAMAGE:
                raise Damaged(str(error)) from error
            raise self._unavailable(error) from error
        except OSError as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> Unavailable:
        return Unavailable(
            f"The index {self._path} cannot be used: {error}. If the disk is full, make room."
        )

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """One at a time; durable at the end, undone by an exception."""
        with self._writing, self._translated(), self._writer:
            self._writer.execute("BEGIN IMMEDIATE")
            yield self._writer

    def changes_of_others(self) -> int:
        """A number that is another one after every change that another process has committed."""
        with self._writing, self._translated():
            return int(self._writer.execute("PRAGMA data_version").fetchone()[0])

    def empty_log(self) -> bool:
        """Remove from the log that SQLite writes ahead the pages that are not valid any more.

        False when others read what they began to read before, and so some had to stay.
        """
        with self._writing, self._translated():
            return self._empty_log()

    def _empty_log(self) -> bool:
        busy, _, _ = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def scrub(self) -> bool:
        """Overwrite what deleted rows left in pages; False when others read it just now."""
        if not self.empty_log():
            return False
        # The whole file is looked through while it is in use, and only what was found is locked.
        found = self._pages.leftovers()
        if not found:
            return True
        with self._writing, self._translated():
            if not self._empty_log():
                return False
            self._pages.overwrite(found)
            # The connection remembers pages as they were, and would write them so.
            before, self._writer = self._writer, self._connect()
            before.close()
        return True

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Beside others and beside a transaction; each statement sees all that is committed."""
        with self._translated():
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._connect()
            try:
                yield connection
            finally:
                if self._closed or len(self._idle) >= _IDLE_READERS:
                    connection.close()
                else:
                    self._idle.append(connection)

    def close(self) -> None:
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        with self._writing:
            self._writer.close()
            self._pages.leave()


_CRC = "crc"


def get_meta(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]


def set_meta(connection: sqlite3.Connection, **values: str) -> None:
    replace = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
    connection.executemany(replace, values.items())
    connection.execute(replace, (_CRC, _meta_checksum(connection)))


def _meta_checksum(connection: sqlite3.Connection) -> str:
    query = "SELECT key, value FROM meta WHERE key <> ? ORDER BY key"
    return str(checksum(*connection.execute(query, (_CRC,)).fetchall()))
