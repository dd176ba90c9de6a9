"""What every OperationQueue does."""

import asyncio
from datetime import timedelta

import pytest

from lodgepole.errors import ClaimLost
from lodgepole.model import FileStatus, OperationStatus, OperationType
from lodgepole.ports.operation_queue import QuickWork

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=1)
UPSERT = OperationType.UPSERT_FILE
DELETE = OperationType.DELETE_FILE
DELETE_ASSISTANT = OperationType.DELETE_ASSISTANT


async def test_a_claim_counts_an_attempt_and_is_exclusive(ready):
    await ready.append_content("o1")
    held = await ready.claim()
    assert held.operation.id == "o1"
    assert held.operation.attempts == 1
    assert held.worker_id == "w"
    assert held.expires_at == ready.clock.now() + LEASE
    assert await ready.claim() is None


async def test_an_empty_log_has_nothing_to_claim(ready):
    assert await ready.claim() is None


async def test_the_oldest_operation_of_an_assistant_comes_first(ready):
    for number in range(3):
        await ready.append_content(f"o{number}", file_id=f"f{number}")
        ready.clock.advance(SECOND)
    assert [(await ready.claim()).operation.id for _ in range(3)] == ["o0", "o1", "o2"]


async def test_a_large_upload_does_not_starve_other_assistants(ready):
    for number in range(3):
        await ready.append_content(f"o{number}", file_id=f"f{number}")
        ready.clock.advance(SECOND)
    await ready.append_content("late", assistant_id="a2")
    first = await ready.claim()
    second = await ready.claim()
    assert (first.operation.id, second.operation.id) == ("o0", "late")
    assert (await ready.claim()).operation.id == "o1"


async def test_a_project_with_many_assistants_does_not_starve_another(ready):
    await ready.catalog.add_assistant(ready.assistant("b1", project="other"))
    for number in range(2):
        await ready.append_content(f"o{number}", file_id=f"f{number}")
        await ready.claim()
    await ready.append_content("next", assistant_id="a2")
    ready.clock.advance(SECOND)
    await ready.append_content("late", assistant_id="b1")
    assert (await ready.claim()).operation.id == "late"
    assert (await ready.claim()).operation.assistant_id == "a2"


async def test_where_quick_work_is_wanted_large_uploads_and_slow_assistants_are_passed_over(ready):
    large = ready.upload(size=101)
    await ready.append_content("large", upload=large)
    ready.clock.advance(SECOND)
    await ready.append_content("behind it", file_id="f2")
    await ready.append_content("small", assistant_id="a2")
    quick = QuickWork(most_bytes=100)
    of_others = QuickWork(most_bytes=100, not_of=frozenset({"a2"}))
    assert await ready.queue.claim("w", lease=LEASE, quick=of_others) is None
    held = await ready.queue.claim("w", lease=LEASE, quick=quick)
    assert held.operation.id == "small"
    assert await ready.queue.claim("w", lease=LEASE, quick=quick) is None, "each in its order"
    assert (await ready.claim()).operation.id == "large"
    held = await ready.queue.claim("w", lease=LEASE, quick=quick)
    assert held.operation.id == "behind it"


async def test_a_deletion_is_quick_whoever_asks_for_it(ready):
    await ready.publish("o1")
    deletion = ready.operation("d", DELETE, generation=2)
    await ready.intake.append(deletion)
    quick = QuickWork(most_bytes=0, not_of=frozenset({"a1"}))
    held = await ready.queue.claim("w", lease=LEASE, quick=quick)
    assert held.operation.id == "d"


@pytest.fixture
async def crowded(stores):
    """Stores with sixty assistants, named from a00 to a59."""
    for number in range(60):
        await stores.catalog.add_assistant(stores.assistant(f"a{number:02}"))
    return stores


@pytest.mark.slow
@pytest.mark.parametrize("large", ["a00", "a31", "a59"])
async def test_among_many_assistants_each_has_its_turn_beside_a_large_upload(crowded, large):
    for number in range(40):
        await crowded.append_content(f"l{number}", assistant_id=large, file_id=f"f{number}")
    crowded.clock.advance(SECOND)
    others = {f"a{number:02}" for number in range(60)} - {large}
    for assistant_id in sorted(others):
        await crowded.append_content("o", assistant_id=assistant_id)
    claims = [(await crowded.claim()).operation for _ in range(99)]
    assert {operation.assistant_id for operation in claims[:65]} == {*others, large}
    assert len({(operation.assistant_id, operation.id) for operation in claims}) == 99
    assert await crowded.claim() is None


