"""What every OperationIntake does."""

import asyncio
from datetime import timedelta

import pytest

from lodgepole.errors import ClaimLost, Conflict, NotFound, RateLimited
from lodgepole.model import AssistantStatus, FileStatus, OperationStatus, OperationType

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=1)
UPSERT = OperationType.UPSERT_FILE
DELETE = OperationType.DELETE_FILE
DELETE_ASSISTANT = OperationType.DELETE_ASSISTANT


async def test_an_accepted_upload_is_recorded_with_its_file(ready):
    operation = await ready.append_content("o1")
    assert await ready.history.find("a1", "o1") == operation
    assert await ready.history.find("a2", "o1") is None
    file = await ready.catalog.find_file("a1", "f1")
    assert file.status is FileStatus.PROCESSING
    assert await ready.backlog.queue_depth() == 1


async def test_of_new_files_at_once_one_takes_the_last_place(ready):
    await ready.append_content("o1")
    new = [ready.operation(f"new{n}", UPSERT, file_id=f"new{n}") for n in range(4)]
    ended = await asyncio.gather(
        *(ready.intake.append(one, file=ready.file(one), most_files=2) for one in new),
        return_exceptions=True,
    )
    assert sorted(map(type, ended), key=str) == [type(None), *[RateLimited] * 3]
    for _ in range(2):
        await ready.queue.complete(await ready.claim())
    replaced = ready.operation("again", UPSERT, file_id="f1")
    await ready.intake.append(replaced, file=ready.file(replaced), most_files=2)


async def test_nothing_is_accepted_for_an_assistant_that_is_gone_or_dying(ready):
    with pytest.raises(NotFound):
        await ready.append_content("o1", assistant_id="none")
    await ready.intake.append(ready.operation("o2", DELETE_ASSISTANT, file_id=None))
    with pytest.raises(NotFound):
        await ready.append_content("o3")
    with pytest.raises(NotFound):
        await ready.intake.append(ready.operation("o4", DELETE_ASSISTANT, file_id=None))
    with pytest.raises(NotFound):
        await ready.intake.reserve_generation("a1")
    assert await ready.history.find("a1", "o3") is None
    assert await ready.catalog.find_file("a1", "f1") is None


async def test_generations_rise_and_never_repeat(ready):
    numbers = [await ready.intake.reserve_generation("a1") for _ in range(3)]
    assert numbers == [2, 3, 4]
    assert await ready.intake.reserve_generation("a2") == 2


async def test_an_upsert_of_a_new_id_creates_the_file(ready):
    await ready.upsert("o1", "mine")
    file = await ready.catalog.find_file("a1", "mine")
    assert file.status is FileStatus.PROCESSING


async def test_an_upsert_leaves_an_available_file_as_readers_see_it(ready):
    await ready.publish("o1")
    before = await ready.catalog.find_file("a1", "f1")
    await ready.upsert("o2", upload=ready.upload("new.txt", metadata={"new": True}))
    await ready.queue.report_progress(await ready.claim(), 50)
    assert await ready.catalog.find_file("a1", "f1") == before


async def test_an_upsert_of_a_file_that_was_never_available_begins_again(ready):
    await ready.append_content("o1")
    await ready.queue.fail(await ready.claim(), "not readable")
    failed = await ready.catalog.find_file("a1", "f1")
    ready.clock.advance(SECOND)
    generation = await ready.upsert("o2", upload=ready.upload("better.txt"))
    file = await ready.catalog.find_file("a1", "f1")
    assert (file.status, file.error_message) == (FileStatus.PROCESSING, None)
    assert (file.upload.name, file.generation) == ("better.txt", generation)
    assert file.created_at == failed.created_at


async def test_a_second_operation_on_a_busy_file_is_a_conflict(ready):
    await ready.append_content("o1")
    with pytest.raises(Conflict):
        await ready.upsert("o2")
    await ready.claim()
    with pytest.raises(Conflict):
        await ready.upsert("o3")
    assert await ready.history.find("a1", "o2") is None


