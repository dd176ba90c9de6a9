"""Batches: all of the files or none, counted by what became of them."""

from datetime import timedelta

import pytest
from tests.conftest import chunks

from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.library.file_batches import MOST_FILES
from lodgepole.model import FileStatus


@pytest.fixture
async def assistant(house):
    return await house.assistant()


async def held(house, assistant, name="a.txt"):
    file = await house.held_files.accept(
        assistant.project_id, name=name, content=chunks(b"Forty tonnes."), purpose="assistants"
    )
    return file.id


async def statuses(house, assistant, batch):
    return [file.status for file in (await house.file_batches.get(assistant, batch.id)).files]


async def test_a_batch_is_taken_up_and_becomes_searchable(house, assistant):
    ids = [await held(house, assistant) for _ in range(2)]
    batch = await house.file_batches.create(assistant, [(ids[0], {"n": 1}), (ids[1], None)])
    assert batch.id.startswith("vsfb_")
    assert batch.file_ids == tuple(ids)
    assert await statuses(house, assistant, batch) == [FileStatus.PROCESSING] * 2
    await house.worker().drain()
    assert await statuses(house, assistant, batch) == [FileStatus.AVAILABLE] * 2
    assert (await house.files.get(assistant, ids[0])).upload.metadata == {"n": 1}


async def test_one_that_is_missing_takes_nothing_up(house, assistant):
    known = await held(house, assistant)
    with pytest.raises(NotFound):
        await house.file_batches.create(assistant, [(known, None), ("file-nothing", None)])
    with pytest.raises(NotFound):
        await house.files.get(assistant, known)


async def test_batches_of_none_of_too_many_or_of_one_twice_are_refused(house, assistant):
    known = await held(house, assistant)
    for ids in ([], [known, known], [f"f{n}" for n in range(MOST_FILES + 1)]):
        with pytest.raises(InvalidRequest):
            await house.file_batches.create(assistant, [(file_id, None) for file_id in ids])


async def test_cancelling_drops_what_is_not_searchable_yet(house, assistant):
    done, waiting = await held(house, assistant), await held(house, assistant)
    await house.file_batches.create(assistant, [(done, None)])
    await house.worker().drain()
    batch = await house.file_batches.create(assistant, [(done, None), (waiting, None)])
    cancelled = await house.file_batches.cancel(assistant, batch.id)
    assert cancelled.cancelled
    assert [file.status for file in cancelled.files] == [
        FileStatus.AVAILABLE,
        FileStatus.DELETING,
    ]


async def test_a_batch_is_of_one_assistant_and_not_for_ever(house, assistant):
    other = await house.assistant("other")
    batch = await house.file_batches.create(assistant, [(await held(house, assistant), None)])
    for asked in (
        house.file_batches.get(other, batch.id),
        house.file_batches.get(assistant, "vsfb_nothing"),
        house.file_batches.cancel(other, batch.id),
    ):
        with pytest.raises(NotFound):
            await asked
    house.clock.advance(timedelta(days=house.limits.operation_retention_days))
    with pytest.raises(NotFound):
        await house.file_batches.get(assistant, batch.id)
