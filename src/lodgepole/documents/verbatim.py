"""Whether quoted words stand in a document, letter for letter, on the pages named; pure."""

from collections.abc import Sequence

from lodgepole.documents.occurrences import page_of
from lodgepole.model import Document

PLACES = 1000  # of the same words that are looked at


def stands_on(document: Document, words: str, pages: Sequence[int]) -> bool:
    """Whether the words stand in the text as they are, on these pages and no others.

    A document without pages is quoted without pages.
    """
    if not words.strip() or not set(pages) <= {page.number for page in document.pages}:
        return False
    if bool(pages) != bool(document.pages):
        return False
    at = document.text.find(words)
    for _ in range(PLACES):
        if at < 0:
            return False
        ends = (page_of(document, at), page_of(document, at + len(words) - 1))
        if not pages or all(page in pages for page in ends):
            return True
        at = document.text.find(words, at + 1)
    return False
