"""Stores for the suites of ports that share one database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine
from tests.support.postgres_server import fresh_database

from lodgepole.adapters.databases.sql.catalog import SqlCatalog
from lodgepole.adapters.databases.sql.database import migrate, open_database
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.databases.sql.rate_limit_buckets import SqlRateLimitBuckets
from lodgepole.adapters.databases.sql.records import SqlRecords
from lodgepole.adapters.databases.sql.sources import SqlSources
from lodgepole.adapters.databases.sql.tables import metadata
from lodgepole.adapters.databases.sql.usage_store import SqlUsageStore
from lodgepole.adapters.databases.sql.webhooks import SqlWebhooks
from lodgepole.adapters.indexes.postgres import Connections, PostgresIndex
from lodgepole.adapters.indexes.tantivy import TantivyIndex
from lodgepole.adapters.memory.catalog import MemoryCatalog
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.adapters.memory.operation_log import MemoryOperationLog
from lodgepole.adapters.memory.rate_limit_buckets import MemoryRateLimitBuckets
from lodgepole.adapters.memory.records import MemoryRecords
from lodgepole.adapters.memory.sources import MemorySources
from lodgepole.adapters.memory.usage_store import MemoryUsageStore
from lodgepole.adapters.memory.webhooks import MemoryWebhooks
from lodgepole.model import (
    Assistant,
    AssistantStatus,
    Claim,
    File,
    FileKind,
    FileStatus,
    Operation,
    OperationStatus,
    OperationType,
    Upload,
)
from lodgepole.ports.backlog import Backlog
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.leader_lease import LeaderLease
from lodgepole.ports.live_content import LiveContent
from lodgepole.ports.operation_history import OperationHistory
from lodgepole.ports.operation_intake import OperationIntake
from lodgepole.ports.operation_queue import OperationQueue
from lodgepole.ports.operation_signals import OperationSignals
from lodgepole.ports.rate_limit_buckets import RateLimitBuckets
from lodgepole.ports.records import Records
from lodgepole.ports.source_store import SourceStore
from lodgepole.ports.usage_store import UsageStore
from lodgepole.ports.webhook_store import WebhookStore

READERS = "schema_readers"  # has its row from the migration
START = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=1)


@dataclass
class Stores:
    """A catalog and a log over one database, with makers of what goes into them."""

    catalog: Catalog
    log: MemoryOperationLog | SqlOperationLog
    clock: MemoryClock
    usage_store: UsageStore
    rate_limit_buckets: RateLimitBuckets
    sources: SourceStore
    records: Records
    webhooks: WebhookStore

    @property
    def intake(self) -> OperationIntake:
        return self.log

    @property
    def queue(self) -> OperationQueue:
        return self.log

    @property
    def history(self) -> OperationHistory:
        return self.log

    @property
    def signals(self) -> OperationSignals:
        return self.log

    @property
    def backlog(self) -> Backlog:
        return self.log

    @property
    def live(self) -> LiveContent:
        return self.log

    @property
    def leader_lease(self) -> LeaderLease:
        return self.log

    def assistant(self, id_="a1", *, project="p", name=None, **values) -> Assistant:
        now = self.clock.now()
        defaults = {
            "status": AssistantStatus.READY,
            "instructions": None,
            "metadata": None,
            "region": "us",
            "created_at": now,
            "updated_at": now,
        }
        return Assistant(id=id_, project_id=project, name=name or id_, **{**defaults, **values})

    def upload(self, name="a.txt", **values) -> Upload:
        defaults = {
            "kind": FileKind.TEXT,
            "size": 3,
            "crc32c": "AAAAAA==",
            "sha256": "0" * 64,
            "metadata": None,
            "multimodal": False,
        }
        return Upload(name=name, **{**defaults, **values})

    def operation(
        self,
        id_,
        type_=OperationType.UPLOAD_FILE,
        *,
        file_id: str | None = "f1",
        assistant_id="a1",
        generation=1,
        upload: Upload | None = None,
    ) -> Operation:
        deletion = type_ in (OperationType.DELETE_FILE, OperationType.DELETE_ASSISTANT)
        return Operation(
            id=id_,
            assistant_id=assistant_id,
            type=type_,
            status=OperationStatus.PROCESSING,
            created_at=self.clock.now(),
            file_id=file_id,
            generation=generation,
            upload=None if deletion else upload or self.upload(),
        )

    def file(self, operation: Operation) -> File:
        assert operation.file_id is not None
        assert operation.upload is not None
        return File(
            id=operation.file_id,
            assistant_id=operation.assistant_id,
            upload=operation.upload,
            status=FileStatus.PROCESSING,
            created_at=operation.created_at,
            updated_at=operation.created_at,
            generation=operation.generation,
        )

    async def append_content(self, id_, **values) -> Operation:
        operation = self.operation(id_, **values)
        await self.intake.append(operation, file=self.file(operation))
        return operation

    async def claim(self, worker="w") -> Claim | None:
        return await self.queue.claim(worker, lease=LEASE)

    async def publish(self, op_id, **values) -> None:
        await self.append_content(op_id, **values)
        await self.queue.complete(await self.claim())
        self.clock.advance(SECOND)

    async def upsert(self, op_id, file_id="f1", **values) -> int:
        generation = await self.intake.reserve_generation("a1")
        await self.append_content(
            op_id,
            type_=OperationType.UPSERT_FILE,
            file_id=file_id,
            generation=generation,
            **values,
        )
        return generation


@pytest.fixture
async def ready(stores):
    """Stores with the assistants a1 and a2."""
    for id_ in ("a1", "a2"):
        await stores.catalog.add_assistant(stores.assistant(id_))
    return stores


@pytest.fixture(scope="session")
def _kept_url(postgres_url):
    with fresh_database(postgres_url) as url:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()
        yield url


@pytest.fixture
def emptied_url(_kept_url):
    """A PostgreSQL database with our tables; all tests have one, which each finds empty."""
    tables = ", ".join(table.name for table in metadata.sorted_tables if table.name != READERS)
    with psycopg.connect(_kept_url) as connection:
        connection.execute(f"TRUNCATE {tables}")
    return _kept_url


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.database)])
async def stores(request, tmp_path):
    clock = MemoryClock(START)
    if request.param == "memory":
        database = MemoryDatabase()
        yield Stores(
            MemoryCatalog(database),
            MemoryOperationLog(database, clock),
            clock,
            MemoryUsageStore(database),
            MemoryRateLimitBuckets(clock),
            MemorySources(database),
            MemoryRecords(database),
            MemoryWebhooks(database),
        )
        return
    url = f"sqlite:///{tmp_path / 'lodgepole.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("emptied_url")
    opened = await open_database(url)
    try:
        yield Stores(
            SqlCatalog(opened),
            SqlOperationLog(opened, clock),
            clock,
            SqlUsageStore(opened),
            SqlRateLimitBuckets(opened, clock),
            SqlSources(opened),
            SqlRecords(opened),
            SqlWebhooks(opened),
        )
    finally:
        await opened.close()


AnyIndex = MemoryIndex | TantivyIndex | PostgresIndex


@pytest.fixture(params=["memory", "tantivy", pytest.param("postgres", marks=pytest.mark.database)])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AnyIndex]:
    made: AnyIndex
    if request.param == "memory":
        made = MemoryIndex()
    elif request.param == "tantivy":
        made = TantivyIndex(tmp_path / "index")
    else:
        made = PostgresIndex(Connections(request.getfixturevalue("migrated_database_url")))
    yield made
    await made.close()
