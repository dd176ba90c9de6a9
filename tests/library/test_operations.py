"""Operations: found, listed, waited for."""

import asyncio
from datetime import timedelta

import pytest

from lodgepole.errors import NotFound
from lodgepole.library.operations import SOON_DONE_BYTES
from lodgepole.model import OperationStatus, OperationType

LONG = timedelta(seconds=5)


async def uploaded(house, assistant, content=b"Some text."):
    await house.upload(assistant, "a.txt", content)
    page = await house.operations.list(assistant, types=(), statuses=(), limit=1, after=None)
    return page.items[0]


async def test_an_operation_is_found_in_its_own_assistant_only(house):
    one, two = await house.assistant("one"), await house.assistant("two")
    operation = await uploaded(house, one)
    assert await house.operations.get(one, operation.id) == operation
    with pytest.raises(NotFound) as refused:
        await house.operations.get(two, operation.id)
    assert str(refused.value) == f"Operation {operation.id} not found."


async def test_the_deletion_of_an_assistant_is_never_shown(house):
    assistant = await house.assistant()
    await house.assistants.delete("p", "docs")
    claim = await house.log.claim("w", lease=LONG)
    assert claim.operation.type is OperationType.DELETE_ASSISTANT
    with pytest.raises(NotFound):
        await house.operations.get(assistant, claim.operation.id)


async def test_waiting_returns_as_soon_as_the_operation_has_ended(house):
    assistant = await house.assistant()
    operation = await uploaded(house, assistant)
    waiting = asyncio.create_task(house.operations.settled(assistant, operation.id, within=LONG))
    await asyncio.sleep(0)
    async with asyncio.timeout(4):
        await house.worker().drain()
        ended = await waiting
    assert ended.status is OperationStatus.COMPLETED


async def test_a_large_file_far_from_its_end_is_not_waited_for(house):
    assistant = await house.assistant()
    operation = await uploaded(house, assistant, b"x" * (SOON_DONE_BYTES + 1))
    claim = await house.log.claim("w", lease=LONG)
    await house.log.report_progress(claim, 30)
    async with asyncio.timeout(4):
        seen = await house.operations.settled(assistant, operation.id, within=timedelta(hours=1))
    assert (seen.status, seen.percent_complete) == (OperationStatus.PROCESSING, 30)


async def test_a_small_file_is_waited_for_wherever_it_is(house):
    assistant = await house.assistant()
    operation = await uploaded(house, assistant)
    claim = await house.log.claim("w", lease=LONG)
    await house.log.report_progress(claim, 30)
    waiting = asyncio.create_task(house.operations.settled(assistant, operation.id, within=LONG))
    await asyncio.sleep(0)
    assert not waiting.done()
    async with asyncio.timeout(4):
        await house.log.fail(claim, "broken")
        assert (await waiting).status is OperationStatus.FAILED


async def test_waiting_ends_by_its_limit(house):
    assistant = await house.assistant()
    operation = await uploaded(house, assistant)
    async with asyncio.timeout(4):
        seen = await house.operations.settled(
            assistant, operation.id, within=timedelta(milliseconds=5)
        )
    assert seen.status is OperationStatus.PROCESSING


async def test_an_ended_or_unknown_operation_is_answered_at_once(house):
    assistant = await house.assistant()
    operation = await uploaded(house, assistant)
    await house.worker().drain()
    async with asyncio.timeout(4):
        ended = await house.operations.settled(assistant, operation.id, within=timedelta(hours=1))
        assert ended.percent_complete == 100
        with pytest.raises(NotFound):
            await house.operations.settled(assistant, "none", within=timedelta(hours=1))
