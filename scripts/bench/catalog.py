"""What SQLite's catalog and log cost one small file, from its upload to Available.

python scripts/bench/catalog.py
"""

import asyncio
import tempfile
import time
from datetime import timedelta

from lodgepole.adapters.databases.sql.catalog import SqlCatalog
from lodgepole.adapters.databases.sql.database import open_database
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.host.system_clock import SystemClock
from lodgepole.model import (
    Assistant,
    AssistantStatus,
    File,
    FileKind,
    FileStatus,
    Operation,
    OperationStatus,
    OperationType,
    Upload,
)

FILES = 500
AT_ONCE = 4


async def pass_through(log: SqlOperationLog, catalog: SqlCatalog, name: str) -> None:
    now = SystemClock().now()
    generation = await log.reserve_generation("a")
    upload = Upload(
        name=f"{name}.txt",
        kind=FileKind.TEXT,
        size=1,
        crc32c="",
        sha256="",
        metadata=None,
        multimodal=False,
    )
    file = File(
        id=name,
        assistant_id="a",
        upload=upload,
        status=FileStatus.PROCESSING,
        created_at=now,
        updated_at=now,
        generation=generation,
    )
    operation = Operation(
        id=name,
        assistant_id="a",
        file_id=name,
        type=OperationType.UPLOAD_FILE,
        status=OperationStatus.PROCESSING,
        created_at=now,
        generation=generation,
        upload=upload,
    )
    await log.append(operation, file=file)
    claim = await log.claim("w", lease=timedelta(minutes=1))
    assert claim is not None
    await catalog.find_file("a", name)
    await log.complete(claim)


async def measure(folder: str) -> None:
    database = await open_database(f"sqlite:///{folder}/catalog.db")
    log, catalog = SqlOperationLog(database, SystemClock()), SqlCatalog(database)
    now = SystemClock().now()
    await catalog.add_assistant(
        Assistant(
            id="a",
            project_id="p",
            name="a",
            status=AssistantStatus.READY,
            instructions=None,
            metadata=None,
            region="us",
            created_at=now,
            updated_at=now,
        )
    )
    began, used = time.perf_counter(), time.process_time()
    for first in range(0, FILES, AT_ONCE):
        numbers = range(first, first + AT_ONCE)
        await asyncio.gather(*(pass_through(log, catalog, f"f{number}") for number in numbers))
    took, used = time.perf_counter() - began, time.process_time() - used
    print(f"{took / FILES * 1000:.1f} ms a file, {used / FILES * 1000:.1f} ms of them CPU")
    await database.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(folder))


if __name__ == "__main__":
    main()
