"""JSON bodies, encoded once, the same everywhere."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from lodgepole.api.schemas.wire import WireResponse


def json_bytes(content: Any) -> bytes:
    """JSON of a response model, or of values that JSON has: no NaN, string keys."""
    return orjson.dumps(content, default=_sent)


def json_response(
    content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A response whose body is the JSON of `content`."""
    return Response(json_bytes(content), status, dict(headers or {}), media_type="application/json")


def _sent(model: object) -> dict[str, Any]:
    if isinstance(model, WireResponse):
        return model.sent()
    raise TypeError(f"{type(model).__name__} is no part of a response")
