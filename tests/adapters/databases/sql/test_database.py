"""What the contract suites cannot see of the SQL database."""

import asyncio
import base64
import contextlib
import sqlite3
import threading
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from lodgepole.adapters.databases.sql import transactions
from lodgepole.adapters.databases.sql.catalog import SqlCatalog
from lodgepole.adapters.databases.sql.database import MIGRATIONS, migrate, open_database
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.databases.sql.tables import REVISION, metadata
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.errors import InvalidRequest, LodgepoleError, Unavailable


def url(tmp_path):
    return f"sqlite:///{tmp_path / 'lodgepole.db'}"


async def test_the_migrations_make_exactly_the_declared_schema(tmp_path):
    database = await open_database(url(tmp_path))

    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection), metadata)

    assert await database.read(differences) == []
    await database.close()


def test_the_declared_revision_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


async def test_opening_again_changes_nothing(tmp_path):
    count = text("SELECT count(*) FROM assistants")
    for _ in range(2):
        database = await open_database(url(tmp_path))
        assert await database.read(lambda c: c.execute(count).scalar()) == 0
        await database.close()


async def test_two_processes_may_open_a_new_database_at_once(tmp_path):
    databases = await asyncio.gather(*(open_database(url(tmp_path)) for _ in range(3)))
    for database in databases:
        await database.close()


async def become_newer(database, oldest):
    def work(connection):
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("UPDATE schema_readers SET oldest = :it"), {"it": oldest})

    await database.write(work)
    await database.close()


async def test_a_database_of_a_newer_release_that_only_added_is_worked_on(tmp_path):
    await become_newer(await open_database(url(tmp_path)), oldest=REVISION)
    database = await open_database(url(tmp_path))
    assert await SqlCatalog(database).count_assistants("p") == 0
    await database.close()


async def test_a_database_of_a_newer_release_is_refused_with_advice(tmp_path):
    await become_newer(await open_database(url(tmp_path)), oldest="9998")
    with pytest.raises(LodgepoleError, match="newer Lodgepole"):
        await open_database(url(tmp_path))


async def test_files_from_before_a_migration_are_still_available(tmp_path):
    path = tmp_path / "lodgepole.db"
    with contextlib.closing(sqlite3.connect(path)) as old:
        engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(path))
        with engine.begin() as connection:
            migrate(connection, "0001")
        engine.dispose()
        moment = "2026-03-01 00:00:00.000000"
        old.execute(
            "INSERT INTO assistants VALUES ('a', 'p', 'a', 'Ready', NULL, NULL, 'us', ?, ?, 1, 7)",
            (moment, moment),
        )
        old.execute(
            "INSERT INTO files VALUES ('a', 'f', 'f.txt', 'text', 1, '', '', NULL, 0, "
            "'Available', ?, ?, 1, 1, 100, NULL, NULL, NULL)",
            (moment, moment),
        )
        old.commit()
    database = await open_database(url(tmp_path))
    assert [file.id for file in await SqlCatalog(database).available_files("a")] == ["f"]
    await database.close()


async def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path):
    with pytest.raises(Unavailable):
        await open_database(f"sqlite:///{tmp_path / 'missing' / 'x.db'}")


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-03-01T00:00:00"]
)
async def test_a_forged_pagination_token_is_refused(tmp_path, moment):
    database = await open_database(url(tmp_path))
    forged = base64.urlsafe_b64encode(f"{moment} x".encode()).decode()
    with pytest.raises(InvalidRequest):
        await SqlCatalog(database).list_assistants("p", limit=2, after=forged)
    await database.close()


async def test_failures_tell_nothing_of_the_values(tmp_path):
    database = await open_database(url(tmp_path))
    wrong, value = text("INSERT INTO nowhere VALUES (:it)"), "confiden" + "tial"
    with pytest.raises(Unavailable) as failure:
        await database.write(lambda c: c.execute(wrong, {"it": value}))
    assert value not in "".join(traceback.format_exception(failure.value))
    await database.close()


async def test_a_full_disk_is_said_to_be_full(tmp_path):
    database = await open_database(url(tmp_path))
    insert = text("INSERT INTO secrets VALUES (:name, :value)")
    await database.write(lambda c: c.execute(text("PRAGMA max_page_count = 80")))
    with pytest.raises(Unavailable, match="disk of the database is full") as failure:
        await database.write(lambda c: c.execute(insert, {"name": "n", "value": "x" * 1_000_000}))
    assert failure.value.retry_after
    await database.write(lambda c: c.execute(insert, {"name": "n", "value": "x"}))
    await database.close()


ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT max(i) FROM n")


async def test_a_statement_without_end_is_ended_and_undone(tmp_path, monkeypatch):
    database = await open_database(url(tmp_path))
    secrets = text("SELECT count(*) FROM secrets")

    def work(connection):
        connection.execute(text("INSERT INTO secrets VALUES ('name', 'value')"))
        connection.execute(ENDLESS)

    with monkeypatch.context() as patched:
        patched.setattr(transactions, "TRANSACTION_SECONDS", 0.1)
        with pytest.raises(Unavailable):
            await database.write(work)
    # The one thread that writes is free again.
    assert await database.write(lambda c: c.execute(secrets).scalar()) == 0
    await database.close()


async def test_a_cancelled_caller_tears_no_transaction(tmp_path):
    database = await open_database(url(tmp_path))
    begun, go_on = threading.Event(), threading.Event()

    def work(connection):
        connection.execute(text("INSERT INTO secrets VALUES ('one', 'value')"))
        begun.set()
        go_on.wait(10)
        connection.execute(text("INSERT INTO secrets VALUES ('two', 'value')"))

    caller = asyncio.create_task(database.write(work))
    await asyncio.to_thread(begun.wait, 10)
    caller.cancel()
    go_on.set()
    secrets = text("SELECT count(*) FROM secrets")
    assert await database.write(lambda c: c.execute(secrets).scalar()) == 2
    await database.close()


async def test_sqlite_is_durable_and_checks_references(tmp_path):
    database = await open_database(url(tmp_path))
    for run in (database.read, database.write):

        def pragmas(connection):
            return [
                connection.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]

        assert await run(pragmas) == ["wal", 2, 1]
    await database.close()


async def test_two_processes_that_share_a_database_share_its_queue(tmp_path):
    clock = MemoryClock(datetime(2026, 3, 1, tzinfo=UTC))
    one, two = await open_database(url(tmp_path)), await open_database(url(tmp_path))
    logs = [SqlOperationLog(one, clock), SqlOperationLog(two, clock)]
    await one.write(
        lambda c: c.execute(
            text(
                "INSERT INTO assistants VALUES ('a', 'p', 'a', 'Ready', NULL, NULL, 'us', "
                "'2026-03-01 00:00:00.000000', '2026-03-01 00:00:00.000000', 1, 0, 0, NULL)"
            )
        )
    )
    numbers = await asyncio.gather(*(logs[n % 2].reserve_generation("a") for n in range(20)))
    assert sorted(numbers) == list(range(2, 22))
    assert await logs[0].claim("w", lease=timedelta(minutes=1)) is None
    await one.close()
    await two.close()


async def test_a_damaged_database_is_unavailable_with_advice(tmp_path):
    database = await open_database(url(tmp_path))
    path = tmp_path / "lodgepole.db"
    await database.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(Unavailable, match="damaged"):
        opened = await open_database(url(tmp_path))
        try:
            await SqlOperationLog(opened, MemoryClock()).queue_depth()
        finally:
            await opened.close()
