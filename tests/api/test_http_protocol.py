"""Bytes that are a request, nearly one, or two at once, against the real HTTP server."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from lodgepole.api import http_protocol
from lodgepole.api.http_protocol import HttpConnection

GET = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"
CLOSE = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
PATIENCE = 20


class Echo:
    """Says what was understood of each request; `/slow` once it is let, `/refused` unread."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.begun = asyncio.Event()
        self.gone = asyncio.Event()
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope["path"])
        self.begun.set()
        request = Request(scope, receive)
        if scope["path"] == "/refused":
            await Response(status_code=401)(scope, receive, send)
            return
        try:
            body = await request.body()
        except ClientDisconnect:
            self.gone.set()
            return
        if scope["path"] == "/slow":
            await self.let.wait()
        if scope["path"] == "/until-gone":
            assert (await receive())["type"] == "http.disconnect"
            self.gone.set()
            return
        understood = {
            "method": scope["method"],
            "path": scope["path"],
            "raw_path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "version": scope["http_version"],
            "headers": [
                [name.decode(), value.decode("latin-1")] for name, value in scope["headers"]
            ],
            "body": body.decode("latin-1"),
        }
        await JSONResponse(understood)(scope, receive, send)


@asynccontextmanager
async def served(app: Echo) -> AsyncGenerator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, log_config=None, lifespan="off", ws="none", http=HttpConnection
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield listener.getsockname()
        app.let.set()
        server.should_exit = server.force_exit = True
        await serving


async def all_of(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(PATIENCE):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


def answers(got: bytes) -> list[tuple[int, bytes]]:
    """Status and body of each answer in what a connection brought."""
    found: list[tuple[int, bytes]] = []
    while got:
        head, _, rest = got.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in lines[1:])
        length = int(headers.get(b"content-length", b"0"))
        found.append((int(lines[0].split()[1]), rest[:length]))
        got = rest[length:]
    return found


async def talk(*pieces: bytes, app: Echo | None = None) -> list[tuple[int, bytes]]:
    """All answers to `pieces`, each sent when the one before was read."""
    async with served(app or Echo()) as address:
        reader, writer = await asyncio.open_connection(*address)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        got = await all_of(reader)
        writer.close()
    return answers(got)


async def understood(request: bytes) -> dict[str, Any]:
    [(status, body), *_] = await talk(request + CLOSE)
    assert status == 200, body
    return json.loads(body)


@pytest.mark.parametrize(
    "request_",
    [
        b"NONSENSE\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.7\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\nx",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\nx",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\nabcde\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    ],
)  # fmt: skip
async def test_what_is_no_request_or_could_be_two_is_refused_in_our_shape(request_: bytes):
    app = Echo()
    [(status, body)] = await talk(request_ + CLOSE, app=app)
    assert status == 400
    error = json.loads(body)
    assert (error["status"], error["error"]["code"]) == (400, "INVALID_ARGUMENT")
    assert error["error"]["message"]
    assert "/last" not in app.paths


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/a%20b?c=d%20e", "/a b", "c=d%20e"),
        (b"/a?b?c", "/a", "b?c"),
        (b"//x/y", "//x/y", ""),
        (b"http://other.example/p?q", "http://other.example/p", "q"),
        (b"/%ff", "/�", ""),
        (b"*", "*", ""),
    ],
)
async def test_a_target_reaches_the_routes_as_it_was_sent(target: bytes, path: str, query: str):
    got = await understood(b"OPTIONS " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (got["path"], got["query"]) == (path, query)
    assert got["raw_path"] == target.partition(b"?")[0].decode()


async def test_blanks_around_a_header_are_not_of_its_value():
    got = await understood(b"GET / HTTP/1.1\r\nHost: x\r\nApi-Key:  secret \t\r\n\r\n")
    assert ["api-key", "secret"] in got["headers"]


async def test_what_follows_a_body_is_no_header():
    got = await understood(
        b"POST /slow HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nabcde\r\n0\r\nApi-Key: late\r\n\r\n".replace(b"/slow", b"/")
    )
    assert got["body"] == "abcde"
    assert "api-key" not in dict(got["headers"])


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (b"Content-Length: 5\r\n", b"abcde"),
        (b"Transfer-Encoding: chunked\r\n", b"2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"),
    ],
)
@pytest.mark.parametrize("pieces", ["whole", "apart"])
async def test_an_upgrade_that_is_offered_is_not_taken_up(framing: bytes, body: bytes, pieces: str):
    """Clients that would rather speak HTTP/2 offer it with their first request, body and all."""
    head = (
        b"POST /u HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n" + framing + b"\r\n"
    )
    asked = [head + body + CLOSE] if pieces == "whole" else [head, body[:3], body[3:] + CLOSE]
    first, second = await talk(*asked)
    assert (json.loads(first[1])["path"], json.loads(first[1])["body"]) == ("/u", "abcde")
    assert json.loads(second[1])["path"] == "/last"


