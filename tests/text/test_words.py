"""Words have places in their text, and one stem for all forms."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodgepole.text.words import (
    content_stems,
    edits,
    is_negated,
    numbers,
    similar_stems,
    squeeze,
    stems_of,
    words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2,100,000", {"2100000"}),
        ("2.1 million", {"2100000"}),
        ("3 hundred", {"300"}),
        ("2,5 Millionen Euro", {"2500000"}),
        ("3億円", {"300000000"}),
        ("$5.50 and 5.5 %", {"5.5"}),
        ("seven days", {"7"}),
        ("FY2018", {"2018"}),
        ("1.2.3", {"1.2.3"}),
    ],
)
def test_numbers_are_known_by_value(text, expected):
    assert numbers(words(text)) == expected


def surfaces(text):
    return [text[w.start : w.end] for w in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FY2018 isn't the employees’ plan.", ["FY", "2018", "isn't", "the", "employees", "plan"]),
        ("東京都は", ["東", "京", "都", "は"]),
        ("借りられません", ["借", "り", "ら", "れ", "ません"]),
        ("कंप्यूटर और", ["कंप्यूटर", "और"]),
        ("snake_case", ["snake", "case"]),
        ("한국", ["한", "국"]),
    ],
)
def test_words_are_found_in_any_script(text, expected):
    assert surfaces(text) == expected


@given(st.text(max_size=100))
def test_words_are_in_order_and_stems_are_theirs(text):
    found = words(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert [w.stem for w in found] == stems_of(text)
    assert all(w.stem for w in found)


def test_content_leaves_out_small_words_and_negations():
    assert content_stems(words("The plan does not cover the 3 teeth")) == {
        "plan", "cover", "3", "teeth",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "negated"),
    [("No, it is not.", True), ("It is not without risk.", False), ("Non-members pay.", True),
     ("It is.", False), ("Das ist keine Pflicht.", True), ("借りられません。", True)],
)  # fmt: skip
def test_negations_are_counted(text, negated):
    assert is_negated(words(text)) is negated


def test_similar_stems_differ_in_their_ending():
    assert similar_stems("retir", "retirement")
    assert not similar_stems("2018", "20181")
    assert not similar_stems("plan", "plant")


def test_squeeze_leaves_single_spaces():
    assert squeeze(" a \n\t b ") == "a b"


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["1.", "'", "a'", "a\u0301", "क", "ー", "1,", "_"])
def test_much_of_anything_is_read_in_no_time(unit):
    words(unit * (300_000 // len(unit)))


def test_marks_of_notes_are_no_numbers_and_exponents_stand_by_themselves():
    assert numbers(words("42 metres [^1] and 1,234 [^12]")) == {"42", "1234"}
    assert [w.stem for w in words("10⁶")] == [w.stem for w in words("10^6")] == ["10", "6"]
    assert [w.stem for w in words("H₂O")] == [w.stem for w in words("H2O")]


@pytest.mark.parametrize(
    ("a", "b", "most", "count"),
    [
        ("kettle", "kettle", 1, 0),
        ("kettle", "ketle", 1, 1),
        ("kettle", "kettel", 1, 1),
        ("kettle", "mettle", 1, 1),
        ("kettle", "ketles", 2, 2),
        ("kettle", "pan", 2, 3),
        ("kettle", "pottle", 1, 2),
    ],
)
def test_letters_that_differ_are_counted_up_to_a_limit(a, b, most, count):
    assert edits(a, b, most) == edits(b, a, most) == count
