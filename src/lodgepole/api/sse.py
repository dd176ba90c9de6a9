"""Server-sent events: encoding of frames, and an end when the client disconnects."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lodgepole.api.json_response import json_bytes
from lodgepole.api.schemas.wire import WireResponse

T = TypeVar("T")

HEARTBEAT = b":\n\n"
HEARTBEAT_SECONDS = 15.0
Heartbeat = Callable[[], bytes]
"""Makes what is sent when nothing else was for a while; nothing is sent where it is empty."""
_MARK = "\0"
MOST_GATHERED = 64  # frames waiting for a slow client, before their source waits, too


class ClientGone(Exception):
    """The client closed the connection; nobody reads the answer."""


def frame(event: WireResponse) -> bytes:
    """One event. No space after the colon, no event name, no id: old clients take nothing else."""
    return b"data:" + json_bytes(event) + b"\n\n"


class TextFrames:
    """Frames that differ in one text: a token costs a third of what making its model does."""

    def __init__(self, event: Callable[[str], WireResponse]) -> None:
        """`event` makes the model; its last text that is the argument is what differs."""
        self._before, mark, self._after = frame(event(_MARK)).rpartition(json_bytes(_MARK))
        assert mark, "the model holds the text it is given"

    def __call__(self, text: str) -> bytes:
        return self._before + json_bytes(text) + self._after


class EventStream(Response):
    """Sends frames as they come; closes their source when they end or the client is gone.

    The end of a stream is the end of the body. When the source fails in the middle, the body is
    left without an end, so that a client cannot take half an answer for a whole one.
    """

    def __init__(
        self,
        frames: AsyncGenerator[bytes, None],
        *,
        heartbeat_seconds: float | None,
        heartbeat: Heartbeat = lambda: HEARTBEAT,
    ) -> None:
        """Takes over `frames`; heartbeats are sent only where their interval is given."""
        super().__init__(
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
            media_type="text/event-stream",
        )
        del self.headers["Content-Length"]
        self._frames = frames
        self._heartbeat_seconds = heartbeat_seconds
        self._heartbeat = heartbeat

    async def __call__(
        self,
        scope: Scope,  # noqa: ARG002  the signature is ASGI's
        receive: Receive,
        send: Send,
    ) -> None:
        async with aclosing(self._frames):
            with suppress(ClientGone):
                await unless_gone(self._send(send), receive)

    async def _send(self, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        beating = _with_heartbeats(self._frames, self._heartbeat_seconds, self._heartbeat)
        async with aclosing(beating) as chunks:
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def unless_gone(work: Awaitable[T], receive: Receive) -> T:
    """The result of `work`, which is cancelled when the client leaves.

    The request's body must have been read to its end. Raises ClientGone.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientGone
    finally:
        for task in (working, leaving):
            task.cancel()
        # Wait for the clean-up of both, e.g. of a call to a model that is being closed.
        await asyncio.gather(working, leaving, return_exceptions=True)


async def started(
    frames: AsyncGenerator[bytes, None], *, within: float | None
) -> AsyncGenerator[bytes, None]:
    """The same frames, once the first has come or `within` seconds have passed.

    What fails up to there is raised here, while it can still be an ordinary HTTP error.
    """
    first = asyncio.create_task(_next(frames))
    try:
        await asyncio.wait({first}, timeout=within)
        if first.done():
            first.result()
    except BaseException:
        await _stop(first)
        await frames.aclose()
        raise
    return _resumed(first, frames)


async def _resumed(
    first: asyncio.Task[bytes | None], frames: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    try:
        chunk = await first
        while chunk is not None:
            yield chunk
            chunk = await _next(frames)
    finally:
        await _stop(first)
        await frames.aclose()


async def _with_heartbeats(
    frames: AsyncGenerator[bytes, None], interval: float | None, heartbeat: Heartbeat
) -> AsyncGenerator[bytes, None]:
    """The frames, and a heartbeat whenever `interval` seconds pass without one.

    One task reads them for the whole stream, and what has come in the meantime is sent at once:
    a task for each frame costs more than all else that a token passes through.
    """
    gathered: list[bytes] = []
    changed, room = asyncio.Event(), asyncio.Event()

    async def gather() -> None:
        async for chunk in frames:
            gathered.append(chunk)
            changed.set()
            if len(gathered) >= MOST_GATHERED:
                room.clear()
                await room.wait()

    gathering = asyncio.create_task(gather())
    gathering.add_done_callback(lambda _: changed.set())
    try:
        while True:
            try:
                async with asyncio.timeout(interval):
                    await changed.wait()
            except TimeoutError:
                if beat := heartbeat():
                    yield beat
                continue
            changed.clear()
            if gathered:
                chunk = b"".join(gathered)
                gathered.clear()
                room.set()
                yield chunk
            if gathering.done() and not gathered:
                gathering.result()
                return
    finally:
        await _stop(gathering)


async def _next(frames: AsyncGenerator[bytes, None]) -> bytes | None:
    """The next frame, or None at the end."""
    async for chunk in frames:
        return chunk
    return None


async def _stop(task: asyncio.Task[Any]) -> None:
    """Cancel what is making frames, and wait until it has cleaned up."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