@pytest.mark.slow
async def test_assistants_whose_work_is_put_off_hide_no_other(crowded):
    for number in range(59):
        await crowded.append_content("o", assistant_id=f"a{number:02}")
    later = crowded.clock.now() + LEASE
    while held := await crowded.claim():
        await crowded.queue.release(held, due_at=later)
    await crowded.append_content("o", assistant_id="a59")
    assert (await crowded.claim()).operation.assistant_id == "a59"
    assert await crowded.claim() is None
    crowded.clock.advance(LEASE)
    assert len([await crowded.claim() for _ in range(59)]) == 59


async def test_an_operation_whose_lease_ran_out_is_claimed_again_and_the_first_is_fenced(ready):
    await ready.append_content("o1")
    first = await ready.claim("one")
    ready.clock.advance(LEASE)
    second = await ready.claim("two")
    assert second.operation.attempts == 2
    for write in (
        ready.queue.extend(first, lease=LEASE),
        ready.queue.report_progress(first, 10),
        ready.queue.release(first, due_at=ready.clock.now()),
        ready.queue.complete(first),
        ready.queue.fail(first, "late"),
    ):
        with pytest.raises(ClaimLost):
            await write
    await ready.queue.complete(second)
    assert (await ready.history.find("a1", "o1")).status is OperationStatus.COMPLETED


async def test_the_same_worker_claiming_again_fences_its_own_older_claim(ready):
    await ready.append_content("o1")
    first = await ready.claim()
    ready.clock.advance(LEASE)
    await ready.claim()
    with pytest.raises(ClaimLost):
        await ready.queue.complete(first)


async def test_a_heartbeat_keeps_the_claim(ready):
    await ready.append_content("o1")
    held = await ready.claim()
    ready.clock.advance(LEASE - SECOND)
    extended = await ready.queue.extend(held, lease=LEASE)
    assert extended.expires_at == ready.clock.now() + LEASE
    ready.clock.advance(LEASE - SECOND)
    assert await ready.claim() is None
    await ready.queue.complete(extended)


async def test_a_lease_that_ran_out_unnoticed_can_still_be_extended(ready):
    await ready.append_content("o1")
    held = await ready.claim()
    ready.clock.advance(2 * LEASE)
    await ready.queue.extend(held, lease=LEASE)
    assert await ready.claim() is None


async def test_a_worker_that_starts_again_takes_back_what_it_held(ready):
    await ready.append_content("o1")
    first = await ready.queue.claim("killed", lease=LEASE)
    await ready.queue.take_back("another")
    assert await ready.claim() is None
    await ready.queue.take_back("killed")
    assert (await ready.claim()).operation.id == first.operation.id
    with pytest.raises(ClaimLost):
        await ready.queue.complete(first)


async def test_a_released_operation_is_due_when_it_was_said_to_be(ready):
    await ready.append_content("o1")
    held = await ready.claim()
    await ready.queue.release(held, due_at=ready.clock.now() + 5 * SECOND)
    assert await ready.claim() is None
    with pytest.raises(ClaimLost):
        await ready.queue.complete(held)
    ready.clock.advance(5 * SECOND)
    assert (await ready.claim()).operation.attempts == 2


async def test_claims_that_were_not_given_back_are_counted(ready):
    await ready.append_content("o1")
    assert (await ready.queue.claim("killed", lease=LEASE)).operation.unreturned == 1
    await ready.queue.take_back("killed")
    held = await ready.claim()
    assert (held.operation.attempts, held.operation.unreturned) == (2, 2)
    await ready.queue.release(held, due_at=ready.clock.now())
    again = await ready.claim()
    assert (again.operation.attempts, again.operation.unreturned) == (3, 2)


async def test_progress_is_seen_on_the_operation_and_on_a_file_that_is_processing(ready):
    await ready.append_content("o1")
    await ready.queue.report_progress(await ready.claim(), 42)
    assert (await ready.history.find("a1", "o1")).percent_complete == 42
    assert (await ready.catalog.find_file("a1", "f1")).percent_complete == 42


