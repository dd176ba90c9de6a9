"""Headings of PDFs: by size, weight, number and outline; and what only looks like one."""

import textwrap
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.documents.builder import check_document
from lodgepole.limits import Limits
from lodgepole.model import BlockKind

PROSE = "The ferry leaves the old pier every hour until the last train has come in. " * 6
Set = tuple[str, str, float, float]
"""Text, its font and size, and the space above it."""


def body(above: float = 0.0) -> Set:
    return PROSE, "Times-Roman", 10, above


def headings(path: Path, *texts: Set, outline: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    canvas = Canvas(str(path), pagesize=(595, 842))
    for title in outline:
        canvas.bookmarkPage(title)
        canvas.addOutlineEntry(title, title, level=0)
    y = 800.0
    for text, font, size, above in texts:
        canvas.setFont(font, size)
        y -= above
        for line in textwrap.wrap(text, 90):
            y -= 1.3 * size
            canvas.drawString(60, y, line)
    canvas.save()
    document = parse(path, "a.pdf", Limits())
    check_document(document)
    return [
        (block.level, document.text[block.start : block.end])
        for block in document.blocks
        if block.kind is BlockKind.HEADING
    ]


def test_headings_are_told_by_size_and_by_weight(tmp_path: Path):
    assert headings(
        tmp_path / "a",
        ("Handbook", "Times-Roman", 20, 0),
        ("Leave", "Times-Roman", 14, 10),
        ("Parental leave", "Times-Bold", 10, 10),
        body(),
        ("Sick leave", "Times-Bold", 10, 10),
        body(),
    ) == [(1, "Handbook"), (2, "Leave"), (3, "Parental leave"), (3, "Sick leave")]


@pytest.mark.parametrize(
    ("text", "font", "size"),
    [
        ("Name of the ship:", "Times-Bold", 10),
        ("Please bring a valid ticket.", "Times-Bold", 10),
        ("PLEASE BRING A TICKET", "Times-Roman", 10),
        ("A little larger than the rest", "Times-Roman", 11),
        ("Table 3. Boats by year", "Times-Bold", 12),
    ],
)
def test_what_stands_out_within_a_text_is_no_heading(
    tmp_path: Path, text: str, font: str, size: float
):
    assert headings(tmp_path / "a", body(), (text, font, size, 0), body()) == []


def test_a_paragraph_in_bold_is_no_heading(tmp_path: Path):
    bold = ("Please note that no dogs travel on the upper deck. " * 5, "Times-Bold", 10, 10)

    assert headings(tmp_path / "a", body(), bold, body(10), body()) == []


def test_a_text_set_large_is_no_heading(tmp_path: Path):
    large = ("What we saw on the way to the island was a sea of glass. " * 8, "Times-Roman", 14, 9)

    assert headings(tmp_path / "a", body(), large, body(9), body(), body()) == []


def test_the_second_line_of_a_caption_is_no_heading(tmp_path: Path):
    caption = (
        "Table 3. Boats that left the pier and passengers that they took, in all of the years since"
    )

    assert headings(tmp_path / "a", body(), (caption, "Times-Bold", 10, 10), body(10)) == []


def test_a_bold_or_numbered_line_needs_little_more_size(tmp_path: Path):
    assert headings(
        tmp_path / "a",
        ("1 Scope", "Times-Roman", 11, 0),
        body(),
        ("Who may travel", "Times-Bold", 11, 10),
        body(),
    ) == [(1, "1 Scope"), (1, "Who may travel")]


def test_a_number_of_parts_makes_a_heading(tmp_path: Path):
    numbered = ("2.4 Dogs and bicycles", "Times-Roman", 10, 10)

    assert headings(tmp_path / "a", body(), numbered, body()) == [(1, "2.4 Dogs and bicycles")]


def test_a_title_of_the_outline_may_take_two_lines_and_have_a_number(tmp_path: Path):
    title = (
        "3 Of the carriage of live animals, plants and goods that need care on the way to the isles"
    )

    assert headings(
        tmp_path / "a", (title, "Times-Roman", 10, 0), body(), outline=(title.removeprefix("3 "),)
    ) == [(1, title)]


def test_lines_of_chinese_are_no_capitals(tmp_path: Path):
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    path = tmp_path / "a"
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.setFont("STSong-Light", 10)
    for number in range(8):
        canvas.drawString(60, 760 - 13 * number, "这条线路分两段修建 乘客必须步行")
    canvas.save()

    document = parse(path, "a.pdf", Limits())

    assert all(block.kind is not BlockKind.HEADING for block in document.blocks)
