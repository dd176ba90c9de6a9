"""What every OperationLog does."""

import asyncio
from datetime import timedelta

import pytest
from tests.wire.requirements import requirement

from lodgepole.errors import ClaimLost, Conflict, InvalidRequest, NotFound
from lodgepole.model import (
    AssistantStatus,
    FileStatus,
    FileVersion,
    OperationStatus,
    OperationType,
)

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=1)
UPSERT = OperationType.UPSERT_FILE
DELETE = OperationType.DELETE_FILE
DELETE_ASSISTANT = OperationType.DELETE_ASSISTANT


@pytest.fixture
async def ready(stores):
    """Stores with the assistants a1 and a2."""
    for id_ in ("a1", "a2"):
        await stores.catalog.add_assistant(stores.assistant(id_))
    return stores


async def claim(stores, worker="w"):
    return await stores.log.claim(worker, lease=LEASE)


async def publish(stores, op_id, **values):
    await stores.append_content(op_id, **values)
    await stores.log.complete(await claim(stores))
    stores.clock.advance(SECOND)


async def upsert(stores, op_id, file_id="f1", **values):
    generation = await stores.log.reserve_generation("a1")
    await stores.append_content(
        op_id, type_=UPSERT, file_id=file_id, generation=generation, **values
    )
    return generation


# --- accepting --------------------------------------------------------------------------------


async def test_an_accepted_upload_is_recorded_with_its_file(ready):
    operation = await ready.append_content("o1")
    assert await ready.log.find("a1", "o1") == operation
    assert await ready.log.find("a2", "o1") is None
    file = await ready.catalog.find_file("a1", "f1")
    assert file.status is FileStatus.PROCESSING
    assert await ready.log.queue_depth() == 1


async def test_nothing_is_accepted_for_an_assistant_that_is_gone_or_dying(ready):
    with pytest.raises(NotFound):
        await ready.append_content("o1", assistant_id="none")
    await ready.log.append(ready.operation("o2", DELETE_ASSISTANT, file_id=None))
    with pytest.raises(NotFound):
        await ready.append_content("o3")
    with pytest.raises(NotFound):
        await ready.log.append(ready.operation("o4", DELETE_ASSISTANT, file_id=None))
    with pytest.raises(NotFound):
        await ready.log.reserve_generation("a1")
    assert await ready.log.find("a1", "o3") is None
    assert await ready.catalog.find_file("a1", "f1") is None


async def test_generations_rise_and_never_repeat(ready):
    numbers = [await ready.log.reserve_generation("a1") for _ in range(3)]
    assert numbers == [2, 3, 4]
    assert await ready.log.reserve_generation("a2") == 2


async def test_an_upsert_of_a_new_id_creates_the_file(ready):
    await upsert(ready, "o1", "mine")
    file = await ready.catalog.find_file("a1", "mine")
    assert file.status is FileStatus.PROCESSING


async def test_an_upsert_leaves_an_available_file_as_readers_see_it(ready):
    await publish(ready, "o1")
    before = await ready.catalog.find_file("a1", "f1")
    await upsert(ready, "o2", upload=ready.upload("new.txt", metadata={"new": True}))
    await ready.log.report_progress(await claim(ready), 50)
    assert await ready.catalog.find_file("a1", "f1") == before


async def test_an_upsert_of_a_file_that_was_never_available_begins_again(ready):
    await ready.append_content("o1")
    await ready.log.fail(await claim(ready), "not readable")
    failed = await ready.catalog.find_file("a1", "f1")
    ready.clock.advance(SECOND)
    generation = await upsert(ready, "o2", upload=ready.upload("better.txt"))
    file = await ready.catalog.find_file("a1", "f1")
    assert (file.status, file.error_message) == (FileStatus.PROCESSING, None)
    assert (file.upload.name, file.generation) == ("better.txt", generation)
    assert file.created_at == failed.created_at


async def test_a_second_operation_on_a_busy_file_is_a_conflict(ready):
    await ready.append_content("o1")
    with pytest.raises(Conflict):
        await upsert(ready, "o2")
    await claim(ready)
    with pytest.raises(Conflict):
        await upsert(ready, "o3")
    assert await ready.log.find("a1", "o2") is None


