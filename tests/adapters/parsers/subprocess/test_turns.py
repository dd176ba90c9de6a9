"""Turns: few places, many who wait, and nobody who keeps the others waiting for long."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from lodgepole.adapters.parsers.subprocess.turns import Turns


class Holder:
    """Takes a place and holds it until it is told to leave."""

    def __init__(self, turns: Turns, owner: str, *, small: bool = False):
        self.has_it = False
        self._leave = asyncio.Event()
        self.task = asyncio.create_task(self._hold(turns, owner, small))

    async def _hold(self, turns, owner, small):
        async with turns.place(owner, small=small):
            self.has_it = True
            await self._leave.wait()

    async def leave(self):
        self._leave.set()
        await self.task


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


@asynccontextmanager
async def holding(turns, *owners, small=False):
    holders = [Holder(turns, owner, small=small) for owner in owners]
    await settled()
    try:
        yield holders
    finally:
        for each in holders:
            each.task.cancel()
        await asyncio.gather(*(each.task for each in holders), return_exceptions=True)


async def test_as_many_as_there_are_places_hold_one():
    async with holding(Turns(2), "a", "b", "c") as holders:
        assert [each.has_it for each in holders] == [True, True, False]
        await holders[0].leave()
        await settled()
        assert holders[2].has_it


async def test_the_owner_who_holds_the_fewest_is_next():
    turns = Turns(2)
    async with holding(turns, "hostile", "hostile", "hostile", "hostile", "other") as holders:
        await holders[0].leave()
        await settled()
        assert [each.has_it for each in holders[1:]] == [True, False, False, True]


async def test_a_small_file_of_another_is_read_while_hostile_ones_hold_all_places():
    turns = Turns(2)
    async with holding(turns, "hostile", "hostile", "hostile"):
        async with holding(turns, "other", small=True) as (small,):
            assert small.has_it
        async with holding(turns, "third", small=True) as (small,):
            assert small.has_it, "the place was given back"


async def test_the_place_for_small_files_is_for_neither_large_ones_nor_those_who_hold_one():
    turns = Turns(2)
    async with holding(turns, "hostile", "hostile"):
        async with holding(turns, "hostile", small=True) as (small,):
            assert not small.has_it
        async with holding(turns, "other") as (large,):
            assert not large.has_it
        async with (
            holding(turns, "b", small=True) as (one,),
            holding(turns, "c", small=True) as two,
        ):
            assert (one.has_it, two[0].has_it) == (True, False)


async def test_a_place_that_was_given_to_one_who_left_at_once_goes_on():
    turns = Turns(1)
    async with holding(turns, "a") as (first,):
        second, third = Holder(turns, "b"), Holder(turns, "c")
        await settled()
        second.task.cancel()
        first._leave.set()
        await settled()
        assert third.has_it
        await third.leave()
    async with asyncio.timeout(5):
        await turns.nobody()


@pytest.mark.parametrize("when", ["waiting", "granted"])
async def test_nobody_is_there_once_all_have_left(when):
    turns = Turns(1)
    await turns.nobody()
    async with holding(turns, "a") as (first,):
        second = Holder(turns, "b")
        await settled()
        waiting = asyncio.create_task(turns.nobody())
        await settled()
        assert not waiting.done()
        if when == "granted":
            await first.leave()
        second.task.cancel()
        await settled()
        assert waiting.done() is (when == "granted")
    async with asyncio.timeout(5):
        await waiting
