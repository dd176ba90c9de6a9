"""Rows copied from one database to another, such as from SQLite to PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, select, true

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import insert_if_absent
from lodgepole.adapters.databases.sql.tables import (
    api_keys,
    assistants,
    daily_usage,
    files,
    granted_keys,
    operations,
    records,
    source_items,
    source_runs,
    sources,
    webhook_deliveries,
    webhooks,
)
from lodgepole.errors import Conflict

BATCH = 500


class SqlRows:
    """Copies what is not there yet; nothing that is there is changed."""

    def __init__(self, source: Database, target: Database) -> None:
        self._source = source
        self._target = target

    async def copy_shared(self) -> None:
        for table in (api_keys, granted_keys, daily_usage, records, webhooks, webhook_deliveries):
            rows = await self._rows(table, true())

            def work(connection: Connection, table: Table = table, rows: Any = rows) -> None:
                _insert(connection, table, rows)

            await self._target.write(work)

    async def copy_assistant(self, assistant_id: str) -> None:
        found = [
            (assistants, await self._rows(assistants, assistants.c.id == assistant_id)),
            (files, await self._rows(files, files.c.assistant_id == assistant_id)),
            *[
                (table, await self._rows(table, table.c.assistant_id == assistant_id))
                for table in (operations, sources, source_items, source_runs)
            ],
        ]

        def work(connection: Connection) -> None:
            known = select(assistants.c.id).where(assistants.c.id == assistant_id)
            if connection.execute(known).first() is not None:
                return  # all of it came in one transaction
            for table, rows in found:
                _insert(connection, table, rows)
                if table is assistants and connection.execute(known).first() is None:
                    raise Conflict(
                        f"The target has another assistant named {rows[0]['name']!r}: delete one."
                    )

        await self._target.write(work)

    async def _rows(self, table: Table, condition: Any) -> Sequence[dict[str, Any]]:
        def work(connection: Connection) -> Sequence[dict[str, Any]]:
            found = connection.execute(select(table).where(condition))
            return [dict(row) for row in found.mappings()]

        rows = await self._source.read(work)
        if table in (operations, sources, webhook_deliveries):
            # Whoever held one of them is gone: it is due again.
            rows = [{**row, "worker_id": None} for row in rows]
        return rows


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), BATCH):
        connection.execute(insert_if_absent(table, connection.dialect), rows[start : start + BATCH])