async def test_content_older_than_the_published_one_is_a_conflict(ready):
    await publish(ready, "o1")
    overtaken = await ready.log.reserve_generation("a1")
    await upsert(ready, "o2")
    await ready.log.complete(await claim(ready))
    with pytest.raises(Conflict):
        await ready.append_content("o3", type_=UPSERT, generation=overtaken)


async def test_content_stored_before_a_deletion_that_has_ended_is_a_conflict(ready):
    await publish(ready, "o1")
    before = await ready.log.reserve_generation("a1")
    deletion = await ready.log.reserve_generation("a1")
    await ready.log.append(ready.operation("o2", type_=DELETE, generation=deletion))
    await ready.log.complete(await claim(ready))
    with pytest.raises(Conflict):
        await ready.append_content("o3", type_=UPSERT, generation=before)
    await upsert(ready, "o4")


async def test_a_deletion_under_way_keeps_no_version_alive(ready):
    await publish(ready, "o1")
    deletion = await ready.log.reserve_generation("a1")
    await ready.log.append(ready.operation("o2", type_=DELETE, generation=deletion))
    assert FileVersion("f1", deletion) not in await ready.log.live_versions("a1")


async def test_a_deletion_makes_the_file_deleting_and_cancels_what_was_under_way(ready):
    await ready.append_content("o1")
    running = await claim(ready)
    await ready.log.append(ready.operation("o2", DELETE))
    file = await ready.catalog.find_file("a1", "f1")
    cancelled = await ready.log.find("a1", "o1")
    assert file.status is FileStatus.DELETING
    assert cancelled.status is OperationStatus.FAILED
    assert "deleted" in cancelled.error_message
    assert cancelled.completed_at is not None
    with pytest.raises(ClaimLost):
        await ready.log.complete(running)


async def test_a_deletion_needs_a_file_that_is_not_deleting_yet(ready):
    with pytest.raises(NotFound):
        await ready.log.append(ready.operation("o1", DELETE))
    await publish(ready, "o2")
    await ready.log.append(ready.operation("o3", DELETE))
    with pytest.raises(Conflict):
        await ready.log.append(ready.operation("o4", DELETE))
    with pytest.raises(Conflict):
        await upsert(ready, "o5")


async def test_deleting_an_assistant_cancels_all_that_is_under_way(ready):
    await publish(ready, "o1", file_id="f1")
    await ready.append_content("o2", file_id="f2")
    running = await claim(ready)
    await ready.append_content("o3", file_id="f3")
    await ready.append_content("other", assistant_id="a2")
    await ready.log.append(ready.operation("o4", DELETE_ASSISTANT, file_id=None))
    assistant = await ready.catalog.find_assistant("p", "a1")
    assert assistant.status is AssistantStatus.TERMINATING
    for id_ in ("o2", "o3"):
        assert (await ready.log.find("a1", id_)).status is OperationStatus.FAILED
    assert (await ready.log.find("a1", "o1")).status is OperationStatus.COMPLETED
    assert (await ready.log.find("a2", "other")).status is OperationStatus.PROCESSING
    with pytest.raises(ClaimLost):
        await ready.log.extend(running, lease=LEASE)


# --- reading ----------------------------------------------------------------------------------


async def test_operations_are_listed_newest_first_by_type_status_and_file(ready):
    await publish(ready, "o1", file_id="f1")
    await ready.append_content("o2", file_id="f2")
    ready.clock.advance(SECOND)
    await ready.log.append(ready.operation("o3", DELETE, file_id="f1"))

    async def ids(types=(), statuses=(), **values):
        page = await ready.log.list(
            "a1", types=types, statuses=statuses, limit=10, after=None, **values
        )
        return [operation.id for operation in page.items]

    assert await ids() == ["o3", "o2", "o1"]
    assert await ids(types={DELETE}) == ["o3"]
    assert await ids(statuses={OperationStatus.PROCESSING}) == ["o3", "o2"]
    assert await ids(types={OperationType.UPLOAD_FILE}, file_id="f1") == ["o1"]
    assert await ids(types={UPSERT}) == []


