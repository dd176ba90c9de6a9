"""The SQLite file of one assistant: all that must not be lost, and what is yet to be applied.

Vectors and codes have two sides, `vectors`, `codes` and `vectors_b`, `codes_b`. `meta` says which
is searched and of which embedder it is; while that is being changed, the other side fills up.
"""

import sqlite3
import threading
import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from lodgepole.adapters.tantivy_index.codes import Slot, Space
from lodgepole.binary_codes import no_bits, pack_bits
from lodgepole.errors import Unavailable
from lodgepole.model import FileVersion, Passage
from lodgepole.ports import EmbedderIdentity, IndexedFile, Vectors

FORMAT = 1
SIDES = ("", "_b")
_CLEARED_ROWS = 20_000  # at a time, so that other writes get between
WORDS_PART = 1024  # passages whose words share one compressed row
_IDLE_READERS = 2  # connections kept for each open assistant, beside the writing one
_BUSY_SECONDS = 30.0

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: tantivy knows files by it
    file_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    language TEXT NOT NULL,
    first_row INTEGER NOT NULL,                -- its passages are rows [first_row, + passages)
    passages INTEGER NOT NULL,
    lead_words TEXT NOT NULL,
    UNIQUE (file_id, generation)
);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    gap TEXT NOT NULL,
    page INTEGER,
    heading_path TEXT NOT NULL,                -- JSON
    header TEXT NOT NULL,
    tokens INTEGER NOT NULL
);
CREATE TABLE vectors (
    row INTEGER PRIMARY KEY,
    vector BLOB NOT NULL                       -- float16, little-endian
);
CREATE TABLE codes (number INTEGER PRIMARY KEY, codes BLOB NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE vectors_b (row INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE codes_b (number INTEGER PRIMARY KEY, codes BLOB NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE words (
    number INTEGER NOT NULL,
    part INTEGER NOT NULL,
    words BLOB NOT NULL,                       -- zlib; a line for each passage
    PRIMARY KEY (number, part)
) WITHOUT ROWID;
CREATE TABLE changes (                         -- what the word indexes must still apply
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    number INTEGER NOT NULL,
    removed INTEGER NOT NULL
);
"""

_PASSAGES = """
SELECT json_group_array(
    json_array(row, start, text, gap, page, heading_path, header, tokens)
) FROM passages WHERE row IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A file that came, or went, as the `sequence`th change."""

    sequence: int
    number: int
    removed: bool


class Truth:
    """One `index.db`. Methods block; writes are one transaction each, durable on return."""

    def __init__(self, path: Path) -> None:
        """Open it, made new when it is not there.

        Raises:
            Unavailable: It is damaged, or written by another version.
        """
        self._path = path
        self._writing = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        with self._translated():
            self._writer = self._connect()
            with self._writer:
                self._prepare(self._writer)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA.split(";\n"):
                connection.execute(statement)
            self._set(connection, format=str(FORMAT), next_row="1", trimmed="0")
        found = int(self._get(connection, "format") or 0)
        if found != FORMAT:
            raise Unavailable(
                f"{self._path} has index format {found}; this version reads {FORMAT}. "
                "Use the version that wrote it, or export there and import here."
            )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # What is deleted must be gone from the file too, not only from the tables.
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise Unavailable(
                f"The index {self._path} cannot be used: {error}. If the disk is full, make room; "
                "if the file is damaged, restore it from a backup or upload the files again."
            ) from error

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with self._writing, self._translated(), self._writer:
            self._writer.execute("BEGIN IMMEDIATE")
            yield self._writer

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection]:
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

    # --- writing ------------------------------------------------------------------------------

    def add(self, files: Sequence[IndexedFile]) -> list[tuple[Slot, bytes]]:
        """Store versions in the place of what there was of them; the slot and codes of each."""
        with self._transaction() as connection:
            return [self._add(connection, file) for file in files]

    def _add(self, connection: sqlite3.Connection, file: IndexedFile) -> tuple[Slot, bytes]:
        vectors = np.ascontiguousarray(file.vectors, np.float32)
        side = self._side_for(connection, file.embedder)
        space = self._space(connection)
        assert space is not None, "the first file decides"
        self._delete(connection, [file.version])
        first_row = int(self._get(connection, "next_row") or 1)
        count = len(file.passages)
        cursor = connection.execute(
            "INSERT INTO files (file_id, generation, language, first_row, passages, lead_words)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                file.version.file_id,
                file.version.generation,
                file.language,
                first_row,
                count,
                " ".join(file.lead_words),
            ),
        )
        number = cursor.lastrowid
        assert number is not None
        self._insert_passages(connection, first_row, file)
        codes = no_bits(count, space.embedder.dimension)
        if side is not None:
            written = self._insert_vectors(connection, side, number, first_row, vectors)
            codes = written if side == space.side else codes
        connection.executemany(
            "INSERT INTO words VALUES (?, ?, ?)", ((number, *part) for part in _parts(file))
        )
        self._set(connection, next_row=str(first_row + count))
        connection.execute("INSERT INTO changes (number, removed) VALUES (?, 0)", (number,))
        return Slot(file.version, number, file.language, first_row, count), codes

    @staticmethod
    def _insert_passages(connection: sqlite3.Connection, first_row: int, file: IndexedFile) -> None:
        passages = [indexed.passage for indexed in file.passages]
        connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    row,
                    passage.start,
                    passage.text,
                    passage.gap,
                    passage.page,
                    orjson.dumps(passage.heading_path).decode(),
                    passage.header,
                    passage.tokens,
                )
                for row, passage in enumerate(passages, first_row)
            ),
        )

    @staticmethod
    def _insert_vectors(
        connection: sqlite3.Connection, side: str, number: int, first_row: int, vectors: Vectors
    ) -> bytes:
        """Store one file's vectors on one side; their codes."""
        codes = pack_bits(vectors) if len(vectors) else b""
        halves = vectors.astype("<f2")
        connection.executemany(
            f"INSERT OR REPLACE INTO vectors{side} VALUES (?, ?)",  # noqa: S608  our own names
            ((row, vector.tobytes()) for row, vector in enumerate(halves, first_row)),
        )
        connection.execute(
            f"INSERT OR REPLACE INTO codes{side} VALUES (?, ?, ?)",  # noqa: S608  the same
            (number, codes, _crc(codes)),
        )
        return codes

    def remove(self, versions: Iterable[FileVersion]) -> list[FileVersion]:
        """Delete all of these versions; those that were there."""
        with self._transaction() as connection:
            removed = self._delete(connection, versions)
        if removed:
            with self._writing, self._translated():
                # The log that SQLite writes ahead still holds the old pages; empty it.
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return removed

    @staticmethod
    def _delete(
        connection: sqlite3.Connection, versions: Iterable[FileVersion]
    ) -> list[FileVersion]:
        removed: list[FileVersion] = []
        for version in versions:
            found = connection.execute(
                "SELECT number, first_row, passages FROM files"
                " WHERE file_id = ? AND generation = ?",
                (version.file_id, version.generation),
            ).fetchone()
            if found is None:
                continue
            number, first, count = found
            for table in ("passages", *(f"vectors{side}" for side in SIDES)):
                connection.execute(
                    f"DELETE FROM {table} WHERE row >= ? AND row < ?",  # noqa: S608  our own names
                    (first, first + count),
                )
            for table in ("words", "files", *(f"codes{side}" for side in SIDES)):
                connection.execute(
                    f"DELETE FROM {table} WHERE number = ?",  # noqa: S608  our own names
                    (number,),
                )
            connection.execute("INSERT INTO changes (number, removed) VALUES (?, 1)", (number,))
            removed.append(version)
        return removed

    # --- another embedder ---------------------------------------------------------------------

    def _space(self, connection: sqlite3.Connection) -> Space | None:
        stored = self._get(connection, "embedder")
        if stored is None:
            return None
        return Space(_read(stored), self._get(connection, "side") or SIDES[0])

    def _side_for(self, connection: sqlite3.Connection, identity: EmbedderIdentity) -> str | None:
        """Where vectors of this embedder are stored; None where there is no place for them."""
        space = self._space(connection)
        if space is not None and space.embedder == identity:
            return space.side
        if space is None or not connection.execute("SELECT 1 FROM files LIMIT 1").fetchone():
            # The first file decides; what is on either side is of no file any more.
            self._set(connection, embedder=_written(identity), side=SIDES[0], aside="")
            return SIDES[0]
        other = _other(space.side)
        aside = self._get(connection, "aside")
        if not aside and not self._has_rows(connection, other):
            self._set(connection, aside=_written(identity))
            return other
        return other if aside == _written(identity) else None

    @staticmethod
    def _has_rows(connection: sqlite3.Connection, side: str) -> bool:
        return any(
            connection.execute(f"SELECT 1 FROM {table}{side} LIMIT 1").fetchone()  # noqa: S608  our own names
            for table in ("codes", "vectors")
        )

    def set_aside(
        self, version: FileVersion, identity: EmbedderIdentity, vectors: Vectors
    ) -> tuple[Slot, bytes] | None:
        """Store one version's vectors; its slot and codes when they are searched at once."""
        with self._transaction() as connection:
            side = self._side_for(connection, identity)
        if side is None:
            self._clear_other_side()
        with self._transaction() as connection:
            side, space = self._side_for(connection, identity), self._space(connection)
            assert space is not None, "the side was found by it"
            found = connection.execute(
                "SELECT number, first_row, passages, language FROM files"
                " WHERE file_id = ? AND generation = ?",
                (version.file_id, version.generation),
            ).fetchone()
            if found is None or found[2] != len(vectors) or side is None:
                return None
            number, first_row, count, language = found
            codes = self._insert_vectors(
                connection, side, number, first_row, np.ascontiguousarray(vectors, np.float32)
            )
        slot = Slot(version, number, language, first_row, count)
        return (slot, codes) if side == space.side else None

    def lacking(self, identity: EmbedderIdentity) -> dict[FileVersion, int]:
        """Versions without vectors of this embedder, and how many passages each has."""
        with self._reading() as connection:
            space = self._space(connection)
            side = None if space is None else self._side_of(connection, space, identity)
            return self._absent(connection, side)

    def switch(self, identity: EmbedderIdentity) -> bool:
        """Make this embedder's side the one that is searched, if every file is there."""
        with self._transaction() as connection:
            space = self._space(connection)
            if not connection.execute("SELECT 1 FROM files LIMIT 1").fetchone():
                return True  # the next file decides
            side = None if space is None else self._side_of(connection, space, identity)
            complete = side is not None and not self._absent(connection, side)
            if complete:
                self._set(connection, embedder=_written(identity), side=side or SIDES[0], aside="")
        return complete

    def _side_of(
        self, connection: sqlite3.Connection, space: Space, identity: EmbedderIdentity
    ) -> str | None:
        """Where vectors of this embedder are; None when they are nowhere."""
        if space.embedder == identity:
            return space.side
        return _other(space.side) if self._get(connection, "aside") == _written(identity) else None

    @staticmethod
    def _absent(connection: sqlite3.Connection, side: str | None) -> dict[FileVersion, int]:
        """Files without vectors on this side, and how many passages each has."""
        query = "SELECT file_id, generation, passages FROM files"
        if side is not None:
            query += f" WHERE number NOT IN (SELECT number FROM codes{side})"  # noqa: S608  our own names
        return {
            FileVersion(file_id, generation): count
            for file_id, generation, count in connection.execute(f"{query} ORDER BY number")
        }

    def clear_unsearched(self) -> None:
        """Remove what a switch left on the other side; nothing that is being made."""
        with self._reading() as connection:
            making = self._get(connection, "aside")
            space = self._space(connection)
            leftover = space is not None and self._has_rows(connection, _other(space.side))
        if leftover and not making:
            self._clear_other_side()

    def _clear_other_side(self) -> None:
        """Empty the side that is not searched, a part at a time. Cut short, it is done again."""
        with self._transaction() as connection:
            # First of all it is nobody's: half of it must never be taken for the whole.
            self._set(connection, aside="")
        while self._clear_a_part():
            pass

    def _clear_a_part(self) -> bool:
        """Whether there is more; what somebody began to set aside meanwhile is left alone."""
        with self._transaction() as connection:
            space = self._space(connection)
            if space is None or self._get(connection, "aside"):
                return False
            other = _other(space.side)
            connection.execute(f"DELETE FROM codes{other}")  # noqa: S608  our own names
            cleared = connection.execute(
                f"DELETE FROM vectors{other} WHERE row IN"  # noqa: S608  the same
                f" (SELECT row FROM vectors{other} LIMIT ?)",
                (_CLEARED_ROWS,),
            )
            return cleared.rowcount == _CLEARED_ROWS

    def trim_changes(self, applied: int) -> None:
        """Forget the changes up to `applied`: every word index has them."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM changes WHERE sequence <= ?", (applied,))
            self._set(connection, trimmed=str(applied))

    @staticmethod
    def _get(connection: sqlite3.Connection, key: str) -> str | None:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    @staticmethod
    def _set(connection: sqlite3.Connection, **values: str) -> None:
        connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    # --- reading ------------------------------------------------------------------------------

    def space(self) -> Space | None:
        """Whose vectors are searched and where they are; None before the first file."""
        with self._reading() as connection:
            return self._space(connection)

    def files(self, space: Space) -> list[tuple[Slot, bytes]]:
        """Every file with its codes; damaged codes are made again from the vectors.

        Files without vectors of that embedder have codes that are near to nothing.
        """
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT file_id, generation, files.number, language, first_row, passages,"  # noqa: S608  our own names
                f" codes, crc FROM files LEFT JOIN codes{space.side} USING (number)"
                " ORDER BY files.number"
            ).fetchall()
        files: list[tuple[Slot, bytes]] = []
        for file_id, generation, number, language, first_row, count, codes, crc in rows:
            slot = Slot(FileVersion(file_id, generation), number, language, first_row, count)
            if codes is None or _crc(codes) != crc:
                vectors = self.vector_range(space, first_row, count)
                there = len(vectors) == count
                codes = pack_bits(vectors) if there else no_bits(count, space.embedder.dimension)
            files.append((slot, codes))
        return files

    def numbers(self) -> list[int]:
        """Of all files."""
        with self._reading() as connection:
            found = connection.execute("SELECT number FROM files ORDER BY number").fetchall()
        return [number for (number,) in found]

    def vectors(self, space: Space, rows: list[int]) -> tuple[list[int], Vectors]:
        """Those of the rows that are there, ascending, and their vectors in the same order."""
        with self._reading() as connection:
            found = connection.execute(
                f"SELECT row, vector FROM vectors{space.side}"  # noqa: S608  our own names
                " WHERE row IN (SELECT value FROM json_each(?)) ORDER BY row",
                (_json(rows),),
            ).fetchall()
        return [row for row, _ in found], _halves([data for _, data in found])

    def vector_range(self, space: Space, first: int, count: int) -> Vectors:
        """The vectors of one file, in passage order; shorter when it was just removed."""
        with self._reading() as connection:
            found = connection.execute(
                f"SELECT vector FROM vectors{space.side}"  # noqa: S608  our own names
                " WHERE row >= ? AND row < ? ORDER BY row",
                (first, first + count),
            ).fetchall()
        return _halves([data for (data,) in found])

    def passages(self, ordinals: Mapping[int, int]) -> dict[int, Passage]:
        """By row, for rows given with their ordinals within their files."""
        with self._reading() as connection:
            # One row of JSON for all: SQLite gives up the interpreter for each row it steps to, and
            # among several searches it is long before a thread has it again.
            (found,) = connection.execute(_PASSAGES, (_json(sorted(ordinals)),)).fetchone()
        return {
            row: Passage(
                ordinal=ordinals[row],
                start=begin,
                end=begin + len(text),
                text=text,
                page=page,
                heading_path=tuple(orjson.loads(path)) if path != "[]" else (),
                header=header,
                tokens=tokens,
                gap=gap,
            )
            for row, begin, text, gap, page, path, header, tokens in orjson.loads(found)
        }

    def changes(self, after: int) -> list[Change] | None:
        """Changes since `after`, or None when they are not known any more, or not yet."""
        with self._reading() as connection:
            trimmed = int(self._get(connection, "trimmed") or 0)
            rows = connection.execute(
                "SELECT sequence, number, removed FROM changes WHERE sequence > ?"
                " ORDER BY sequence",
                (after,),
            ).fetchall()
            last = self._last_sequence(connection)
        if after < trimmed or after > last:
            return None
        return [Change(sequence, number, bool(removed)) for sequence, number, removed in rows]

    def last_sequence(self) -> int:
        with self._reading() as connection:
            return self._last_sequence(connection)

    @staticmethod
    def _last_sequence(connection: sqlite3.Connection) -> int:
        row = connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'changes'"
        ).fetchone()
        return 0 if row is None else int(row[0])

    def lead_words(self, number: int) -> str:
        with self._reading() as connection:
            row = connection.execute(
                "SELECT lead_words FROM files WHERE number = ?", (number,)
            ).fetchone()
        return "" if row is None else row[0]

    def words(self, number: int) -> Iterator[str]:
        """The words of each passage of a file, joined by spaces, in passage order."""
        with self._reading() as connection:
            parts = connection.execute(
                "SELECT words FROM words WHERE number = ? ORDER BY part", (number,)
            ).fetchall()
        for (data,) in parts:
            yield from zlib.decompress(data).decode().split("\n")


def _parts(file: IndexedFile) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(file.passages), WORDS_PART):
        some = file.passages[start : start + WORDS_PART]
        lines = "\n".join(" ".join(indexed.words) for indexed in some)
        yield start // WORDS_PART, zlib.compress(lines.encode(), 1)


def _halves(blobs: Sequence[bytes]) -> Vectors:
    if not blobs:
        return np.empty((0, 0), np.float32)
    return np.frombuffer(b"".join(blobs), "<f2").reshape(len(blobs), -1).astype(np.float32)


def _written(identity: EmbedderIdentity) -> str:
    return orjson.dumps([identity.engine, identity.model, identity.dimension]).decode()


def _read(written: str) -> EmbedderIdentity:
    engine, model, dimension = orjson.loads(written)
    return EmbedderIdentity(engine=engine, model=model, dimension=dimension)


def _other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


def _json(rows: list[int]) -> str:
    return orjson.dumps(rows).decode()


def _crc(data: bytes) -> int:
    return zlib.crc32(data)
