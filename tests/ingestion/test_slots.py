"""Slots: room for large files or many small ones, and when all of it is taken."""

import asyncio

import pytest

from lodgepole.ingestion import slots as module
from lodgepole.ingestion.slots import LARGE_WEIGHT, Slots, SlowAssistants


async def settled():
    for _ in range(8):
        await asyncio.sleep(0)


async def test_beside_a_large_file_there_is_room_for_one_more_or_for_small_ones():
    slots, stop = Slots(2), asyncio.Event()
    for weight in (LARGE_WEIGHT, 1):
        assert await slots.look(stop)
        slots.found(weight)
    waiting = asyncio.create_task(slots.look(stop))
    await settled()
    assert not waiting.done(), "what is found next might be large"
    slots.give(1)
    assert await waiting


async def test_who_waits_for_room_ends_when_it_is_told_to():
    slots, stop = Slots(1), asyncio.Event()
    assert await slots.look(stop)
    waiting = [asyncio.create_task(wait(stop)) for wait in (slots.look, slots.all_taken)]
    await settled()
    assert not any(each.done() for each in waiting)
    stop.set()
    assert await asyncio.gather(*waiting) == [False, False]


async def test_all_is_taken_once_nobody_looks_for_work():
    slots, stop = Slots(2), asyncio.Event()
    for _ in range(2):
        await slots.look(stop)
    waiting = asyncio.create_task(slots.all_taken(stop))
    slots.found(LARGE_WEIGHT)
    await settled()
    assert not waiting.done()
    slots.found(LARGE_WEIGHT)
    assert await waiting
    slots.give(LARGE_WEIGHT)
    assert await slots.look(stop)


@pytest.mark.parametrize("weight", [0, 1])
async def test_what_was_not_needed_is_given_back(weight):
    slots, stop = Slots(1), asyncio.Event()
    await slots.look(stop)
    slots.found(weight)
    slots.give(weight)
    assert await slots.look(stop)


async def test_an_assistant_is_slow_for_a_while(monkeypatch):
    slow = SlowAssistants()
    slow.add("a")
    assert slow.now() == {"a"}
    monkeypatch.setattr(module, "REMEMBERED_SECONDS", -1.0)
    slow.add("b")
    assert slow.now() == {"a"}
