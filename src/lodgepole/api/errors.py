"""Maps every failure to an HTTP status and the published error shape."""

import logging
import math
import re
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lodgepole.api.json_response import json_response
from lodgepole.api.schemas.openai import OpenAIErrorModel, OpenAIErrorResponse
from lodgepole.api.schemas.wire import BasicErrorResponse, ErrorDetail, ErrorResponse
from lodgepole.api.sse import ClientGone
from lodgepole.api.versions import VERSION_HEADER, WireVersion, wire_version
from lodgepole.errors import (
    AlreadyExists,
    Conflict,
    DeadlineExceeded,
    InvalidRequest,
    LodgepoleError,
    NotFound,
    PermissionDenied,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnreadableFile,
    UpstreamRejected,
)
from lodgepole.telemetry import log_format

log = logging.getLogger(__name__)

REQUEST_ID_HEADER = "X-Request-Id"
CLIENT_CLOSED_REQUEST = 499
RETRY_AFTER_SECONDS = 5
"""What a 503 says where what is missing does not say when it may be back."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SIGNED_PATHS = "/signed/"
HEAD_ALONE = "lodgepole.head_alone"
"""In the scope of a request: nobody wants the body, so it need not be read from anywhere."""
CHALLENGE = 'Bearer realm="lodgepole"'
"""How a 401 says that a key is wanted; the header `Api-Key` has no scheme that it could name."""
OWN_PATHS = "/lodgepole/"
"""Which are the same for every version."""
OPENAI_PATHS = "/v1/"
"""Here the body of a failure is the OpenAI API's."""
_OPENAI_CODES: Mapping[int, str] = {401: "invalid_api_key", 429: "rate_limit_exceeded"}
"""Where that API has a word that its clients know; elsewhere ours in small letters."""
EVALUATION_PATHS = ("/evaluation/", "/assistant/evaluation/")
"""Here a bad request is a 422, and the body of a 422 or 500 is `{"message": …}` alone."""

_ABSOLUTE = re.compile(r"https?://(?P<host>[^/?#]*)", re.IGNORECASE)
_ABSOLUTE_BYTES = re.compile(rb"\A(?i:https?)://[^/?#]*")

_INTERNAL = (HTTPStatus.INTERNAL_SERVER_ERROR, "UNKNOWN")
_BY_CLASS: Mapping[type[LodgepoleError], tuple[HTTPStatus, str]] = {
    InvalidRequest: (HTTPStatus.BAD_REQUEST, "INVALID_ARGUMENT"),
    UnreadableFile: (HTTPStatus.BAD_REQUEST, "INVALID_ARGUMENT"),
    Unauthenticated: (HTTPStatus.UNAUTHORIZED, "UNAUTHENTICATED"),
    PermissionDenied: (HTTPStatus.FORBIDDEN, "PERMISSION_DENIED"),
    NotFound: (HTTPStatus.NOT_FOUND, "NOT_FOUND"),
    AlreadyExists: (HTTPStatus.CONFLICT, "ALREADY_EXISTS"),
    Conflict: (HTTPStatus.CONFLICT, "ABORTED"),
    TooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "OUT_OF_RANGE"),
    RateLimited: (HTTPStatus.TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS"),
    Unavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE"),
    DeadlineExceeded: (HTTPStatus.GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED"),
    UpstreamRejected: (HTTPStatus.BAD_GATEWAY, "FAILED_PRECONDITION"),
}
_CODE_BY_STATUS: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    413: "OUT_OF_RANGE",
    415: "INVALID_ARGUMENT",
    422: "INVALID_ARGUMENT",
    503: "UNAVAILABLE",
}


