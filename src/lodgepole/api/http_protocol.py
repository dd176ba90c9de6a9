"""HTTP/1.1 connection handling, where httptools and uvicorn leave gaps.

httptools parses quickly and refuses most of what is no request. It bounds no head, takes the body
of who offers an upgrade for another protocol's, and goes on to the next request before the last
one is answered, of which uvicorn keeps as many as a client sends.
"""

import asyncio
import logging
from typing import Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from lodgepole.api.errors import error_response
from lodgepole.errors import InvalidRequest

log = logging.getLogger(__name__)

HEAD_BYTES = 1024 * 1024  # of a request's line and headers: a filter of 10,000 values fits
PIPELINED = 64  # requests that wait for the answers before theirs; the rest waits unparsed
SLICE_BYTES = 4096  # that are parsed at once, so that the requests in them are few
VERSIONS = ("1.0", "1.1")


class _HeldFlow(FlowControl):
    """Reads nothing more while requests wait for the answers before theirs."""

    held = False

    def resume_reading(self) -> None:
        if not self.held:
            super().resume_reading()


class HttpConnection(HttpToolsProtocol):
    """A connection whose requests are bounded, framed in one way, and refused in our shape."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow: FlowControl = _HeldFlow(transport)
        self._answering: RequestResponseCycle | None = None
        self._unparsed = bytearray()
        self._unread = 0  # parsed bytes since the last that became a head or a part of a body
        self._in_head = True  # and not in a body, or in the trailers after it
        self._offered_body = b""  # how the body is framed of who offers an upgrade
        self._known_head = False  # which is parsed again for the sake of its body
        self._ended = False  # nothing more that comes is looked at

    @property
    def newest(self) -> RequestResponseCycle | None:
        """The last request that began; there is none at first."""
        return cast("RequestResponseCycle | None", self.cycle)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self.pipeline.clear()
        cycle = self._answering
        if cycle is not None and not cycle.response_complete:  # uvicorn tells the newest alone
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._ended:
            self._unparsed += data
            self._parse()

    def _parse(self) -> None:
        """What has come, as far as few enough requests wait for their turn."""
        while self._unparsed and not self._ended and len(self.pipeline) < PIPELINED:
            self._unset_keepalive_if_required()
            data = bytes(self._unparsed[:SLICE_BYTES])
            del self._unparsed[:SLICE_BYTES]
            self._unread += len(data)
            try:
                self._feed(data)
            except httptools.HttpParserError as error:
                ours = isinstance(error.__context__, InvalidRequest)
                self._refuse(str(error.__context__ if ours else f"No valid HTTP request: {error}"))
            else:
                if self._unread > HEAD_BYTES:
                    self._refuse(f"The head of a request may have {HEAD_BYTES} bytes", status=431)
        self._hold()

    def _hold(self) -> None:
        """Read nothing more while what came waits."""
        flow = cast("_HeldFlow", self.flow)
        flow.held = self._ended or bool(self._unparsed) or len(self.pipeline) > 1
        if flow.held:
            flow.pause_reading()

    def _feed(self, data: bytes) -> None:
        """Parse, past offers of an upgrade, which are not taken up."""
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                cycle = self.newest
                if cycle is not None and cycle.scope["method"] == "CONNECT":
                    cycle.keep_alive = False  # what follows is meant for somebody else
                    self._ended = True
                    return
                data = data[offer.args[0] :]
                self._read_offered_body()
            else:
                return

    def _read_offered_body(self) -> None:
        """Go on with the body of a request, which the parser believes to be another protocol."""
        head, self._offered_body = self._offered_body, b""
        if head:
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            self._known_head = True
            self.parser.feed_data(b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\n")

    def on_message_begin(self) -> None:
        if self._known_head:
            return
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # what follows a body is no header: it came after they were believed
            super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        if self._known_head:
            self._known_head = False
            return
        self._unread, self._in_head = 0, False
        self._check_head()
        # Targets are told apart where requests are routed: uvicorn would drop what names a host.
        target, self.url = self.url, b"/"
        super().on_headers_complete()
        path, _, query = target.partition(b"?")
        self.scope["path"] = self.root_path + unquote(path.decode("ascii"))
        self.scope["raw_path"] = self.root_path.encode("ascii") + path
        self.scope["query_string"] = query

    def _check_head(self) -> None:
        """Raises InvalidRequest for what a proxy before us may understand otherwise."""
        version = self.parser.get_http_version()
        if version not in VERSIONS:
            raise InvalidRequest(f"HTTP/{version} is not understood, HTTP/1.1 is")
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (not hosts and version == "1.1"):
            raise InvalidRequest("A request has one header Host")
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings and (codings != [b"chunked"] or version == "1.0"):
            raise InvalidRequest("Of transfer encodings, chunked alone is understood")
        self._offered_body = b""
        if self.parser.should_upgrade():
            lengths = [value for name, value in self.headers if name == b"content-length"]
            if codings:
                self._offered_body = b"Transfer-Encoding: chunked"
            elif lengths:
                self._offered_body = b"Content-Length: " + lengths[0]

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._offered_body:
            super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._parse()
            self.flow.resume_reading()

    def _refuse(self, message: str, *, status: int = 400) -> None:
        """End the connection once what was asked properly is answered.

        The refusal itself is sent where it cannot be taken for the answer to something else.
        """
        log.info("A request was refused: %s", message)
        self._ended = True
        last = self.newest
        if self.pipeline and self.pipeline[0][0].more_body:
            self.pipeline.popleft()
            last = self.pipeline[0][0] if self.pipeline else self._answering
        if last is not None and not last.response_complete:
            if not last.more_body:
                last.keep_alive = False
                return
            if last.response_started:  # its answer lacks an end, as it does itself
                self.transport.close()
                return
            last.disconnected = True
            last.message_event.set()
        response = error_response(
            status, "INVALID_ARGUMENT", message, path="", headers={"Connection": "close"}
        )
        head = b"".join(b"%s: %s\r\n" % pair for pair in response.raw_headers)
        self.transport.write(STATUS_LINE[status] + head + b"\r\n" + bytes(response.body))
        self.transport.close()
