"""Spellings of small models are told from text, however the answer is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.chat import make_sources

from lodgepole.chat.citing.citations import Citer
from lodgepole.chat.citing.marker_styles import (
    Doubtful,
    Named,
    is_undecided,
    may_cite,
    mentioned,
    numbers_in,
    read,
    square,
    without_mentions,
)
from lodgepole.chat.citing.reference_phrases import FileNames
from lodgepole.model import AnswerText

FILES = FileNames({2: "atlas.txt"})
CERTAIN = [
    *(
        "(Source 2)",
        "（source 2）",
        "(see source 2)",
        "(Source [2])",
        "([2])",
        "［2］",
        "〔2〕",
        "〖2〗",
    ),
    *("**[2]**", "*[2]*", "__[2]__", "**(Source 2)**", "^[2]", "$^{[2]}$", "\\[2\\]", "\\cite{2}"),
    *("<source>2</source>", "<cite>[2]</cite>", "<ref>2</ref>", '<source number="2"/>'),
    *(
        '<source number="2" file="atlas.txt"/>',
        '<source number="2">',
        '<source number="2"></source>',
        "<source 2>",
    ),
]
POSSIBLE = [
    *("(2)", "(2, 4)", "{2}", "²", "⁽²⁾", "②", "(Document 2)", "(atlas.txt)", "*Source 2*"),
    *("(source: atlas.txt, p. 1)", "<sup>2</sup>"),
]
TEXT = [
    *(
        "(in 2)",
        "(No. 2)",
        "(2 km)",
        "(see page 2)",
        "**bold**",
        "*2*",
        "_x_",
        "$5",
        "^x",
        "\\[x\\]",
    ),
    *("<b>2</b>", "<source>code</source>", "<sup>nd</sup>", "{x}", "(", "<", "*", "<source>"),
    '<source number="2" file="atlas.txt">',
]


@pytest.mark.parametrize("text", CERTAIN)
def test_spellings_that_can_mean_nothing_else(text: str) -> None:
    found = read(f"{text}.", FILES)
    assert found is not None
    assert found[0] == len(text)
    assert isinstance(found[1], Named)
    assert found[1].numbers == (2,)


@pytest.mark.parametrize("text", POSSIBLE)
def test_spellings_that_may_be_text(text: str) -> None:
    found = read(f"{text}.", FILES)
    assert found is not None
    assert found[0] == len(text)
    assert isinstance(found[1], Doubtful)
    assert 2 in found[1].numbers


@pytest.mark.parametrize("text", TEXT)
def test_text_names_nothing(text: str) -> None:
    assert read(f"{text}.", FILES) is None


@pytest.mark.parametrize("text", [*CERTAIN, *POSSIBLE])
def test_the_beginning_of_a_spelling_is_waited_for(text: str) -> None:
    assert [text[:n] for n in range(1, len(text)) if not is_undecided(text[:n], FILES)] == []


@pytest.mark.parametrize(
    "text", ["(the", "**bold", "_x", "$5", "<b", "<a href", "{x", "(2 k", "^x"]
)
def test_text_is_not_waited_for(text: str) -> None:
    assert not is_undecided(text, FILES)


def test_an_element_that_holds_the_sentence_is_told_as_opened() -> None:
    found = read('<source number="2">Madrid is it.</source>', FILES)
    assert found == (19, Named((2,), opened="source"))


def test_square_brackets_hold_phrases_too() -> None:
    assert square("[Source 2, p. 3]", FILES) == Named((2,))
    assert square("[Document 2]", FILES) == Doubtful("[Document 2]", (2,))
    assert square("[Table 2]", FILES) is None


def test_a_count_a_unit_and_a_paragraph_are_no_place_for_a_number() -> None:
    assert may_cite("It is the capital")
    assert not may_cite("three 3")
    assert not may_cite("of section")
    assert not may_cite("The area is 25 m")


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("According to Source 2, it is so.", ", it is so."),
        ("Source 2 states that it is so.", " it is so."),
        ("Source 2: it is so.", " it is so."),
        ("It is so, as stated in source 2.", "It is so, ."),
        ("It is so — Source 2.", "It is so — ."),
        ("Laut Quelle 2 ist es so.", " ist es so."),
    ],
)
def test_sources_that_a_sentence_speaks_of(sentence: str, rest: str) -> None:
    assert mentioned(sentence) == (2,)
    assert without_mentions(sentence) == rest


def test_numbers_are_read_with_their_ranges() -> None:
    assert numbers_in("1, 3 and 5-7") == (1, 3, 5, 6, 7)
    assert numbers_in("2-900") == tuple(range(2, 23))


SOURCES = make_sources("Madrid is the capital of Spain.", "The office opens at nine.")
PIECES = st.lists(
    st.sampled_from(
        [
            "Madrid is the capital of Spain", " ", ".", "\n", "Sources:", "- ", "1. ", "file1.txt",
            "(Source 1", ")", "(", "[", "]", "1", "2", "Source 1", "see ", "*", "**", "_", "^", "$",
            "{", "}", "<source", ">", "</source>", ' number="1"', "/", "<sup>", "</sup>", "¹", "⁽",
            "①", "\\[", "\\]", "\\cite{", "［", "］", "[1]", "[1]–[2]", "-", "–", ":", ", p. 3",
            "Document", "†L1", "According to ", "`", "```",
        ]
    ),
    max_size=14,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(pieces=PIECES, size=st.integers(1, 6))
def test_the_events_do_not_depend_on_how_the_text_is_cut(pieces: list[str], size: int) -> None:
    text = "".join(pieces)
    assert events(text, len(text) or 1) == events(text, size)


def events(text: str, size: int) -> list[object]:
    citer = Citer(SOURCES)
    out: list[object] = []
    for i in range(0, len(text), size):
        out += citer.feed(text[i : i + size])
    out += citer.close()
    merged: list[object] = []
    for event in out:
        last = merged[-1] if merged else None
        if isinstance(event, AnswerText) and isinstance(last, AnswerText):
            merged[-1] = AnswerText(last.text + event.text)
        else:
            merged.append(event)
    return merged
