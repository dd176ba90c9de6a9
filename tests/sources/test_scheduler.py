import asyncio
from datetime import timedelta

import pytest

from lodgepole.concurrency.waiting import wait_until
from lodgepole.errors import Unavailable
from lodgepole.limits import Limits
from lodgepole.ports.source_store import ItemChange, RunStatus, SourceState
from lodgepole.sources.scheduler import BACKOFF_FIRST, BACKOFF_MOST, INTERNAL, backoff

HOUR = timedelta(hours=1)


async def until(condition):
    async with asyncio.timeout(30):
        while not await condition():
            await wait_until(asyncio.Event(), 0.005)


async def test_a_schedule_counts_from_the_end_of_a_run(desk):
    source = await desk.add(every=HOUR)
    await desk.run(source)
    found, _ = await desk.sources.get("p", source.id)
    finished = (await desk.last(source)).finished_at
    assert found.due_at == finished + HOUR
    assert await desk.runner().drain() == 0
    desk.house.clock.advance(HOUR)
    assert await desk.runner().drain() == 1


async def test_without_a_schedule_it_runs_once(desk):
    source = await desk.add()
    await desk.run(source)
    found, _ = await desk.sources.get("p", source.id)
    assert found.due_at is None


async def test_failures_are_tried_again_later_and_later(desk):
    desk.shelf.error = Unavailable("Away.")
    source = await desk.add(every=HOUR)
    for failures in (1, 2, 3):
        run = await desk.run(source)
        found, _ = await desk.sources.get("p", source.id)
        assert (run.status, found.failures) == (RunStatus.FAILED, failures)
        assert found.due_at >= run.finished_at + backoff(failures)
    desk.shelf.error = None
    await desk.run(source)
    assert (await desk.sources.get("p", source.id))[0].failures == 0


def test_backoff_is_bounded():
    assert backoff(1) == BACKOFF_FIRST
    assert backoff(2) == 2 * BACKOFF_FIRST
    assert backoff(10_000) == BACKOFF_MOST
    assert backoff(0) == BACKOFF_FIRST


async def test_runs_and_what_they_did_are_counted(desk):
    desk.shelf.files = {"a.txt": b"One.", "b.txt": b"Two."}
    source = await desk.add(every=HOUR)
    await desk.run(source)
    desk.shelf.files["a.txt"] = b"Three."
    del desk.shelf.files["b.txt"]
    await desk.run(source)
    desk.shelf.error = Unavailable("Away.")
    await desk.run(source)
    told = desk.metrics.exposition().decode()
    for line in (
        'lodgepole_source_runs_total{kind="folder",outcome="completed"} 2.0',
        'lodgepole_source_runs_total{kind="folder",outcome="failed"} 1.0',
        'lodgepole_source_items_total{change="added"} 2.0',
        'lodgepole_source_items_total{change="changed"} 1.0',
        'lodgepole_source_items_total{change="removed"} 1.0',
    ):
        assert line in told


async def test_a_bug_is_recorded_without_what_it_says(desk, caplog):
    desk.shelf.error = ValueError("secret")  # type: ignore[assignment]
    run = await desk.run(await desk.add())
    assert (run.status, run.error_message) == (RunStatus.FAILED, INTERNAL)
    assert "secret" in caplog.text


async def test_a_source_is_deleted_with_its_files(desk):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two"}
    source, other = await desk.add(), await desk.add(paused=True)
    await desk.run(source)
    await desk.house.files.delete(desk.assistant, (await desk.names())["b.txt"])
    await desk.sources.remove("p", source.id, with_files=True)
    assert (await desk.sources.get("p", source.id))[0].state is SourceState.DELETING
    await desk.runner().drain()
    await desk.house.worker().drain()
    assert await desk.names() == {}
    page = await desk.sources.list("p", assistant=None, limit=10, after=None)
    assert [s.id for s, _ in page.items] == [other.id]


async def test_a_run_that_takes_too_long_fails(desk):
    desk.house.limits = Limits(source_run_seconds=0.01)
    waits = asyncio.Event()

    async def content():
        await waits.wait()
        yield b""

    desk.shelf.files = {"a.txt": b""}
    found = desk.shelf.found("a.txt", b"")
    desk.shelf.found = lambda key, data: type(found)(
        key=key, name=key, fingerprint="", content=content, metadata={}, can_wait=False
    )
    run = await desk.run(await desk.add())
    assert run.status is RunStatus.FAILED
    assert "source_run_seconds" in run.error_message


@pytest.fixture
def entered(desk):
    """An origin that waits in the middle, and the event of its having come there."""
    event = asyncio.Event()

    async def content():
        event.set()
        await asyncio.Event().wait()
        yield b""

    desk.shelf.files = {"a.txt": b""}
    found = desk.shelf.found("a.txt", b"")
    desk.shelf.found = lambda key, data: type(found)(
        key=key, name=key, fingerprint="", content=content, metadata={}, can_wait=False
    )
    return event


async def test_a_run_that_is_stopped_is_interrupted_and_due_at_once(desk, entered):
    source = await desk.add(every=HOUR)
    stop = asyncio.Event()
    task = asyncio.create_task(desk.runner().run(stop))
    await asyncio.wait_for(entered.wait(), 30)
    stop.set()
    await asyncio.wait_for(task, 30)
    found, _ = await desk.sources.get("p", source.id)
    assert (await desk.last(source)).status is RunStatus.INTERRUPTED
    assert (found.running, found.failures) == (False, 0)
    assert found.due_at <= desk.house.clock.now()


async def test_a_run_that_loses_its_claim_ends_at_a_heartbeat(desk, entered):
    desk.house.limits = Limits(operation_lease_seconds=0.03)
    source = await desk.add(every=HOUR)
    stop = asyncio.Event()
    task = asyncio.create_task(desk.runner().run(stop))
    await asyncio.wait_for(entered.wait(), 30)
    await desk.sources.pause("p", source.id)
    entered.clear()
    desk.shelf.files = {}
    await desk.sources.resume("p", source.id)

    async def completed():
        return (await desk.last(source)).status is RunStatus.COMPLETED

    await until(completed)
    stop.set()
    await asyncio.wait_for(task, 30)
    page = await desk.sources.runs("p", source.id, limit=10, after=None)
    assert [run.status for run in page.items] == [RunStatus.COMPLETED, RunStatus.INTERRUPTED]


async def test_what_is_asked_for_is_run_at_once_and_never_twice_at_a_time(desk):
    stop = asyncio.Event()
    task = asyncio.create_task(desk.runner().run(stop))
    desk.shelf.files = {"a.txt": b"one"}
    source = await desk.add()

    async def added():
        page = await desk.sources.runs("p", source.id, limit=10, after=None)
        return bool(page.items) and page.items[0].counts.get(ItemChange.ADDED)

    await until(added)
    stop.set()
    await asyncio.wait_for(task, 30)


async def test_a_kind_that_nobody_reads_any_more_fails_with_the_reason(desk):
    source = await desk.add()
    runner = desk.runner()
    runner._origins = {}
    await runner.drain()
    assert "no origin of the kind" in (await desk.last(source)).error_message
