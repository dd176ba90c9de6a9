"""Changes to an assistant's index, each a transaction that holds the assistant's row.

So the changes of one assistant come one after the other, and its revisions are in their order;
those of different assistants do not meet.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from lodgepole.adapters.indexes.postgres import bm25
from lodgepole.adapters.indexes.postgres.connections import Connection
from lodgepole.adapters.indexes.postgres.copying import Row, copy, halfvecs, int2, int4, int8
from lodgepole.adapters.indexes.postgres.views import written_identity
from lodgepole.adapters.indexes.quantization import pack_bits
from lodgepole.model import FileVersion
from lodgepole.ports.embedder import EmbedderIdentity, Vectors
from lodgepole.ports.index import IndexedFile

TABLES = ("index_passages", "index_vectors", "index_words", "index_codes", "index_files")

_HOLD = b"""
SELECT side, embedder, aside FROM index_assistants WHERE assistant_id = %s FOR UPDATE
"""
# Updating what is there waits for whoever holds it, and then holds it.
_MAKE = b"""
INSERT INTO index_assistants VALUES (%s, 0, 0, 0, %s, NULL, false)
ON CONFLICT (assistant_id) DO UPDATE SET side = index_assistants.side
RETURNING revision = 0, side, embedder, aside
"""
_DELETE_FILES = b"""
DELETE FROM index_files
USING unnest(%s::text[], %s::bigint[]) AS gone (file_id, generation)
WHERE index_files.assistant_id = %s
    AND index_files.file_id = gone.file_id AND index_files.generation = gone.generation
RETURNING index_files.number
"""
_ADD_FILE = b"""
INSERT INTO index_files VALUES (%s, nextval('index_revisions'), %s, %s, %s, %s, %s, %b)
RETURNING number
"""
_SETTLE = b"""
UPDATE index_assistants SET revision = %s, reload_revision = greatest(reload_revision, %s)
WHERE assistant_id = %s
"""
# Who is set aside is forgotten with the last of its vectors.
_SETTLE_SIDES = b"""
UPDATE index_assistants SET side = %(side)s, embedder = %(embedder)s,
    aside = CASE WHEN others.found THEN %(aside)s END, mixed = others.found OR lacking.found
FROM (SELECT EXISTS (
    SELECT FROM index_codes WHERE assistant_id = %(id)s AND side <> %(side)s
) AS found) AS others, (SELECT EXISTS (
    SELECT FROM index_files WHERE assistant_id = %(id)s AND NOT EXISTS (
        SELECT FROM index_codes WHERE index_codes.assistant_id = index_files.assistant_id
            AND index_codes.number = index_files.number AND side = %(side)s
    )
) AS found) AS lacking
WHERE assistant_id = %(id)s
"""
_LACKING = b"""
SELECT file_id, generation, passages FROM index_files JOIN index_assistants AS held
    USING (assistant_id)
WHERE assistant_id = %s AND NOT EXISTS (
    SELECT FROM index_codes WHERE index_codes.assistant_id = index_files.assistant_id
        AND index_codes.number = index_files.number
        AND index_codes.side = CASE %s WHEN held.embedder THEN held.side
            WHEN held.aside THEN 1 - held.side END
)
"""
_FIND_FILE = b"""
SELECT number, passages FROM index_files
WHERE assistant_id = %s AND file_id = %s AND generation = %s
"""


@dataclass(slots=True)
class _Held:
    """The row of an assistant that the transaction has locked."""

    side: int
    embedder: str
    aside: str | None

    def side_of(self, embedder: str) -> int | None:
        """Return the side of an embedder's vectors; None where there is no place for them."""
        if embedder == self.embedder:
            return self.side
        return 1 - self.side if self.aside in (None, embedder) else None