async def test_operations_are_listed_in_pages(ready):
    for number in range(5):
        await ready.append_content(f"o{number}", file_id=f"f{number}")
    seen, after = [], None
    while True:
        page = await ready.log.list("a1", types=(), statuses=(), limit=2, after=after)
        seen += [operation.id for operation in page.items]
        after = page.next
        if after is None:
            break
    assert seen == ["o4", "o3", "o2", "o1", "o0"]
    with pytest.raises(InvalidRequest):
        await ready.log.list("a1", types=(), statuses=(), limit=2, after="x")


async def test_live_versions_are_the_published_ones_and_those_being_made(ready):
    await publish(ready, "o1", file_id="f1")
    await publish(ready, "o2", file_id="f2")
    generation = await upsert(ready, "o3", "f1")
    assert set(await ready.log.live_versions("a1")) == {
        FileVersion("f1", 1),
        FileVersion("f1", generation),
        FileVersion("f2", 1),
    }
    await ready.log.complete(await claim(ready))
    assert FileVersion("f1", 1) not in await ready.log.live_versions("a1")
    assert set(await ready.log.live_assistants()) == {"a1", "a2"}
    assert await ready.log.assistant_count() == 2


# --- claiming ---------------------------------------------------------------------------------


async def test_a_claim_counts_an_attempt_and_is_exclusive(ready):
    await ready.append_content("o1")
    held = await claim(ready)
    assert held.operation.id == "o1"
    assert held.operation.attempts == 1
    assert held.worker_id == "w"
    assert held.expires_at == ready.clock.now() + LEASE
    assert await claim(ready) is None


async def test_an_empty_log_has_nothing_to_claim(ready):
    assert await claim(ready) is None


async def test_the_oldest_operation_of_an_assistant_comes_first(ready):
    for number in range(3):
        await ready.append_content(f"o{number}", file_id=f"f{number}")
        ready.clock.advance(SECOND)
    assert [(await claim(ready)).operation.id for _ in range(3)] == ["o0", "o1", "o2"]


async def test_a_large_upload_does_not_starve_other_assistants(ready):
    for number in range(3):
        await ready.append_content(f"o{number}", file_id=f"f{number}")
        ready.clock.advance(SECOND)
    await ready.append_content("late", assistant_id="a2")
    first = await claim(ready)
    second = await claim(ready)
    assert (first.operation.id, second.operation.id) == ("o0", "late")
    assert (await claim(ready)).operation.id == "o1"


@pytest.fixture
async def crowded(stores):
    """Stores with sixty assistants, named from a00 to a59."""
    for number in range(60):
        await stores.catalog.add_assistant(stores.assistant(f"a{number:02}"))
    return stores


@pytest.mark.parametrize("large", ["a00", "a31", "a59"])
async def test_among_many_assistants_each_has_its_turn_beside_a_large_upload(crowded, large):
    for number in range(40):
        await crowded.append_content(f"l{number}", assistant_id=large, file_id=f"f{number}")
    crowded.clock.advance(SECOND)
    others = {f"a{number:02}" for number in range(60)} - {large}
    for assistant_id in sorted(others):
        await crowded.append_content("o", assistant_id=assistant_id)
    claims = [(await claim(crowded)).operation for _ in range(99)]
    assert {operation.assistant_id for operation in claims[:65]} == {*others, large}
    assert len({(operation.assistant_id, operation.id) for operation in claims}) == 99
    assert await claim(crowded) is None


async def test_assistants_whose_work_is_put_off_hide_no_other(crowded):
    for number in range(59):
        await crowded.append_content("o", assistant_id=f"a{number:02}")
    later = crowded.clock.now() + LEASE
    while held := await claim(crowded):
        await crowded.log.release(held, due_at=later)
    await crowded.append_content("o", assistant_id="a59")
    assert (await claim(crowded)).operation.assistant_id == "a59"
    assert await claim(crowded) is None
    crowded.clock.advance(LEASE)
    assert len([await claim(crowded) for _ in range(59)]) == 59


