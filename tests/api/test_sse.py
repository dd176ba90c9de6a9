import asyncio
from collections.abc import AsyncGenerator

import pytest
from tests.wire.requirements import requirement

from lodgepole.api.schemas.chat import ContentDelta, MessageModel
from lodgepole.api.sse import (
    ClientGone,
    EventStream,
    TextFrames,
    frame,
    started,
    unless_gone,
)
from lodgepole.errors import Unavailable

SCOPE = {"type": "http"}


class Wire:
    """What an ASGI server gives an application: a client that leaves when told to."""

    def __init__(self) -> None:
        self.sent: list[dict] = []
        self.left = asyncio.Event()

    async def receive(self) -> dict:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict) -> None:
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(m.get("body", b"") for m in self.sent)


async def frames(*parts: bytes | Exception) -> AsyncGenerator[bytes, None]:
    for part in parts:
        if isinstance(part, Exception):
            raise part
        yield part


@requirement("stream.bytes")
def test_a_frame_is_data_without_a_space_and_a_blank_line():
    assert frame(ContentDelta(content="a\nb ü")) == b'data:{"content":"a\\nb \xc3\xbc"}\n\n'


@pytest.mark.parametrize("text", ["", "plain", 'a "quote"', "\0", "a\nb ü \u2028", "\ud83d\ude00"])
def test_frames_of_texts_are_those_of_their_models(text: str):
    def model(content: str) -> MessageModel:
        return MessageModel(role="assistant", content=content)

    text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    assert TextFrames(model)(text) == frame(model(text))


async def test_the_stream_is_the_frames_and_nothing_else():
    wire = Wire()
    await EventStream(frames(b"1", b"2"), heartbeat_seconds=None)(SCOPE, wire.receive, wire.send)
    assert wire.body == b"12"
    assert wire.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    headers = dict(wire.sent[0]["headers"])
    assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert b"content-length" not in headers


@requirement("stream.heartbeat")
async def test_heartbeats_fill_silences_where_asked_for():
    wire = Wire()
    speak = asyncio.Event()

    async def slow() -> AsyncGenerator[bytes, None]:
        yield b"1"
        await speak.wait()
        yield b"2"

    async def send(message: dict) -> None:
        await wire.send(message)
        if wire.body.count(b":\n\n") == 2:
            speak.set()

    async with asyncio.timeout(5):
        await EventStream(slow(), heartbeat_seconds=0.01)(SCOPE, wire.receive, send)
    assert wire.body.startswith(b"1:\n\n:\n\n")
    assert wire.body.endswith(b"2")


@pytest.mark.parametrize("heartbeat", [None, 5.0])
async def test_the_source_is_closed_when_the_client_leaves(heartbeat: float | None):
    wire = Wire()
    closed = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes, None]:
        try:
            yield b"1"
            wire.left.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with asyncio.timeout(5):
        await EventStream(endless(), heartbeat_seconds=heartbeat)(SCOPE, wire.receive, wire.send)
    assert closed.is_set()
    assert wire.sent[-1]["more_body"] is True  # the body has no end


@requirement("stream.broken")
async def test_a_failure_in_the_middle_leaves_the_body_without_an_end():
    wire = Wire()
    stream = EventStream(frames(b"1", Unavailable("gone")), heartbeat_seconds=None)
    with pytest.raises(Unavailable):
        await stream(SCOPE, wire.receive, wire.send)
    assert wire.body == b"1"
    assert wire.sent[-1]["more_body"] is True


async def test_what_fails_before_the_first_frame_is_raised():
    with pytest.raises(Unavailable):
        await started(frames(Unavailable("no")), within=None)


async def test_a_started_stream_has_all_its_frames():
    stream = await started(frames(b"1", b"2", b"3"), within=None)
    assert [part async for part in stream] == [b"1", b"2", b"3"]
    assert [part async for part in await started(frames(), within=None)] == []


async def test_a_slow_first_frame_does_not_hold_the_start_for_ever():
    ready = asyncio.Event()

    async def slow() -> AsyncGenerator[bytes, None]:
        await ready.wait()
        yield b"1"

    stream = await started(slow(), within=0.01)
    ready.set()
    assert [part async for part in stream] == [b"1"]


async def test_closing_a_started_stream_closes_its_source():
    closed = asyncio.Event()

    async def source() -> AsyncGenerator[bytes, None]:
        try:
            yield b"1"
            yield b"2"
        finally:
            closed.set()

    stream = await started(source(), within=None)
    assert await anext(stream) == b"1"
    await stream.aclose()
    assert closed.is_set()


async def test_work_is_cancelled_when_the_client_leaves():
    wire = Wire()
    cancelled = asyncio.Event()

    async def work() -> None:
        try:
            wire.left.set()
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(ClientGone):
        await unless_gone(work(), wire.receive)
    assert cancelled.is_set()


async def test_work_that_ends_gives_its_result():
    async def work() -> int:
        return 7

    assert await unless_gone(work(), Wire().receive) == 7


async def test_a_heartbeat_is_what_the_client_takes_and_nothing_before_there_is_one():
    wire = Wire()
    beats = [b"", b"data:empty\n\n"]
    asked = asyncio.Event()

    def beat() -> bytes:
        if len(beats) == 1:
            asked.set()
        return beats.pop(0) if len(beats) > 1 else beats[0]

    async def slow():
        yield b"1"
        await asked.wait()
        yield b"2"

    stream = EventStream(slow(), heartbeat_seconds=0.001, heartbeat=beat)
    await stream(SCOPE, wire.receive, wire.send)
    assert wire.body.startswith(b"1")
    assert wire.body.endswith(b"2")
    assert wire.body.replace(b"data:empty\n\n", b"") == b"12"
