"""The metadata filter language of listing, context and chat: parsed once, applied to each file.

Operators: `$eq $ne $gt $gte $lt $lte $in $nin $exists $not` on a field, `$and $or $not` on filters.
A bare value means `$eq`, several fields mean `$and`, and `{}` matches everything. On a list, a
comparison holds if it holds for any element; `$ne` and `$nin` are the exact opposites of `$eq`
and `$in`, so they match files that lack the field. Booleans are never numbers; 1 equals 1.0.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any, TypeVar, cast

import orjson

from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits
from lodgepole.model import Metadata

FIELD_OPERATORS = ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$not")
LOGICAL_OPERATORS = ("$and", "$or", "$not")
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {"$gt": gt, "$gte": ge, "$lt": lt, "$lte": le}

TURN_SECONDS = 0.01  # of filtering, after which others get their turn
T = TypeVar("T")
_Canonical = tuple[str, str | int | float | bool]
"""A value with its type's name, so that True and 1 differ while 1 and 1.0 do not."""


class _Said:
    """What one file's metadata says, each field read once however many conditions ask for it."""

    def __init__(self, metadata: Metadata) -> None:
        self._metadata = metadata
        self._values: dict[str, frozenset[_Canonical]] = {}

    def has(self, name: str) -> bool:
        return self._metadata.get(name) is not None

    def number(self, name: str) -> int | float | None:
        value = self._metadata.get(name)  # lists hold no numbers
        return value if _is_number(value) else None

    def values(self, name: str) -> frozenset[_Canonical]:
        known = self._values.get(name)
        if known is None:
            known = frozenset(map(_canonical, _values(self._metadata, name)))
            self._values[name] = known
        return known


@dataclass(frozen=True, slots=True)
class _Equals:
    name: str
    values: frozenset[_Canonical]

    def matches(self, said: _Said) -> bool:
        return not self.values.isdisjoint(said.values(self.name))


@dataclass(frozen=True, slots=True)
class _Compares:
    name: str
    compare: Callable[[Any, Any], bool]
    bound: int | float

    def matches(self, said: _Said) -> bool:
        number = said.number(self.name)
        return number is not None and self.compare(number, self.bound)


@dataclass(frozen=True, slots=True)
class _Exists:
    name: str

    def matches(self, said: _Said) -> bool:
        return said.has(self.name)


