"""Schemas of what is checked by code and not by a model: metadata and the filters over it."""

from typing import Any

from lodgepole.metadata_filter import FIELD_OPERATORS

FIELD_NAME = r"^[^$]"

_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_OPERANDS: dict[str, dict[str, Any]] = {
    "$eq": _SCALAR,
    "$ne": _SCALAR,
    "$gt": {"type": "number"},
    "$gte": {"type": "number"},
    "$lt": {"type": "number"},
    "$lte": {"type": "number"},
    "$in": {"type": "array", "items": _SCALAR, "maxItems": "limits.filter_values"},
    "$nin": {"type": "array", "items": _SCALAR, "maxItems": "limits.filter_values"},
    "$exists": {"type": "boolean"},
    "$not": {"$ref": "#/components/schemas/MetadataCondition"},
}
assert tuple(_OPERANDS) == FIELD_OPERATORS

_SELF = {"$ref": "#/components/schemas/MetadataFilter"}
_LIST = {"type": "array", "items": _SELF, "minItems": 1}

METADATA_CONDITION: dict[str, Any] = {
    "description": "What is asked of one field; several operators mean all of them.",
    "type": "object",
    "properties": _OPERANDS,
    "additionalProperties": False,
    "minProperties": 1,
}
METADATA_FILTER: dict[str, Any] = {
    "description": (
        "Which files are meant, by their metadata. Several conditions mean all of them; a bare "
        "value means `$eq`; a list in the metadata matches if any of its elements does."
    ),
    "type": "object",
    "properties": {"$and": _LIST, "$or": _LIST, "$not": _SELF},
    "patternProperties": {
        "^(?!\\$)": {
            "anyOf": [
                _SCALAR,
                _OPERANDS["$not"],
            ]
        }
    },
    "additionalProperties": False,
}
FILE_METADATA: dict[str, Any] = {
    "description": "Flat; keys do not begin with `$`; at most 16 KB as JSON.",
    "type": ["object", "null"],
    "patternProperties": {
        FIELD_NAME: {
            "anyOf": [_SCALAR, {"type": "array", "items": {"type": "string"}}],
        }
    },
    "additionalProperties": False,
}
