"""JSON bodies, encoded once, the same everywhere."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response


def json_response(
    content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A response from JSON-ready values: no NaN, string keys."""
    return Response(
        orjson.dumps(content), status, dict(headers or {}), media_type="application/json"
    )
