"""A whole Lodgepole in memory, below HTTP, for tests of what features do together."""

import asyncio
import itertools
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from lodgepole.access.api_keys import Keys
from lodgepole.adapters.memory.blobs import MemoryBlobs
from lodgepole.adapters.memory.catalog import MemoryCatalog
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.adapters.memory.operation_log import MemoryOperationLog
from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.adapters.memory.records import MemoryRecords
from lodgepole.adapters.memory.sources import MemorySources
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.ingestion.pipeline import Pipeline
from lodgepole.ingestion.processing import LocalProcessor
from lodgepole.ingestion.sweep import GRACE, Sweep
from lodgepole.ingestion.worker import Worker
from lodgepole.library.assistants import Assistants
from lodgepole.library.conversations import Conversations
from lodgepole.library.download_tokens import DownloadTokens
from lodgepole.library.file_batches import FileBatches
from lodgepole.library.files import Files
from lodgepole.library.held_files import HeldFiles
from lodgepole.library.operations import Operations
from lodgepole.limits import Limits
from lodgepole.model import Assistant, File, OperationStatus, PassageKey
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.embedder import Embedder
from lodgepole.ports.index import Index
from lodgepole.ports.parser import Parser
from lodgepole.ports.records import Records
from lodgepole.retrieval.embedders import Embedders

if TYPE_CHECKING:
    from tests.support.s3_server import S3Server


NEEDS = {
    "postgres_url": "database",
    "s3_server": "bucket",
    "many": "database",
    "machine": "live",
    "served": "live",
    "server": "live",
    "browser": "browser",
}
"""Fixtures that start something, and the marker of each test that uses them."""

# The same cases at every run, whatever else the machine does; `make explore` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile("repeatable")

# Tests start hundreds of processes, each of which would compile all that it imports.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

TICK = timedelta(milliseconds=1)
PASSAGES = 200  # more than any file of a test has


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in NEEDS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(NEEDS[fixture])


