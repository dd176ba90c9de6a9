"""Clients that are slow, silent or too many, against the real HTTP server."""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from lodgepole.api.connections import Dispensable, connections_within
from lodgepole.limits import Limits

PATIENCE = 0.3
LIMITS = replace(Limits(), client_seconds=PATIENCE, client_bytes_per_second=1000)
LONG_ENOUGH = 20 * PATIENCE
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"


class App:
    """Reads a POST's body; answers `/endless` with bytes for as long as somebody reads."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if scope["path"] == "/endless":
            await self._endless(receive, send)
        elif scope["path"] == "/refused":
            await Response(status_code=401)(scope, receive, send)
        else:
            try:
                body = await request.body()
            except ClientDisconnect:
                self.ended.set()
                return
            await PlainTextResponse(str(len(body)))(scope, receive, send)

    async def _endless(self, receive: Receive, send: Send) -> None:
        async def leaving() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        gone = asyncio.create_task(leaving())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not gone.done():
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
            await asyncio.sleep(0)
        self.ended.set()


@asynccontextmanager
async def served(
    app: App, *, most: int = 100, limits: Limits = LIMITS
) -> AsyncGenerator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connection = connections_within(limits, most=most)
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", http=connection)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield listener.getsockname()
        server.should_exit = server.force_exit = True
        await serving


async def pass_time(seconds: float) -> None:
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, passed.set)
    await passed.wait()


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    got = b""
    async with asyncio.timeout(LONG_ENOUGH):
        try:
            while chunk := await reader.read(65_536):
                got += chunk
        except ConnectionResetError:
            pass
    return got


@pytest.mark.parametrize(
    "begin",
    [b"", b"GET / HTT", b"GET / HTTP/1.1\r\nHost: x\r\nX: ", POST + b"\r\n", POST + b"\r\nxyz"],
    ids=["nothing", "line", "header", "no body", "little body"],
)
async def test_a_request_that_does_not_go_on_is_ended(begin: bytes):
    async with served(App()) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(begin)
        assert await until_closed(reader) == b""
        writer.close()


@pytest.mark.parametrize("begin", [b"GET / HTTP/1.1\r\nX: ", POST + b"\r\n"], ids=["head", "body"])
async def test_a_trickle_is_not_enough(begin: bytes):
    async with served(App()) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(begin)
        closed = asyncio.create_task(until_closed(reader))
        while not closed.done():
            writer.write(b"x")
            await asyncio.wait([closed], timeout=PATIENCE / 10)
        assert await closed == b""
        writer.close()


async def test_a_slow_body_that_keeps_coming_is_read_to_its_end():
    async with served(App()) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(POST + b"Connection: close\r\n\r\n")
        begun = time.monotonic()
        for _ in range(20):
            writer.write(b"x" * 5000)
            await pass_time(PATIENCE / 5)
        assert (await until_closed(reader)).endswith(b"100000")
        assert time.monotonic() - begun > 3 * PATIENCE
        writer.close()


async def test_a_body_that_was_refused_may_not_go_on_for_ever():
    async with served(App()) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(POST.replace(b"POST /", b"POST /refused") + b"\r\n")
        closed = asyncio.create_task(until_closed(reader))
        for _ in range(99):
            writer.write(b"x" * 1000)
            await asyncio.wait([closed], timeout=PATIENCE / 10)
            if closed.done():
                break
        assert (await closed).startswith(b"HTTP/1.1 401")
        writer.close()


async def test_an_answer_that_nobody_reads_is_ended():
    app = App()
    async with served(app) as address:
        with socket.create_connection(address) as client:
            client.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
            async with asyncio.timeout(LONG_ENOUGH):
                await app.ended.wait()


async def test_an_answer_that_is_read_slowly_goes_on():
    app = App()
    async with served(app) as address:
        reader, writer = await asyncio.open_connection(*address, limit=1024)
        writer.write(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        begun = time.monotonic()
        while time.monotonic() - begun < 4 * PATIENCE:
            assert await reader.read(400_000)
            await pass_time(PATIENCE / 50)
        assert not app.ended.is_set()
        writer.close()
        async with asyncio.timeout(LONG_ENOUGH):
            await app.ended.wait()


async def test_one_connection_too_many_is_told_to_try_again_and_health_is_not():
    get = b"GET /%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with served(App(), most=2) as address:
        held = [await asyncio.open_connection(*address) for _ in range(2)]
        for reader, writer in held:
            writer.write(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n"
                b"Expect: 100-continue\r\n\r\n"
            )
            await reader.readuntil(b"\r\n\r\n")
        for path, status in ((b"", b"503"), (b"healthz", b"200"), (b"", b"503")):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(get % path)
            answer = await until_closed(reader)
            assert answer.startswith(b"HTTP/1.1 " + status)
            assert (b'"code":"UNAVAILABLE"' in answer) is (status == b"503")
            writer.close()
        held[0][1].write(b"x")
        assert (await until_closed(held[0][0])).startswith(b"HTTP/1.1 200")
        for _, writer in held:
            writer.close()


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The head of the answer to one more request on a connection that is kept."""
    writer.write(GET)
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(1)  # the body, `0`
    return head.split(b"\r\n")[0]


