"""The audit log: newest first, bounded, and without any text."""

from datetime import timedelta

import pytest

from lodgepole.access.audit import REFUSALS_PER_MINUTE, AuditLog
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.records import MemoryRecords
from lodgepole.errors import InvalidRequest, Unavailable
from lodgepole.limits import Limits


class Written:
    def __init__(self, **limits):
        self.clock = MemoryClock()
        self.records = MemoryRecords(MemoryDatabase())
        self._number = 0
        self.log = AuditLog(
            records=self.records, clock=self.clock, new_id=self._new_id, limits=Limits(**limits)
        )

    def _new_id(self):
        self._number += 1
        return f"{self._number:04}"

    async def note(self, action="delete_file", *, status=200, target=None):
        await self.log.note(
            "p",
            action=action,
            target=target or {},
            status=status,
            key=None,
            address="192.0.2.1",
            request_id="r1",
        )
        self.clock.advance(timedelta(milliseconds=1))

    async def entries(self, limit=1000):
        return (await self.log.list("p", limit=limit, after=None)).items


async def test_entries_come_newest_first_in_pages():
    written = Written()
    for action in ("a", "b", "c"):
        await written.note(action)
    first = await written.log.list("p", limit=2, after=None)
    assert [entry.action for entry in first.items] == ["c", "b"]
    last = await written.log.list("p", limit=2, after=first.next)
    assert ([entry.action for entry in last.items], last.next) == (["a"], None)
    assert (await written.log.list("q", limit=2, after=None)).items == ()


@pytest.mark.parametrize("token", ["", "x", "2026-13-01 a", "0001-01-01T00:00:00+23:59 a"])
async def test_a_token_that_is_none_of_ours_is_refused(token):
    with pytest.raises(InvalidRequest):
        await Written().log.list("p", limit=1, after=token)


async def test_who_tries_keys_fills_no_disk_and_is_counted():
    written = Written()
    for _ in range(REFUSALS_PER_MINUTE + 7):
        await written.note(status=401)
    await written.note(status=200)
    assert len(await written.entries()) == REFUSALS_PER_MINUTE + 1
    written.clock.advance(timedelta(minutes=1))
    await written.note(status=403)
    assert [entry.more for entry in await written.entries()][:2] == [0, 7]


async def test_entries_expire_and_names_are_bounded():
    written = Written(audit_retention_days=30)
    await written.note(target={"assistant_name": "x" * 5000})
    (entry,) = await written.entries()
    assert len(entry.target["assistant_name"]) == 128
    now = written.clock.now()
    assert await written.records.expired(now + timedelta(days=29), limit=5) == []
    assert len(await written.records.expired(now + timedelta(days=30), limit=5)) == 1


async def test_none_is_kept_where_nobody_wants_it():
    written = Written(audit_retention_days=0)
    await written.note()
    assert await written.entries() == ()


async def test_a_log_that_cannot_be_written_stops_nobody(caplog):
    written = Written()

    async def put(record):
        raise Unavailable("The disk is full.")

    written.records.put = put
    await written.note()
    assert "not written" in caplog.text
