"""Vector sets of an `index.db`: its two sides, and the change from one embedder to another.

Vectors and codes have two sides, `vectors`, `codes` and `vectors_b`, `codes_b`. `meta` says which
is searched and of which embedder it is; while that is being changed, the other side fills up.
"""

import sqlite3

from lodgepole.adapters.indexes.quantization import pack_bits
from lodgepole.adapters.indexes.tantivy.binary_codes import Space
from lodgepole.adapters.indexes.tantivy.connections import get_meta, set_meta
from lodgepole.adapters.indexes.tantivy.rows import (
    SIDES,
    codes_checksum,
    read,
    vector_checksum,
    written,
)
from lodgepole.model import FileVersion
from lodgepole.ports.embedder import EmbedderIdentity, Vectors

_CLEARED_ROWS = 20_000  # at a time, so that other writes get between


def space_of(connection: sqlite3.Connection) -> Space | None:
    """Whose vectors are searched and where they are; None before the first file."""
    stored = get_meta(connection, "embedder")
    if stored is None:
        return None
    return Space(read(stored), get_meta(connection, "side") or SIDES[0])


def side_for(connection: sqlite3.Connection, identity: EmbedderIdentity) -> str | None:
    """Return the side for this embedder's vectors; None where there is no place for them."""
    space = space_of(connection)
    if space is not None and space.embedder == identity:
        return space.side
    if space is None or not connection.execute("SELECT 1 FROM files LIMIT 1").fetchone():
        # The first file decides; what is on either side is of no file any more.
        set_meta(connection, embedder=written(identity), side=SIDES[0], aside="")
        return SIDES[0]
    other = other_side(space.side)
    aside = get_meta(connection, "aside")
    if not aside and not has_rows(connection, other):
        set_meta(connection, aside=written(identity))
        return other
    return other if aside == written(identity) else None


def side_of(connection: sqlite3.Connection, space: Space, identity: EmbedderIdentity) -> str | None:
    """Return the side that holds this embedder's vectors; None when they are nowhere."""
    if space.embedder == identity:
        return space.side
    return other_side(space.side) if get_meta(connection, "aside") == written(identity) else None


def other_side(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


def has_rows(connection: sqlite3.Connection, side: str) -> bool:
    return any(
        connection.execute(f"SELECT 1 FROM {table}{side} LIMIT 1").fetchone()  # noqa: S608  our own names
        for table in ("codes", "vectors")
    )


def absent(connection: sqlite3.Connection, side: str | None) -> dict[FileVersion, int]:
    """Files without vectors on this side, and how many passages each has."""
    query = "SELECT file_id, generation, passages FROM files"
    if side is not None:
        query += f" WHERE number NOT IN (SELECT number FROM codes{side})"  # noqa: S608  our own names
    return {
        FileVersion(file_id, generation): count
        for file_id, generation, count in connection.execute(f"{query} ORDER BY number")
    }


def insert_vectors(
    connection: sqlite3.Connection, side: str, number: int, first_row: int, vectors: Vectors
) -> bytes:
    """Store one file's vectors on one side; their codes."""
    codes = pack_bits(vectors) if len(vectors) else b""
    halves = [
        (row, vector.tobytes()) for row, vector in enumerate(vectors.astype("<f2"), first_row)
    ]
    connection.executemany(
        f"INSERT OR REPLACE INTO vectors{side} VALUES (?, ?, ?)",  # noqa: S608  our own names
        ((row, vector, vector_checksum(row, vector)) for row, vector in halves),
    )
    connection.execute(
        f"INSERT OR REPLACE INTO codes{side} VALUES (?, ?, ?)",  # noqa: S608  the same
        (number, codes, codes_checksum(number, codes)),
    )
    return codes


def clear_a_part(connection: sqlite3.Connection) -> bool:
    """Empty some of the side that is not searched; whether there is more.

    What somebody began to set aside meanwhile is left alone.
    """
    space = space_of(connection)
    if space is None or get_meta(connection, "aside"):
        return False
    other = other_side(space.side)
    connection.execute(f"DELETE FROM codes{other}")  # noqa: S608  our own names
    cleared = connection.execute(
        f"DELETE FROM vectors{other} WHERE row IN"  # noqa: S608  the same
        f" (SELECT row FROM vectors{other} LIMIT ?)",
        (_CLEARED_ROWS,),
    )
    return cleared.rowcount == _CLEARED_ROWS
