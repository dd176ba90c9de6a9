"""Raised and lowered text: what it becomes, and that it never joins a number."""

import re

import pytest

from lodgepole.chat.citing.citation_markers import MarkerScanner, shield
from lodgepole.documents.inline_notation import (
    fraction,
    lowered,
    note_mark,
    note_start,
    power,
    raised,
)


def line(before: str, text: str, after: str = "", notes: tuple[str, ...] = ()) -> str:
    return before + raised(before, text, after, notes=notes) + after


@pytest.mark.parametrize(
    ("before", "text", "after", "read"),
    [
        ("4 x 10", "6", " cells", "4 x 10⁶ cells"),
        ("10", "-3", " mol", "10⁻³ mol"),
        ("10", "−12", "", "10⁻¹²"),
        ("10", "6.5", "", "10^6.5"),
        ("an area of 42 m", "2", "", "an area of 42 m²"),
        ("9.81 m/s", "2", "", "9.81 m/s²"),
        ("7 kg/m", "3", ".", "7 kg/m³."),
        ("x", "2", " + y", "x² + y"),
        ("E = mc", "2", "", "E = mc²"),
        ("4πr", "2", "", "4πr²"),
        ("(a + b)", "2", "", "(a + b)²"),
        ("x", "n", "", "xⁿ"),
        ("e", "x/2", "", "e^(x/2)"),
        ("2", "16", " values", "2¹⁶ values"),
        ("s", "-1", "", "s⁻¹"),
        ("Ca", "2+", "", "Ca²⁺"),
        ("Na", "+", "", "Na⁺"),
        ("sin", "2", " x", "sin² x"),
        ("dated by ", "14", "C", "dated by ¹⁴C"),
        ("dated by ", "14", "CO", "dated by ¹⁴CO"),
    ],
)
def test_exponents_are_written_as_such(before: str, text: str, after: str, read: str):
    assert line(before, text, after) == read


@pytest.mark.parametrize(
    ("before", "text", "after", "read"),
    [
        ("The mast is 42 metres", "1", " high", "The mast is 42 metres [^1] high"),
        ("The mast is 42 metres", "1", ".", "The mast is 42 metres [^1]."),
        ("in force since 2019", "4", "", "in force since 2019 [^4]"),
        ("1,234", "3", " people", "1,234 [^3] people"),
        ("1,234", "a", "", "1,234 [^a]"),
        ("the tower.", "12", "Later", "the tower. [^12] Later"),
        ("12%", "2", "", "12% [^2]"),
        ("costs $10", "3", "", "costs $10 [^3]"),
        ("at sea", "1,2", "", "at sea [^1] [^2]"),
        ("at sea", "3–5", "", "at sea [^3-5]"),
        ("at sea", "[7]", "", "at sea [^7]"),
        ("at sea (see above)", "2", "", "at sea (see above) [^2]"),
        ("at sea", "iv", "", "at sea [^iv]"),
        ("at sea ", "2", "", "at sea [^2]"),
        ("at 42 m", "1", "", "at 42 m [^1]"),
        ("H₂O", "1", "", "H₂O [^1]"),
        ("he came in", "2", " late", "he came in [^2] late"),
    ],
)
def test_marks_of_notes_stand_apart(before: str, text: str, after: str, read: str):
    assert line(before, text, after) == read


def test_a_note_begins_with_its_mark():
    assert line("", "1", "Measured at low tide.") == "[^1]: Measured at low tide."
    assert line("", "1", "") == "[^1]:"
    assert line("", "13", "NAEP region") == "[^13]: NAEP region"
    assert note_start("2") == "[^2]: "
    assert note_mark(" ii ") == "[^ii]"


def test_notes_that_are_known_decide_where_nothing_else_does():
    assert line("page 2", "10", "", ("10",)) == "page 2 [^10]"
    assert line("as in 21", "a") == "as in 21ª"
    assert line("as in 21", "a", "", ("a",)) == "as in 21 [^a]"


@pytest.mark.parametrize(
    ("before", "text", "after", "read"),
    [
        ("the 1", "st", " of May", "the 1st of May"),
        ("le 1", "er", " mai", "le 1er mai"),
        ("M", "me", " Curie", "Mme Curie"),
        ("Lodgepole", "TM", "", "Lodgepole™"),
        ("n", "o", " 5", "nº 5"),
        ("25 ", "o", "C", "25 ºC"),
        ("25", "o", "C", "25°C"),
        ("25", "0", "C", "25°C"),
        ("42 metres", "*", "", "42 metres*"),
        ("Illiterate ", "Read", " & write", "Illiterate Read & write"),
    ],
)
def test_what_only_is_set_higher_stays_what_it_is(before: str, text: str, after: str, read: str):
    assert line(before, text, after) == read


@pytest.mark.parametrize(
    ("before", "text", "read"),
    [("H", "2", "₂"), ("x", "i", "ᵢ"), ("x", "i+1", "ᵢ₊₁"), ("V", "max", "_max"),
     ("x", "i, j", "_(i, j)"), ("101", "2", "₂")],
)  # fmt: skip
def test_indices_are_written_as_such(before: str, text: str, read: str):
    assert lowered(before, text) == read


def test_fractions_stand_apart_from_numbers():
    assert fraction("3", "4") == "3/4"
    assert "1" + fraction("3", "4", before="1") == "1 3/4"
    assert fraction("a + b", "2") == "(a + b)/2"
    assert power("x", "2") == "²"


@pytest.mark.parametrize(
    "text", ["1", "12", "-3", "1,2", "a", "st", "n", "3/4", "2 and 3", "x" * 60]
)
@pytest.mark.parametrize("before", ["42", "1,234", "10", "2", "$7", "12.5", "x2"])
def test_no_number_ever_grows(before: str, text: str):
    """The digits before it are followed by no further one."""
    for after in ("", "7", " m"):
        read = line(before, text, after)
        assert read.startswith(before)
        assert not re.match(r"[\d.,]*\d", read[len(before) :])
        if after == "7":
            assert not re.search(r"\d7$", read)


def test_a_mark_in_a_document_is_no_citation_of_ours():
    shown = shield("The mast is 42 metres [^1] high.")
    scanner = MarkerScanner()
    pieces = [*scanner.feed(shown), *scanner.close()]
    assert "".join(map(str, pieces)) == "The mast is 42 metres [^1] high."
