import asyncio
import sqlite3
from pathlib import Path

import pytest

from lodgepole.adapters.databases.sql import remembered_reads
from lodgepole.adapters.databases.sql.remembered_reads import RememberedReads


class Reads:
    """Counts what is really read."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> int:
        self.count += 1
        await asyncio.sleep(0)
        return self.count


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE numbers (number INTEGER)")
    connection.close()
    return path


def commit(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO numbers VALUES (1)")
    connection.close()


async def test_what_was_read_is_known_until_somebody_commits(path: Path):
    remembered, read = RememberedReads(path), Reads()
    assert [await remembered.read("a", read) for _ in range(3)] == [1, 1, 1]
    assert await remembered.read("b", read) == 2
    commit(path)
    assert [await remembered.read("a", read) for _ in range(2)] == [3, 3]
    remembered.close()


async def test_a_commit_in_the_middle_of_a_read_is_not_missed(path: Path):
    remembered = RememberedReads(path)

    async def overtaken() -> str:
        commit(path)
        return "old, perhaps"

    assert await remembered.read("a", overtaken) == "old, perhaps"
    assert await remembered.read("a", Reads()) == 1
    remembered.close()


async def test_reads_that_overlap_a_commit_keep_nothing_for_later(path: Path):
    remembered, begun, let = RememberedReads(path), asyncio.Event(), asyncio.Event()

    async def slow() -> str:
        begun.set()
        await let.wait()
        return "of before"

    waiting = asyncio.create_task(remembered.read("a", slow))
    await begun.wait()
    commit(path)
    assert await remembered.read("b", Reads()) == 1
    let.set()
    assert await waiting == "of before"
    assert await remembered.read("a", Reads()) == 1
    remembered.close()


async def test_a_failure_is_not_remembered(path: Path):
    remembered = RememberedReads(path)

    async def fails() -> int:
        raise KeyError("of the test")

    for _ in range(2):
        with pytest.raises(KeyError):
            await remembered.read("a", fails)
    assert await remembered.read("a", Reads()) == 1
    remembered.close()


async def test_few_are_remembered(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remembered_reads, "REMEMBERED", 2)
    remembered, read = RememberedReads(path), Reads()
    assert [await remembered.read(key, read) for key in "abcab"] == [1, 2, 3, 4, 5]
    assert await remembered.read("b", read) == 5
    remembered.close()


async def test_a_database_that_cannot_say_is_read_each_time():
    remembered, read = RememberedReads(None), Reads()
    assert [await remembered.read("a", read) for _ in range(2)] == [1, 2]
    remembered.close()


async def test_one_that_is_damaged_is_read_each_time(tmp_path: Path):
    damaged = tmp_path / "catalog.db"
    damaged.write_bytes(b"no database " * 100)
    remembered, read = RememberedReads(damaged), Reads()
    assert [await remembered.read("a", read) for _ in range(2)] == [1, 2]
    remembered.close()
