"""Which pages are cited for a stretch of a snippet, and one reference for each file."""

import pytest
from tests.support.chat import make_file, make_snippet

from lodgepole.chat.citing.references import merge_references, pages_between
from lodgepole.model import Reference

SNIPPET = make_snippet("One. Two. Three.", pages=(3, 4, 6), page_starts=((3, 0), (4, 5), (6, 10)))


@pytest.mark.parametrize(
    ("start", "end", "pages"),
    [
        (0, 4, (3,)),
        (0, 5, (3,)),  # up to the first character of page 4
        (4, 6, (3, 4)),
        (5, 10, (4,)),
        (0, 16, (3, 4, 6)),
        (15, 16, (6,)),
    ],
)
def test_pages_are_those_that_the_stretch_lies_on(start, end, pages):
    assert pages_between(SNIPPET, start, end) == pages


def test_all_pages_are_named_where_the_snippet_cannot_say_which():
    assert pages_between(make_snippet("One. Two.", pages=(7, 8)), 0, 4) == (7, 8)
    assert pages_between(SNIPPET, 8, 8) == (4,)
    assert pages_between(SNIPPET, 40, 44) == (3, 4, 6)


def reference(name, pages, highlight, start=0):
    return Reference(
        file=make_file(name), pages=pages, highlight=highlight, start=start, end=start + 4
    )


def test_a_file_is_named_once_with_all_its_pages_and_its_first_words():
    merged = merge_references(
        [
            reference("b.pdf", (9, 2), None, start=70),
            reference("a.pdf", (1,), "One."),
            reference("b.pdf", (2, 4), "Two.", start=90),
        ]
    )
    assert merged == (
        Reference(file=make_file("b.pdf"), pages=(2, 4, 9), highlight="Two.", start=70, end=74),
        reference("a.pdf", (1,), "One."),
    )
    assert merge_references([]) == ()