def error_response(
    status: int, code: str, message: str, *, path: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The published error shape; evaluation paths have their own for two statuses.

    Every 503 says when to try again.
    """
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS), **(headers or {})}
    if path.startswith(EVALUATION_PATHS) and status in (400, 413, 422, 500):
        status = 500 if status == 500 else 422
        return json_response(BasicErrorResponse(message=message), status=status, headers=headers)
    if path.startswith(OPENAI_PATHS):
        failure = _openai_error(status, code, message)
        return json_response(failure, status=status, headers=headers)
    body = ErrorResponse(status=status, error=ErrorDetail(code=code, message=message))
    return json_response(body, status=status, headers=headers)


def _openai_error(status: int, code: str, message: str) -> OpenAIErrorResponse:
    return OpenAIErrorResponse(
        error=OpenAIErrorModel(
            message=message,
            type="server_error"
            if status >= 500
            else "rate_limit_error"
            if status == 429
            else "invalid_request_error",
            code=_OPENAI_CODES.get(status, code.lower()),
        )
    )


def describe_invalid(errors: Sequence[Any], *, outer: int = 0) -> str:
    """The first of pydantic's findings in one sentence: where, what, and how many more.

    `outer` parts of each place are FastAPI's own, such as `query`.
    """
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"][outer:])
    what = str(first["msg"])
    message = f"Invalid value for `{where}`: {what}" if where else f"Invalid request: {what}"
    more = len(errors) - 1
    return f"{message} (and {more} more)" if more else message


def status_of(error: LodgepoleError) -> HTTPStatus:
    """The status that a failure has, for what answers in a shape of its own."""
    return _told(error)[0]


def _told(error: LodgepoleError) -> tuple[HTTPStatus, str]:
    return next((_BY_CLASS[kind] for kind in type(error).__mro__ if kind in _BY_CLASS), _INTERNAL)


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, LodgepoleError)
    status, code = _told(error)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        code = _version(request).rate_limit_code
    headers: dict[str, str] = {}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = CHALLENGE
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    return error_response(status, code, str(error), path=request.url.path, headers=headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    message = describe_invalid(error.errors(), outer=1)
    return error_response(400, "INVALID_ARGUMENT", message, path=request.url.path)


async def _routing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODE_BY_STATUS.get(error.status_code, "UNKNOWN")
    message = f"{error.detail}: {request.method} {request.url.path}"
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
    return error_response(error.status_code, code, message, path=request.url.path, headers=headers)


def _allowed(request: Request) -> list[str]:
    """The methods of this path; routing itself names those of the first route it met."""
    app: FastAPI = request.app
    own = request.url.path.startswith(OWN_PATHS)
    upserts = own or _version(request).has_operations
    return [
        method
        for method in METHODS
        if (upserts or method != "PUT")  # the only PUT of the published API is an upsert
        and any(
            route.matches({**request.scope, "method": _answering(method)})[0] is Match.FULL
            for route in app.router.routes
        )
    ]


def _answering(method: str) -> str:
    """HEAD is answered by what answers GET."""
    return "GET" if method == "HEAD" else method


def _version(request: Request) -> WireVersion:
    return wire_version(request.headers.get(VERSION_HEADER))


async def _gone(request: Request, error: Exception) -> Response:
    del request, error  # nobody reads the answer; the status marks the access log
    return Response(status_code=CLIENT_CLOSED_REQUEST)


def install(app: FastAPI) -> None:
    """Give `app` the error shape for everything, and request ids."""
    app.add_exception_handler(LodgepoleError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _routing)
    app.add_exception_handler(ClientGone, _gone)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_middleware(RequestBoundary)


class RequestBoundary:
    """The outermost layer: a request id on every response, and an answer to every failure."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope, send = _as_routed(scope), _without_body(scope, send)
        request_id = secrets.token_hex(8)
        log_format.request_id.set(request_id)
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                header = (REQUEST_ID_HEADER.lower().encode(), request_id.encode())
                message["headers"] = [*message["headers"], header]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception as error:
            where = (request_id, scope["method"], _without_link(scope["path"]))
            # What has a handler that came too late, Starlette wraps.
            if started and isinstance(error.__cause__, LodgepoleError):
                log.warning("Request %s broke off: %s %r: %s", *where, error.__cause__)
            else:
                log.exception("Request %s failed: %s %r", *where)
            if started:
                # Too late for a status: returning without the end of the body makes the server
                # close the connection, so that the client knows the answer is not complete.
                return
            response = error_response(500, "UNKNOWN", "Internal server error", path=scope["path"])
            await response(scope, receive, send_with_id)


def _as_routed(scope: Scope) -> Scope:
    """The request as routes know it: HEAD is a GET, and a target with an authority its path.

    RFC 9112, 3.2.2: what is addressed so goes to the host that the target names.
    """
    scope = {**scope, "method": _answering(scope["method"]), HEAD_ALONE: scope["method"] == "HEAD"}
    target = _ABSOLUTE.match(scope["path"])
    if target is not None:
        host = (b"host", target["host"].encode("latin-1", "replace"))
        scope["headers"] = [host, *(pair for pair in scope["headers"] if pair[0] != b"host")]
        scope["path"] = scope["path"][target.end() :] or "/"
        raw = _ABSOLUTE_BYTES.sub(b"", scope.get("raw_path") or b"", count=1)
        scope["raw_path"] = raw or b"/"
    return scope


def _without_body(scope: Scope, send: Send) -> Send:
    """`send` for a HEAD: the answer's head alone, though its length is that of the body."""
    if scope["method"] != "HEAD":
        return send

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head


def _without_link(path: str) -> str:
    """The path for the log: whoever has a signed link can read its file."""
    return f"{SIGNED_PATHS}…" if path.startswith(SIGNED_PATHS) else path