async def add(connection: Connection, assistant_id: str, file: IndexedFile) -> None:
    """Store a version in the place of what there was of it."""
    embedder = written_identity(file.embedder)
    made, *row = await _one(connection, _MAKE, (assistant_id, embedder))
    held = _Held(*row)
    replaced = await _delete(connection, assistant_id, [file.version])
    if replaced and held.aside and not await _has_side(connection, assistant_id, 1 - held.side):
        held.aside = None  # it was the last of them
    sizes = (len(file.passages), len(file.lead_words), bm25.lengths(file))
    added = (assistant_id, *file.version, file.language, *sizes)
    (number,) = await _one(connection, _ADD_FILE, added)
    passages = _passages(assistant_id, number, file)
    columns = ("number", "ordinal", "assistant_id", "passage")
    await copy(connection, "index_passages", columns, passages)
    found = bm25.rows(assistant_id, number, file)
    await copy(connection, "index_words", bm25.COLUMNS, found)
    side = held.side_of(embedder)
    if side is not None:
        await _add_vectors(connection, assistant_id, number, side, file.vectors)
    if side != held.side:
        held.aside = held.aside or embedder
    if side != held.side or held.aside is not None or replaced:
        await _settle_sides(connection, assistant_id, held)
    # One that was made again is not what caches may remember of it.
    await _settle(connection, assistant_id, number, reload=made or bool(replaced))


async def remove(
    connection: Connection, assistant_id: str, versions: Collection[FileVersion]
) -> None:
    row = await (await connection.execute(_HOLD, (assistant_id,))).fetchone()
    if row is None or not await _delete(connection, assistant_id, versions):
        return
    if not await _has_files(connection, assistant_id):
        await connection.execute(
            b"DELETE FROM index_assistants WHERE assistant_id = %s", (assistant_id,)
        )
        return
    await _settle_sides(connection, assistant_id, _Held(*row))
    (revision,) = await _one(connection, b"SELECT nextval('index_revisions')")
    await _settle(connection, assistant_id, revision, reload=True)


async def drop(connection: Connection, assistant_id: str) -> None:
    await connection.execute(_HOLD, (assistant_id,))
    for table in (*TABLES, "index_assistants"):
        command = f"DELETE FROM {table} WHERE assistant_id = %s"  # noqa: S608  our own names
        await connection.execute(command.encode(), (assistant_id,))


async def set_aside(
    connection: Connection,
    assistant_id: str,
    version: FileVersion,
    identity: EmbedderIdentity,
    vectors: Vectors,
) -> None:
    embedder = written_identity(identity)
    row = await (await connection.execute(_HOLD, (assistant_id,))).fetchone()
    if row is None:
        return
    held = _Held(*row)
    wanted = (assistant_id, version.file_id, version.generation)
    found = await (await connection.execute(_FIND_FILE, wanted)).fetchone()
    if found is None or found[1] != len(vectors):
        return
    number: int = found[0]
    side = held.side if embedder == held.embedder else 1 - held.side
    if held.aside not in (None, embedder):
        await _clear_side(connection, assistant_id, 1 - held.side)
    held.aside = None if side == held.side else embedder
    await _clear_side(connection, assistant_id, side, number)
    await _add_vectors(connection, assistant_id, number, side, vectors)
    await _settle_sides(connection, assistant_id, held)
    if side == held.side:
        (revision,) = await _one(connection, b"SELECT nextval('index_revisions')")
        await _settle(connection, assistant_id, revision, reload=True)


async def switch(connection: Connection, assistant_id: str, identity: EmbedderIdentity) -> bool:
    embedder = written_identity(identity)
    row = await (await connection.execute(_HOLD, (assistant_id,))).fetchone()
    if row is None:
        return True
    held = _Held(*row)
    side = held.side_of(embedder)
    if side is None or await lacking(connection, assistant_id, embedder):
        return False
    await _clear_side(connection, assistant_id, 1 - side)
    await _settle_sides(connection, assistant_id, _Held(side, embedder, None))
    (revision,) = await _one(connection, b"SELECT nextval('index_revisions')")
    await _settle(connection, assistant_id, revision, reload=True)
    return True


