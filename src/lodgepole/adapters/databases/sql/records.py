"""Records in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.rows import AnyRow, ordered, token
from lodgepole.adapters.databases.sql.tables import records
from lodgepole.model import Record, RecordKind


class SqlRecords:
    """`Records` in the database that `SqlCatalog` and `SqlOperationLog` share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, record: Record) -> None:
        def work(connection: Connection) -> None:
            connection.execute(_removal(record.project_id, record.id))
            connection.execute(
                insert(records).values(
                    id=record.id,
                    project_id=record.project_id,
                    kind=record.kind.value,
                    created_at=record.created_at,
                    expires_at=record.expires_at,
                    body=dict(record.body),
                )
            )

        await self._database.write(work)

    async def find(self, project_id: str, id_: str) -> Record | None:
        query = select(records).where(records.c.project_id == project_id).where(records.c.id == id_)
        found = await self._all(query)
        return _read(found[0]) if found else None

    async def list(
        self,
        project_id: str,
        kind: RecordKind,
        *,
        limit: int,
        after: Record | None,
        newest_first: bool,
        id_prefix: str = "",
    ) -> Sequence[Record]:
        query = (
            select(records)
            .where(records.c.project_id == project_id)
            .where(records.c.kind == kind.value)
        )
        if id_prefix:
            query = query.where(_begins(id_prefix))
        last = None if after is None else token(after)
        page = ordered(query, records, last, newest_first=newest_first).limit(limit)
        return [_read(row) for row in await self._all(page)]

    async def find_all(self, project_id: str, ids: Sequence[str]) -> Sequence[Record]:
        query = (
            select(records).where(records.c.project_id == project_id).where(records.c.id.in_(ids))
        )
        return [_read(row) for row in await self._all(query)]

    async def with_prefix(
        self, kind: RecordKind, id_prefix: str, *, limit: int
    ) -> Sequence[Record]:
        query = (
            select(records)
            .where(records.c.kind == kind.value)
            .where(_begins(id_prefix))
            .limit(limit)
        )
        return [_read(row) for row in await self._all(query)]

    async def count(self, project_id: str, kind: RecordKind) -> int:
        query = (
            select(func.count())
            .where(records.c.project_id == project_id)
            .where(records.c.kind == kind.value)
        )
        rows = await self._all(query)
        return int(rows[0][0])

    async def remove(self, project_id: str, id_: str) -> bool:
        def work(connection: Connection) -> bool:
            return connection.execute(_removal(project_id, id_)).rowcount > 0

        return await self._database.write(work)

    async def expired(self, at: datetime, *, limit: int) -> Sequence[Record]:
        query = (
            select(records)
            .where(records.c.expires_at <= at)
            .order_by(records.c.expires_at, records.c.id)
            .limit(limit)
        )
        return [_read(row) for row in await self._all(query)]

    async def _all(self, query: Any) -> "list[AnyRow]":
        def work(connection: Connection) -> "list[AnyRow]":
            return list(connection.execute(query).all())

        return await self._database.read(work)


def _removal(project_id: str, id_: str) -> Any:
    return delete(records).where(records.c.project_id == project_id).where(records.c.id == id_)


def _begins(id_prefix: str) -> Any:
    # LIKE would take capitals for small letters on SQLite.
    return func.substr(records.c.id, 1, len(id_prefix)) == id_prefix


def _read(row: AnyRow) -> Record:
    return Record(
        id=row.id,
        project_id=row.project_id,
        kind=RecordKind(row.kind),
        created_at=row.created_at,
        expires_at=row.expires_at,
        body=row.body,
    )
