"""The Index port."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import orjson

from lodgepole.adapters.indexes.postgres import bm25, dense, writing
from lodgepole.adapters.indexes.postgres.connections import Connection, Connections
from lodgepole.adapters.indexes.postgres.views import Views, read_identity, written_identity
from lodgepole.model import FileVersion, Passage, PassageKey
from lodgepole.ports.embedder import EmbedderIdentity, Vectors
from lodgepole.ports.index import IndexedFile, IndexQuery, Rankings

_PASSAGES = b"""
SELECT wanted.place, passage
FROM unnest(%s::text[], %s::bigint[], %s::integer[])
    WITH ORDINALITY AS wanted (file_id, generation, ordinal, place), LATERAL (
    SELECT number FROM index_files
    WHERE assistant_id = %s AND file_id = wanted.file_id AND generation = wanted.generation
    LIMIT 1
) AS file, LATERAL (
    SELECT passage FROM index_passages
    WHERE assistant_id = %s AND number = file.number AND ordinal = wanted.ordinal
    LIMIT 1
) AS found
"""

_VECTORS = b"""
SELECT vector::vector::real[] FROM index_vectors
JOIN index_files USING (assistant_id, number)
JOIN index_assistants USING (assistant_id, side)
WHERE assistant_id = %s AND file_id = %s AND generation = %s AND ordinal >= %s AND ordinal < %s
ORDER BY ordinal
"""


class PostgresIndex:
    """Any number of processes may have one on the same database."""

    def __init__(
        self,
        connections: Connections,
        *,
        exact_below: int = dense.EXACT_BELOW,
        read_rows: int = bm25.READ_ROWS,
    ) -> None:
        """One on connections that nobody else closes.

        Args:
            connections: To a database with this release's schema.
            exact_below: Up to so many passages are all compared by their vectors.
            read_rows: The most rows of words that one query reads, a row for each file that has
                the word; above, its commonest words are left out.
        """
        self._connections = connections
        self._views = Views()
        self._exact_below = exact_below
        self._read_rows = read_rows

    # --- changes ------------------------------------------------------------------------------

    async def add(self, assistant_id: str, file: IndexedFile) -> None:
        await self._connections.write(lambda c: writing.add(c, assistant_id, file))

    async def remove(self, assistant_id: str, versions: Iterable[FileVersion]) -> None:
        gone = list(versions)
        await self._connections.write(lambda c: writing.remove(c, assistant_id, gone))

    async def drop(self, assistant_id: str) -> None:
        await self._connections.write(lambda c: writing.drop(c, assistant_id))

    async def set_aside(
        self, assistant_id: str, version: FileVersion, embedder: EmbedderIdentity, vectors: Vectors
    ) -> None:
        await self._connections.write(
            lambda c: writing.set_aside(c, assistant_id, version, embedder, vectors)
        )

    async def switch(self, assistant_id: str, embedder: EmbedderIdentity) -> bool:
        return await self._connections.write(lambda c: writing.switch(c, assistant_id, embedder))

    # --- searches -----------------------------------------------------------------------------

    async def search(self, assistant_id: str, query: IndexQuery) -> Rankings:
        async def work(connection: Connection) -> Rankings | bm25.Scoring:
            view = await self._views.current(connection, assistant_id)
            if view is None:
                return Rankings()
            ranked = Rankings(embedder=view.embedder)
            allowed = self._views.allowed(assistant_id, view, query.versions)
            if not len(allowed):
                return ranked
            if query.vector is not None and query.embedder in (None, view.embedder):
                hits = await dense.by_vector(
                    connection,
                    self._views,
                    view,
                    allowed,
                    assistant_id=assistant_id,
                    vector=query.vector,
                    limit=query.limit,
                    exact_below=self._exact_below,
                )
                ranked = Rankings(embedder=view.embedder, dense=hits)
            if not query.words:
                return ranked
            found = await bm25.read(
                connection, assistant_id, view, query.words, most_rows=self._read_rows
            )
            return bm25.Scoring(ranked, view, found, allowed)

        read = await self._connections.read(work)
        if isinstance(read, Rankings):
            return read
        # The connection is free for another search meanwhile, and the loop for other work.
        return await asyncio.to_thread(read.rankings, query.limit)

    async def passages(
        self, assistant_id: str, keys: Collection[PassageKey]
    ) -> dict[PassageKey, Passage]:
        wanted = list(keys)
        parameters = (
            [key.version.file_id for key in wanted],
            [key.version.generation for key in wanted],
            [key.ordinal for key in wanted],
            assistant_id,
            assistant_id,
        )
        found: dict[PassageKey, Passage] = {}
        for place, content in await self._rows(_PASSAGES, parameters) if wanted else ():
            key = wanted[place - 1]
            found[key] = _passage(key.ordinal, content)
        return found

    async def vectors(
        self, assistant_id: str, version: FileVersion, *, first: int, count: int
    ) -> Vectors:
        parameters = (assistant_id, version.file_id, version.generation, first, first + count)
        rows = await self._rows(_VECTORS, parameters)
        return np.array([row[0] for row in rows], np.float32).reshape(len(rows), -1 if rows else 0)

    # --- what there is ------------------------------------------------------------------------

    async def versions(self, assistant_id: str) -> Collection[FileVersion]:
        query = b"SELECT file_id, generation FROM index_files WHERE assistant_id = %s"
        return {FileVersion(*row) for row in await self._rows(query, (assistant_id,))}

    async def assistants(self) -> Collection[str]:
        return {row[0] for row in await self._rows(b"SELECT assistant_id FROM index_assistants")}

    async def languages(self, assistant_id: str) -> Mapping[FileVersion, str]:
        async def work(connection: Connection) -> Mapping[FileVersion, str]:
            view = await self._views.current(connection, assistant_id)
            return {} if view is None else dict(zip(view.versions, view.languages, strict=True))

        return await self._connections.read(work)

    async def embedder(self, assistant_id: str) -> EmbedderIdentity | None:
        query = b"SELECT embedder FROM index_assistants WHERE assistant_id = %s"
        rows = await self._rows(query, (assistant_id,))
        return read_identity(rows[0][0]) if rows else None

    async def unlike(self, embedder: EmbedderIdentity) -> Collection[str]:
        query = b"SELECT assistant_id FROM index_assistants WHERE embedder <> %s OR mixed"
        return {row[0] for row in await self._rows(query, (written_identity(embedder),))}

    async def lacking(
        self, assistant_id: str, embedder: EmbedderIdentity
    ) -> Mapping[FileVersion, int]:
        async def work(connection: Connection) -> Mapping[FileVersion, int]:
            found = await writing.lacking(connection, assistant_id, written_identity(embedder))
            return {FileVersion(file_id, number): count for file_id, number, count in found}

        return await self._connections.read(work)

    async def close(self) -> None:
        await self._connections.close()

    async def _rows(self, query: bytes, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        async def work(connection: Connection) -> list[tuple[Any, ...]]:
            cursor = connection.cursor(binary=True)
            return await (await cursor.execute(query, parameters)).fetchall()

        return await self._connections.look(work)


def _passage(ordinal: int, content: bytes) -> Passage:
    start, text, gap, page, path, header, tokens = orjson.loads(content)
    return Passage(
        ordinal=ordinal,
        start=start,
        end=start + len(text),
        text=text,
        page=page,
        heading_path=tuple(path),
        header=header,
        tokens=tokens,
        gap=gap,
    )
