"""The SQLite file of one assistant: passages, vectors, and changes not yet in the word index."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from lodgepole.adapters.indexes.quantization import no_bits, pack_bits
from lodgepole.adapters.indexes.tantivy import vector_sets
from lodgepole.adapters.indexes.tantivy.binary_codes import Slot, Space
from lodgepole.adapters.indexes.tantivy.connections import Connections, get_meta, set_meta
from lodgepole.adapters.indexes.tantivy.rows import (
    SIDES,
    Damaged,
    checked,
    checksum,
    codes_checksum,
    passage_of,
    passage_values,
    slot_of,
    vectors_of,
    word_parts,
    words_of,
    written,
)
from lodgepole.model import FileVersion, Passage
from lodgepole.ports.embedder import EmbedderIdentity, Vectors
from lodgepole.ports.index import IndexedFile

_FILES = (
    "SELECT number, file_id, generation, language, first_row, passages, lead_words, crc FROM files"
)
_PASSAGES = """
SELECT json_group_array(
    json_array(row, start, text, gap, page, heading_path, header, tokens, crc)
) FROM passages WHERE row IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A file that came, or went, as the `sequence`th change."""

    sequence: int
    number: int
    removed: bool


class Truth:
    """One `index.db`. Methods block; writes are one transaction each, durable on return.

    Every method raises Damaged when what it reads is not what was written.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open it, made new when it is not there and may be written.

        Raises:
            Unavailable: It cannot be opened, or another version wrote it.
        """
        self._connections = Connections(path, read_only=read_only)
        try:
            with self._connections.reading() as connection:
                removed, scrubbed = _removals(connection)
        except BaseException:
            self._connections.close()
            raise
        self.holds_removed = removed > scrubbed
        """Whether something of removed files may still be in the file, though in no row."""

    def close(self) -> None:
        self._connections.close()

    def changes_of_others(self) -> int:
        """A number that is another one after every change that another process has committed."""
        return self._connections.changes_of_others()

    # --- writing ------------------------------------------------------------------------------

    def add(self, files: Sequence[IndexedFile]) -> list[tuple[Slot, bytes]]:
        """Store versions in the place of what there was of them; the slot and codes of each."""
        with self._connections.transaction() as connection:
            return [self._add(connection, file) for file in files]

    def _add(self, connection: sqlite3.Connection, file: IndexedFile) -> tuple[Slot, bytes]:
        vectors = np.ascontiguousarray(file.vectors, np.float32)
        side = vector_sets.side_for(connection, file.embedder)
        space = vector_sets.space_of(connection)
        assert space is not None, "the first file decides"
        self.holds_removed |= bool(self._delete(connection, [file.version]))
        first_row = int(get_meta(connection, "next_row") or 1)
        count = len(file.passages)
        number = self._insert_file(connection, first_row, file)
        connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                passage_values(row, indexed.passage)
                for row, indexed in enumerate(file.passages, first_row)
            ),
        )
        codes = no_bits(count, space.embedder.dimension)
        if side is not None:
            stored = vector_sets.insert_vectors(connection, side, number, first_row, vectors)
            codes = stored if side == space.side else codes
        connection.executemany(
            "INSERT INTO words VALUES (?, ?, ?)", ((number, *part) for part in word_parts(file))
        )
        set_meta(connection, next_row=str(first_row + count))
        connection.execute("INSERT INTO changes (number, removed) VALUES (?, 0)", (number,))
        return Slot(file.version, number, file.language, first_row, count), codes

    @staticmethod
    def _insert_file(connection: sqlite3.Connection, first_row: int, file: IndexedFile) -> int:
        version = file.version
        values = (
            version.file_id,
            version.generation,
            file.language,
            first_row,
            len(file.passages),
            " ".join(file.lead_words),
        )
        number = connection.execute(
            "INSERT INTO files (file_id, generation, language, first_row, passages, lead_words,"
            " crc) VALUES (?, ?, ?, ?, ?, ?, 0)",
            values,
        ).lastrowid
        assert number is not None
        connection.execute(
            "UPDATE files SET crc = ? WHERE number = ?", (checksum(number, *values), number)
        )
        return number

    def remove(self, versions: Iterable[FileVersion]) -> list[FileVersion]:
        """Delete all of these versions; those that were there."""
        with self._connections.transaction() as connection:
            removed = self._delete(connection, versions)
            self.holds_removed |= bool(removed)
        if removed:
            self._connections.empty_log()
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
        if removed:
            set_meta(connection, removed=str(_last_sequence(connection)))
        return removed

    def scrub(self) -> None:
        """Overwrite what removed files left in the file; beside others who read and write."""
        with self._connections.reading() as connection:
            removed, _ = _removals(connection)
        if not self._connections.scrub():
            return
        with self._connections.transaction() as connection:
            set_meta(connection, scrubbed=str(removed))
            latest = int(get_meta(connection, "removed") or 0)
            if latest < removed:  # an index from before this was noted
                set_meta(connection, removed=str(removed))
            self.holds_removed = latest > removed

    def trim_changes(self, applied: int) -> None:
        """Forget the changes up to `applied`: every word index has them."""
        with self._connections.transaction() as connection:
            connection.execute("DELETE FROM changes WHERE sequence <= ?", (applied,))
            set_meta(connection, trimmed=str(applied))

    # --- another embedder ---------------------------------------------------------------------

    def set_aside(
        self, version: FileVersion, identity: EmbedderIdentity, vectors: Vectors
    ) -> tuple[Slot, bytes] | None:
        """Store one version's vectors; its slot and codes when they are searched at once."""
        with self._connections.transaction() as connection:
            side = vector_sets.side_for(connection, identity)
        if side is None:
            self._clear_other_side()
        with self._connections.transaction() as connection:
            side, space = (
                vector_sets.side_for(connection, identity),
                vector_sets.space_of(connection),
            )
            assert space is not None, "the side was found by it"
            found = connection.execute(
                f"{_FILES} WHERE file_id = ? AND generation = ?",
                (version.file_id, version.generation),
            ).fetchone()
            slot = None if found is None else slot_of(found)
            if slot is None or slot.count != len(vectors) or side is None:
                return None
            rounded = np.ascontiguousarray(vectors, np.float32)
            codes = vector_sets.insert_vectors(
                connection, side, slot.number, slot.first_row, rounded
            )
        return (slot, codes) if side == space.side else None

    def lacking(self, identity: EmbedderIdentity) -> dict[FileVersion, int]:
        """Versions without vectors of this embedder, and how many passages each has."""
        with self._connections.reading() as connection:
            space = vector_sets.space_of(connection)
            side = None if space is None else vector_sets.side_of(connection, space, identity)
            return vector_sets.absent(connection, side)

    def switch(self, identity: EmbedderIdentity) -> bool:
        """Make this embedder's side the one that is searched, if every file is there."""
        with self._connections.transaction() as connection:
            space = vector_sets.space_of(connection)
            if not connection.execute("SELECT 1 FROM files LIMIT 1").fetchone():
                return True  # the next file decides
            side = None if space is None else vector_sets.side_of(connection, space, identity)
            complete = side is not None and not vector_sets.absent(connection, side)
            if complete:
                set_meta(connection, embedder=written(identity), side=side or SIDES[0], aside="")
        return complete

    def clear_unsearched(self) -> None:
        """Remove what a switch left on the other side; nothing that is being made."""
        with self._connections.reading() as connection:
            making = get_meta(connection, "aside")
            space = vector_sets.space_of(connection)
            leftover = space is not None and vector_sets.has_rows(
                connection, vector_sets.other_side(space.side)
            )
        if leftover and not making:
            self._clear_other_side()

    def _clear_other_side(self) -> None:
        """Empty the side that is not searched, a part at a time. Cut short, it is done again."""
        with self._connections.transaction() as connection:
            # First of all it is nobody's: half of it must never be taken for the whole.
            set_meta(connection, aside="")
        more = True
        while more:
            with self._connections.transaction() as connection:
                more = vector_sets.clear_a_part(connection)

    # --- reading ------------------------------------------------------------------------------

    def space(self) -> Space | None:
        """Whose vectors are searched and where they are; None before the first file."""
        with self._connections.reading() as connection:
            return vector_sets.space_of(connection)

    def files(self, space: Space) -> list[tuple[Slot, bytes]]:
        """Every file with its codes; damaged codes are made again from the vectors.

        Files without vectors of that embedder have codes that are near to nothing.
        """
        with self._connections.reading() as connection:
            slots = [slot_of(values) for values in connection.execute(f"{_FILES} ORDER BY number")]
            codes = {
                number: data
                for number, data, crc in connection.execute(f"SELECT * FROM codes{space.side}")  # noqa: S608  our own names
                if codes_checksum(number, data) == crc
            }
        if len({slot.version for slot in slots}) != len(slots):
            raise Damaged("a version is there twice")
        return [(slot, codes.get(slot.number) or self._made_codes(space, slot)) for slot in slots]

    def _made_codes(self, space: Space, slot: Slot) -> bytes:
        vectors = self.vector_range(space, slot.first_row, slot.count)
        if len(vectors) == slot.count and slot.count:
            return pack_bits(vectors)
        return no_bits(slot.count, space.embedder.dimension)

    def numbers(self) -> list[int]:
        """Return the numbers of all files."""
        with self._connections.reading() as connection:
            found = connection.execute("SELECT number FROM files ORDER BY number").fetchall()
        return [number for (number,) in found]

    def require(self, numbers: Collection[int], space: Space | None = None) -> None:
        """Raise Damaged if one of these files is there, with vectors there if `space` is given.

        For when rows of them were not found: whoever removes a file removes its rows with it.
        """
        query = "SELECT number FROM files"
        if space is not None:
            query += f" JOIN codes{space.side} USING (number)"
        with self._connections.reading() as connection:
            if space is not None and vector_sets.space_of(connection) != space:
                return
            there = {number for (number,) in connection.execute(query)}
        if there & {*numbers}:
            raise Damaged("rows of files that are there are missing")

    def vectors(self, space: Space, rows: list[int]) -> tuple[list[int], Vectors]:
        """Those of the rows that are there, ascending, and their vectors in the same order."""
        with self._connections.reading() as connection:
            found = connection.execute(
                f"SELECT row, vector, crc FROM vectors{space.side}"  # noqa: S608  our own names
                " WHERE row IN (SELECT value FROM json_each(?)) ORDER BY row",
                (_json(rows),),
            ).fetchall()
        return [row for row, _, _ in found], vectors_of(found)

    def vector_range(self, space: Space, first: int, count: int) -> Vectors:
        """The vectors of one file, in passage order; shorter when it was just removed."""
        with self._connections.reading() as connection:
            found = connection.execute(
                f"SELECT row, vector, crc FROM vectors{space.side}"  # noqa: S608  our own names
                " WHERE row >= ? AND row < ? ORDER BY row",
                (first, first + count),
            ).fetchall()
        return vectors_of(found)

    def passages(self, ordinals: Mapping[int, int]) -> dict[int, Passage]:
        """By row, for rows given with their ordinals within their files."""
        with self._connections.reading() as connection:
            # One row of JSON for all: SQLite gives up the interpreter for each row it steps to, and
            # among several searches it is long before a thread has it again.
            (found,) = connection.execute(_PASSAGES, (_json(sorted(ordinals)),)).fetchone()
        return {
            values[0]: passage_of(values, ordinals[values[0]]) for values in orjson.loads(found)
        }

    def changes(self, after: int) -> list[Change] | None:
        """Changes since `after`, or None when they are not known any more, or not yet."""
        with self._connections.reading() as connection:
            trimmed = int(get_meta(connection, "trimmed") or 0)
            rows = connection.execute(
                "SELECT sequence, number, removed FROM changes WHERE sequence > ?"
                " ORDER BY sequence",
                (after,),
            ).fetchall()
            last = _last_sequence(connection)
        if after < trimmed or after > last:
            return None
        return [Change(sequence, number, bool(removed)) for sequence, number, removed in rows]

    def last_sequence(self) -> int:
        with self._connections.reading() as connection:
            return _last_sequence(connection)

    def lead_words(self, number: int) -> str:
        with self._connections.reading() as connection:
            row = connection.execute(f"{_FILES} WHERE number = ?", (number,)).fetchone()
        if row is None:
            return ""
        checked(row[7], *row[:7])
        return row[6]

    def words(self, number: int) -> Iterator[str]:
        """The words of each passage of a file, joined by spaces, in passage order."""
        with self._connections.reading() as connection:
            parts = connection.execute(
                "SELECT words FROM words WHERE number = ? ORDER BY part", (number,)
            ).fetchall()
            row = connection.execute(
                "SELECT passages FROM files WHERE number = ?", (number,)
            ).fetchone()
        found = 0
        for (data,) in parts:
            lines = words_of(data)
            found += len(lines)
            yield from lines
        if row is not None and found != row[0]:
            raise Damaged(f"words of file {number} are missing")


def _last_sequence(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").fetchone()
    return 0 if row is None else int(row[0])


def _removals(connection: sqlite3.Connection) -> tuple[int, int]:
    """The change that last removed something, and the one up to which no trace is left."""
    removed = get_meta(connection, "removed") or _last_sequence(connection)
    return int(removed), int(get_meta(connection, "scrubbed") or 0)


def _json(rows: list[int]) -> str:
    return orjson.dumps(rows).decode()
