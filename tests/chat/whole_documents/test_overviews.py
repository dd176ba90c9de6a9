"""Outlines, pages and sections as answers."""

from tests.support.chat import make_file
from tests.support.whole_documents import document_of, told

from lodgepole.chat.whole_documents.document_outlines import sections_named
from lodgepole.chat.whole_documents.document_questions import LAST_PAGE
from lodgepole.chat.whole_documents.overview_phrases import ENGLISH
from lodgepole.chat.whole_documents.overviews import (
    MOST_NAMES,
    MOST_QUOTED,
    beginnings_answer,
    names_answer,
    no_section_answer,
    outline_answer,
    pages_answer,
    sections_answer,
)

GUIDE = document_of(
    "# Orchard guide\n\nThis guide is for those who prune.\n\n"
    "## Winter\n\nPruning is done in February.\n\f"
    "## Summer\n\nTree | Weeks\nApple tree | 3\n\nWater in the evening only.\n\f"
    + "\n\n".join(f"Note number {n} is here." for n in range(MOST_QUOTED + 6))
)
FILE = make_file("guide.pdf")


async def text_of(answer) -> str:
    return (await told(answer, "What?"))[0]


async def test_an_outline_says_that_it_is_one_and_of_what() -> None:
    text, citations = await told(outline_answer([(FILE, GUIDE)], ENGLISH), "What?")
    assert text == (
        "I quote and do not summarise. This is an outline of guide.pdf (pages: 3), "
        "“Orchard guide”:\n\nThis guide is for those who prune.\n\n"
        "Winter (page 1):\nPruning is done in February.\n\n"
        "Summer (page 2):\nWater in the evening only."
    )
    assert [c.references[0].pages for c in citations] == [(1,), (1,), (2,)]


async def test_a_page_is_quoted_as_far_as_there_is_room() -> None:
    assert await text_of(pages_answer([(FILE, GUIDE)], (2,), ENGLISH)) == (
        "guide.pdf, page 2:\n\nSummer\n\nTree | Weeks\nApple tree | 3\n\nWater in the evening only."
    )
    long = await text_of(pages_answer([(FILE, GUIDE)], (LAST_PAGE,), ENGLISH))
    assert long.startswith("guide.pdf, page 3:")
    assert long.endswith("Not shown: 6 more.")


async def test_pages_that_are_not_there_are_said_plainly() -> None:
    text = await text_of(pages_answer([(FILE, GUIDE)], (12, 0), ENGLISH))
    has = "guide.pdf has 3 pages; there is no page"
    assert text == f"{has} 12.\n\n{has} 0."
    plain = document_of("Some words of a note.")
    text = await text_of(pages_answer([(make_file("n.txt"), plain)], (2,), ENGLISH))
    assert text.startswith("n.txt has no pages.\n\nSome words of a note.")
    blank = document_of("Some words of a note.\f~ 2\f")
    text = await text_of(pages_answer([(make_file("n.pdf"), blank)], (2,), ENGLISH))
    assert text == "Page 2 of n.pdf has no text that could be read."


async def test_a_section_is_quoted_under_its_name() -> None:
    found = [(FILE, GUIDE, section) for section in sections_named(GUIDE, "", {"winter"})]
    assert await text_of(sections_answer(found, ENGLISH)) == (
        "guide.pdf › Winter, page 1:\n\nPruning is done in February."
    )


async def test_where_there_is_no_such_section_all_are_listed() -> None:
    text = await text_of(no_section_answer(FILE, GUIDE, ENGLISH))
    assert text.splitlines()[2:] == ["Orchard guide", "Winter", "Summer"]


async def test_each_file_begins() -> None:
    files = [(make_file(f"{n}.md"), document_of(f"# T{n}\n\nThis is note {n} here.")) for n in "ab"]
    text, citations = await told(beginnings_answer(files, 3, ENGLISH), "What?")
    assert "a.md, “Ta”:\nThis is note a here." in text
    assert text.endswith("Not shown: 3 more.")
    assert len(citations) == 2


async def test_what_all_files_begin_with_tells_none_apart() -> None:
    files = [
        (make_file(f"{n}.md"), document_of(f"This is a sample.\n\n## Part\n\nIt is on {n} here."))
        for n in ("oaks", "elms")
    ]
    text, _ = await told(beginnings_answer(files, 0, ENGLISH), "What?")
    assert "oaks.md:\nIt is on oaks here." in text
    assert "This is a sample" not in text


async def test_names_are_listed_up_to_a_limit() -> None:
    files = [make_file(f"f{n}.md") for n in range(MOST_NAMES + 2)]
    text = await text_of(names_answer(files, ENGLISH))
    assert text.startswith(f"Your files ({MOST_NAMES + 2}):\n\n- f0.md\n- f1.md\n")
    assert text.endswith("Not shown: 2 more.")


async def test_a_table_tells_its_columns() -> None:
    document = document_of("Plot: A1 | Fee: 40 euros\nPlot: A2 | Fee: 55 euros")
    text = await text_of(outline_answer([(make_file("fees.csv"), document)], ENGLISH))
    assert "Rows: 2. Columns: Plot, Fee\n\nPlot: A1 | Fee: 40 euros" in text
