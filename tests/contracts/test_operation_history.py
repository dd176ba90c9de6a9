"""What every OperationHistory does."""

from datetime import timedelta

import pytest
from tests.wire.requirements import requirement

from lodgepole.errors import InvalidRequest
from lodgepole.model import FileStatus, OperationStatus, OperationType

SECOND = timedelta(seconds=1)
UPSERT = OperationType.UPSERT_FILE
DELETE = OperationType.DELETE_FILE


async def test_operations_are_listed_newest_first_by_type_status_and_file(ready):
    await ready.publish("o1", file_id="f1")
    await ready.append_content("o2", file_id="f2")
    ready.clock.advance(SECOND)
    await ready.intake.append(ready.operation("o3", DELETE, file_id="f1"))

    async def ids(types=(), statuses=(), **values):
        page = await ready.history.list(
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
        page = await ready.history.list("a1", types=(), statuses=(), limit=2, after=after)
        seen += [operation.id for operation in page.items]
        after = page.next
        if after is None:
            break
    assert seen == ["o4", "o3", "o2", "o1", "o0"]
    with pytest.raises(InvalidRequest):
        await ready.history.list("a1", types=(), statuses=(), limit=2, after="x")


async def test_what_does_not_match_takes_no_place_on_a_page(ready):
    for number in range(6):
        await ready.append_content(f"o{number}", file_id=f"f{number}")

    async def odd(operation):
        return operation.id in {"o1", "o3", "o5"}

    async def page(limit, after=None):
        return await ready.history.list(
            "a1", types=(), statuses=(), limit=limit, after=after, matching=odd
        )

    first = await page(2)
    assert [operation.id for operation in first.items] == ["o5", "o3"]
    rest = await page(2, first.next)
    assert ([operation.id for operation in rest.items], rest.next) == (["o1"], None)
    assert (await page(3)).next is None, "only hidden ones follow, which is not said"


async def test_after_a_deletion_the_record_says_nothing_of_the_content(ready):
    await ready.publish("o1")
    await ready.upsert("o2")
    await ready.queue.fail(await ready.claim(), "a.txt holds no text.")
    await ready.publish("other", file_id="f2")
    await ready.intake.append(ready.operation("o3", DELETE))
    await ready.queue.complete(await ready.claim())
    for id_, status in (("o1", "Completed"), ("o2", "Failed"), ("o3", "Completed")):
        operation = await ready.history.find("a1", id_)
        assert (operation.status.value, operation.upload) == (status, None)
        assert "a.txt" not in (operation.error_message or "")
    assert (await ready.history.find("a1", "other")).upload is not None


@requirement("operation.retention")
async def test_finished_operations_are_forgotten_after_their_time(ready):
    await ready.publish("o1", file_id="f1")
    await ready.append_content("o2", file_id="f2")
    cutoff = ready.clock.now()
    assert await ready.history.forget_finished(cutoff - SECOND) == 0
    assert await ready.history.forget_finished(cutoff) == 1
    assert await ready.history.find("a1", "o1") is None
    assert await ready.history.find("a1", "o2") is not None
    assert (await ready.catalog.find_file("a1", "f1")).status is FileStatus.AVAILABLE


async def test_a_reason_with_any_character_is_recorded(ready):
    await ready.append_content("o1")
    claim = await ready.queue.claim("w", lease=timedelta(minutes=1))
    await ready.queue.fail(claim, "It holds \0.")
    failed = await ready.history.find("a1", "o1")
    assert failed.error_message in ("It holds \0.", "It holds \ufffd.")
