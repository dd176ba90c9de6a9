"""The worker: slots, leases, retries, stopping, sweeping."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from lodgepole.adapters.memory.blobs import MemoryBlobs
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.adapters.memory.operation_log import MemoryOperationLog
from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.errors import DeadlineExceeded, NotFound, Unavailable, WorkersDied
from lodgepole.ingestion.slots import LARGE_WEIGHT, SMALL_BYTES
from lodgepole.ingestion.sweep import GRACE
from lodgepole.ingestion.worker import BACKOFF_MOST, backoff
from lodgepole.library.blob_keys import original_key
from lodgepole.limits import Limits
from lodgepole.model import FileStatus, FileVersion, OperationStatus

LEASE = timedelta(seconds=60)


class HeldParser(MemoryParser):
    """Begins, says so, and goes on when it is told to."""

    def __init__(self):
        super().__init__()
        self.begun = asyncio.Event()
        self.may_go_on = asyncio.Event()

    async def parse(self, path, **how):
        self.begun.set()
        await self.may_go_on.wait()
        return await super().parse(path, **how)


class FailingParser(MemoryParser):
    """Raises the errors it was given, one a time, then parses."""

    def __init__(self, *errors):
        super().__init__()
        self.errors = list(errors)

    async def parse(self, path, **how):
        if self.errors:
            raise self.errors.pop(0)
        return await super().parse(path, **how)


@asynccontextmanager
async def running(worker):
    """The worker at work, stopped at the end; at most five seconds in all."""
    stop = asyncio.Event()
    async with asyncio.timeout(60):
        task = asyncio.create_task(worker.run(stop))
        try:
            yield stop
        finally:
            stop.set()
            await task


async def upload(house, assistant, name="a.txt", data=b"Some text."):
    async def content():
        yield data

    return await house.files.upload(
        assistant, name=name, content=content(), metadata=None, multimodal=False
    )


async def test_a_running_worker_takes_what_is_appended_at_once(house):
    assistant = await house.assistant()
    async with running(house.worker()):
        for number in range(3):
            _, operation = await upload(house, assistant, f"{number}.txt")
            assert await house.finished(assistant, operation.id) is OperationStatus.COMPLETED


async def test_a_worker_rests_once_when_its_work_has_ended(make_house, monkeypatch):
    monkeypatch.setattr("lodgepole.ingestion.worker.RETIRE_AFTER", timedelta(milliseconds=5))
    parser, rests = HeldParser(), asyncio.Queue()
    house = make_house(parser=parser)
    assistant = await house.assistant()
    loop = asyncio.get_running_loop()
    worker = house.worker(on_idle=lambda: loop.call_soon_threadsafe(rests.put_nowait, None))
    async with running(worker):
        _, operation = await upload(house, assistant)
        await parser.begun.wait()
        assert rests.empty()
        parser.may_go_on.set()
        await house.finished(assistant, operation.id)
        await asyncio.wait_for(rests.get(), 5)
    assert rests.empty()


async def test_while_one_file_is_parsed_another_is_finished(make_house):
    parser = HeldParser()
    house = make_house(parser=parser)
    assistant = await house.assistant()
    async with running(house.worker(slots=2)):
        _, first = await upload(house, assistant)
        await parser.begun.wait()
        await house.files.delete(assistant, (await upload(house, assistant))[0].id)
        page = await house.operations.list(assistant, types=(), statuses=(), limit=1, after=None)
        assert (await house.finished(assistant, page.items[0].id)) is OperationStatus.COMPLETED
        parser.may_go_on.set()
        assert await house.finished(assistant, first.id) is OperationStatus.COMPLETED


class HangingParser(MemoryParser):
    """Never comes back from files whose name says so."""

    def __init__(self):
        super().__init__()
        self.hanging = 0
        self.begun = asyncio.Event()

    async def parse(self, path, *, name, **how):
        if name.startswith("hostile"):
            self.hanging += 1
            self.begun.set()
            await asyncio.Event().wait()
        return await super().parse(path, name=name, **how)


@pytest.mark.parametrize("size", [10, SMALL_BYTES + 1], ids=["small", "large"])
async def test_a_small_file_of_another_project_is_read_while_hostile_ones_hang(make_house, size):
    parser = HangingParser()
    house = make_house(parser=parser)
    hostile = await house.assistant("hostile")
    other = await house.assistants.create("q", name="other", instructions=None, metadata=None)
    for number in range(40):
        await upload(house, hostile, f"hostile{number}.txt", b"x" * size)
    stop = asyncio.Event()
    async with asyncio.timeout(60):
        task = asyncio.create_task(house.worker(slots=2).run(stop))
        await parser.begun.wait()
        for _ in range(3):
            _, operation = await upload(house, other)
            assert await house.finished(other, operation.id) is OperationStatus.COMPLETED
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert parser.hanging > 1


async def test_of_an_assistant_whose_files_take_long_none_is_taken_for_quick(
    make_house, monkeypatch
):
    monkeypatch.setattr("lodgepole.ingestion.worker.SLOW_SECONDS", 0.0)
    parser = HangingParser()
    house = make_house(parser=parser)
    hostile, other = await house.assistant("hostile"), await house.assistant("other")
    await upload(house, hostile, "hostile.txt", b"x" * (SMALL_BYTES + 1))
    asked = []

    class Watched(MemoryOperationLog):
        async def claim(self, worker_id, *, lease, quick=None):
            asked.append(quick)
            return await super().claim(worker_id, lease=lease, quick=quick)

    house.log = Watched(house.database, house.clock)
    async with asyncio.timeout(60):
        task = asyncio.create_task(house.worker(slots=1).run(asyncio.Event()))
        await parser.begun.wait()
        await upload(house, hostile, "hostile too.txt")
        _, operation = await upload(house, other)
        assert await house.finished(other, operation.id) is OperationStatus.COMPLETED
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert parser.hanging == 1
    assert asked[-1].not_of == {hostile.id}


class CountingParser(HeldParser):
    """Knows how many files are being read at once, and the most that were."""

    def __init__(self, enough):
        super().__init__()
        self.reading = 0
        self.enough = enough
        self.enough_begun = asyncio.Event()

    async def parse(self, path, **how):
        self.reading += 1
        if self.reading == self.enough:
            self.enough_begun.set()
        try:
            return await super().parse(path, **how)
        finally:
            self.reading -= 1


async def test_many_small_files_are_under_way_at_once(make_house):
    parser = CountingParser(LARGE_WEIGHT)
    house = make_house(parser=parser)
    assistant = await house.assistant()
    operations = [(await upload(house, assistant, f"{n}.txt"))[1] for n in range(20)]
    async with running(house.worker(slots=2)):
        await parser.enough_begun.wait()
        parser.may_go_on.set()
        for operation in operations:
            assert await house.finished(assistant, operation.id) is OperationStatus.COMPLETED


async def test_large_files_are_under_way_as_many_as_there_are_slots(make_house, monkeypatch):
    for module in ("slots", "worker"):
        monkeypatch.setattr(f"lodgepole.ingestion.{module}.SMALL_BYTES", 10)
    parser = CountingParser(2)
    house = make_house(parser=parser)
    assistant = await house.assistant()
    data = b"More than ten bytes."
    operations = [(await upload(house, assistant, f"{n}.txt", data))[1] for n in range(3)]
    async with running(house.worker(slots=2)):
        await parser.enough_begun.wait()
        await asyncio.sleep(0)
        assert parser.reading == 2
        parser.may_go_on.set()
        for operation in operations:
            assert await house.finished(assistant, operation.id) is OperationStatus.COMPLETED


async def test_progress_is_reported_as_time_passes(make_house, monkeypatch):
    monkeypatch.setattr("lodgepole.ingestion.worker.PROGRESS_EVERY", 0.0)
    house = make_house()
    assistant = await house.assistant()
    reported = []
    report = house.log.report_progress

    async def listening(claim, percent):
        reported.append(percent)
        await report(claim, percent)

    house.log.report_progress = listening
    await upload(house, assistant)
    await house.worker().drain()
    assert reported == [20], "a small file's next report would be its last"


async def test_a_deletion_ends_the_upload_it_cancels_and_leaves_nothing_of_it(make_house):
    parser = HeldParser()
    house = make_house(parser=parser)
    assistant = await house.assistant()
    async with running(house.worker(slots=2)):
        file, first = await upload(house, assistant)
        await parser.begun.wait()
        deletion = await house.files.delete(assistant, file.id)
        assert await house.finished(assistant, deletion.id) is OperationStatus.COMPLETED
        parser.may_go_on.set()
    assert await house.finished(assistant, first.id) is OperationStatus.FAILED
    state = await house.state()
    assert (state["blobs"], state["index"], state["files"]) == ({}, {}, {"docs": []})


async def test_a_stopped_worker_gives_back_what_it_does_not_finish(make_house):
    parser = HeldParser()
    house = make_house(parser=parser)
    assistant = await house.assistant()
    async with running(house.worker()):
        _, operation = await upload(house, assistant)
        await parser.begun.wait()
    unfinished = await house.log.find(assistant.id, operation.id)
    assert unfinished.status is OperationStatus.PROCESSING
    parser.may_go_on.set()
    await house.worker(worker_id="next").drain()
    assert await house.finished(assistant, operation.id) is OperationStatus.COMPLETED


async def test_a_stopped_worker_finishes_what_it_can_within_its_grace(make_house):
    parser = HeldParser()
    house = make_house(parser=parser)
    assistant = await house.assistant()
    async with running(house.worker(stop_grace=timedelta(seconds=5))) as stop:
        _, operation = await upload(house, assistant)
        await parser.begun.wait()
        stop.set()
        parser.may_go_on.set()
    assert await house.finished(assistant, operation.id) is OperationStatus.COMPLETED


async def test_a_stopped_worker_claims_nothing_new(house):
    assistant = await house.assistant()
    stop = asyncio.Event()
    stop.set()
    _, operation = await upload(house, assistant)
    await house.worker().run(stop)
    assert (await house.log.find(assistant.id, operation.id)).attempts == 0


async def test_a_long_operation_is_kept_by_heartbeats(make_house):
    class BeatLog(MemoryOperationLog):
        beats = 0
        enough = asyncio.Event()

        async def extend(self, claim, *, lease):
            extended = await super().extend(claim, lease=lease)
            self.beats += 1
            if self.beats == 3:
                self.enough.set()
            return extended

    parser = HeldParser()
    house = make_house(parser=parser, limits=Limits(operation_lease_seconds=0.03))
    house.log = BeatLog(house.database, house.clock)
    assistant = await house.assistant()
    async with running(house.worker()):
        _, operation = await upload(house, assistant)
        await house.log.enough.wait()
        parser.may_go_on.set()
        assert await house.finished(assistant, operation.id) is OperationStatus.COMPLETED
    assert (await house.log.find(assistant.id, operation.id)).attempts == 1


async def test_a_worker_that_was_overtaken_stops_and_changes_nothing(make_house):
    parser = HeldParser()
    house = make_house(parser=parser, limits=Limits(operation_lease_seconds=0.03))
    assistant = await house.assistant()
    async with running(house.worker(worker_id="slow", slots=1)):
        _, operation = await upload(house, assistant)
        await parser.begun.wait()
        house.clock.advance(LEASE)
        claim = await house.log.claim("other", lease=LEASE)
        assert claim.operation.id == operation.id
        parser.may_go_on.set()
        await house.pipeline().run(claim, _nothing)
    assert (await house.log.find(assistant.id, operation.id)).attempts == 2
    assert await house.finished(assistant, operation.id) is OperationStatus.COMPLETED


async def _nothing(_percent):
    pass


@pytest.mark.parametrize("error", [Unavailable("no answer"), DeadlineExceeded("slow"), OSError(5)])
async def test_what_may_pass_is_tried_again_after_a_while(make_house, error):
    house = make_house(parser=FailingParser(error, error))
    assistant = await house.assistant()
    _, operation = await upload(house, assistant)
    for attempt in (1, 2):
        assert await house.worker().drain() == 1
        waiting = await house.log.find(assistant.id, operation.id)
        assert (waiting.status, waiting.attempts) == (OperationStatus.PROCESSING, attempt)
        house.clock.advance(backoff(attempt))
    await house.worker().drain()
    assert await house.finished(assistant, operation.id) is OperationStatus.COMPLETED


async def test_what_does_not_pass_fails_with_a_reason_and_advice(make_house):
    house = make_house(parser=FailingParser(*[DeadlineExceeded("It took too long.")] * 9))
    assistant = await house.assistant()
    file, operation = await upload(house, assistant, "report.txt")
    for _ in range(4):
        await house.worker().drain()
        house.clock.advance(BACKOFF_MOST)
    failed = await house.log.find(assistant.id, operation.id)
    assert failed.status is OperationStatus.FAILED
    assert failed.error_message == (
        "report.txt could not be processed after 4 attempts: It took too long. "
        "Upload it again later."
    )
    assert (await house.files.get(assistant, file.id)).error_message == failed.error_message


async def test_what_is_away_for_an_hour_fails_no_file(make_house):
    house = make_house(parser=FailingParser(*[Unavailable("The bucket does not answer.")] * 15))
    assistant = await house.assistant()
    _, operation = await upload(house, assistant)
    for attempt in range(1, 16):
        assert await house.worker().drain() == 1
        house.clock.advance(backoff(attempt))
    await house.worker().drain()
    assert await house.finished(assistant, operation.id) is OperationStatus.COMPLETED


async def test_one_worker_at_a_time_keeps_house(make_house):
    house = make_house()
    sweeps = []
    swept = asyncio.Event()

    class Counted:
        async def run(self):
            sweeps.append("swept")
            swept.set()

    stop = asyncio.Event()
    workers = [house.worker(worker_id=f"w{n}", sweep=Counted()) for n in range(2)]
    running = [asyncio.create_task(worker.run(stop)) for worker in workers]
    async with asyncio.timeout(60):
        await swept.wait()
    stop.set()
    await asyncio.gather(*running)
    assert len(sweeps) == 1


@pytest.mark.parametrize(
    ("failure", "traceback"), [(Unavailable("The index is damaged."), False), (KeyError(), True)]
)
async def test_housekeeping_that_fails_is_put_off_with_one_line(
    make_house, caplog, failure, traceback
):
    house = make_house()
    swept = asyncio.Event()

    class Failing:
        async def run(self):
            swept.set()
            raise failure

    stop = asyncio.Event()
    running = asyncio.create_task(house.worker(sweep=Failing()).run(stop))
    async with asyncio.timeout(60):
        await swept.wait()
    stop.set()
    await running
    [record] = [record for record in caplog.records if "ousekeeping" in record.getMessage()]
    assert (record.exc_info is not None) is traceback
    assert traceback or "The index is damaged." in record.getMessage()


async def test_a_cancelled_worker_leaves_nothing_behind_a_deletion_elsewhere(make_house):
    house = make_house()
    assistant = await house.assistant()
    file, _ = await upload(house, assistant)
    elsewhere = house.worker(worker_id="elsewhere")

    def step(name):
        if name == "prepared":
            # The file is deleted, and all of it, by another process, just before the index.
            raise_soon.append(asyncio.ensure_future(deleted()))

    async def deleted():
        await house.files.delete(assistant, file.id)
        house.clock.advance(timedelta(seconds=2))
        await elsewhere.drain()

    raise_soon = []
    original = house.index.add

    async def add(*args):
        await asyncio.gather(*raise_soon)
        await original(*args)

    house.index.add = add
    await house.worker(step).drain()
    assert list(await house.index.versions(assistant.id)) == []
    assert [key async for key in house.blobs.keys("")] == []


async def test_an_internal_error_is_named_but_not_shown(make_house):
    house = make_house(parser=FailingParser(*[RuntimeError("secret path /x")] * 9))
    assistant = await house.assistant()
    _, operation = await upload(house, assistant)
    for _ in range(4):
        await house.worker().drain()
        house.clock.advance(BACKOFF_MOST)
    failed = await house.log.find(assistant.id, operation.id)
    assert "secret" not in failed.error_message
    assert operation.id in failed.error_message


async def test_a_file_that_stops_the_server_each_time_fails_in_the_end(make_house):
    house = make_house()
    assistant = await house.assistant()
    _, operation = await upload(house, assistant)
    for _ in range(2):
        await house.log.claim("killed", lease=LEASE)
        house.clock.advance(LEASE)
    await house.worker().drain()
    failed = await house.log.find(assistant.id, operation.id)
    assert failed.status is OperationStatus.FAILED
    assert "a.txt could not be processed: the server stopped in the middle 2 times" in (
        failed.error_message
    )


async def test_what_was_given_back_has_stopped_nobody(make_house):
    house = make_house(limits=Limits(operation_attempts=9))
    assistant = await house.assistant()
    _, operation = await upload(house, assistant)
    for _ in range(5):
        claim = await house.log.claim("stopped", lease=LEASE)
        await house.log.release(claim, due_at=house.clock.now())
    await house.worker().drain()
    done = await house.log.find(assistant.id, operation.id)
    assert done.status is OperationStatus.COMPLETED


async def test_of_files_beside_which_a_process_died_one_is_under_way_at_a_time(make_house):
    parser = HeldParser()
    house = make_house(parser=parser)
    assistant = await house.assistant()
    operations = [(await upload(house, assistant, f"{n}.txt"))[1] for n in range(3)]
    for _ in operations:
        await house.log.claim("killed", lease=LEASE)
    house.clock.advance(LEASE)
    async with running(house.worker()):
        await parser.begun.wait()
        until = house.clock.now()
        while True:
            rows = house.database.operations.values()
            later = [row for row in rows if row.due_at > until and row.worker_id is None]
            if len(later) == 2:
                break
            await asyncio.sleep(0)
        counts = [(await house.log.find(assistant.id, o.id)).unreturned for o in operations]
        assert sorted(counts) == [1, 1, 2]
        parser.may_go_on.set()


async def test_a_file_that_several_processes_died_of_fails_after_a_second_try(make_house):
    house = make_house(parser=FailingParser(*[WorkersDied("3 processes ended")] * 9))
    assistant = await house.assistant()
    _, operation = await upload(house, assistant)
    for _ in range(2):
        await house.worker().drain()
        house.clock.advance(BACKOFF_MOST)
    failed = await house.log.find(assistant.id, operation.id)
    assert failed.status is OperationStatus.FAILED
    assert "3 processes ended" in failed.error_message


async def test_a_deletion_is_tried_until_it_succeeds(make_house):
    class StubbornIndex(MemoryIndex):
        refusals = 9

        async def remove(self, assistant_id, versions):
            if self.refusals:
                self.refusals -= 1
                raise Unavailable("no answer")
            await super().remove(assistant_id, versions)

    house = make_house(index=StubbornIndex())
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.txt", b"Some text.")
    await house.files.delete(assistant, file.id)
    for _ in range(10):
        await house.worker().drain()
        assert (await house.catalog.find_file(assistant.id, file.id)) is None or (
            await house.files.get(assistant, file.id)
        ).status is FileStatus.DELETING
        house.clock.advance(BACKOFF_MOST)
    with pytest.raises(NotFound):
        await house.files.get(assistant, file.id)


def test_waiting_doubles_up_to_five_minutes():
    seconds = [backoff(attempt).total_seconds() for attempt in (1, 2, 3, 9, 10_000)]
    assert seconds == [2, 4, 8, 300, 300]


async def test_a_log_that_does_not_answer_for_a_while_is_asked_again(house):
    class Flaky(MemoryOperationLog):
        refusals = 2
        refused = asyncio.Event()

        async def claim(self, worker_id, *, lease, quick=None):
            if self.refusals:
                self.refusals -= 1
                self.refused.set()
                raise Unavailable("no answer")
            return await super().claim(worker_id, lease=lease, quick=quick)

    house.log = Flaky(house.database, house.clock)
    stop = asyncio.Event()
    worker = house.worker(slots=1)
    async with asyncio.timeout(60):
        task = asyncio.create_task(worker.run(stop))
        await house.log.refused.wait()
        stop.set()
        await task
    assert house.log.refusals == 1


# --- the sweep --------------------------------------------------------------------------------


async def put(house, key):
    async def one():
        yield b"x"

    await house.blobs.put(key, one())


async def test_orphans_are_removed_once_they_are_older_than_the_grace(house):
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.txt", b"Some text.")
    before = await house.state()
    await put(house, original_key(assistant.id, FileVersion(file.id, 99)))
    await put(house, original_key("nobody", FileVersion("f", 1)))
    sweep = house.sweep
    assert await sweep.run() == 0
    assert len((await house.state())["blobs"]) == len(before["blobs"]) + 2
    house.clock.advance(GRACE)
    assert await sweep.run() == 2
    assert await house.state() == before
    assert await sweep.run() == 0


async def test_an_upload_on_its_way_is_not_swept(house):
    assistant = await house.assistant()
    key = original_key(assistant.id, FileVersion("f", 2))
    await put(house, key)
    sweep = house.sweep
    await sweep.run()
    house.clock.advance(GRACE / 2)
    assert await sweep.run() == 0
    assert [k async for k in house.blobs.keys("")] == [key]


async def test_what_is_being_made_or_waits_is_not_swept(house):
    assistant = await house.assistant()
    await upload(house, assistant)
    before = await house.state()
    await house.swept()
    assert await house.state() == before


async def test_passages_without_a_file_are_swept(house):
    one, two = await house.assistant("one"), await house.assistant("two")
    await house.ingested(one, "a.txt", b"Some text.")
    await house.ingested(two, "a.txt", b"Some text.")
    for key in [key for key in house.database.files if key[0] == one.id]:
        del house.database.files[key]
    del house.database.assistants[two.id]
    await house.swept()
    state = await house.state()
    assert (state["index"], state["blobs"]) == ({}, {})


async def test_finished_operations_are_forgotten_after_thirty_days(house):
    assistant = await house.assistant()
    _, operation = await upload(house, assistant)
    await house.worker().drain()
    house.clock.advance(timedelta(days=29))
    await house.sweep.run()
    assert await house.log.find(assistant.id, operation.id) is not None
    house.clock.advance(timedelta(days=1))
    await house.sweep.run()
    assert await house.log.find(assistant.id, operation.id) is None


async def test_replaced_content_is_removed_after_its_readers_had_time(house):
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.txt", b"Old text.")
    await house.upsert(assistant, file.id, "a.txt", b"New text.")
    worker = house.worker(slots=1)
    async with running(worker):
        page = await house.operations.list(assistant, types=(), statuses=(), limit=1, after=None)
        await house.finished(assistant, page.items[0].id)
        assert len(await house.index.versions(assistant.id)) == 2
    assert len(await house.index.versions(assistant.id)) == 1
    assert isinstance(house.blobs, MemoryBlobs)
    assert len([key async for key in house.blobs.keys("")]) == 2
