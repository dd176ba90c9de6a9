"""A web server on loopback whose answers a test writes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urlsplit

REASONS = {200: "OK", 301: "Moved Permanently", 304: "Not Modified", 404: "Not Found"}


@dataclass
class Request:
    method: str
    path: str  # with the query
    headers: dict[str, str]  # names in lower case
    body: bytes = b""


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stream: Callable[[asyncio.StreamWriter], Awaitable[None]] | None = None  # instead of a body


Handler = Callable[[Request], Answer]


class WebSite:
    """Answers by `handler`, and remembers what it was asked. Use it as a context."""

    def __init__(self, handler: Handler | None = None) -> None:
        self.handler: Handler = handler or (lambda _: Answer(404))
        self.requests: list[Request] = []
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def __aenter__(self) -> "WebSite":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in [task for task in self._open.values() if task is not None]:
            task.cancel()
            await asyncio.wait([task])
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        assert self._server is not None
        return self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open[writer] = asyncio.current_task()
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                await _write(writer, self.handler(request))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the site is closed, which the stream's callback must not see
        finally:
            del self._open[writer]
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    line = (await reader.readline()).decode("latin-1").split()
    if len(line) < 3:
        return None
    headers: dict[str, str] = {}
    while text := (await reader.readline()).decode("latin-1").strip():
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    target = urlsplit(line[1])
    path = target.path + (f"?{target.query}" if target.query else "")
    return Request(line[0], path, headers, body)


async def _write(writer: asyncio.StreamWriter, answer: Answer) -> None:
    reason = REASONS.get(answer.status, "Other")
    headers = {"Content-Type": "text/html; charset=utf-8", **answer.headers}
    if answer.stream is None:
        headers["Content-Length"] = str(len(answer.body))
    else:
        headers["Connection"] = "close"
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {answer.status} {reason}\r\n{head}\r\n".encode("latin-1"))
    if answer.stream is not None:
        await answer.stream(writer)
        await writer.drain()
        writer.close()
        return
    if answer.status != 304:
        writer.write(answer.body)
    await writer.drain()