async def test_a_client_that_polls_keeps_its_connection_between_requests():
    limits = replace(LIMITS, idle_connection_seconds=10 * PATIENCE)
    async with served(App(), limits=limits) as address:
        reader, writer = await asyncio.open_connection(*address)
        for _ in range(4):
            assert await answered(reader, writer) == b"HTTP/1.1 200 OK"
            await pass_time(2.5 * PATIENCE)  # longer than a client may be silent within a request
        writer.close()


async def test_a_kept_connection_is_closed_in_the_end():
    limits = replace(LIMITS, client_seconds=100, idle_connection_seconds=PATIENCE)
    async with served(App(), limits=limits) as address:
        reader, writer = await asyncio.open_connection(*address)
        assert await answered(reader, writer) == b"HTTP/1.1 200 OK"
        assert await until_closed(reader) == b""
        writer.close()


async def test_half_a_request_on_a_kept_connection_is_ended():
    async with served(App(), limits=replace(LIMITS, idle_connection_seconds=100)) as address:
        reader, writer = await asyncio.open_connection(*address)
        assert await answered(reader, writer) == b"HTTP/1.1 200 OK"
        writer.write(GET[:9])
        assert await until_closed(reader) == b""
        writer.close()


async def test_kept_connections_make_room_for_who_asks_now():
    async with served(App(), most=1) as address:
        first, second = await asyncio.open_connection(*address), None
        assert await answered(*first) == b"HTTP/1.1 200 OK"
        second = await asyncio.open_connection(*address)
        assert await answered(*second) == b"HTTP/1.1 200 OK"
        assert await until_closed(first[0]) == b""
        for _, writer in (first, second):
            writer.close()


def test_by_default_a_connection_is_kept_longer_than_any_proxy_keeps_it():
    assert Limits().idle_connection_seconds > 600


async def test_who_has_asked_nothing_makes_room_for_who_asks_now():
    patient = replace(LIMITS, client_seconds=60.0)
    async with served(App(), most=5, limits=patient) as address:
        silent = [await asyncio.open_connection(*address) for _ in range(40)]
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b" 200 " in await until_closed(reader)
        assert await until_closed(silent[0][0]) == b"", "the oldest went first"
        for _, each in [*silent, (reader, writer)]:
            each.close()


async def test_a_body_with_two_lengths_is_refused():
    async with served(App()) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nGET /refused HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        answer = await until_closed(reader)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.count(b"HTTP/1.1 ") == 1
        writer.close()


class Looked:
    """A connection of which each look is counted."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.looks = 0
        self.closed = False
        self.transport = self

    @property
    def silent(self) -> bool:
        self.looks += 1
        return self.state == "silent"

    @property
    def idle(self) -> bool:
        self.looks += 1
        return self.state == "idle"

    def close(self) -> None:
        self.closed = True

    abort = close


def test_in_a_crowd_nobody_is_looked_at_twice():
    dispensable = Dispensable()
    crowd = [Looked("silent") for _ in range(200)]
    for each in crowd[:100]:
        dispensable.came(each)
    for each in crowd[100:]:
        assert dispensable.make_room()
        dispensable.came(each)
    assert [each.closed for each in crowd] == [True] * 100 + [False] * 100
    assert max(each.looks for each in crowd) == 1


def test_room_is_made_by_those_between_requests_and_the_longest_kept_first():
    dispensable = Dispensable()
    silent, asking, first, second = (
        Looked(state) for state in ("silent", "asking", "idle", "idle")
    )
    for each in (silent, asking, second, first):
        dispensable.came(each)
    for each in (second, asking, first, second):  # it asked twice
        dispensable.answered(each)
    dispensable.gone(first)
    assert [dispensable.make_room() for _ in range(3)] == [True, True, False]
    assert [each.closed for each in (silent, asking, first, second)] == [True, False, False, True]
