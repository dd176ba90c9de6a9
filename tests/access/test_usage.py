"""Counts by key and day."""

from datetime import UTC, datetime, timedelta

import pytest

from lodgepole.access.usage import KEPT_DAYS, UsageMeter
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.usage_store import MemoryUsageStore
from lodgepole.errors import Unavailable
from lodgepole.model import ApiKey, Role, Usage

START = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
KEY = ApiKey(id="k", project_id="p", name="k", hash="h", role=Role.ALL, created_at=START)


class Failing(MemoryUsageStore):
    fails = True

    async def add(self, entries):
        if self.fails:
            raise Unavailable("The database does not answer.")
        await super().add(entries)


@pytest.fixture
def clock():
    return MemoryClock(START)


async def test_requests_and_tokens_are_counted_on_the_day_they_are_made(clock):
    usage_meter = UsageMeter(MemoryUsageStore(MemoryDatabase()), clock)
    usage_meter.count_request(KEY)
    usage_meter.count_tokens(KEY, Usage(prompt_tokens=100, completion_tokens=7))
    clock.advance(timedelta(minutes=2))
    usage_meter.count_request(KEY)
    report = await usage_meter.report("p", days=2)
    assert [(e.requests, e.prompt_tokens, e.completion_tokens) for e in report.entries] == [
        (1, 100, 7),
        (1, 0, 0),
    ]
    assert [e.day for e in (await usage_meter.report("p", days=1)).entries] == [clock.now().date()]
    await usage_meter.close()


async def test_what_is_left_is_written_at_the_end(clock):
    database = MemoryDatabase()
    usage_meter = UsageMeter(MemoryUsageStore(database), clock)
    usage_meter.count_request(KEY)
    await usage_meter.close()
    assert [entry.requests for entry in database.usage.values()] == [1]


async def test_counts_that_could_not_be_written_are_kept(clock):
    usage = Failing(MemoryDatabase())
    usage_meter = UsageMeter(usage, clock)
    usage_meter.count_request(KEY)
    with pytest.raises(Unavailable):
        await usage_meter.report("p", days=1)
    usage_meter.count_request(KEY)
    usage.fails = False
    assert [e.requests for e in (await usage_meter.report("p", days=1)).entries] == [2]
    await usage_meter.close()


async def test_old_days_are_forgotten(clock):
    database = MemoryDatabase()
    usage_meter = UsageMeter(MemoryUsageStore(database), clock)
    usage_meter.count_request(KEY)
    await usage_meter.report("p", days=1)
    clock.advance(timedelta(days=KEPT_DAYS + 1))
    usage_meter.count_request(KEY)
    await usage_meter.close()
    assert [entry.day for entry in database.usage.values()] == [clock.now().date()]
