"""What is shown of a document as a whole."""

from tests.support.whole_documents import document_of

from lodgepole.chat.whole_documents.document_outlines import (
    MOST_SECTIONS,
    outline_of,
    said_between,
    sections_named,
    table_of_all,
    title_of,
)
from lodgepole.model import Document

GUIDE = document_of(
    "# Orchard guide\n\nThis guide is for those who prune. It has two parts. It is short.\n\n"
    "## 1. Winter\n\nPruning is done in February.\n\n### 1.1 Tools\n\nA saw and shears will do.\n\f"
    "~ Orchard guide\n\n## 2. Summer\n\nTree | Weeks\nApple | 3\n\n- Water in the evening only."
)


def shown(document: Document, spans) -> list[str]:
    return [document.text[a:b] for a, b in spans]


def test_a_title_a_beginning_and_sections_with_pages() -> None:
    outline = outline_of(GUIDE)
    assert outline.title == "Orchard guide"
    assert shown(GUIDE, outline.lead) == ["This guide is for those who prune.", "It has two parts."]
    assert [(s.title, s.page) for s in outline.sections] == [
        ("1. Winter", 1), ("1.1 Tools", 1), ("2. Summer", 2),
    ]  # fmt: skip
    firsts = [s.first for s in outline.sections if s.first]
    assert shown(GUIDE, firsts) == [
        "Pruning is done in February.", "A saw and shears will do.", "- Water in the evening only.",
    ]  # fmt: skip


def test_what_disclaims_or_is_a_field_is_no_beginning() -> None:
    document = document_of(
        "All rights reserved by the club. No warranty is given.\n\n# Fees\n\n"
        "Last updated: 2024-03-05 by Ada\n\nFees are due in May.",
    )
    outline = outline_of(document)
    assert shown(document, [s.first for s in outline.sections if s.first]) == [
        "Fees are due in May."
    ]
    whole = document_of(
        "# Club book\n\n© 2024 The club of Bergen.\n\nThis book is for members.\n\n"
        "## Fees\n\nThey are due."
    )
    assert shown(whole, outline_of(whole).lead) == ["This book is for members."]
    alone = document_of("Copyright 2024 by the club of Bergen.")
    assert shown(alone, outline_of(alone).lead) == ["Copyright 2024 by the club of Bergen."]


def test_a_title_that_is_said_again_is_no_section() -> None:
    document = document_of(
        "# Rules\n\n# Rules\n\nThese are the rules.\n\n# Hedges\n\nThey are low.", title="Rules"
    )
    outline = outline_of(document)
    assert [s.title for s in outline.sections] == ["Hedges"]
    assert shown(document, outline.lead) == ["These are the rules."]


def test_a_title_page_and_its_disclaimer_are_passed_over() -> None:
    document = document_of(
        "# Rules\n\n© 2024 The club of Bergen.\n\f# Rules\n\nThese are the rules of it.\n\n"
        "# Hedges\n\nThey are low in June."
    )
    outline = outline_of(document)
    assert [s.title for s in outline.sections] == ["Hedges"]
    assert shown(document, outline.lead) == ["These are the rules of it."]


def test_of_many_headings_those_of_upper_levels_are_shown() -> None:
    parts = "\n\n".join(
        f"# Part {n}\n\nThis is part {n} here.\n\n" + "## Detail\n\nA detail.\n\n" * 3
        for n in range(8)
    )
    outline = outline_of(document_of(parts))
    assert [s.title for s in outline.sections] == [f"Part {n}" for n in range(8)]
    assert outline.left_out == 0


def test_what_is_left_out_is_counted() -> None:
    parts = "\n\n".join(f"# Part {n}\n\nThis is part {n} here." for n in range(MOST_SECTIONS + 5))
    outline = outline_of(document_of(parts))
    assert len(outline.sections) == MOST_SECTIONS
    assert outline.left_out == 5


def test_without_headings_each_page_tells_its_first_sentence() -> None:
    document = document_of("One fine day it began. More.\f\f7\n\nTwo days later it ended. More.")
    outline = outline_of(document)
    assert shown(document, outline.lead) == ["One fine day it began.", "Two days later it ended."]
    assert outline.sections == ()


def test_without_pages_each_paragraph_does() -> None:
    document = document_of("A first thing is said. More of it.\n\nA second thing follows then.")
    assert shown(document, outline_of(document).lead) == [
        "A first thing is said.", "A second thing follows then.",
    ]  # fmt: skip


def test_a_table_begins_with_its_first_row() -> None:
    document = document_of("Plot: A1 | Fee: 40\nPlot: A2 | Fee: 55")
    assert shown(document, outline_of(document).lead) == ["Plot: A1 | Fee: 40"]
    assert table_of_all(document) == (2, ("Plot", "Fee"))
    assert table_of_all(GUIDE) is None


def test_sections_are_found_by_number_and_by_words() -> None:
    assert [s.title for s in sections_named(GUIDE, "1.1", ())] == ["1.1 Tools"]
    assert [s.title for s in sections_named(GUIDE, "2", ())] == ["2. Summer"]
    assert [s.title for s in sections_named(GUIDE, "", {"winter"})] == ["1. Winter"]
    assert sections_named(GUIDE, "9", ()) == []
    assert sections_named(GUIDE, "", {"autumn"}) == []
    assert sections_named(GUIDE, "", ()) == []


def test_a_section_goes_on_to_the_next_of_its_level() -> None:
    (winter,) = sections_named(GUIDE, "1", ())
    assert "shears" in GUIDE.text[winter.heading[1] : winter.end]
    assert "Summer" not in GUIDE.text[winter.heading[1] : winter.end]


def test_running_lines_are_not_said() -> None:
    page = GUIDE.pages[1]
    said = [shown(GUIDE, spans) for _, spans in said_between(GUIDE, page.start, page.end)]
    assert said[0] == ["2. Summer"]
    assert said[1] == ["Tree | Weeks", "Apple | 3"]


def test_a_title_is_what_the_file_says_or_its_first_heading() -> None:
    assert title_of(document_of("Some words.", title="Given")) == "Given"
    assert title_of(document_of("Some words.")) == ""
