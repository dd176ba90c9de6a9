"""Quotes are in the document, letter for letter, on the pages that are named, or they are none."""

import pytest

from lodgepole.documents.verbatim import PLACES, stands_on
from lodgepole.model import Document, PageSpan

TEXT = "The boat is red. The car is blue. The boat is red."
PAGES = (PageSpan(1, 0, 17), PageSpan(2, 17, 34), PageSpan(3, 34, len(TEXT)))
PAGED = Document(text=TEXT, blocks=(), pages=PAGES)
PLAIN = Document(text=TEXT, blocks=())


@pytest.mark.parametrize(
    ("words", "pages", "stands"),
    [
        ("The boat is red.", [1], True),
        ("The boat is red.", [3], True),
        ("The boat is red.", [1, 3], True),
        ("The boat is red.", [2], False),
        ("red. The car", [1, 2], True),
        ("red. The car", [1], False),
        ("red. The car", [2], False),
        ("The boat is Red.", [1], False),
        ("The boat  is red.", [1], False),
        ("The boat is red.", [1, 4], False),
        ("The boat is red.", [], False),
        ("", [1], False),
        (" ", [1], False),
    ],
)
def test_on_pages(words, pages, stands):
    assert stands_on(PAGED, words, pages) == stands


@pytest.mark.parametrize(
    ("words", "pages", "stands"),
    [("The car is blue.", [], True), ("The car", [1], False), ("The bus", [], False)],
)
def test_without_pages(words, pages, stands):
    assert stands_on(PLAIN, words, pages) == stands


def test_of_words_that_stand_everywhere_not_every_place_is_looked_at():
    text = "a" * (PLACES + 10) + "b"
    last = PageSpan(2, PLACES + 5, len(text))
    document = Document(text=text, blocks=(), pages=(PageSpan(1, 0, PLACES + 5), last))
    assert stands_on(document, "a", [1])
    assert not stands_on(document, "a", [2])