async def test_an_operation_whose_lease_ran_out_is_claimed_again_and_the_first_is_fenced(ready):
    await ready.append_content("o1")
    first = await claim(ready, "one")
    ready.clock.advance(LEASE)
    second = await claim(ready, "two")
    assert second.operation.attempts == 2
    for write in (
        ready.log.extend(first, lease=LEASE),
        ready.log.report_progress(first, 10),
        ready.log.release(first, due_at=ready.clock.now()),
        ready.log.complete(first),
        ready.log.fail(first, "late"),
    ):
        with pytest.raises(ClaimLost):
            await write
    await ready.log.complete(second)
    assert (await ready.log.find("a1", "o1")).status is OperationStatus.COMPLETED


async def test_the_same_worker_claiming_again_fences_its_own_older_claim(ready):
    await ready.append_content("o1")
    first = await claim(ready)
    ready.clock.advance(LEASE)
    await claim(ready)
    with pytest.raises(ClaimLost):
        await ready.log.complete(first)


async def test_a_heartbeat_keeps_the_claim(ready):
    await ready.append_content("o1")
    held = await claim(ready)
    ready.clock.advance(LEASE - SECOND)
    extended = await ready.log.extend(held, lease=LEASE)
    assert extended.expires_at == ready.clock.now() + LEASE
    ready.clock.advance(LEASE - SECOND)
    assert await claim(ready) is None
    await ready.log.complete(extended)


async def test_a_lease_that_ran_out_unnoticed_can_still_be_extended(ready):
    await ready.append_content("o1")
    held = await claim(ready)
    ready.clock.advance(2 * LEASE)
    await ready.log.extend(held, lease=LEASE)
    assert await claim(ready) is None


async def test_a_replacement_of_a_file_that_was_deleted_meanwhile_is_a_conflict(ready):
    with pytest.raises(Conflict, match="deleted meanwhile"):
        await ready.log.append(ready.operation("o1", OperationType.UPSERT_FILE), file=None)
    assert await ready.log.find("a1", "o1") is None


async def test_a_worker_that_starts_again_takes_back_what_it_held(ready):
    await ready.append_content("o1")
    first = await ready.log.claim("killed", lease=LEASE)
    await ready.log.take_back("another")
    assert await claim(ready) is None
    await ready.log.take_back("killed")
    assert (await claim(ready)).operation.id == first.operation.id
    with pytest.raises(ClaimLost):
        await ready.log.complete(first)


async def test_a_released_operation_is_due_when_it_was_said_to_be(ready):
    await ready.append_content("o1")
    held = await claim(ready)
    await ready.log.release(held, due_at=ready.clock.now() + 5 * SECOND)
    assert await claim(ready) is None
    with pytest.raises(ClaimLost):
        await ready.log.complete(held)
    ready.clock.advance(5 * SECOND)
    assert (await claim(ready)).operation.attempts == 2


async def test_progress_is_seen_on_the_operation_and_on_a_file_that_is_processing(ready):
    await ready.append_content("o1")
    await ready.log.report_progress(await claim(ready), 42)
    assert (await ready.log.find("a1", "o1")).percent_complete == 42
    assert (await ready.catalog.find_file("a1", "f1")).percent_complete == 42


# --- finishing --------------------------------------------------------------------------------


async def test_a_completed_upload_is_available_with_all_that_is_known_of_it(ready):
    await ready.append_content("o1")
    held = await claim(ready)
    ready.clock.advance(SECOND)
    await ready.log.complete(
        held, notice="Page 2 holds no text.", page_count=3, ingestion_units=3.0
    )
    file = await ready.catalog.find_file("a1", "f1")
    assert (file.status, file.percent_complete) == (FileStatus.AVAILABLE, 100)
    assert (file.notice, file.page_count) == ("Page 2 holds no text.", 3)
    assert file.updated_at == ready.clock.now()
    operation = await ready.log.find("a1", "o1")
    assert (operation.status, operation.percent_complete) == (OperationStatus.COMPLETED, 100)
    assert (operation.completed_at, operation.ingestion_units) == (ready.clock.now(), 3.0)
    assert await ready.log.queue_depth() == 0


