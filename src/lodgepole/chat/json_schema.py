"""Whether a JSON value follows a JSON Schema, in a number of steps that is bounded; pure.

Read are types, properties, items, enumerations, bounds, combinations and references within the
schema. What is not read is passed over: formats, conditions, and patterns, which could take a
regular expression for ever.
"""

from collections.abc import Mapping
from typing import Any, TypeGuard, cast

MOST_STEPS = 50_000
DEEPEST = 200
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
    "integer": (int, float),
}
_Json = Any


class SchemaTooComplexError(Exception):
    """It would take more steps than it may."""


def problem(value: _Json, schema: Mapping[str, Any]) -> str | None:
    """The first thing that is wrong, as a sentence with its place; None where nothing is.

    Raises SchemaTooComplexError.
    """
    return _Check(schema).problem(value, schema, "$", 0)


class _Check:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._steps = 0

    def problem(self, value: _Json, raw: _Json, at: str, depth: int) -> str | None:
        if depth > DEEPEST:
            raise SchemaTooComplexError
        self._count(1)
        if raw is False:
            return f"{at} must not be there"
        if not isinstance(raw, dict):
            return None
        schema = cast("dict[str, Any]", raw)
        for check in (self._kind, self._combined, self._members, self._items):
            if found := check(value, schema, at, depth):
                return found
        return _bounds(value, schema, at)

    def _count(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise SchemaTooComplexError

    def _kind(self, value: _Json, schema: dict[str, Any], at: str, depth: int) -> str | None:
        reference = schema.get("$ref")
        if isinstance(reference, str):
            found = self.problem(value, self._resolved(reference), at, depth + 1)
            if found:
                return found
        wanted = schema.get("type")
        types = cast("list[Any]", wanted) if isinstance(wanted, list) else [wanted]
        known = [one for one in types if isinstance(one, str) and one in _TYPES]
        if known and not any(_is_a(value, one) for one in known):
            return f"{at} must be of type {' or '.join(known)}"
        choices = _list(schema, "enum")
        self._count(len(choices))
        if choices and not any(_same(value, one) for one in choices):
            return f"{at} must be one of the values that are listed"
        if "const" in schema and not _same(value, schema["const"]):
            return f"{at} must be the value that is given"
        return None

    def _combined(self, value: _Json, schema: dict[str, Any], at: str, depth: int) -> str | None:
        for part in _list(schema, "allOf"):
            if found := self.problem(value, part, at, depth + 1):
                return found
        for name, most in (("anyOf", None), ("oneOf", 1)):
            parts = _list(schema, name)
            found = [self.problem(value, part, at, depth + 1) for part in parts]
            fitting = found.count(None)
            if parts and not fitting:
                return found[0] if len(found) == 1 else f"{at} fits none of {name}"
            if most is not None and fitting > most:
                return f"{at} fits several of {name}"
        if "not" in schema and self.problem(value, schema["not"], at, depth + 1) is None:
            return f"{at} must not be as `not` says"
        return None

    def _members(self, value: _Json, schema: dict[str, Any], at: str, depth: int) -> str | None:
        if not isinstance(value, dict):
            return None
        members = cast("dict[str, Any]", value)
        required = _list(schema, "required")
        self._count(len(required))
        for name in required:
            if isinstance(name, str) and name not in members:
                return f"{at} lacks {name[:80]!r}"
        raw = schema.get("properties")
        properties = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
        others = schema.get("additionalProperties", True)
        patterns = "patternProperties" in schema
        for name, member in members.items():
            if name not in properties and patterns:
                continue
            inner = properties.get(name, others)
            if inner is False:
                return f"{at} must not have {name[:80]!r}"
            if found := self.problem(member, inner, f"{at}.{name[:80]}", depth + 1):
                return found
        return None

    def _items(self, value: _Json, schema: dict[str, Any], at: str, depth: int) -> str | None:
        if not isinstance(value, list):
            return None
        first = _list(schema, "prefixItems")
        rest = schema.get("items", True)
        for number, item in enumerate(cast("list[Any]", value)):
            inner = first[number] if number < len(first) else rest
            if found := self.problem(item, inner, f"{at}[{number}]", depth + 1):
                return found
        return None

    def _resolved(self, reference: str) -> _Json:
        """What a reference within the schema means; nothing else is ever looked up."""
        place: Any = self._root
        if not reference.startswith("#"):
            return True
        for part in reference.removeprefix("#").split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            place = cast("dict[str, Any]", place).get(name) if isinstance(place, dict) else None
        return True if place is None else place


def _bounds(value: _Json, schema: dict[str, Any], at: str) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        limits = {
            "minimum": lambda bound: value >= bound,
            "maximum": lambda bound: value <= bound,
            "exclusiveMinimum": lambda bound: value > bound,
            "exclusiveMaximum": lambda bound: value < bound,
        }
        return next(
            (
                f"{at} is outside {name} {schema[name]}"
                for name, holds in limits.items()
                if _is_number(schema.get(name)) and not holds(schema[name])
            ),
            None,
        )
    sizes = {str: "Length", list: "Items", dict: "Properties"}
    word = next((word for kind, word in sizes.items() if isinstance(value, kind)), None)
    if word is None:
        return None
    least, most = schema.get(f"min{word}"), schema.get(f"max{word}")
    if _is_number(least) and len(value) < least:
        return f"{at} is shorter than min{word} {least}"
    if _is_number(most) and len(value) > most:
        return f"{at} is longer than max{word} {most}"
    return None


def _is_a(value: _Json, word: str) -> bool:
    if isinstance(value, bool):
        return word == "boolean"
    if word == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[word])


def _same(value: _Json, other: _Json) -> bool:
    """Whether two values of JSON are one: `false` is no 0."""
    return isinstance(value, bool) == isinstance(other, bool) and value == other


def _is_number(value: _Json) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _list(schema: dict[str, Any], name: str) -> list[Any]:
    value = schema.get(name)
    return cast("list[Any]", value) if isinstance(value, list) else []
