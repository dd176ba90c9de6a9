"""Exact words in texts of any length."""

import pytest

from lodgepole.documents import occurrences as module
from lodgepole.documents.occurrences import occurrences, page_of
from lodgepole.model import Document, PageSpan

TEXT = "The port.\nA report of the  port\nauthority: Port authority (PA)."


def found(words: str, text: str = TEXT, most: int = 9) -> list[str]:
    return [text[start:end] for start, end in occurrences(text, words, most=most)]


def test_whole_words_are_found_in_any_case_and_over_line_ends():
    assert found("port") == ["port", "port", "Port"]
    assert found("port authority") == ["port\nauthority", "Port authority"]
    assert found("(PA).") == ["(PA)."]
    assert found("harbour") == found("") == found(" \n") == []
    assert found("port", most=1) == ["port"]


@pytest.mark.parametrize("slice_chars", [1, 3, 7, 20])
def test_a_text_is_searched_in_slices_as_if_in_one(monkeypatch, slice_chars):
    whole = occurrences(TEXT, "port authority", most=9)
    monkeypatch.setattr(module, "SLICE_CHARS", slice_chars)
    assert occurrences(TEXT, "port authority", most=9) == whole


def test_signs_of_patterns_are_only_signs():
    assert found("a.c", "abc a.c") == ["a.c"]
    assert found("(a+)+$", "x (a+)+$") == ["(a+)+$"]


def test_a_position_has_the_page_that_it_is_on():
    pages = (PageSpan(number=1, start=0, end=5), PageSpan(number=2, start=5, end=9))
    document = Document(text="Page1Two!", blocks=(), pages=pages)
    assert [page_of(document, position) for position in (0, 4, 5, 8)] == [1, 1, 2, 2]
    assert page_of(Document(text="x", blocks=()), 0) is None
