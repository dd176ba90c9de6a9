"""Tables of an `index.db`, and its rows: each with a checksum, which SQLite lacks.

A disk that returns another text than was written must not have it quoted as a document's.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import orjson

from lodgepole.adapters.indexes.tantivy.binary_codes import Slot
from lodgepole.errors import Unavailable
from lodgepole.model import FileVersion, Passage
from lodgepole.ports.embedder import EmbedderIdentity, Vectors
from lodgepole.ports.index import IndexedFile

FORMAT = 2
SIDES = ("", "_b")
WORDS_PART = 1024  # passages whose words share one compressed row

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: tantivy knows files by it
    file_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    language TEXT NOT NULL,
    first_row INTEGER NOT NULL,                -- its passages are rows [first_row, + passages)
    passages INTEGER NOT NULL,
    lead_words TEXT NOT NULL,
    crc INTEGER NOT NULL,
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
    tokens INTEGER NOT NULL,
    crc INTEGER NOT NULL
);
CREATE TABLE vectors (
    row INTEGER PRIMARY KEY,
    vector BLOB NOT NULL,                      -- float16, little-endian
    crc INTEGER NOT NULL
);
CREATE TABLE codes (number INTEGER PRIMARY KEY, codes BLOB NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE vectors_b (row INTEGER PRIMARY KEY, vector BLOB NOT NULL, crc INTEGER NOT NULL);
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


REBUILDING = (
    "The index of this assistant was damaged and is being rebuilt from its documents. "
    "Try again in a few minutes."
)


class Damaged(Unavailable):
    """An `index.db` is not what was written: it must be made again from the documents."""

    def __init__(self, what: str) -> None:
        """`what` is for the log; a client is told what matters to it."""
        super().__init__(REBUILDING)
        self.what = what


def checksum(*values: Any) -> int:
    return zlib.crc32(orjson.dumps(values))


def checked(crc: int, *values: Any) -> None:
    """Raises Damaged."""
    if checksum(*values) != crc:
        raise Damaged("a row does not have the checksum it was written with")


def vector_checksum(row: int, vector: bytes) -> int:
    """The row goes in too: a vector that is found at another's place is not what was written."""
    return zlib.crc32(vector, row & 0xFFFF_FFFF)


def codes_checksum(number: int, codes: bytes) -> int:
    return zlib.crc32(codes, number & 0xFFFF_FFFF)


def passage_values(row: int, passage: Passage) -> tuple[Any, ...]:
    """A row of `passages`."""
    path = orjson.dumps(passage.heading_path).decode()
    values = (
        row,
        passage.start,
        passage.text,
        passage.gap,
        passage.page,
        path,
        passage.header,
        passage.tokens,
    )
    return (*values, checksum(*values))


def passage_of(values: Sequence[Any], ordinal: int) -> Passage:
    """Return the passage of a row of `passages`. Raises Damaged."""
    checked(values[8], *values[:8])
    _, start, text, gap, page, path, header, tokens, _ = values
    return Passage(
        ordinal=ordinal,
        start=start,
        end=start + len(text),
        text=text,
        page=page,
        heading_path=tuple(orjson.loads(path)) if path != "[]" else (),
        header=header,
        tokens=tokens,
        gap=gap,
    )


def slot_of(values: Sequence[Any]) -> Slot:
    """Return the slot of a row of `files`. Raises Damaged."""
    checked(values[7], *values[:7])
    number, file_id, generation, language, first_row, count, _, _ = values
    return Slot(FileVersion(file_id, generation), number, language, first_row, count)


def vectors_of(found: Sequence[tuple[int, bytes, int]]) -> Vectors:
    """Return the vectors of rows of `vectors`, in their order. Raises Damaged."""
    if not found:
        return np.empty((0, 0), np.float32)
    for row, vector, crc in found:
        if vector_checksum(row, vector) != crc:
            raise Damaged(f"vector {row} does not have the checksum it was written with")
    data = b"".join([vector for _, vector, _ in found])
    return np.frombuffer(data, "<f2").reshape(len(found), -1).astype(np.float32)


def word_parts(file: IndexedFile) -> Iterator[tuple[int, bytes]]:
    """The words of all its passages, compressed, by part."""
    for start in range(0, len(file.passages), WORDS_PART):
        some = file.passages[start : start + WORDS_PART]
        lines = "\n".join(" ".join(indexed.words) for indexed in some)
        yield start // WORDS_PART, zlib.compress(lines.encode(), 1)


def words_of(part: bytes) -> list[str]:
    """The words of each passage of a part, joined by spaces. Raises Damaged."""
    try:
        return zlib.decompress(part).decode().split("\n")
    except (zlib.error, UnicodeDecodeError) as error:
        raise Damaged(f"stored words cannot be read: {error}") from error


def written(identity: EmbedderIdentity) -> str:
    return orjson.dumps([identity.engine, identity.model, identity.dimension]).decode()


def read(identity: str) -> EmbedderIdentity:
    engine, model, dimension = orjson.loads(identity)
    return EmbedderIdentity(engine=engine, model=model, dimension=dimension)