async def test_content_older_than_the_published_one_is_a_conflict(ready):
    await ready.publish("o1")
    overtaken = await ready.intake.reserve_generation("a1")
    await ready.upsert("o2")
    await ready.queue.complete(await ready.claim())
    with pytest.raises(Conflict):
        await ready.append_content("o3", type_=UPSERT, generation=overtaken)


async def test_content_stored_before_a_deletion_that_has_ended_is_a_conflict(ready):
    await ready.publish("o1")
    before = await ready.intake.reserve_generation("a1")
    deletion = await ready.intake.reserve_generation("a1")
    await ready.intake.append(ready.operation("o2", type_=DELETE, generation=deletion))
    await ready.queue.complete(await ready.claim())
    with pytest.raises(Conflict):
        await ready.append_content("o3", type_=UPSERT, generation=before)
    await ready.upsert("o4")


async def test_a_deletion_makes_the_file_deleting_and_cancels_what_was_under_way(ready):
    await ready.append_content("o1")
    running = await ready.claim()
    await ready.intake.append(ready.operation("o2", DELETE))
    file = await ready.catalog.find_file("a1", "f1")
    cancelled = await ready.history.find("a1", "o1")
    assert file.status is FileStatus.DELETING
    assert cancelled.status is OperationStatus.FAILED
    assert "deleted" in cancelled.error_message
    assert cancelled.completed_at is not None
    with pytest.raises(ClaimLost):
        await ready.queue.complete(running)


async def test_a_deletion_needs_a_file_that_is_not_deleting_yet(ready):
    with pytest.raises(NotFound):
        await ready.intake.append(ready.operation("o1", DELETE))
    await ready.publish("o2")
    await ready.intake.append(ready.operation("o3", DELETE))
    with pytest.raises(Conflict):
        await ready.intake.append(ready.operation("o4", DELETE))
    with pytest.raises(Conflict):
        await ready.upsert("o5")


async def test_deleting_an_assistant_cancels_all_that_is_under_way(ready):
    await ready.publish("o1", file_id="f1")
    await ready.append_content("o2", file_id="f2")
    running = await ready.claim()
    await ready.append_content("o3", file_id="f3")
    await ready.append_content("other", assistant_id="a2")
    await ready.intake.append(ready.operation("o4", DELETE_ASSISTANT, file_id=None))
    assistant = await ready.catalog.find_assistant("p", "a1")
    assert assistant.status is AssistantStatus.TERMINATING
    for id_ in ("o2", "o3"):
        assert (await ready.history.find("a1", id_)).status is OperationStatus.FAILED
    assert (await ready.history.find("a1", "o1")).status is OperationStatus.COMPLETED
    assert (await ready.history.find("a2", "other")).status is OperationStatus.PROCESSING
    with pytest.raises(ClaimLost):
        await ready.queue.extend(running, lease=LEASE)


async def test_a_replacement_of_a_file_that_was_deleted_meanwhile_is_a_conflict(ready):
    with pytest.raises(Conflict, match="deleted meanwhile"):
        await ready.intake.append(ready.operation("o1", OperationType.UPSERT_FILE), file=None)
    assert await ready.history.find("a1", "o1") is None


async def test_a_cancelled_caller_leaves_a_whole_transaction_behind(ready):
    for number in range(10):
        task = asyncio.create_task(ready.append_content(f"o{number}", file_id=f"f{number}"))
        for _ in range(number):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await ready.append_content("last", file_id="last")
    async with asyncio.timeout(5):
        while True:  # transactions of cancelled callers may still be on their way
            files = await ready.catalog.count_files("a1")
            page = await ready.history.list("a1", types=(), statuses=(), limit=20, after=None)
            if files == len(page.items) and files == await ready.catalog.count_files("a1"):
                break
    for operation in page.items:
        assert await ready.catalog.find_file("a1", operation.file_id) is not None