async def lacking(
    connection: Connection, assistant_id: str, embedder: str
) -> list[tuple[str, int, int]]:
    """Files without vectors of an embedder: ids, generations, numbers of passages."""
    found = await connection.execute(_LACKING, (assistant_id, embedder))
    return [(file_id, generation, count) for file_id, generation, count in await found.fetchall()]


# --- parts of them ----------------------------------------------------------------------------


async def _one(
    connection: Connection, query: bytes, parameters: Sequence[Any] = ()
) -> tuple[Any, ...]:
    row = await (await connection.execute(query, parameters)).fetchone()
    assert row is not None, "it answers with one row"
    return row


async def _has_files(connection: Connection, assistant_id: str) -> bool:
    query = b"SELECT EXISTS (SELECT FROM index_files WHERE assistant_id = %s)"
    return (await _one(connection, query, (assistant_id,)))[0]


async def _has_side(connection: Connection, assistant_id: str, side: int) -> bool:
    query = b"SELECT EXISTS (SELECT FROM index_codes WHERE assistant_id = %s AND side = %s)"
    return (await _one(connection, query, (assistant_id, side)))[0]


async def _delete(
    connection: Connection, assistant_id: str, versions: Collection[FileVersion]
) -> list[int]:
    """Delete all of these versions; the numbers of those that were there."""
    parameters = (
        [version.file_id for version in versions],
        [version.generation for version in versions],
        assistant_id,
    )
    rows = await (await connection.execute(_DELETE_FILES, parameters)).fetchall()
    numbers = [number for (number,) in rows]
    for table in TABLES[:-1] if numbers else ():
        command = (
            f"DELETE FROM {table} WHERE assistant_id = %s"  # noqa: S608  our own names
            " AND number IN (SELECT unnest(%s::bigint[]))"
        )
        await connection.execute(command.encode(), (assistant_id, numbers))
    return numbers


async def _clear_side(
    connection: Connection, assistant_id: str, side: int, number: int | None = None
) -> None:
    for table in ("index_vectors", "index_codes"):
        command = f"DELETE FROM {table} WHERE assistant_id = %s AND side = %s"  # noqa: S608  the same
        parameters: tuple[Any, ...] = (assistant_id, side)
        if number is not None:
            command, parameters = f"{command} AND number = %s", (*parameters, number)
        await connection.execute(command.encode(), parameters)


async def _add_vectors(
    connection: Connection, assistant_id: str, number: int, side: int, vectors: Vectors
) -> None:
    vectors = np.asarray(vectors, np.float32)
    codes = pack_bits(vectors) if len(vectors) else b""
    await connection.execute(
        b"INSERT INTO index_codes VALUES (%s, %s, %s, %b)", (assistant_id, number, side, codes)
    )
    name, on_side, of_assistant = int8(number), int2(side), assistant_id.encode()
    columns = ("number", "ordinal", "side", "assistant_id", "vector")
    rows = (
        (name, int4(ordinal), on_side, of_assistant, vector)
        for ordinal, vector in enumerate(halfvecs(vectors) if len(vectors) else ())
    )
    await copy(connection, "index_vectors", columns, rows)


def _passages(assistant_id: str, number: int, file: IndexedFile) -> Iterator[Row]:
    name, of_assistant = int8(number), assistant_id.encode()
    for indexed in file.passages:
        passage = indexed.passage
        content = orjson.dumps(
            [
                *(passage.start, passage.text, passage.gap, passage.page),
                *(passage.heading_path, passage.header, passage.tokens),
            ]
        )
        yield name, int4(passage.ordinal), of_assistant, content


async def _settle_sides(connection: Connection, assistant_id: str, held: _Held) -> None:
    parameters = {
        "id": assistant_id,
        "side": held.side,
        "embedder": held.embedder,
        "aside": held.aside,
    }
    await connection.execute(_SETTLE_SIDES, parameters)


async def _settle(
    connection: Connection, assistant_id: str, revision: int, *, reload: bool
) -> None:
    """Give the change its revision, which is what makes caches look again."""
    await connection.execute(_SETTLE, (revision, revision if reload else 0, assistant_id))
