"""Reads the JSON object that a model was asked for out of what it wrote."""

import re
from typing import Any

import orjson

_FENCE = re.compile(r"^\s*```[a-zA-Z]*\s*\n(.*?)\n?\s*```\s*$", re.DOTALL)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")


class JsonAnswerError(Exception):
    """There is no JSON object in the text."""


def read_json_object(text: str) -> str:
    """The object as compact JSON; a fence, words around it or a trailing comma are forgiven."""
    fenced = _FENCE.match(text)
    body = fenced.group(1) if fenced else text
    for attempt in _attempts(body):
        try:
            value: Any = orjson.loads(attempt)
        except orjson.JSONDecodeError:
            continue
        if isinstance(value, dict):
            return orjson.dumps(value).decode()
    raise JsonAnswerError


def _attempts(body: str) -> list[str]:
    start, end = body.find("{"), body.rfind("}")
    inner = body[start : end + 1] if 0 <= start < end else body
    return [body, inner, _TRAILING_COMMA.sub("", inner)]