async def test_many_offers_of_an_upgrade_are_answered_one_by_one():
    offer = b"GET /u HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert [status for status, _ in await talk(offer * 20 + CLOSE)] == [200] * 21


async def test_nothing_follows_a_connect():
    app = Echo()
    [(status, _)] = await talk(b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n" + CLOSE, app=app)
    assert status == 200
    assert "/last" not in app.paths


async def test_requests_that_do_not_wait_are_answered_in_their_order():
    asked = b"".join(GET % b"%d" % number for number in range(20)) + CLOSE
    got = await talk(asked)
    assert [json.loads(body)["path"] for _, body in got] == [*(f"/{n}" for n in range(20)), "/last"]


async def test_of_very_many_at_once_few_wait_and_all_are_answered(
    monkeypatch: pytest.MonkeyPatch,
):
    waiting: list[int] = []
    start = HttpConnection._start_asgi_task  # pyright: ignore[reportPrivateUsage]

    def counted(self: HttpConnection, *rest: Any) -> None:
        waiting.append(len(self.pipeline))
        start(self, *rest)

    monkeypatch.setattr(HttpConnection, "_start_asgi_task", counted)
    got = await talk(GET % b"n" * 3000 + CLOSE)
    assert [status for status, _ in got] == [200] * 3001
    assert max(waiting) < http_protocol.PIPELINED + http_protocol.SLICE_BYTES / 20


@pytest.mark.parametrize(
    "broken",
    [
        b"NONSENSE\r\n\r\n",
        b"POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabXXX",
        b"POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno\r\n",
    ],
)
@pytest.mark.parametrize("before", [1, 3])
async def test_a_refusal_is_never_taken_for_the_answer_to_another_request(
    broken: bytes, before: int
):
    got = await talk(GET % b"good" * before + broken + CLOSE)
    assert [json.loads(body)["path"] for status, body in got if status == 200] == (
        ["/good"] * before
    )
    assert len(got) <= before + 1


async def test_a_body_that_breaks_off_is_refused():
    app = Echo()
    [(status, _)] = await talk(CHUNKED + b"5\r\nabcdeXX", app=app)
    assert status == 400
    assert app.gone.is_set()


async def test_a_broken_body_whose_request_was_refused_has_one_answer():
    head = b"POST /refused HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    got = await talk(head, b"5\r\nabcde", b"XX" + CLOSE)
    assert got[0][0] == 401
    assert all(status == 400 for status, _ in got[1:])


@pytest.mark.parametrize(
    "endless",
    [
        b"GET /" + b"a" * 9000,
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 9000,
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 1500,
        b"\r\n" * 4500,
        CHUNKED + b"5;" + b"a" * 9000,
        CHUNKED + b"0\r\n" + b"A: b\r\n" * 1500,
    ],
    ids=["target", "header", "headers", "empty lines", "chunk's extension", "trailers"],
)  # fmt: skip
async def test_a_head_without_end_is_refused(endless: bytes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_protocol, "HEAD_BYTES", 2000)
    [(status, _)] = await talk(endless)
    assert status == 431


async def test_a_long_body_counts_as_none_of_the_head(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_protocol, "HEAD_BYTES", 2000)
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n"
    got = await understood(request + b"a" * 500_000)
    assert len(str(got["body"])) == 500_000


async def test_a_request_is_told_when_its_connection_ends_though_others_wait_behind_it(
    monkeypatch: pytest.MonkeyPatch,
):
    made: list[HttpConnection] = []
    connection_made = HttpConnection.connection_made

    def kept(self: HttpConnection, transport: asyncio.Transport) -> None:
        made.append(self)
        connection_made(self, transport)

    monkeypatch.setattr(HttpConnection, "connection_made", kept)
    app = Echo()
    async with served(app) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(GET % b"until-gone" + GET % b"behind")
        await asyncio.wait_for(app.begun.wait(), PATIENCE)
        made[0].transport.abort()
        await asyncio.wait_for(app.gone.wait(), PATIENCE)
        assert await all_of(reader) == b""
        writer.close()
    assert app.paths == ["/until-gone"]