async def test_a_completed_upload_is_available_with_all_that_is_known_of_it(ready):
    await ready.append_content("o1")
    held = await ready.claim()
    ready.clock.advance(SECOND)
    await ready.queue.complete(
        held, notice="Page 2 holds no text.", page_count=3, ingestion_units=3.0
    )
    file = await ready.catalog.find_file("a1", "f1")
    assert (file.status, file.percent_complete) == (FileStatus.AVAILABLE, 100)
    assert (file.notice, file.page_count) == ("Page 2 holds no text.", 3)
    assert file.updated_at == ready.clock.now()
    operation = await ready.history.find("a1", "o1")
    assert (operation.status, operation.percent_complete) == (OperationStatus.COMPLETED, 100)
    assert (operation.completed_at, operation.ingestion_units) == (ready.clock.now(), 3.0)
    assert await ready.backlog.queue_depth() == 0


async def test_a_completed_upsert_replaces_upload_and_generation_at_once(ready):
    await ready.publish("o1")
    upload = ready.upload("two.txt", metadata={"version": 2})
    generation = await ready.upsert("o2", upload=upload)
    await ready.queue.complete(await ready.claim(), page_count=7)
    file = await ready.catalog.find_file("a1", "f1")
    assert (file.upload, file.generation, file.page_count) == (upload, generation, 7)
    assert file.status is FileStatus.AVAILABLE


async def test_an_upsert_with_the_published_generation_changes_the_upload_alone(ready):
    await ready.publish("o1")
    upload = ready.upload(metadata={"version": 2})
    await ready.intake.append(ready.operation("o2", UPSERT, upload=upload))
    await ready.queue.complete(await ready.claim())
    file = await ready.catalog.find_file("a1", "f1")
    assert (file.upload, file.generation) == (upload, 1)


async def test_a_failed_upload_is_shown_with_its_reason(ready):
    await ready.append_content("o1")
    await ready.queue.fail(await ready.claim(), "The file is damaged.")
    file = await ready.catalog.find_file("a1", "f1")
    operation = await ready.history.find("a1", "o1")
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
    await ready.publish("o1")
    before = await ready.catalog.find_file("a1", "f1")
    await ready.upsert("o2")
    await ready.queue.fail(await ready.claim(), "The file is damaged.")
    assert await ready.catalog.find_file("a1", "f1") == before


async def test_a_completed_deletion_removes_the_file_and_keeps_its_record(ready):
    await ready.publish("o1")
    await ready.intake.append(ready.operation("o2", DELETE))
    await ready.queue.complete(await ready.claim())
    assert await ready.catalog.find_file("a1", "f1") is None
    assert (await ready.history.find("a1", "o2")).status is OperationStatus.COMPLETED
    generation = await ready.upsert("o3")
    assert (await ready.catalog.find_file("a1", "f1")).generation == generation > 1


async def test_a_completed_deletion_of_an_assistant_leaves_no_row_of_it(ready):
    await ready.publish("o1")
    await ready.intake.append(ready.operation("o2", DELETE_ASSISTANT, file_id=None))
    await ready.queue.complete(await ready.claim())
    assert await ready.catalog.find_assistant("p", "a1") is None
    assert await ready.catalog.find_file("a1", "f1") is None
    assert await ready.history.find("a1", "o1") is None
    assert await ready.history.find("a1", "o2") is None
    assert set(await ready.live.live_assistants()) == {"a2"}
    await ready.catalog.add_assistant(ready.assistant("a3", name="a1"))


async def test_a_finished_operation_never_changes_again(ready):
    await ready.append_content("o1")
    held = await ready.claim()
    await ready.queue.complete(held)
    for write in (ready.queue.complete(held), ready.queue.fail(held, "no")):
        with pytest.raises(ClaimLost):
            await write
    assert (await ready.history.find("a1", "o1")).status is OperationStatus.COMPLETED


async def test_parallel_claims_never_share_an_operation(ready):
    for number in range(6):
        await ready.append_content(f"o{number}", file_id=f"f{number}")
    claims = await asyncio.gather(*(ready.claim(f"w{n}") for n in range(9)))
    assert sorted(c.operation.id for c in claims if c) == [f"o{n}" for n in range(6)]


async def test_after_the_clock_was_set_back_all_is_due_that_is_put_off_too_far(ready):
    for number in (1, 2):
        await ready.append_content(f"o{number}", file_id=f"f{number}")
    await ready.queue.release(await ready.claim(), due_at=ready.clock.now() + timedelta(minutes=5))
    held = await ready.claim("killed")
    ready.clock.advance(timedelta(days=-1))
    claims = [await ready.claim("next"), await ready.claim("next")]
    assert sorted(claim.operation.id for claim in claims) == ["o1", "o2"]
    assert await ready.claim("next") is None
    with pytest.raises(ClaimLost):
        await ready.queue.extend(held, lease=LEASE)
