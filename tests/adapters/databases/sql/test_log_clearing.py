"""Names of what was deleted leave the write-ahead log."""

import asyncio
from datetime import UTC, datetime

from lodgepole.adapters.databases.sql.catalog import SqlCatalog
from lodgepole.adapters.databases.sql.database import open_database
from lodgepole.adapters.databases.sql.log_clearing import LogClearing
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.model import Assistant, AssistantStatus

NAME = "name-that-must-go"


async def test_a_deleted_name_is_in_no_file_of_the_catalog(tmp_path):
    now = datetime(2026, 3, 1, tzinfo=UTC)
    database = await open_database(f"sqlite:///{tmp_path / 'catalog.db'}")
    catalog = SqlCatalog(database)
    await catalog.add_assistant(
        Assistant(
            id="a",
            project_id="p",
            name=NAME,
            status=AssistantStatus.READY,
            instructions=None,
            metadata=None,
            region="us",
            created_at=now,
            updated_at=now,
        )
    )
    assert holding(tmp_path)
    await remove(database)
    clearing = LogClearing(tmp_path / "catalog.db", database.finished)
    assert await asyncio.to_thread(clearing.clear)
    assert (tmp_path / "catalog.db-wal").stat().st_size == 0
    assert holding(tmp_path) == []
    await SqlOperationLog(database, MemoryClock(now)).queue_depth()
    await database.close()


def holding(folder):
    return [path.name for path in sorted(folder.iterdir()) if NAME.encode() in path.read_bytes()]


async def remove(database):
    def work(connection):
        connection.exec_driver_sql("DELETE FROM assistants")

    await database.write(work)
