"""A stretch of a document as people read it."""

import pytest

from lodgepole.documents import text_windows
from lodgepole.documents.text_windows import TextRequest, view
from lodgepole.errors import InvalidRequest
from lodgepole.model import Block, BlockKind, Document, PageSpan

TEXT = "One fish.\n\nTwo fish.\n\nRed fish."
PAGES = (PageSpan(1, 0, 11), PageSpan(2, 11, 22), PageSpan(3, 22, 31))
BLOCKS = tuple(Block(start, start + 9, BlockKind.PARAGRAPH) for start in (0, 11, 22))
PAGED = Document(text=TEXT, blocks=BLOCKS, pages=PAGES)
PLAIN = Document(text=TEXT, blocks=BLOCKS)


def test_nothing_asked_for_is_all_of_it():
    found = view(PAGED, TextRequest())
    assert (found.text, found.more, found.pages, found.blocks) == (TEXT, False, PAGES, BLOCKS)


def test_pages_are_shown_from_the_first_to_the_last_of_them():
    found = view(PAGED, TextRequest(first_page=2, last_page=3))
    assert found.text == TEXT[11:]
    assert [page.number for page in found.pages] == [2, 3]
    assert found.blocks == BLOCKS[1:]
    assert view(PAGED, TextRequest(first_page=3)).text == "Red fish."
    assert view(PAGED, TextRequest(last_page=1)).text == TEXT[:11]


def test_a_quote_is_marked_where_it_stands_in_what_is_shown():
    assert view(PAGED, TextRequest(quote="fish")).marks == ((4, 8), (15, 19), (26, 30))
    assert view(PAGED, TextRequest(quote="fish", first_page=2, last_page=2)).marks == ((15, 19),)
    assert view(PAGED, TextRequest(quote="Fish")).marks == ()


def test_a_long_text_is_shown_in_parts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text_windows, "VIEW_CHARS", 12)
    parts, start = [], 0
    while True:
        part = view(PLAIN, TextRequest(start=start))
        parts.append(part.text)
        if not part.more:
            break
        start = part.end
    assert "".join(parts) == TEXT
    assert len(parts) == 3
    near = view(PLAIN, TextRequest(quote="Red"))
    assert (near.start, near.marks) == (22 - 6, ((22, 25),))


@pytest.mark.parametrize(
    "asked",
    [
        TextRequest(first_page=0),
        TextRequest(last_page=4),
        TextRequest(first_page=3, last_page=2),
        TextRequest(start=-1),
        TextRequest(start=32),
        TextRequest(quote="x" * 8001),
    ],
)
def test_what_is_not_there_is_refused(asked: TextRequest):
    with pytest.raises(InvalidRequest):
        view(PAGED, asked)
    assert view(PLAIN, TextRequest(start=31)).text == ""


def test_pages_of_a_file_without_any_are_refused():
    with pytest.raises(InvalidRequest, match="has none"):
        view(PLAIN, TextRequest(first_page=1))
