"""The ledger in SQL."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import Connection, delete, func, select

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import adding
from lodgepole.adapters.databases.sql.tables import assistants, files, ledger, operations
from lodgepole.model import Holdings, LedgerEntry, OperationStatus


class SqlLedger:
    """`Ledger` in the database that `SqlCatalog` and `SqlOperationLog` share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entries: Collection[LedgerEntry]) -> None:
        # In one order everywhere, so that two processes that add at a time wait and do not lock.
        rows = sorted((asdict(entry) for entry in entries), key=lambda row: tuple(row.values())[:3])

        def work(connection: Connection) -> None:
            connection.execute(adding(ledger, connection.dialect), rows)

        if rows:
            await self._database.write(work)

    async def read(self, project_id: str, *, since: date) -> Sequence[LedgerEntry]:
        def work(connection: Connection) -> Sequence[LedgerEntry]:
            rows = connection.execute(
                select(ledger)
                .where(ledger.c.project_id == project_id)
                .where(ledger.c.day >= since)
                .order_by(ledger.c.day, ledger.c.key_id)
            )
            return [LedgerEntry(**row) for row in rows.mappings()]

        return await self._database.read(work)

    async def forget(self, before: date) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(ledger).where(ledger.c.day < before))

        await self._database.write(work)

    async def holdings(self, project_id: str) -> Holdings:
        own = select(assistants.c.id).where(assistants.c.project_id == project_id)
        counted = select(func.count(), func.coalesce(func.sum(files.c.size), 0)).where(
            files.c.assistant_id.in_(own)
        )
        by_status = (
            select(operations.c.status, func.count())
            .where(operations.c.assistant_id.in_(own))
            .group_by(operations.c.status)
        )

        def work(connection: Connection) -> Holdings:
            count = connection.execute(counted).one()
            statuses = connection.execute(by_status).all()
            return Holdings(
                assistants=len(connection.execute(own).all()),
                files=int(count[0]),
                bytes=int(count[1]),
                operations={OperationStatus(status): int(number) for status, number in statuses},
            )

        return await self._database.read(work)
