"""What the contract suites cannot see of the SQL database on PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from tests.support.postgres_server import PostgresServer, fresh_database

from lodgepole.adapters.databases.sql import dialects
from lodgepole.adapters.databases.sql.catalog import SqlCatalog
from lodgepole.adapters.databases.sql.database import MIGRATIONS, migrate, open_database
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.databases.sql.rate_limit_buckets import SqlRateLimitBuckets
from lodgepole.adapters.databases.sql.secrets import shared_secret
from lodgepole.adapters.databases.sql.tables import REVISION, metadata
from lodgepole.adapters.host.system_clock import SystemClock
from lodgepole.errors import InvalidRequest, LodgepoleError, Unavailable
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

pytestmark = pytest.mark.database

LEASE = timedelta(minutes=1)
LONG = timedelta(seconds=20)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Process:
    """What one process has of the database."""

    def __init__(self, database):
        self.database = database
        self.catalog = SqlCatalog(database)
        self.log = SqlOperationLog(database, SystemClock())

    async def assistant(self, id_="a"):
        await self.catalog.add_assistant(
            Assistant(
                id=id_,
                project_id="p",
                name=id_,
                status=AssistantStatus.READY,
                instructions=None,
                metadata=None,
                region="us",
                created_at=NOW,
                updated_at=NOW,
            )
        )

    async def upload(self, id_, assistant_id="a"):
        upload = Upload(
            name="a.txt",
            kind=FileKind.TEXT,
            size=1,
            crc32c="",
            sha256="",
            metadata=None,
            multimodal=False,
        )
        now = SystemClock().now()
        operation = Operation(
            id=id_,
            assistant_id=assistant_id,
            type=OperationType.UPLOAD_FILE,
            status=OperationStatus.PROCESSING,
            created_at=now,
            file_id=f"f-{id_}",
            generation=1,
            upload=upload,
        )
        file = File(
            id=f"f-{id_}",
            assistant_id=assistant_id,
            upload=upload,
            status=FileStatus.PROCESSING,
            created_at=now,
            updated_at=now,
            generation=1,
        )
        await self.log.append(operation, file=file)

    async def delete(self, id_, file_id=None):
        kind = OperationType.DELETE_FILE if file_id else OperationType.DELETE_ASSISTANT
        operation = Operation(
            id=id_,
            assistant_id="a",
            type=kind,
            status=OperationStatus.PROCESSING,
            created_at=SystemClock().now(),
            file_id=file_id,
            generation=0,
            upload=None,
        )
        await self.log.append(operation)


@pytest.fixture
async def processes(database_url):
    opened = [await open_database(database_url) for _ in range(2)]
    yield [Process(database) for database in opened]
    for database in opened:
        await database.close()


# --- the schema -------------------------------------------------------------------------------


def differences(connection):
    ours = {table.name for table in metadata.sorted_tables}

    def wanted(name, kind, _parents):
        return kind != "table" or name in ours

    options = {"include_name": wanted, "compare_type": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


async def test_the_migrations_make_exactly_the_declared_schema(database_url):
    database = await open_database(database_url)
    assert await database.read(differences) == []
    await database.close()


def test_every_migration_goes_both_ways(database_url):
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    tables = text(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 2200"
    )
    with engine.begin() as connection:
        migrate(connection)
        made = set(connection.execute(tables).scalars())
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        for _ in range(int(REVISION) - 1):
            command.downgrade(config, "-1")
        command.downgrade(config, "base")
        assert set(connection.execute(tables).scalars()) == {"alembic_version"}
        for number in range(1, int(REVISION) + 1):
            migrate(connection, f"{number:04}")
        assert set(connection.execute(tables).scalars()) == made
        assert differences(connection) == []
    engine.dispose()


async def test_many_processes_may_open_a_new_database_at_once(database_url):
    databases = await asyncio.gather(*(open_database(database_url) for _ in range(6)))
    for database in databases:
        await database.close()


async def test_a_database_of_a_newer_release_that_only_added_is_worked_on(database_url):
    database = await open_database(database_url)
    await database.write(
        lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    )
    await database.close()
    database = await open_database(database_url)
    await Process(database).assistant()
    await database.close()


# --- several processes ------------------------------------------------------------------------


async def test_work_of_one_process_wakes_another(processes):
    one, two = processes
    await one.assistant()
    began = asyncio.get_running_loop().time()
    for number in range(5):
        waiting = asyncio.create_task(two.log.wait(LONG))
        await asyncio.sleep(0)
        await one.upload(f"o{number}")
        await waiting
        claim = await two.log.claim("two", lease=LEASE)
        ended = asyncio.create_task(one.log.wait_finished(LONG))
        await asyncio.sleep(0)
        await two.log.complete(claim)
        await ended
    assert asyncio.get_running_loop().time() - began < LONG.total_seconds()


async def test_claims_of_many_at_once_are_never_of_the_same_operation(processes):
    one, two = processes
    for name in ("a", "b"):
        await one.assistant(name)
    for number in range(20):
        await one.upload(f"o{number}", "ab"[number % 2])
    claims = await asyncio.gather(
        *(process.log.claim(f"w{n}", lease=LEASE) for n in range(10) for process in processes)
    )
    taken = [claim.operation.id for claim in claims if claim is not None]
    assert sorted(taken) == sorted(f"o{n}" for n in range(20))
    assert await two.log.claim("late", lease=LEASE) is None


async def test_a_change_by_one_process_is_seen_by_the_cache_of_another(processes):
    one, two = processes
    await one.assistant()
    await one.upload("o1")
    await one.upload("o2")
    assert await two.catalog.available_files("a") == ()
    for expected in ({"f-o1"}, {"f-o1", "f-o2"}):
        await one.log.complete(await one.log.claim("one", lease=LEASE))
        assert {file.id for file in await two.catalog.available_files("a")} == expected
    await one.delete("d1", "f-o1")
    assert {file.id for file in await two.catalog.available_files("a")} == {"f-o2"}
    await one.log.complete(await one.log.claim("one", lease=LEASE))
    assert {file.id for file in await two.catalog.available_files("a")} == {"f-o2"}
    await one.delete("d2")
    assert await two.catalog.available_files("a") == ()


async def test_deletions_and_the_work_they_cancel_never_lock_each_other_out(processes):
    one, two = processes
    await one.assistant()
    for round_ in range(10):
        await one.upload(f"o{round_}")
        claim = await two.log.claim("two", lease=LEASE)
        done = await asyncio.gather(
            two.log.report_progress(claim, 50),
            two.log.complete(claim),
            one.delete(f"d{round_}", f"f-o{round_}"),
            return_exceptions=True,
        )
        assert not [error for error in done if isinstance(error, Unavailable)]
        await one.log.complete(await one.log.claim("one", lease=LEASE))


async def test_a_secret_is_the_same_for_all_who_ask_at_once(processes):
    asked = await asyncio.gather(
        *(
            shared_secret(process.database, "signing", f"{n}")
            for n in range(5)
            for process in processes
        )
    )
    assert len(set(asked)) == 1


async def test_rate_limits_are_of_all_processes_together(processes):
    shared = [SqlRateLimitBuckets(process.database, SystemClock()) for process in processes]
    taken = await asyncio.gather(*(shared[n % 2].take("p", 7, per_minute=60) for n in range(20)))
    assert 60 <= sum(count for count, _ in taken) <= 61  # a second may pass meanwhile


async def test_a_character_that_cannot_be_stored_is_the_callers_mistake(processes):
    with pytest.raises(InvalidRequest, match="cannot be stored"):
        await processes[0].catalog.find_file("a", "f\0")


# --- a database that goes and comes -----------------------------------------------------------


@pytest.fixture
async def restarted():
    server = PostgresServer(options={})
    opened = []
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        opened = [await open_database(server.url()) for _ in range(2)]
        yield server, [Process(database) for database in opened]
    finally:
        for database in opened:
            await database.close()
        server.close()


async def test_a_restart_is_unavailable_for_a_moment_and_then_all_goes_on(restarted):
    server, (one, two) = restarted
    await one.assistant()
    await one.upload("o1")
    await asyncio.to_thread(server.crash)
    with pytest.raises(Unavailable) as refused:
        await one.log.claim("w", lease=LEASE)
    assert refused.value.retry_after
    with pytest.raises(Unavailable):
        await one.upload("o2")
    await asyncio.to_thread(server.start)
    claim = await one.log.claim("w", lease=LEASE)
    assert claim is not None
    # Signals come again, over a new connection.
    woken = two.database.finished.listen()
    async with asyncio.timeout(LONG.total_seconds()):
        while not woken.is_set():
            one.database.finished.give()
            await one.database.read(lambda c: c.execute(text("SELECT pg_sleep(0.05)")))
    await one.log.complete(claim)


async def test_connections_that_ended_while_nobody_used_them_are_made_anew(restarted, monkeypatch):
    monkeypatch.setattr(dialects, "RESTED_SECONDS", 0.0)
    server, (one, _) = restarted
    await one.assistant()
    await asyncio.to_thread(server.crash)
    await asyncio.to_thread(server.start)
    assert await one.catalog.find_assistant("p", "a") is not None
    await one.upload("o1")


async def test_a_database_that_cannot_hold_every_character_is_refused(postgres_url):
    ascii_only = "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
    refused = pytest.raises(LodgepoleError, match="encoding is SQL_ASCII, and must be UTF8")
    with fresh_database(postgres_url, options=ascii_only) as url, refused:
        await open_database(url)


async def test_a_database_that_is_not_there_is_unavailable():
    with pytest.raises(Unavailable):
        await open_database("postgresql://postgres@127.0.0.1:1/nothing")