async def chunks(data: bytes, size: int = 7):
    """Bytes as an upload brings them."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


@dataclass
class House:
    """The features over memory adapters; replace a field before using what is made of it."""

    clock: MemoryClock = field(default_factory=lambda: MemoryClock(tick=TICK))
    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    catalog: Catalog = None  # type: ignore[assignment]
    log: Any = None  # type: ignore[assignment]
    record_store: Records | None = None
    blobs: Any = field(default_factory=MemoryBlobs)
    index: Index = field(default_factory=MemoryIndex)
    parser: Parser = field(default_factory=MemoryParser)
    embedder: Embedder = field(default_factory=MemoryEmbedder)
    limits: Limits = field(default_factory=Limits)
    ids: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.catalog = self.catalog or MemoryCatalog(self.database)
        self.log = self.log or MemoryOperationLog(self.database, self.clock)

    def new_id(self) -> str:
        return f"id{next(self.ids)}"

    @property
    def assistants(self) -> Assistants:
        return Assistants(
            catalog=self.catalog,
            intake=self.log,
            clock=self.clock,
            new_id=self.new_id,
            limits=self.limits,
        )

    @property
    def files(self) -> Files:
        return Files(
            catalog=self.catalog,
            intake=self.log,
            history=self.log,
            blobs=self.blobs,
            clock=self.clock,
            new_id=self.new_id,
            limits=self.limits,
            signer=DownloadTokens(secret=b"secret", clock=self.clock, limits=self.limits),
        )

    @property
    def records(self) -> Records:
        return self.record_store or MemoryRecords(self.database)

    @property
    def held_files(self) -> HeldFiles:
        return HeldFiles(
            records=self.records,
            blobs=self.blobs,
            catalog=self.catalog,
            files=self.files,
            clock=self.clock,
            new_id=self.new_id,
            limits=self.limits,
        )

    @property
    def file_batches(self) -> FileBatches:
        return FileBatches(
            records=self.records,
            catalog=self.catalog,
            files=self.files,
            held_files=self.held_files,
            clock=self.clock,
            new_id=self.new_id,
            limits=self.limits,
        )

    @property
    def conversations(self) -> Conversations:
        return Conversations(
            records=self.records, clock=self.clock, new_id=self.new_id, limits=self.limits
        )

    @property
    def operations(self) -> Operations:
        return Operations(history=self.log, signals=self.log)

    @property
    def sources(self) -> Any:
        return MemorySources(self.database)

    @property
    def keys(self) -> Keys:
        return Keys(catalog=self.catalog, clock=self.clock, new_id=self.new_id)

    @property
    def sweep(self) -> Sweep:
        return Sweep(
            history=self.log,
            live=self.log,
            blobs=self.blobs,
            quarantine=self.blobs,
            index=self.index,
            records=self.records,
            clock=self.clock,
            limits=self.limits,
        )

    def pipeline(self, step: Callable[[str], None] = lambda _: None) -> Pipeline:
        return Pipeline(
            catalog=self.catalog,
            queue=self.log,
            live=self.log,
            blobs=self.blobs,
            processor=LocalProcessor(
                parser=self.parser,
                tokenizer=MemoryTokenizer(),
                embedders=Embedders(self.embedder),
                limits=self.limits,
                step=step,
            ),
            index=self.index,
            records=self.records,
            clock=self.clock,
            step=step,
            linger=timedelta(),
        )

    def worker(self, step: Callable[[str], None] = lambda _: None, **values: Any) -> Worker:
        return Worker(
            queue=self.log,
            signals=self.log,
            leader_lease=self.log,
            pipeline=self.pipeline(step),
            clock=self.clock,
            limits=self.limits,
            **{"worker_id": "w", "stop_grace": timedelta(), "sweep": self.sweep, **values},
        )

    # --- what tests do ------------------------------------------------------------------------

    async def assistant(self, name: str = "docs", **values: Any) -> Assistant:
        defaults = {"instructions": None, "metadata": None}
        return await self.assistants.create("p", name=name, **{**defaults, **values})

    async def upload(self, assistant: Assistant, name: str, data: bytes, **values: Any) -> File:
        defaults = {"metadata": None, "multimodal": False}
        file, _ = await self.files.upload(
            assistant, name=name, content=chunks(data), **{**defaults, **values}
        )
        return file

    async def upsert(
        self, assistant: Assistant, file_id: str, name: str, data: bytes, **values: Any
    ):
        defaults = {"metadata": None, "multimodal": False}
        return await self.files.upsert(
            assistant, file_id, name=name, content=chunks(data), **{**defaults, **values}
        )

    async def ingested(self, assistant: Assistant, name: str, data: bytes, **values: Any) -> File:
        file = await self.upload(assistant, name, data, **values)
        await self.worker().drain()
        return await self.files.get(assistant, file.id)

    async def finished(self, assistant: Assistant, operation_id: str) -> OperationStatus:
        """Its status once it has ended, at the latest after a minute, on a machine that is busy."""
        async with asyncio.timeout(60):
            while True:
                operation = await self.log.find(assistant.id, operation_id)
                if operation is None or operation.status is not OperationStatus.PROCESSING:
                    assert operation is not None
                    return operation.status
                await self.log.wait_finished(timedelta(milliseconds=20))

    async def swept(self) -> None:
        """Run the sweep as often and as late as it needs to remove what it finds."""
        sweep = self.sweep
        await sweep.run()
        self.clock.advance(GRACE)
        await sweep.run()

    async def state(self) -> dict[str, Any]:
        """All that is stored, without times and attempts: what two runs must agree on."""
        assistants = await self.catalog.list_assistants("p", limit=100, after=None)
        return {
            "assistants": [(a.name, a.status, a.metadata) for a in assistants.items],
            "files": {a.name: await self._files(a) for a in assistants.items},
            "operations": {a.name: await self._operations(a) for a in assistants.items},
            "blobs": {key: await self.blobs.get(key) async for key in self.blobs.keys("")},
            "index": {
                (id_, version): await self._passages(id_, version)
                for id_ in await self.index.assistants()
                for version in await self.index.versions(id_)
            },
        }

    async def _files(self, assistant: Assistant) -> list[Any]:
        page = await self.catalog.list_files(assistant.id, limit=100, after=None)
        return [
            (f.id, f.status, f.generation, f.upload, f.error_message, f.notice, f.page_count)
            for f in page.items
        ]

    async def _operations(self, assistant: Assistant) -> list[Any]:
        page = await self.log.list(assistant.id, types=(), statuses=(), limit=100, after=None)
        return [(o.id, o.type, o.status, o.error_message, o.ingestion_units) for o in page.items]

    async def _passages(self, assistant_id: str, version: Any) -> list[Any]:
        keys = [PassageKey(version, ordinal) for ordinal in range(PASSAGES)]
        found = await self.index.passages(assistant_id, keys)
        return [found[key] for key in sorted(found)]


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def make_house() -> type[House]:
    return House


# --- a real PostgreSQL ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a server whose user may make databases: ours, or the one that is named."""
    from tests.support.postgres_server import PostgresServer, named_server

    named = named_server()
    if named is not None:
        yield named
        return
    server = PostgresServer()
    yield server.url()
    server.close()


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """A new, empty PostgreSQL database with the extension `vector`, for one test."""
    from tests.support.postgres_server import fresh_database

    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """The name of a database with the whole schema, to make others of."""
    from sqlalchemy import create_engine
    from tests.support.postgres_server import fresh_database

    from lodgepole.adapters.databases.sql.database import migrate

    with fresh_database(postgres_url) as url:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()
        yield url.rpartition("/")[2]


@pytest.fixture
def migrated_database_url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """A new PostgreSQL database with the schema of this release, for one test."""
    from tests.support.postgres_server import fresh_database

    with fresh_database(postgres_url, template=migrated_template) as url:
        yield url


# --- a real server of S3 ----------------------------------------------------------------------


@pytest.fixture(scope="session")
def s3_server() -> Iterator["S3Server"]:
    from tests.support.s3_server import S3Server

    server = S3Server()
    yield server
    server.close()


@pytest.fixture
def bucket_url(s3_server: "S3Server") -> Iterator[str]:
    """An empty prefix of a bucket that this process can talk to."""
    from tests.support.s3_server import BUCKET, talking_to

    with talking_to(s3_server):
        yield f"s3://{BUCKET}/{uuid.uuid4().hex}/files"
