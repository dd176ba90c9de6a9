"""Headers and footers are searched once; what one of them says anew is kept."""

from collections.abc import Sequence

import pytest

from lodgepole.documents.builder import DocumentBuilder
from lodgepole.ingestion.headers_footers import repeated
from lodgepole.limits import Limits
from lodgepole.model import BlockKind


def left_out(pages: Sequence[Sequence[str]], *, text: Sequence[bool] | None = None) -> list[str]:
    """The running lines that are in no passage; `text` says which pages have other text."""
    builder = DocumentBuilder("a", Limits())
    for number, lines in enumerate(pages):
        builder.begin_page()
        if text is None or text[number]:
            builder.add(f"Text of page {number}.", BlockKind.PARAGRAPH)
        for line in lines:
            builder.add(line, BlockKind.RUNNING)
    document = builder.build()
    starts = repeated(document)
    return [
        document.text[block.start : block.end] for block in document.blocks if block.start in starts
    ]


def test_a_header_is_kept_once() -> None:
    assert left_out([["Annual report"]] * 4) == ["Annual report"] * 3


def test_case_and_spaces_make_no_other_header() -> None:
    assert left_out([["Annual report"], ["ANNUAL  REPORT"]]) == ["ANNUAL  REPORT"]


def test_numbers_of_pages_are_nothing_new() -> None:
    pages = [[f"Report, page {number} of 6"] for number in range(1, 7)]
    assert len(left_out(pages)) == 5
    assert len(left_out([[roman] for roman in ("i", "ii", "iii", "iv", "v")])) == 4


def test_other_numbers_are() -> None:
    invoices = ["Invoice 1043", "Invoice 2290", "Invoice 871"]
    assert left_out([[line] for line in invoices]) == []
    assert left_out([["Chapter 1"], ["Chapter 1"], ["Chapter 2"]]) == ["Chapter 1"]


def test_the_one_that_stays_is_on_a_page_with_text() -> None:
    assert len(left_out([["Report"], ["Report"]], text=[False, True])) == 1


def test_names_with_numbers_are_names() -> None:
    assert left_out([["Form zq12"], ["Form zq13"]]) == []


@pytest.mark.parametrize("line", ["9" * 40, "1 " * 300, "page 99999999 of 0"])
def test_odd_numbers_stop_nothing(line: str) -> None:
    assert left_out([[line], [line]]) == [line.strip()]
