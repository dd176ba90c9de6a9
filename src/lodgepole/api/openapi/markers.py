"""Resolves version and limit markers in schemas, for one API version on one server.

The schemas in the code are of all versions. What depends on the version, the operator's limits or
the models is marked in them, and resolved here: `x-needs`, `x-lacks` and `x-words` by the version's
capabilities (a word is one of the version where that capability has it for its value), strings
`limits.NAME` and the enums `models` and `models or none` by the server. `x-omitted` is a field that
is never null, `x-schema` names a schema that is no model.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from lodgepole.api.schemas.wire import served_to
from lodgepole.api.versions import WireVersion, wire_version
from lodgepole.limits import Limits

JsonObject = dict[str, Any]
_MARKERS = ("x-needs", "x-lacks", "x-words", "x-omitted", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Sources of a document besides the code.

    Attributes:
        date: One of `DATES`, or a later one that changed nothing.
        limits: Of the running server; numbers in the document are these.
        models: The names that requests may give as `model`.
    """

    date: str
    limits: Limits
    models: Sequence[str]

    @property
    def version(self) -> WireVersion:
        return wire_version(self.date)


def ref(name: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{name}"}


def resolved(node: Any, source: Source) -> Any:
    """The same with markers resolved, and without titles and defaults that say nothing."""
    if isinstance(node, list):
        return [resolved(item, source) for item in cast("list[Any]", node)]
    if isinstance(node, str) and node.startswith("limits."):
        return asdict(source.limits)[node.removeprefix("limits.")]
    if not isinstance(node, dict):
        return node
    raw = cast("JsonObject", node)
    if "x-schema" in raw:
        choice = [ref(raw["x-schema"]), {"type": "null"}]
        return {"description": raw["description"], "anyOf": choice}
    if raw.get("x-omitted"):
        raw = _never_null(raw)
    kept: JsonObject = {}
    for key, value in raw.items():
        if key == "properties":
            kept[key] = _properties(value, source)
        elif key == "enum":
            kept[key] = _words(raw, source)
        elif key not in _MARKERS and (key, value) != ("default", None):
            kept[key] = resolved(value, source)
    return _with_nullable_type(kept)


def _words(schema: JsonObject, source: Source) -> list[Any]:
    """The words of an enum that this version has."""
    if schema["enum"] == "models":
        return [*source.models, None]
    if schema["enum"] == "models or none":
        return [*source.models, "", None]
    chosen_by: dict[str, str] = schema.get("x-words", {})
    return [
        word
        for word in schema["enum"]
        if word not in chosen_by or getattr(source.version, chosen_by[word]) == word
    ]


def _never_null(schema: JsonObject) -> JsonObject:
    """The schema of a field that may be missing, as that of its value."""
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    values = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
    assert len(values) == 1, "an optional field has one type"
    return {**values[0], **rest}


def _properties(properties: JsonObject, source: Source) -> JsonObject:
    # A property may bear the name of a marker or of a keyword: only its schema is read.
    kept: JsonObject = {}
    for name, schema in properties.items():
        if served_to(source.version, schema):
            kept[name] = resolved(schema, source)
    return kept


def _with_nullable_type(schema: JsonObject) -> JsonObject:
    """`anyOf` of one plain type and null as a list of types, which is shorter to read."""
    match schema.get("anyOf"):
        case [{"type": str(word), **rest}, {"type": "null"}]:
            plain = {key: value for key, value in schema.items() if key != "anyOf"}
            if "enum" in rest:
                rest["enum"] = [*rest["enum"], None]
            return {"type": [word, "null"], **rest, **plain}
        case _:
            return schema
