"""Usage of keys by day, in SQL."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import Connection, delete, func, select

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import adding
from lodgepole.adapters.databases.sql.tables import assistants, daily_usage, files, operations
from lodgepole.model import DailyUsage, OperationStatus, ProjectTotals


class SqlUsageStore:
    """`UsageStore` in the database that `SqlCatalog` and `SqlOperationLog` share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entries: Collection[DailyUsage]) -> None:
        # In one order everywhere, so that two processes that add at a time wait and do not lock.
        rows = sorted((asdict(entry) for entry in entries), key=lambda row: tuple(row.values())[:3])

        def work(connection: Connection) -> None:
            connection.execute(adding(daily_usage, connection.dialect), rows)

        if rows:
            await self._database.write(work)

    async def read(self, project_id: str, *, since: date) -> Sequence[DailyUsage]:
        def work(connection: Connection) -> Sequence[DailyUsage]:
            rows = connection.execute(
                select(daily_usage)
                .where(daily_usage.c.project_id == project_id)
                .where(daily_usage.c.day >= since)
                .order_by(daily_usage.c.day, daily_usage.c.key_id)
            )
            return [DailyUsage(**row) for row in rows.mappings()]

        return await self._database.read(work)

    async def forget(self, before: date) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(daily_usage).where(daily_usage.c.day < before))

        await self._database.write(work)

    async def totals(self, project_id: str) -> ProjectTotals:
        own = select(assistants.c.id).where(assistants.c.project_id == project_id)
        counted = select(func.count(), func.coalesce(func.sum(files.c.size), 0)).where(
            files.c.assistant_id.in_(own)
        )
        by_status = (
            select(operations.c.status, func.count())
            .where(operations.c.assistant_id.in_(own))
            .group_by(operations.c.status)
        )

        def work(connection: Connection) -> ProjectTotals:
            count = connection.execute(counted).one()
            statuses = connection.execute(by_status).all()
            return ProjectTotals(
                assistants=len(connection.execute(own).all()),
                files=int(count[0]),
                bytes=int(count[1]),
                operations={OperationStatus(status): int(number) for status, number in statuses},
            )

        return await self._database.read(work)
