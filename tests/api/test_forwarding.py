"""A reader before an owner, each with an application of the tests."""

import asyncio
import gzip
import json
import socket
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from lodgepole.api.forwarding import ForwardedConnection, Forwarding, owner_at

PATIENCE = 20


class App:
    """Says who it is and what it was asked; `/endless` until nobody reads, `/broken` half."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.gone = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if scope["path"] == "/endless":
            await StreamingResponse(self._endless())(scope, receive, send)
            return
        if scope["path"] == "/broken":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            return
        try:
            body = await request.body()
        except ClientDisconnect:
            self.gone.set()
            return
        said = {
            "who": self.name,
            "method": scope["method"],
            "target": scope["raw_path"].decode() + "?" + scope["query_string"].decode(),
            "client": scope["client"][0] if scope["client"] else None,
            "headers": [[n.decode(), v.decode("latin-1")] for n, v in scope["headers"]],
            "body": body.decode("latin-1"),
        }
        await JSONResponse(said, status_code=201, headers={"X-Said-By": self.name})(
            scope, receive, send
        )

    async def _endless(self) -> AsyncGenerator[bytes]:
        try:
            while True:
                yield b"x" * 10_000
                await asyncio.sleep(0)
        finally:
            self.gone.set()


@asynccontextmanager
async def serving(app, listener: socket.socket, **options) -> AsyncGenerator[None]:
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", **options)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    yield
    server.should_exit = server.force_exit = True
    await running


@asynccontextmanager
async def both(owner: App, *, chat: bool = True) -> AsyncGenerator[httpx2.AsyncClient]:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as behind:
        path = str(Path(folder, "owner"))
        behind.bind(path)
        behind.listen()
        async with (
            serving(owner, behind, http=ForwardedConnection),
            before(path, chat=chat) as client,
        ):
            yield client


@asynccontextmanager
async def before(path: str, *, chat: bool = True) -> AsyncGenerator[httpx2.AsyncClient]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with (
            owner_at(path) as owner,
            serving(Forwarding(App("reader"), owner, chat=chat), listener),
            httpx2.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE) as client,
        ):
            yield client


@pytest.mark.parametrize(
    ("method", "path", "who"),
    [
        ("POST", "/assistant/chat/a/context", "reader"),
        ("POST", "/chat/a/context", "reader"),
        ("POST", "/assistant/chat/a", "reader"),
        ("POST", "/chat/a%20b/chat/completions", "reader"),
        ("POST", "/v1/chat/completions", "reader"),
        ("GET", "/healthz", "reader"),
        ("GET", "/readyz", "reader"),
        ("GET", "/chat/a/context", "owner"),
        ("GET", "/assistant/assistants", "owner"),
        ("POST", "/assistant/assistants", "owner"),
        ("DELETE", "/assistant/files/a/b", "owner"),
        ("POST", "/v1/responses", "owner"),
        ("POST", "/chat/a/anything", "owner"),
        ("POST", "/assistant/chat/", "owner"),
        ("GET", "/metrics", "owner"),
    ],
)
async def test_what_changes_nothing_is_answered_here_and_all_else_by_the_owner(
    method: str, path: str, who: str
):
    async with both(App("owner")) as client:
        answer = await client.request(method, path)
        assert answer.json()["who"] == who
        assert answer.headers["X-Said-By"] == who


@pytest.mark.parametrize(
    ("path", "who"),
    [("/chat/a/context", "reader"), ("/chat/a", "owner"), ("/v1/chat/completions", "owner")],
)
async def test_where_the_owner_alone_has_the_model_it_answers_all_chat(path: str, who: str):
    async with both(App("owner"), chat=False) as client:
        assert (await client.post(path)).json()["who"] == who


async def test_a_request_reaches_the_owner_as_it_came():
    async with both(App("owner")) as client:
        headers = {
            "Api-Key": "k",
            "Host": "docs.example:8443",
            "Lodgepole-Client": "203.0.113.9 1",
            "Content-Encoding": "gzip",
        }
        body = gzip.compress(b"a body")
        answer = await client.request(
            "PATCH", "/assistant/a%2Fb?filter=%7B%22a%22:1%7D", headers=headers, content=body
        )
    said = answer.json()
    assert answer.status_code == 201
    assert said["method"] == "PATCH"
    assert said["target"] == "/assistant/a%2Fb?filter=%7B%22a%22:1%7D"
    assert said["client"] == "127.0.0.1"
    assert said["body"] == body.decode("latin-1")
    sent = dict(said["headers"])
    assert (sent["api-key"], sent["host"]) == ("k", "docs.example:8443")
    assert sent["content-length"] == str(len(body))
    assert "lodgepole-client" not in sent


async def test_a_body_in_chunks_arrives_whole():
    async def parts() -> AsyncGenerator[bytes]:
        for _ in range(300):
            yield b"x" * 1000

    async with both(App("owner")) as client:
        answer = await client.post("/assistant/files/a", content=parts())
    assert len(answer.json()["body"]) == 300_000


async def test_who_leaves_ends_the_answer_of_the_owner():
    owner = App("owner")
    async with both(owner) as client:
        async with client.stream("GET", "/endless") as answer:
            async for _ in answer.aiter_raw():
                break
        await asyncio.wait_for(owner.gone.wait(), PATIENCE)


async def test_who_leaves_in_the_middle_of_a_request_ends_it():
    owner = App("owner")
    async with both(owner) as client:
        url = client.base_url
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(b"POST /files/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc")
        await writer.drain()
        writer.close()
        await asyncio.wait_for(owner.gone.wait(), PATIENCE)
        assert await reader.read() == b""


async def test_an_answer_that_breaks_off_is_never_taken_for_a_whole_one():
    async with both(App("owner")) as client:
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get("/broken")


async def test_without_an_owner_the_rest_is_still_answered(tmp_path: Path):
    async with before(str(tmp_path / "nobody")) as client:
        assert (await client.post("/chat/a/context")).json()["who"] == "reader"
        refused = await client.post("/assistant/files/a", content=b"x")
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "1"
        assert json.loads(refused.content)["error"]["code"] == "UNAVAILABLE"


async def test_who_comes_to_the_owner_itself_has_no_address_of_its_own():
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as behind:
        path = str(Path(folder, "owner"))
        behind.bind(path)
        behind.listen()
        async with (
            serving(App("owner"), behind, http=ForwardedConnection),
            owner_at(path) as client,
        ):
            said = (await client.get("http://owner/x")).json()
    assert said["client"] is None
