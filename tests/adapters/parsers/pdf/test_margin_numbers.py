"""Numbers of lines in the margin are left out; those of tables and lists stay."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.limits import Limits

PROSE = textwrap.wrap(
    "The harbour master counted forty ships in the month of May and wrote down each of them with "
    "its port and its load. When the council asked for the list he refused to hand it over because "
    "the owners had not agreed. The council then sued him, and the court found that the list was a "
    "public paper which everybody may read at the harbour office between nine and noon.",
    56,
)


def read(path: Path, draw: Callable[[Canvas], None]) -> str:
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.setFont("Times-Roman", 11)
    draw(canvas)
    canvas.save()
    return parse(path, "a.pdf", Limits()).text


@pytest.mark.parametrize("order", ["with the lines", "before them"])
@pytest.mark.parametrize("step", [1, 5])
@pytest.mark.parametrize("margin", ["left", "right"])
def test_numbers_beside_prose_are_no_text(
    tmp_path: Path, order: str, step: int, margin: str
) -> None:
    lines = [*PROSE, *PROSE, *PROSE]

    def number(canvas: Canvas, row: int) -> None:
        if (row + 1) % step == 0:
            canvas.drawRightString(70 if margin == "left" else 480, 760 - 20 * row, str(row + 1))

    def draw(canvas: Canvas) -> None:
        if order == "before them":
            for row in range(len(lines)):
                number(canvas, row)
        for row, line in enumerate(lines):
            if order == "with the lines" and margin == "left":
                number(canvas, row)
            canvas.drawString(90, 760 - 20 * row, line)
            if order == "with the lines" and margin == "right":
                number(canvas, row)

    assert read(tmp_path / "a.pdf", draw).split() == " ".join(lines).split()


def test_numbers_of_lines_without_text_go_too(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for row in range(28):
            canvas.drawRightString(70, 760 - 24 * row, str(row + 1))
            if 2 <= row < 4:
                canvas.drawString(90, 760 - 24 * row, PROSE[row])

    assert read(tmp_path / "a.pdf", draw).split() == " ".join(PROSE[2:4]).split()


def test_numbers_of_rows_and_items_stay(tmp_path: Path) -> None:
    def table(canvas: Canvas) -> None:
        for row in range(12):
            canvas.drawString(60, 760 - 20 * row, str(row + 1))
            canvas.drawString(90, 760 - 20 * row, f"member from the town of Bergen {row}")
            canvas.drawString(350, 760 - 20 * row, f"{row * 7} kg")

    def items(canvas: Canvas) -> None:
        for row in range(12):
            canvas.drawString(60, 760 - 20 * row, str(row + 1))
            canvas.drawString(90, 760 - 20 * row, f"apples of sort {row}")

    def sentences(canvas: Canvas) -> None:
        for row in range(12):
            canvas.drawString(60, 760 - 20 * row, str(row + 1))
            canvas.drawString(90, 760 - 20 * row, f"The member of row {row} pays a fee of nine.")

    for number, draw in enumerate((table, items, sentences)):
        text = read(tmp_path / f"{number}.pdf", draw)
        assert {str(n) for n in range(1, 13)} <= set(text.split())
