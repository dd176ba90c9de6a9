"""Forwarding of requests from reader processes to the process that owns the data.

A reader answers what needs no more than the data as they are: context and chat. All else goes to
the owner over a socket of the machine, as it came, and its answer goes back as it comes.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Sequence
from http import HTTPStatus
from typing import Any

import httpx2
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lodgepole.api.connections import BoundedConnection
from lodgepole.api.errors import error_response

log = logging.getLogger(__name__)

CONTEXT = re.compile(r"(?:/assistant)?/chat/[^/]+/context")
CHAT = re.compile(r"(?:/assistant)?/chat/[^/]+(?:/chat/completions)?|/v1/chat/completions")
"""Paths of requests by POST that change nothing."""
ANSWERED_BY_ALL = ("/healthz", "/readyz")
CLIENT_HEADER = b"lodgepole-client"
"""Who asked, on the socket between our processes; elsewhere it means nothing."""
CONNECT_SECONDS = 5.0
RETRY_AFTER_SECONDS = 1
_OF_ONE_CONNECTION = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"http2-settings",
        b"expect",
        CLIENT_HEADER,
    )
)
"""Headers that are for whoever is at the other end of one connection, and for nobody behind."""


def owner_at(path: str) -> httpx2.AsyncClient:
    """A client of the owner, which listens at a socket of the machine."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=16)
    return httpx2.AsyncClient(
        transport=httpx2.AsyncHTTPTransport(uds=path, limits=limits),
        timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
        trust_env=False,
    )


class Forwarding:
    """An application that answers what it can, and hands on the rest to the owner."""

    def __init__(self, app: ASGIApp, owner: httpx2.AsyncClient, *, chat: bool = True) -> None:
        """With `chat` it answers that too, else only context."""
        self._app = app
        self._owner = owner
        self._patterns = (CONTEXT, CHAT) if chat else (CONTEXT,)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._answers(scope):
            await self._app(scope, receive, send)
            return
        body = _Body(receive)
        request = self._owner.build_request(
            scope["method"],
            "http://owner/",
            headers=_headers(scope),
            content=body.parts() if _has_body(scope) else None,
            extensions={"target": _target(scope)},
        )
        try:
            response = await self._owner.send(request, stream=True)
        except _Gone:
            return
        except httpx2.TransportError as error:
            log.warning("The process that owns the data does not answer: %r", error)
            await _refused(scope, receive, send)
            return
        try:
            await _passed_on(response, body, scope, send)
        finally:
            await response.aclose()

    def _answers(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if path in ANSWERED_BY_ALL:
            return True
        return scope["method"] == "POST" and any(p.fullmatch(path) for p in self._patterns)


class _Gone(Exception):
    """The client left in the middle of its request."""


class _Body:
    """What a client sends, and whether it is still there."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._complete = False

    async def parts(self) -> AsyncGenerator[bytes]:
        while not self._complete:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            self._complete = not message.get("more_body", False)
            yield message.get("body", b"")

    async def left(self) -> None:
        """Return when the client is gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _has_body(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    return bool(names & {b"content-length", b"transfer-encoding"})


def _target(scope: Scope) -> bytes:
    query: bytes = scope["query_string"]
    path: bytes = scope["raw_path"]
    return path + b"?" + query if query else path


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    client = scope.get("client")
    asked_by = b"" if client is None else f"{client[0]} {client[1]}".encode()
    return [*_end_to_end(scope["headers"]), (CLIENT_HEADER, asked_by)]


def _end_to_end(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in _OF_ONE_CONNECTION]


async def _passed_on(response: httpx2.Response, body: _Body, scope: Scope, send: Send) -> None:
    """Send the owner's answer on while somebody reads it.

    Where it breaks off, nothing is said of its end: so the client knows.
    """
    start: Message = {
        "type": "http.response.start",
        "status": response.status_code,
        "headers": _end_to_end(response.headers.raw),
    }
    await send(start)
    leaving = asyncio.create_task(body.left())
    try:
        if scope["method"] != "HEAD":
            async for part in response.aiter_raw():
                if leaving.done():
                    return
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except httpx2.TransportError as error:
        log.warning("An answer of the process that owns the data broke off: %r", error)
    finally:
        leaving.cancel()


async def _refused(scope: Scope, receive: Receive, send: Send) -> None:
    message = "The process that makes changes is being started again: try again in a moment."
    response: Any = error_response(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "UNAVAILABLE",
        message,
        path=scope["path"],
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
    await response(scope, receive, send)


class ForwardedConnection(BoundedConnection):
    """A connection of a reader to the owner: its requests are those of the reader's clients."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app: Any = _FromItsClient(self.app)


class _FromItsClient:
    """Tells the application of the client that asked the reader."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = [value for name, value in scope["headers"] if name == CLIENT_HEADER]
        headers = [pair for pair in scope["headers"] if pair[0] != CLIENT_HEADER]
        host, _, port = (told[-1] if told else b"").decode().rpartition(" ")
        client = (host, int(port)) if host and port.isdecimal() else None
        await self._app({**scope, "headers": headers, "client": client}, receive, send)
