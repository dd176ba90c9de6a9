"""Boxes for highlights: where a text of the document stands on its page."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas
from tests.support.scanned_pages import A4

from lodgepole.adapters.parsers.pdf.boxes import boxes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    canvas = Canvas(str(tmp_path / "a"), pagesize=A4)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(60, 700, "The fee of the harbour is inter-")
    canvas.drawString(60, 686, "nationally known: 185 euros.")
    canvas.showPage()
    canvas.drawString(60, 300, "Another page.")
    canvas.save()
    return tmp_path / "a"


def test_a_text_on_one_line_has_one_box(path: Path) -> None:
    [box] = boxes(path, 1, "fee of the harbour")

    assert 75 < box.left < 90
    assert 150 < box.right < 180
    assert 695 < box.bottom <= 700 < box.top < 712


def test_a_mended_word_is_found_on_both_of_its_lines(path: Path) -> None:
    found = boxes(path, 1, "is internationally known")

    assert [round(box.bottom) for box in found] == sorted(
        (round(box.bottom) for box in found), reverse=True
    )
    assert len(found) >= 2
    assert found[-1].left == pytest.approx(60, abs=2)


@pytest.mark.parametrize(
    ("page", "text"), [(2, "fee of the harbour"), (3, "fee"), (0, "fee"), (1, ""), (1, "none")]
)
def test_a_text_that_is_not_there_has_none(path: Path, page: int, text: str) -> None:
    assert boxes(path, page, text) == []


def test_raised_text_is_found_as_the_document_writes_it(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a"), pagesize=A4)
    x = 60.0
    for text, rise, size in (
        *(("It holds 4 x 10", 0, 10), ("6", 4, 6.5), (" litres at 42 metres", 0, 10)),
        *(("1", 4, 6.5), (" of height.", 0, 10)),
    ):
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, 700 + rise, text)
        x += canvas.stringWidth(text, "Helvetica", size)
    canvas.save()

    assert boxes(tmp_path / "a", 1, "4 x 10⁶ litres at 42 metres [^1] of height")


def test_a_row_whose_cells_were_drawn_column_by_column_has_a_box_for_each(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a"), pagesize=A4)
    canvas.setFont("Helvetica", 10)
    for x, cells in ((60, ("Port", "North", "South", "East")), (200, ("Fee", "12", "5", "12"))):
        for number, cell in enumerate(cells):
            canvas.drawString(x, 700 - 14 * number, cell)
    canvas.save()

    found = boxes(tmp_path / "a", 1, "East | 12")

    assert [(round(box.left, -1), round(box.top, -1)) for box in found] == [(60, 670), (200, 670)]
    assert boxes(tmp_path / "a", 1, "North | 77 | nothing else") == []
