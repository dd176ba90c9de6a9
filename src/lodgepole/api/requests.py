"""Request bodies and flags: read within limits, decoded, checked against a schema."""

from typing import Annotated, TypeVar

import orjson
from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ValidationError

from lodgepole.api.compression import body_chunks
from lodgepole.api.errors import describe_invalid
from lodgepole.errors import InvalidRequest, TooLarge
from lodgepole.limits import Limits

B = TypeVar("B", bound=BaseModel)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What some editors and languages put before UTF-8, and RFC 8259 lets a reader pass over."""


def _given(value: object) -> object:
    return None if value == "" else value


WholeParameter = Annotated[int | None, BeforeValidator(_given)]
"""An integer of the query; an empty one is one that is left out, as for the other parameters."""


async def read_body(request: Request, *, limit: int) -> bytes:
    """The body. Raises TooLarge as soon as it is known to exceed `limit` bytes."""
    declared = request.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in body_chunks(request):
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


async def read_json(request: Request, schema: type[B], limits: Limits) -> B:
    """The body as `schema`, whatever its content type says: old clients post JSON as text.

    Raises:
        InvalidRequest: Not JSON, not an object, or a field of the wrong type.
        TooLarge: More than `limits.json_body_bytes`.
    """
    body = await read_body(request, limit=limits.json_body_bytes)
    try:
        decoded = orjson.loads(body.removeprefix(BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"Request body is not valid JSON: {error}") from None
    if not isinstance(decoded, dict):
        raise InvalidRequest("Request body must be a JSON object")
    try:
        return schema.model_validate(decoded)
    except ValidationError as error:
        raise InvalidRequest(describe_invalid(error.errors(include_url=False))) from None


def flag(name: str, value: str | None, *, default: bool = False) -> bool:
    """A query parameter that is `true` or `false`, in any case. Raises InvalidRequest."""
    if value is None or value == "":
        return default
    match value.lower():
        case "true":
            return True
        case "false":
            return False
        case _:
            raise InvalidRequest(f"Invalid value {value[:40]!r} for `{name}`: use true or false")


def json_parameter(name: str, value: str) -> object:
    """A query parameter or form field that holds JSON. Raises InvalidRequest."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"`{name}` is not valid JSON: {error}") from None


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"Request body is larger than the {limit} bytes allowed")
