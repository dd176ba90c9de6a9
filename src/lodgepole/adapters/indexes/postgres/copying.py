"""Rows as PostgreSQL's binary COPY takes them: the fastest way in, without text in between."""

import asyncio
import struct
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from lodgepole.adapters.indexes.postgres.connections import Connection
from lodgepole.ports.embedder import Vectors

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_BLOCK_BYTES = 1 << 20  # sent at a time

Row = Sequence[bytes | None]
"""A field each, in PostgreSQL's binary form; None is NULL."""

int2 = struct.Struct("!h").pack
int4 = struct.Struct("!i").pack
int8 = struct.Struct("!q").pack
_field = struct.Struct("!i").pack
_NULL = _field(-1)


async def copy(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]
) -> None:
    """Append rows to a table of ours, within the transaction that is open.

    They are made in a thread, a part at a time: a large file must not keep the loop.
    """
    command = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    blocks = _blocks(len(columns), rows)
    async with connection.cursor() as cursor, cursor.copy(command.encode()) as sink:
        last = False
        while not last:
            block, last = await asyncio.to_thread(next, blocks)
            await sink.write(block)


def _blocks(columns: int, rows: Iterable[Row]) -> Iterator[tuple[bytes, bool]]:
    """What is sent, and with each part whether it is the last."""
    fields = struct.pack("!h", columns)
    block = bytearray(_HEADER)
    for row in rows:
        block += fields
        for value in row:
            block += _NULL if value is None else _field(len(value)) + value
        if len(block) > _BLOCK_BYTES:
            yield bytes(block), False
            block.clear()
    yield bytes(block) + _END, True


def halfvecs(vectors: Vectors) -> list[bytes]:
    """Pgvector's `halfvec`, one for each row."""
    head = struct.pack("!hh", vectors.shape[1], 0)
    return [head + row.tobytes() for row in np.asarray(vectors).astype(">f2")]
