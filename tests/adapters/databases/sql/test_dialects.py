import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from lodgepole.adapters.databases.sql import dialects
from lodgepole.adapters.databases.sql.dialects import open_engines


class OtherProcess:
    """Writes a new database that has not switched its journal yet."""

    def __init__(self, path):
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("BEGIN IMMEDIATE")

    def finish(self):
        self._connection.execute("CREATE TABLE t (a)")
        self._connection.execute("COMMIT")
        self._connection.close()


async def journal_mode(path):
    readers, writer = open_engines(f"sqlite:///{path}")
    try:
        return await readers.run(lambda c: c.execute(text("PRAGMA journal_mode")).scalar())
    finally:
        await readers.close()
        await writer.close()


async def test_the_journal_is_switched_once_another_process_is_done(tmp_path, monkeypatch):
    other = OtherProcess(tmp_path / "x.db")
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            other.finish()

    monkeypatch.setattr(dialects.time, "sleep", sleep)
    assert await journal_mode(tmp_path / "x.db") == "wal"
    assert len(pauses) == 3


async def test_a_database_that_stays_busy_is_waited_for_no_longer_than_the_limit(
    tmp_path, monkeypatch
):
    other = OtherProcess(tmp_path / "x.db")
    monkeypatch.setattr(dialects, "BUSY_TIMEOUT_MS", 20)
    with pytest.raises(OperationalError, match="locked"):
        await journal_mode(tmp_path / "x.db")
    other.finish()
