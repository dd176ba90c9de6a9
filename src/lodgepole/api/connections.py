"""Connections: how many there may be, and how long a client may keep one waiting.

uvicorn limits neither. A client that sends half a request, trickles a body, goes on sending one
that was refused, or reads nothing of its answer, would hold a connection for as long as it likes.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Literal

from starlette.types import Receive, Scope, Send

from lodgepole.api.errors import error_response
from lodgepole.api.http_protocol import HttpConnection
from lodgepole.limits import Limits

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 1
ALWAYS_ANSWERED = "/healthz"
"""Refused, a supervisor would take a busy server for a dead one and restart it."""
UNENDED = "ASGI callable returned without completing response."
"""What uvicorn says of an answer that was left without its end, which is no mistake here."""
Waiting = Literal["head", "body", "reader"]


def connections_within(limits: Limits, *, most: int) -> type[asyncio.Protocol]:
    """The protocol class of uvicorn for a server of at most `most` connections at once."""
    logging.getLogger("uvicorn.error").addFilter(_not_said_yet)
    kept = {"limits": limits, "most": most, "dispensable": Dispensable()}
    return type("Connection", (BoundedConnection,), kept)


def _not_said_yet(record: logging.LogRecord) -> bool:
    """Whoever left an answer without its end has logged why."""
    return record.msg != UNENDED


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen of a connection."""

    waiting: Waiting | None  # for the client to do what
    turn: object  # the last request that began, and how often its answer found readers again
    done: int  # bytes of a body received, or of an answer taken


class Dispensable:
    """Connections that may make room, the longest waiting first; each is looked at once.

    Where many come at once, none of them may cost a look at all the others.
    """

    def __init__(self) -> None:
        self._silent: dict[BoundedConnection, None] = {}  # in the order in which they came
        self._idle: dict[BoundedConnection, None] = {}  # in the order of their last answers

    def came(self, connection: "BoundedConnection") -> None:
        self._silent[connection] = None

    def answered(self, connection: "BoundedConnection") -> None:
        self._silent.pop(connection, None)
        self._idle.pop(connection, None)
        self._idle[connection] = None

    def gone(self, connection: "BoundedConnection") -> None:
        self._silent.pop(connection, None)
        self._idle.pop(connection, None)

    def make_room(self) -> bool:
        """Close one that is kept between requests, or else has long asked nothing."""
        while self._idle:
            connection = next(iter(self._idle))
            del self._idle[connection]
            if connection.idle:  # or it comes back with its next answer
                connection.transport.close()
                return True
        while self._silent:
            connection = next(iter(self._silent))
            del self._silent[connection]
            if connection.silent:
                connection.transport.abort()
                return True
        return False


class BoundedConnection(HttpConnection):
    """Looks at itself from time to time, and ends when its client did too little in between."""

    limits = Limits()
    most = Limits().connections
    dispensable = Dispensable()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.timeout_keep_alive = self.limits.idle_connection_seconds  # type: ignore[assignment]
        self._received = self._resumed = 0
        self._last = self._seen()
        self._watch = self.loop.call_later(self.limits.client_seconds, self._look)
        self._usual = self.app
        # Whoever asks now comes first.
        if len(self.connections) > self.most and not self.dispensable.make_room():
            self.app = self._busy
            if len(self.connections) > 2 * self.most:
                transport.abort()  # not even a refusal can be afforded
        self.dispensable.came(self)

    @property
    def silent(self) -> bool:
        """Whether no request has come yet."""
        return self.newest is None and not self.transport.is_closing()

    @property
    def idle(self) -> bool:
        """Whether it is kept between requests; uvicorn's own timer runs then, and ends it."""
        return self.timeout_keep_alive_task is not None and not self.transport.is_closing()

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)

    def resume_writing(self) -> None:
        self._resumed += 1
        super().resume_writing()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.idle:
            self.dispensable.answered(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        self.dispensable.gone(self)
        super().connection_lost(exc)

    def _look(self) -> None:
        last, now = self._last, self._seen()
        self._last = now
        self._watch = self.loop.call_later(self.limits.client_seconds, self._look)
        if now.waiting is None or (now.waiting, now.turn) != (last.waiting, last.turn):
            return
        enough = self.limits.client_seconds * self.limits.client_bytes_per_second
        if now.waiting == "head" or now.done - last.done < enough:
            log.debug(
                "A connection was closed: it waited too long for its client's %s", now.waiting
            )
            self.transport.abort()

    def _seen(self) -> _Look:
        waiting, turn = self._waiting(), (self.cycle, self._resumed)
        if waiting == "reader":  # nothing is added to the buffer until writing is resumed
            return _Look(waiting, turn, -self.transport.get_write_buffer_size())
        return _Look(waiting, turn, self._received)

    def _waiting(self) -> Waiting | None:
        if self.flow.write_paused or self.transport.is_closing():
            return "reader"
        cycle = self.newest
        if self.idle:
            return None
        if cycle is None or cycle.response_complete:
            return "head"  # or the rest of a body that was refused
        asked_for = not cycle.waiting_for_100_continue
        if cycle.more_body and asked_for and not self.flow.read_paused:
            return "body"
        return None

    async def _busy(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == ALWAYS_ANSWERED:
            await self._usual(scope, receive, send)
            return
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS), "Connection": "close"}
        message = f"The server has {self.most} connections, as many as it may: try again"
        refusal: Any = error_response(
            503, "UNAVAILABLE", message, path=scope["path"], headers=headers
        )
        await refusal(scope, receive, send)