@dataclass(frozen=True, slots=True)
class _All:
    parts: tuple["_Node", ...]

    def matches(self, said: _Said) -> bool:
        return all(part.matches(said) for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Any:
    parts: tuple["_Node", ...]

    def matches(self, said: _Said) -> bool:
        return any(part.matches(said) for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Not:
    part: "_Node"

    def matches(self, said: _Said) -> bool:
        return not self.part.matches(said)


_Node = _Equals | _Compares | _Exists | _All | _Any | _Not


@dataclass(frozen=True, slots=True)
class MetadataFilter:
    """A parsed filter. Make it with `parse_filter`."""

    root: _Node

    def matches(self, metadata: Metadata | None) -> bool:
        """Whether a file with this metadata is selected; None is a file without metadata."""
        return self.root.matches(_Said(metadata or {}))


def parse_filter(raw: object, limits: Limits = Limits()) -> MetadataFilter:
    """Read a filter as it came from JSON.

    Args:
        raw: The decoded JSON value.
        limits: Of these, `filter_depth`, `filter_nodes` and `filter_values`.

    Raises:
        InvalidRequest: It is no filter; the message says where, as a path from `$`, and why.
    """
    return MetadataFilter(_Parser(limits).filter(raw, "$", depth=1))


async def select(items: Iterable[T], matches: Callable[[T], bool]) -> list[T]:
    """The items that match, in their order.

    Thousands of conditions on thousands of files take seconds: others get their turn in between.
    """
    selected: list[T] = []
    until = time.perf_counter() + TURN_SECONDS
    for item in items:
        if matches(item):
            selected.append(item)
        if time.perf_counter() >= until:
            await asyncio.sleep(0)
            until = time.perf_counter() + TURN_SECONDS
    return selected


def metadata_size(metadata: Metadata) -> int:
    """Bytes of metadata as compact JSON, which its limit counts. Raises InvalidRequest."""
    try:
        return len(orjson.dumps(dict(metadata)))
    except orjson.JSONEncodeError as error:
        raise InvalidRequest(f"Metadata cannot be stored as JSON: {error}") from None


class _Parser:
    """One run over one filter; counts what it met against the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._nodes = 0

    def filter(self, raw: object, at: str, *, depth: int) -> _Node:
        if not isinstance(raw, dict):
            raise _invalid(at, f"expected an object, got {_kind(raw)}")
        if depth > self._limits.filter_depth:
            raise _invalid(at, f"nested deeper than {self._limits.filter_depth} levels")
        parts = [
            self._entry(name, operand, f"{at}.{name}", depth)
            for name, operand in cast("dict[str, object]", raw).items()
        ]
        return parts[0] if len(parts) == 1 else _All(tuple(parts))

    def _entry(self, name: str, operand: object, at: str, depth: int) -> _Node:
        self._count(at)
        if name == "$not":
            return _Not(self.filter(operand, at, depth=depth + 1))
        if name in LOGICAL_OPERATORS:
            parts = self._filters(operand, at, depth)
            return _All(parts) if name == "$and" else _Any(parts)
        if name in FIELD_OPERATORS:
            raise _invalid(
                at, f'`{name}` belongs inside a field, like {{"field": {{"{name}": …}}}}'
            )
        if name.startswith("$"):
            expected = ", ".join(LOGICAL_OPERATORS)
            raise _invalid(at, f"unknown operator `{name}`; expected {expected} or a field's name")
        if isinstance(operand, dict):
            return self._field(name, operand, at, depth)
        return _Equals(name, frozenset({self._scalar(operand, at)}))

    def _filters(self, operand: object, at: str, depth: int) -> tuple[_Node, ...]:
        if not isinstance(operand, list) or not operand:
            raise _invalid(at, f"expected a list with at least one filter, got {_kind(operand)}")
        return tuple(
            self.filter(part, f"{at}[{number}]", depth=depth + 1)
            for number, part in enumerate(cast("list[object]", operand))
        )

    def _field(self, name: str, operators: object, at: str, depth: int) -> _Node:
        if not isinstance(operators, dict):
            raise _invalid(at, f'expected an operator, like {{"$eq": …}}, got {_kind(operators)}')
        if not operators:
            raise _invalid(at, 'expected an operator, like {"$eq": …}, got an empty object')
        if depth > self._limits.filter_depth:
            raise _invalid(at, f"nested deeper than {self._limits.filter_depth} levels")
        parts: list[_Node] = []
        for operator, operand in cast("dict[str, object]", operators).items():
            self._count(at)
            inner = f"{at}.{operator}"
            if operator == "$not":
                parts.append(_Not(self._field(name, operand, inner, depth + 1)))
            else:
                parts.append(self._comparison(name, operator, operand, inner))
        return parts[0] if len(parts) == 1 else _All(tuple(parts))

    def _comparison(self, name: str, operator: str, operand: object, at: str) -> _Node:
        match operator:
            case "$eq":
                return _Equals(name, frozenset({self._scalar(operand, at)}))
            case "$ne":
                return _Not(_Equals(name, frozenset({self._scalar(operand, at)})))
            case "$in":
                return _Equals(name, self._scalars(operand, at))
            case "$nin":
                return _Not(_Equals(name, self._scalars(operand, at)))
            case "$exists":
                if not isinstance(operand, bool):
                    raise _invalid(at, f"expected true or false, got {_kind(operand)}")
                return _Exists(name) if operand else _Not(_Exists(name))
            case "$gt" | "$gte" | "$lt" | "$lte":
                if not _is_number(operand):
                    raise _invalid(at, f"expected a number, got {_kind(operand)}")
                return _Compares(name, _ORDER[operator], cast("int | float", operand))
            case _:
                expected = ", ".join(FIELD_OPERATORS)
                raise _invalid(at, f"unknown operator `{operator}`; expected one of {expected}")

    def _scalars(self, operand: object, at: str) -> frozenset[_Canonical]:
        if not isinstance(operand, list):
            raise _invalid(at, f"expected a list of values, got {_kind(operand)}")
        values = cast("list[object]", operand)
        if len(values) > self._limits.filter_values:
            raise _invalid(
                at, f"{len(values)} values; at most {self._limits.filter_values} are allowed"
            )
        return frozenset(
            self._scalar(value, f"{at}[{number}]") for number, value in enumerate(values)
        )

    def _scalar(self, operand: object, at: str) -> _Canonical:
        if not isinstance(operand, str) and not isinstance(operand, bool):
            if not _is_number(operand):
                raise _invalid(at, f"expected a string, number or boolean, got {_kind(operand)}")
            operand = cast("int | float", operand)
        return _canonical(operand)

    def _count(self, at: str) -> None:
        self._nodes += 1
        if self._nodes > self._limits.filter_nodes:
            raise _invalid(at, f"more than {self._limits.filter_nodes} conditions in one filter")


def _values(metadata: Metadata, name: str) -> list[Any]:
    value = metadata.get(name)
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _canonical(value: str | int | float | bool) -> _Canonical:
    if isinstance(value, bool):
        return ("boolean", value)
    return ("string", value) if isinstance(value, str) else ("number", value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not _is_endless(value)


def _is_endless(value: int | float) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list" if value else "an empty list"
        case _:
            return "an object"


def _invalid(at: str, problem: str) -> InvalidRequest:
    shown = at if len(at) <= 200 else f"{at[:200]}…"
    return InvalidRequest(f"Invalid filter at `{shown}`: {problem}.")
