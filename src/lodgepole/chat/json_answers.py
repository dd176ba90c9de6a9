"""Extracts the JSON object that a model was asked for from its output."""

import re
from typing import Any

import orjson

_FENCE = "```"
_LANGUAGE = re.compile(r"[a-zA-Z]*+")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_LOOSE_END = re.compile(r"(?<![,:\s])[,:\s]++$")
_HALF_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
_VALUES_BACK = 4
"""So many values before the end are given up when the object cannot be closed right there."""


class JsonAnswerError(Exception):
    """There is no JSON object in the text."""


def read_json_object(text: str, *, cut_off: bool = False) -> str:
    """The object as compact JSON; a fence, words around it or a trailing comma are forgiven.

    Of an answer that was `cut_off`, all is kept that can be.
    """
    body = _without_fence(text.strip())
    for attempt in [*_attempts(body), *(_closed(body) if cut_off else [])]:
        try:
            value: Any = orjson.loads(attempt)
        except orjson.JSONDecodeError:
            continue
        if isinstance(value, dict) and (value or not cut_off):
            return orjson.dumps(value).decode()
    raise JsonAnswerError


def _without_fence(text: str) -> str:
    first, _, rest = text.partition("\n")
    language = first.removeprefix(_FENCE).strip()
    if first.startswith(_FENCE) and rest.endswith(_FENCE) and _LANGUAGE.fullmatch(language):
        return rest.removesuffix(_FENCE)
    return text


def _attempts(body: str) -> list[str]:
    start, end = body.find("{"), body.rfind("}")
    inner = body[start : end + 1] if 0 <= start < end else body
    return [body, inner, _TRAILING_COMMA.sub("", inner)]


def _closed(body: str) -> list[str]:
    """The object closed where it ends, then without its last values, one after another."""
    start = body.find("{")
    if start < 0:
        return []
    text, attempts = body[start:], [_with_closers(body[start:])]
    for _ in range(_VALUES_BACK):
        cut = max(text.rfind(","), text.rfind("{") + 1)
        text = text[:cut] if cut < len(text) else text[:-1]
        attempts.append(_with_closers(text))
    return attempts


def _with_closers(text: str) -> str:
    """The text, ended where it may end, with everything closed that is still open."""
    open_ones, in_string, escaped = [], False, False
    for c in text:
        if escaped:
            escaped = False
        elif in_string:
            escaped, in_string = c == "\\", c != '"'
        elif c == '"':
            in_string = True
        elif c in "{[":
            open_ones.append("}" if c == "{" else "]")
        elif c in "}]" and open_ones:
            open_ones.pop()
    text = f'{_HALF_ESCAPE.sub("", text)}"' if in_string else _LOOSE_END.sub("", text)
    return text + "".join(reversed(open_ones))
