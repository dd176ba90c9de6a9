"""JSON and JSON Lines: records, paths, and values as they are written."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodgepole.adapters.parsers.json import parse, parse_lines
from lodgepole.documents.builder import check_document, clean_text
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document


def read(tmp_path: Path, content: str | bytes, *, lines: bool = False) -> Document:
    file = tmp_path / "a"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    document = (parse_lines if lines else parse)(file, "a.json", Limits())
    check_document(document)
    return document


def records(document: Document) -> dict[str, str]:
    assert {block.kind for block in document.blocks} == {BlockKind.RECORD}
    return {block.label: document.text[block.start : block.end] for block in document.blocks}


def test_each_element_of_an_array_is_a_record_with_its_path(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        """{"title": "Staff", "people": [{"name": "Ada", "tags": ["a", "b"], "home": {"city": "X"}},
            {"name": "Bo", "jobs": [{"at": "Y"}]}], "office": {"floor": 1.50}}""",
    )

    assert records(document) == {
        "$": "title: Staff\noffice.floor: 1.50",
        "$.people[0]": "name: Ada\ntags: a, b\nhome.city: X",
        "$.people[1]": "name: Bo\njobs[0].at: Y",
    }
    assert document.title == "Staff"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[1, 2, 3]", {"$": "1, 2, 3"}),
        ('"only text"', {"$": "only text"}),
        ("[[1, 2], [3]]", {"$[0]": "1, 2", "$[1]": "3"}),
        ('{"odd key": [{"a": true}]}', {'$["odd key"][0]': "a: true"}),
        ('{"a": NaN, "b": 1e400, "c": 12345678901234567890}', {
            "$": "a: NaN\nb: 1e400\nc: 12345678901234567890"
        }),
        ('{"a": null, "b": false, "c": {}, "d": []}', {"$": "a: null\nb: false\nd:"}),
    ],
)  # fmt: skip
def test_values_stand_as_they_are_written(
    tmp_path: Path, source: str, expected: dict[str, str]
) -> None:
    assert records(read(tmp_path, source)) == expected


def test_each_line_is_a_record(tmp_path: Path) -> None:
    document = read(tmp_path, '{"a": "one"}\r\n\r\n{"a": "two"}\n', lines=True)

    assert records(document) == {"$[0]": "a: one", "$[2]": "a: two"}


def test_lines_under_a_json_name_and_the_other_way_round_are_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, '{"a": 1}\n{"a": 2}\n').blocks) == 2
    assert len(read(tmp_path, '[\n{"a": 1},\n{"a": 2}\n]', lines=True).blocks) == 2


@pytest.mark.parametrize(
    ("source", "lines", "message"),
    [
        ('{"a": 1,\n "b" 2}', False, "not valid JSON: .* at line 2, column 6"),
        ('{"a": 1}\n{"a": }\n', True, "not valid JSON: .* at line 2, column 7"),
        ("", False, "holds no text"),
        ("{}", False, "holds no text"),
        ("[" * 100_000, False, "nested 100,000 levels deep"),
        ('{"a":' * 300 + "1" + "}" * 300, True, "nested 300 levels deep"),
        ('"' + '\\"' * 200_000, False, "not valid JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(
    tmp_path: Path, source: str, lines: bool, message: str
) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read(tmp_path, source, lines=lines)


def test_brackets_inside_strings_do_not_count_as_nesting(tmp_path: Path) -> None:
    assert "[[[[" in read(tmp_path, json.dumps({"a": "[" * 1000})).text


def test_a_lone_surrogate_does_not_spoil_the_text(tmp_path: Path) -> None:
    assert read(tmp_path, rb'{"a": "x\ud800y"}').text == "a: x\ufffdy"


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for child in value.values() for leaf in leaves(child)]
    if isinstance(value, list):
        return [leaf for child in value for leaf in leaves(child)]
    return [value] if isinstance(value, str) else []


@pytest.mark.slow
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values)
def test_every_string_is_in_the_text(tmp_path: Path, value: Any) -> None:
    try:
        document = read(tmp_path, json.dumps(value, ensure_ascii=False).encode("utf-8"))
    except UnreadableFile as error:
        assert "holds no text" in str(error)
        return
    for leaf in leaves(value):
        assert clean_text(leaf).strip() in document.text


def test_a_string_of_what_means_delete_is_text_with_nothing_to_show(tmp_path: Path) -> None:
    assert records(read(tmp_path, '["\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f", "a"]')) == {"$": ", a"}