async def test_a_completed_upsert_replaces_upload_and_generation_at_once(ready):
    await publish(ready, "o1")
    upload = ready.upload("two.txt", metadata={"version": 2})
    generation = await upsert(ready, "o2", upload=upload)
    await ready.log.complete(await claim(ready), page_count=7)
    file = await ready.catalog.find_file("a1", "f1")
    assert (file.upload, file.generation, file.page_count) == (upload, generation, 7)
    assert file.status is FileStatus.AVAILABLE


async def test_an_upsert_with_the_published_generation_changes_the_upload_alone(ready):
    await publish(ready, "o1")
    upload = ready.upload(metadata={"version": 2})
    await ready.log.append(ready.operation("o2", UPSERT, upload=upload))
    await ready.log.complete(await claim(ready))
    file = await ready.catalog.find_file("a1", "f1")
    assert (file.upload, file.generation) == (upload, 1)


async def test_a_failed_upload_is_shown_with_its_reason(ready):
    await ready.append_content("o1")
    await ready.log.fail(await claim(ready), "The file is damaged.")
    file = await ready.catalog.find_file("a1", "f1")
    operation = await ready.log.find("a1", "o1")
    assert (file.status, file.error_message) == (
        FileStatus.PROCESSING_FAILED,
        "The file is damaged.",
    )
    assert (operation.status, operation.error_message) == (
        OperationStatus.FAILED,
        "The file is damaged.",
    )
    assert operation.completed_at is not None


async def test_a_failed_upsert_leaves_the_published_content(ready):
    await publish(ready, "o1")
    before = await ready.catalog.find_file("a1", "f1")
    await upsert(ready, "o2")
    await ready.log.fail(await claim(ready), "The file is damaged.")
    assert await ready.catalog.find_file("a1", "f1") == before


async def test_a_completed_deletion_removes_the_file_and_keeps_its_record(ready):
    await publish(ready, "o1")
    await ready.log.append(ready.operation("o2", DELETE))
    await ready.log.complete(await claim(ready))
    assert await ready.catalog.find_file("a1", "f1") is None
    assert (await ready.log.find("a1", "o2")).status is OperationStatus.COMPLETED
    generation = await upsert(ready, "o3")
    assert (await ready.catalog.find_file("a1", "f1")).generation == generation > 1


async def test_after_a_deletion_the_record_says_nothing_of_the_content(ready):
    await publish(ready, "o1")
    await upsert(ready, "o2")
    await ready.log.fail(await claim(ready), "a.txt holds no text.")
    await publish(ready, "other", file_id="f2")
    await ready.log.append(ready.operation("o3", DELETE))
    await ready.log.complete(await claim(ready))
    for id_, status in (("o1", "Completed"), ("o2", "Failed"), ("o3", "Completed")):
        operation = await ready.log.find("a1", id_)
        assert (operation.status.value, operation.upload) == (status, None)
        assert "a.txt" not in (operation.error_message or "")
    assert (await ready.log.find("a1", "other")).upload is not None


async def test_a_completed_deletion_of_an_assistant_leaves_no_row_of_it(ready):
    await publish(ready, "o1")
    await ready.log.append(ready.operation("o2", DELETE_ASSISTANT, file_id=None))
    await ready.log.complete(await claim(ready))
    assert await ready.catalog.find_assistant("p", "a1") is None
    assert await ready.catalog.find_file("a1", "f1") is None
    assert await ready.log.find("a1", "o1") is None
    assert await ready.log.find("a1", "o2") is None
    assert set(await ready.log.live_assistants()) == {"a2"}
    await ready.catalog.add_assistant(ready.assistant("a3", name="a1"))


async def test_a_finished_operation_never_changes_again(ready):
    await ready.append_content("o1")
    held = await claim(ready)
    await ready.log.complete(held)
    for write in (ready.log.complete(held), ready.log.fail(held, "no")):
        with pytest.raises(ClaimLost):
            await write
    assert (await ready.log.find("a1", "o1")).status is OperationStatus.COMPLETED


