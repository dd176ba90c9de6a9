"""Calls of a model are read with care, and what they find is a stretch of the document."""

import pytest
from tests.support.chat import make_file, make_snippet
from tests.support.whole_documents import document_of

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.deep_tools import (
    MOST_PLACES,
    OPENED_CHARS,
    TOOLS,
    file_of,
    opened,
    places,
    read_call,
    without_overlaps,
)
from lodgepole.model import ToolCall

TOKENIZER = MemoryTokenizer()
FILE = make_file("rules.pdf")
PAGES = document_of(
    "# Rules\n\nHedges stay low.\n\f# Fees\n\nThe fee is 40 euros.\n\f# Notice\n\nFour weeks."
)


def call(name: str, arguments: str) -> ToolCall:
    return ToolCall("c1", name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "what"),
    [
        ("search", '{"query": " fees  of 2020 "}', "fees of 2020"),
        ("find_words", '{"file": "a.txt", "words": "net income"}', "net income (a.txt)"),
        ("open_pages", '{"file": "a.txt", "first_page": 3, "last_page": 4}', "a.txt, pages 3-4"),
        ("open_pages", '{"file": "a.txt", "first_page": "3"}', "a.txt, pages 3-3"),
        ("open_pages", '{"file": "a.txt", "first_page": 9, "last_page": 2}', "a.txt, pages 9-9"),
        ("open_pages", '{"file": "a.txt"}', "a.txt, pages 1-1"),
    ],
)
def test_what_a_call_wants_is_read(name: str, arguments: str, what: str) -> None:
    wanted = read_call(call(name, arguments))
    assert wanted is not None
    assert (wanted.kind, wanted.what) == (name, what)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("search", "{}"),
        ("search", '{"query": ""}'),
        ("search", '{"query": 7}'),
        ("search", "[1]"),
        ("search", '{"query": '),
        ("find_words", '{"file": "a.txt"}'),
        ("delete_files", '{"file": "a.txt"}'),
        ("open_pages", '{"first_page": 1}'),
    ],
)
def test_what_makes_no_sense_is_nothing(name: str, arguments: str) -> None:
    assert read_call(call(name, arguments)) is None


def test_a_query_has_an_end() -> None:
    wanted = read_call(call("search", '{"query": "' + "x" * 3_000 + '"}'))
    assert wanted is not None
    assert len(wanted.query) == 400


def test_every_tool_is_described_and_read() -> None:
    names = [definition["function"]["name"] for definition in TOOLS.definitions]
    assert names == ["search", "find_words", "open_pages"]


def test_a_file_is_told_by_its_name() -> None:
    assert file_of("Rules.PDF", [FILE]) == FILE
    assert file_of("rules", [FILE]) is None


def test_pages_are_opened_with_their_numbers() -> None:
    page = opened(FILE, PAGES, 2, 3, TOKENIZER)
    assert page is not None
    assert page.pages == (2, 3)
    assert page.text == PAGES.text[page.start : page.end]
    assert page.text.startswith("Fees") or page.text.startswith("# Fees")
    assert page.tokens > 0
    assert opened(FILE, PAGES, 7, 9, TOKENIZER) is None
    long = opened(FILE, document_of("word " * OPENED_CHARS), 1, 1, TOKENIZER)
    assert long is not None
    assert len(long.text) <= OPENED_CHARS
    assert long.text.rstrip().endswith("word")


def test_words_are_found_where_they_stand() -> None:
    (place,) = places(FILE, PAGES, "the FEE  is", TOKENIZER)
    assert "The fee is 40 euros." in place.text
    assert place.text == PAGES.text[place.start : place.end]
    assert 2 in place.pages
    assert places(FILE, PAGES, "nowhere", TOKENIZER) == []
    far = document_of(("needle " + "hay " * 400) * 20)
    found = places(FILE, far, "needle", TOKENIZER)
    assert len(found) == MOST_PLACES
    assert all("needle" in place.text for place in found)


def test_what_is_found_twice_is_given_once() -> None:
    first, same = make_snippet("a b c", start=0), make_snippet("b c d", start=2)
    apart, other = make_snippet("x y z", start=9), make_snippet("a b c", name="other.txt")
    assert without_overlaps([first, same, apart, other]) == [first, apart, other]
