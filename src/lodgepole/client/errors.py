"""Turns error responses back into the exceptions that they were."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import orjson

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
    UpstreamRejected,
)

if TYPE_CHECKING:
    import httpx2

_BY_STATUS: Mapping[int, type[LodgepoleError]] = {
    400: InvalidRequest,
    401: Unauthenticated,
    403: PermissionDenied,
    404: NotFound,
    413: TooLarge,
    422: InvalidRequest,
    502: UpstreamRejected,
    504: DeadlineExceeded,
}


def failure(response: "httpx2.Response") -> LodgepoleError:
    """The error that the response's body describes; its status decides which."""
    message, code = _described(response)
    status = response.status_code
    if status == 409:
        return (AlreadyExists if code == "ALREADY_EXISTS" else Conflict)(message)
    if status == 429:
        after = response.headers.get("Retry-After", "")
        return RateLimited(message, retry_after=float(after) if after.isdigit() else 1.0)
    if status >= 500:
        return _BY_STATUS.get(status, Unavailable)(message)
    return _BY_STATUS.get(status, InvalidRequest)(message)


def _described(response: "httpx2.Response") -> tuple[str, str]:
    """The body's message and code, whatever the body is."""
    plain = f"{response.request.url} answered {response.status_code} {response.reason_phrase}."
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return plain, ""
    if not isinstance(body, dict):
        return plain, ""
    error = body.get("error")
    if isinstance(error, dict):
        return str(error.get("message") or plain), str(error.get("code") or "")
    return str(body.get("message") or plain), ""
