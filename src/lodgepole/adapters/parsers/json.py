"""JSON and JSON Lines: one record per element or object, as `key: value` lines.

Strings and numbers stand in the text as they stand in the file, so that a quotation can be found
there again.
"""

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from lodgepole.documents.builder import DocumentBuilder, clean_text, decode_text, no_text
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

INLINE_LEAVES = 20  # values of a nested object up to which it stays in its parent's record
_STRINGS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.S)
_PLAIN_KEY = re.compile(r"[^\W\d]\w*")
_BRACKETS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NOT_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))
_TITLE_KEYS = ("title", "name")


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read one JSON value.

    Raises:
        UnreadableFile: It is not valid JSON, nested too deeply, over a limit, or holds no text.
    """
    text = _read(path, name, limits)
    try:
        value = _loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and text[: error.pos].count("\n") >= 1:
            return _document(_lines(text, name), name, limits)  # JSON Lines by another name
        raise _invalid(name, error.msg, error.lineno, error.colno) from None
    return _document(iter([("$", value)]), name, limits)


def parse_lines(path: Path, name: str, limits: Limits) -> Document:
    """Read one JSON value per line; blank lines count and are left out.

    Raises:
        UnreadableFile: As for `parse`; the message names the line.
    """
    text = _read(path, name, limits)
    try:
        return _document(_lines(text, name), name, limits)
    except UnreadableFile:
        try:
            value = _loads(text)  # one value over many lines, by the wrong name
        except json.JSONDecodeError:
            value = None
        if not isinstance(value, dict | list):
            raise
        return _document(iter([("$", value)]), name, limits)


def _read(path: Path, name: str, limits: Limits) -> str:
    text = decode_text(path.read_bytes(), name)
    if not text.strip():
        raise no_text(name)
    brackets = _STRINGS.sub("", text).encode("utf-8").translate(None, _NOT_BRACKETS)
    depth = max(accumulate(map(_BRACKETS.__getitem__, brackets)), default=0)
    if depth > limits.nesting:
        raise UnreadableFile(
            f"{name!r} is nested {depth:,} levels deep; at most {limits.nesting} can be read: "
            "flatten it and upload it again."
        )
    return text


def _loads(text: str) -> Any:
    """The value, with numbers as the strings they are written as."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _lines(text: str, name: str) -> Iterator[tuple[str, Any]]:
    for index, line in enumerate(text.split("\n")):
        if not line.strip():
            continue
        try:
            yield f"$[{index}]", _loads(line)
        except json.JSONDecodeError as error:
            raise _invalid(name, error.msg, index + 1, error.colno) from None


def _invalid(name: str, message: str, line: int, column: int) -> UnreadableFile:
    return UnreadableFile(
        f"{name!r} is not valid JSON: {message} at line {line:,}, column {column:,}. Mend it "
        "there and upload it again."
    )


def _document(values: Iterator[tuple[str, Any]], name: str, limits: Limits) -> Document:
    builder = DocumentBuilder(name, limits)
    title = ""
    for path, value in values:
        if path == "$" and isinstance(value, dict):
            found = (value.get(key) for key in _TITLE_KEYS)
            title = next((each for each in found if isinstance(each, str)), "")
        records = _records(path, value) if path == "$" else iter([(path, value)])
        for record_path, record in records:
            builder.add(
                "\n".join(_rendered("", record)), BlockKind.RECORD, label=clean_text(record_path)
            )
    return builder.build(title=clean_text(title))


def _records(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """`(path, value)` of what is kept together.

    An element of an array of objects is one record, whatever is inside. An object's own values
    are one, with small objects in it; its larger objects and its arrays of objects follow.
    """
    if isinstance(value, list) and _holds_containers(value):
        for index, element in enumerate(value):
            yield f"{path}[{index}]", element
        return
    if not isinstance(value, dict):
        yield path, value
        return
    own: dict[str, Any] = {}
    apart: list[tuple[str, Any]] = []
    for key, child in value.items():
        if _stands_apart(child):
            apart.append((key, child))
        else:
            own[key] = child
    if own:
        yield path, own
    for key, child in apart:
        yield from _records(path + _step(key), child)


def _stands_apart(value: Any) -> bool:
    if isinstance(value, list):
        return _holds_containers(value)
    if isinstance(value, dict):
        return len(value) > INLINE_LEAVES or any(
            isinstance(child, dict) or (isinstance(child, list) and _holds_containers(child))
            for child in value.values()
        )
    return False


def _holds_containers(values: list[Any]) -> bool:
    return any(isinstance(value, dict | list) for value in values)


def _step(key: str) -> str:
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]"


def _rendered(path: str, value: Any) -> Iterator[str]:
    """Lines `path: value`, one per leaf; a list of leaves is one line."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _rendered(f"{path}.{key}" if path else key, child)
    elif isinstance(value, list) and _holds_containers(value):
        for index, child in enumerate(value):
            yield from _rendered(f"{path}[{index}]", child)
    else:
        shown = ", ".join(map(_leaf, value)) if isinstance(value, list) else _leaf(value)
        yield clean_text(f"{path}: {shown}" if path else shown)


def _leaf(value: Any) -> str:
    if isinstance(value, str):
        return value
    return {True: "true", False: "false"}.get(value, "null")
