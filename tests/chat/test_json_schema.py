"""JSON Schema: what is read of it, and that reading ends."""

import pytest

from lodgepole.chat.json_schema import SchemaTooComplexError, problem

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 5},
        "age": {"type": ["integer", "null"], "minimum": 0, "exclusiveMaximum": 150},
        "tags": {"type": "array", "items": {"enum": ["a", "b", 1]}, "minItems": 1, "maxItems": 2},
        "boss": {"$ref": "#/$defs/boss"},
    },
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {"boss": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
}


@pytest.mark.parametrize(
    "value",
    [
        {"name": "Ada"},
        {"name": "Ada", "age": 36, "tags": ["a", 1]},
        {"name": "Ada", "age": 36.0, "boss": {"name": "Bob", "boss": None}},
        {"name": "Ada", "age": None},
    ],
)
def test_what_follows_has_no_problem(value):
    assert problem(value, PERSON) is None


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([], "$ must be of type object"),
        ({}, "$ lacks 'name'"),
        ({"name": 5}, "$.name"),
        ({"name": ""}, "$.name"),
        ({"name": "Ada Lovelace"}, "$.name"),
        ({"name": "Ada", "age": -1}, "$.age"),
        ({"name": "Ada", "age": 150}, "$.age"),
        ({"name": "Ada", "age": 1.5}, "$.age"),
        ({"name": "Ada", "age": True}, "$.age"),
        ({"name": "Ada", "tags": []}, "$.tags"),
        ({"name": "Ada", "tags": ["a", "b", "a"]}, "$.tags"),
        ({"name": "Ada", "tags": [True]}, "$.tags[0]"),
        ({"name": "Ada", "other": 1}, "'other'"),
        ({"name": "Ada", "boss": {"age": 1}}, "$.boss"),
    ],
)
def test_what_does_not_follow_is_told_with_its_place(value, place):
    found = problem(value, PERSON)
    assert found is not None
    assert place in found


@pytest.mark.parametrize(
    ("schema", "fits", "does_not"),
    [
        ({"oneOf": [{"type": "integer"}, {"minimum": 5}]}, 3, 7),
        ({"allOf": [{"minimum": 1}, {"maximum": 3}]}, 2, 4),
        ({"not": {"type": "string"}}, 1, "a"),
        ({"const": {"a": 1}}, {"a": 1}, {"a": 2}),
        ({"const": 0}, 0, False),
        ({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}, ["a", 1], ["a", "b"]),
        ({"additionalProperties": {"type": "integer"}}, {"a": 1}, {"a": "b"}),
        ({"minProperties": 1, "maxProperties": 1}, {"a": 1}, {}),
        ({"properties": {"a": False}}, {}, {"a": 1}),
    ],
)
def test_combinations_are_read(schema, fits, does_not):
    assert problem(fits, schema) is None
    assert problem(does_not, schema) is not None


@pytest.mark.parametrize(
    "schema",
    [
        {"format": "email", "pattern": "^(a+)+$"},
        {"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": False},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "#/nowhere/at/all"},
        {"type": "rational", "enum": "no list", "required": 5, "properties": [], "items": 5},
    ],
)
def test_what_is_not_read_is_passed_over(schema):
    for value in ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", {"x": "y"}, [1], None, True):
        assert problem(value, schema) is None


def test_reading_ends_whatever_the_schema_is():
    endless = {"$ref": "#"}
    wide = {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}
    for schema in (endless, wide):
        with pytest.raises(SchemaTooComplexError):
            problem(1, schema)
    with pytest.raises(SchemaTooComplexError):
        problem([999] * 100, {"items": {"enum": list(range(2, 1000))}})
    with pytest.raises(SchemaTooComplexError):
        problem(list(range(60_000)), {"items": {"type": "integer"}})