@requirement("operation.retention")
async def test_finished_operations_are_forgotten_after_their_time(ready):
    await publish(ready, "o1", file_id="f1")
    await ready.append_content("o2", file_id="f2")
    cutoff = ready.clock.now()
    assert await ready.log.forget_finished(cutoff - SECOND) == 0
    assert await ready.log.forget_finished(cutoff) == 1
    assert await ready.log.find("a1", "o1") is None
    assert await ready.log.find("a1", "o2") is not None
    assert (await ready.catalog.find_file("a1", "f1")).status is FileStatus.AVAILABLE


# --- waiting ----------------------------------------------------------------------------------


async def test_waiting_ends_at_once_when_something_is_due(ready):
    await ready.append_content("o1")
    async with asyncio.timeout(5):
        await ready.log.wait(timedelta(hours=1))


async def test_waiting_ends_when_something_is_appended_or_released(ready):
    waiting = asyncio.create_task(ready.log.wait(timedelta(hours=1)))
    async with asyncio.timeout(5):
        await ready.append_content("o1")
        await waiting
    held = await claim(ready)
    waiting = asyncio.create_task(ready.log.wait(timedelta(hours=1)))
    async with asyncio.timeout(5):
        await ready.log.release(held, due_at=ready.clock.now())
        await waiting


async def test_waiting_with_nothing_to_do_ends_by_its_timeout(ready):
    async with asyncio.timeout(5):
        await ready.log.wait(timedelta(milliseconds=1))
        await ready.log.wait_finished(timedelta(milliseconds=1))


async def test_waiting_for_an_end_is_over_when_one_is_reached(ready):
    await ready.append_content("o1")
    held = await claim(ready)
    waiting = asyncio.create_task(ready.log.wait_finished(timedelta(hours=1)))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await ready.log.complete(held)
        await waiting


async def test_parallel_claims_never_share_an_operation(ready):
    for number in range(6):
        await ready.append_content(f"o{number}", file_id=f"f{number}")
    claims = await asyncio.gather(*(claim(ready, f"w{n}") for n in range(9)))
    assert sorted(c.operation.id for c in claims if c) == [f"o{n}" for n in range(6)]


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
            page = await ready.log.list("a1", types=(), statuses=(), limit=20, after=None)
            if files == len(page.items) and files == await ready.catalog.count_files("a1"):
                break
    for operation in page.items:
        assert await ready.catalog.find_file("a1", operation.file_id) is not None


async def test_the_oldest_unfinished_operation_is_known_until_it_ends(ready):
    assert await ready.log.oldest_unfinished() is None
    first = await ready.append_content("o1")
    ready.clock.advance(SECOND)
    second = await ready.append_content("o2", file_id="f2")
    assert await ready.log.oldest_unfinished() == first.created_at
    await ready.log.complete(await claim(ready))
    assert await ready.log.oldest_unfinished() == second.created_at


async def test_a_turn_is_of_one_holder_until_it_is_not_asked_for_any_more(ready):
    log, lease = ready.log, timedelta(minutes=5)
    assert await log.take_turn("sweep", "one", lease=lease)
    assert not await log.take_turn("sweep", "two", lease=lease)
    assert await log.take_turn("other", "two", lease=lease)
    ready.clock.advance(timedelta(minutes=4))
    assert await log.take_turn("sweep", "one", lease=lease)
    ready.clock.advance(timedelta(minutes=4))
    assert not await log.take_turn("sweep", "two", lease=lease)
    ready.clock.advance(timedelta(minutes=2))
    assert await log.take_turn("sweep", "two", lease=lease)
    assert not await log.take_turn("sweep", "one", lease=lease)
    taken = await asyncio.gather(*(log.take_turn("new", f"w{n}", lease=lease) for n in range(5)))
    assert taken.count(True) == 1


async def test_a_reason_with_any_character_is_recorded(ready):
    await ready.append_content("o1")
    claim = await ready.log.claim("w", lease=timedelta(minutes=1))
    await ready.log.fail(claim, "It holds \0.")
    failed = await ready.log.find("a1", "o1")
    assert failed.error_message in ("It holds \0.", "It holds \ufffd.")
