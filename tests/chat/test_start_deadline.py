"""The start of an answer is told in time, and failures before it instead of it."""

import asyncio
from contextlib import aclosing

import pytest

from lodgepole.chat.start_deadline import announced
from lodgepole.errors import Unavailable
from lodgepole.model import AnswerStarted, AnswerText

STARTED = AnswerStarted(id="a", model="m", snippet_count=0)


class Slow:
    """A model's events: the first one comes when `go` is set."""

    def __init__(self, *events):
        self.go = asyncio.Event()
        self.closed = False
        self._events = events

    async def stream(self):
        try:
            await self.go.wait()
            for event in self._events:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed = True


async def test_the_start_waits_for_the_first_event_and_no_longer_than_it_may():
    slow = Slow(AnswerText("a"), AnswerText("b"))
    async with aclosing(announced(STARTED, slow.stream(), within=0.0)) as told:
        assert await anext(told) is STARTED
        slow.go.set()
        assert [event async for event in told] == [AnswerText("a"), AnswerText("b")]
    assert slow.closed


async def test_what_fails_in_time_is_raised_instead_of_the_start():
    slow = Slow(Unavailable("gone"))
    slow.go.set()
    with pytest.raises(Unavailable):
        await anext(announced(STARTED, slow.stream(), within=60.0))
    late = Slow(Unavailable("gone"))
    told = announced(STARTED, late.stream(), within=-1.0)
    assert await anext(told) is STARTED
    late.go.set()
    with pytest.raises(Unavailable):
        await anext(told)


async def test_whoever_leaves_before_the_first_word_stops_the_model():
    slow = Slow(AnswerText("a"))
    told = announced(STARTED, slow.stream(), within=0.0)
    await anext(told)
    await told.aclose()
    assert slow.closed


async def test_an_answer_of_nothing_is_started_too():
    slow = Slow()
    slow.go.set()
    assert [event async for event in announced(STARTED, slow.stream(), within=60.0)] == [STARTED]
