"""A JSON object is found in what a model wrote, whole or cut off."""

import contextlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodgepole.chat.json_answers import JsonAnswerError, read_json_object

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=6), VALUES, max_size=4)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b"}',
        'Sure!\n```json\n{"a": "b"}\n```\nAnything else?',
        '{"a": "b",}',
        'Here: {"a": "b"} as asked.',
    ],
)
def test_what_stands_around_the_object_is_forgiven(text):
    assert read_json_object(text) == '{"a":"b"}'


@pytest.mark.parametrize("text", ["", "no", "[1, 2]", '"a"', '{"a": ', "{]", "{{}"])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(JsonAnswerError):
        read_json_object(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"a": "one two', {"a": "one two"}),
        ('{"a": "one", "b', {"a": "one"}),
        ('{"a": "one", "b": tr', {"a": "one"}),
        ('{"a": [1, {"b": 2}, {"c"', {"a": [1, {"b": 2}, {}]}),
        (r'{"a": "caf\u00e', {"a": "caf"}),
        ('Sure: {"a": "say \\', {"a": "say "}),
    ],
)
def test_what_was_cut_off_is_kept_as_far_as_it_goes(text, kept):
    assert orjson.loads(read_json_object(text, cut_off=True)) == kept


def test_nothing_is_made_of_too_little():
    for text in ("{", '{"a', '{"a": ', "Sure, here"):
        with pytest.raises(JsonAnswerError):
            read_json_object(text, cut_off=True)


@pytest.mark.slow
@given(OBJECTS, st.data())
def test_no_cut_makes_anything_but_an_object_or_a_refusal(value, data):
    text = orjson.dumps(value).decode()
    assert orjson.loads(read_json_object(text)) == value
    cut = text[: data.draw(st.integers(0, len(text)))]
    with contextlib.suppress(JsonAnswerError):
        assert len(orjson.loads(read_json_object(cut, cut_off=True))) <= len(value)
