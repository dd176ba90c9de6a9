"""Usage and holdings of assistants by day."""

from datetime import UTC, datetime, timedelta

import pytest

from lodgepole.access import assistant_usage
from lodgepole.access.assistant_usage import KEPT_DAYS, OTHERS, AssistantUsage
from lodgepole.adapters.memory.catalog import MemoryCatalog
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.records import MemoryRecords
from lodgepole.errors import Unavailable
from lodgepole.model import Assistant, AssistantStatus, Usage

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
COST = Usage(prompt_tokens=100, completion_tokens=7)


def assistant(name: str, project: str = "p") -> Assistant:
    return Assistant(
        id=f"id-{project}-{name}",
        project_id=project,
        name=name,
        status=AssistantStatus.READY,
        instructions=None,
        metadata=None,
        region="us",
        created_at=START,
        updated_at=START,
    )


class Failing(MemoryRecords):
    fails = False

    async def put(self, record):
        if self.fails:
            raise Unavailable("The database does not answer.")
        await super().put(record)


class House:
    def __init__(self):
        database = MemoryDatabase()
        self.catalog = MemoryCatalog(database)
        self.records = Failing(database)
        self.clock = MemoryClock(START)

    def process(self, name: str = "one") -> AssistantUsage:
        return AssistantUsage(self.records, self.catalog, self.clock, process=name)

    async def days(self, project: str = "p"):
        return await self.process("reader").read(project, since=START.date())


@pytest.fixture
async def house():
    made = House()
    await made.catalog.add_assistant(assistant("a"))
    return made


async def test_what_processes_count_is_told_together_by_day(house):
    one, other = house.process("one"), house.process("other")
    one.count(assistant("a"), COST)
    one.count(assistant("b"), COST)
    other.count(assistant("a"), COST)
    await one.write()
    await other.write()
    house.clock.advance(timedelta(days=1))
    one.count(assistant("a"), COST)
    await one.write()
    await one.write()  # nothing twice
    told = [(d.day.day, d.assistant, d.requests, d.prompt_tokens) for d in await house.days()]
    assert told == [(1, "a", 2, 200), (1, "b", 1, 100), (2, "a", 1, 100)]
    assert await house.days("q") == []


async def test_what_an_assistant_holds_is_noted_once_a_day_and_when_somebody_looks(house):
    usage = house.process()
    usage.count(assistant("a"), COST)
    await usage.write()
    (day,) = await house.days()
    assert (day.files, day.bytes) == (0, 0)
    house.clock.advance(timedelta(days=1))
    await usage.note_holdings("p")
    assert [(d.requests, d.files) for d in await house.days()] == [(1, 0), (0, 0)]


async def test_counts_that_could_not_be_written_are_kept(house):
    usage = house.process()
    usage.count(assistant("a"), COST)
    house.records.fails = True
    with pytest.raises(Unavailable):
        await usage.write()
    house.records.fails = False
    await usage.write()
    assert [day.requests for day in await house.days()] == [1]


async def test_assistants_beyond_the_most_stand_together(house, monkeypatch):
    monkeypatch.setattr(assistant_usage, "MOST_NAMES", 2)
    usage = house.process()
    for name in ("c", "d", "e", "f", "c"):
        usage.count(assistant(name), COST)
    await usage.write()
    counted = {day.assistant: day.requests for day in await house.days() if day.requests}
    assert counted == {"c": 2, "d": 1, OTHERS: 2}


async def test_days_before_are_left_out_and_go_in_time(house):
    usage = house.process()
    usage.count(assistant("a"), COST)
    await usage.write()
    house.clock.advance(timedelta(days=2))
    assert await usage.read("p", since=house.clock.now().date()) == []
    assert await house.records.expired(START + timedelta(days=KEPT_DAYS - 1), limit=9) == []
    assert len(await house.records.expired(START + timedelta(days=KEPT_DAYS), limit=9)) == 2
