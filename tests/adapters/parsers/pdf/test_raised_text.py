"""Raised, lowered and fraction text of PDFs: never part of the number beside it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.documents.builder import check_document
from lodgepole.limits import Limits

Part = str | tuple[str, float, float]  # text, or `(text, rise in points, size)`
FONT, SIZE = "Helvetica", 10


def draw(canvas: Canvas, x: float, y: float, parts: Sequence[Part]) -> float:
    """Draw parts one after the other; where they end."""
    for part in parts:
        text, rise, size = (part, 0.0, SIZE) if isinstance(part, str) else part
        canvas.setFont(FONT, size)
        canvas.drawString(x, y + rise, text)
        x += stringWidth(text, FONT, size)
    return x


def read(path: Path, *lines: Sequence[Part]) -> str:
    canvas = Canvas(str(path), pagesize=(595, 842))
    for number, parts in enumerate(lines):
        draw(canvas, 60, 740 - 18 * number, parts)
    canvas.save()
    document = parse(path, "a.pdf", Limits())
    check_document(document)
    return document.text


def up(text: str, size: float = 6.5, rise: float = 4) -> Part:
    return text, rise, size


def down(text: str, size: float = 6.5, rise: float = -2) -> Part:
    return text, rise, size


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (["The mast is 42", up("1"), " metres high."], "The mast is 42 [^1] metres high."),
        (["The mast is 42 metres", up("1"), "."], "The mast is 42 metres [^1]."),
        (["A total of 1,234", up("12"), ", of which"], "A total of 1,234 [^12], of which"),
        (["It holds 4 x 10", up("6"), " litres."], "It holds 4 x 10⁶ litres."),
        (["It is 10", up("-3"), " of it."], "It is 10⁻³ of it."),
        (["An area of 42 m", up("2"), " was let."], "An area of 42 m² was let."),
        (["The 1", up("st"), " of May."], "The 1st of May."),
        (["Water is H", down("2"), "O here."], "Water is H₂O here."),
        (["Add 1", up("3"), "/", down("4", rise=0), " cups."], "Add 1 3/4 cups."),
        (["Add ", up("3"), "\u2044", down("4"), " cups."], "Add 3/4 cups."),
        (["See the tower.", up("2", size=10, rise=4), " Later."], "See the tower. [^2] Later."),
        ([up("3"), " Unaudited figures."], "[^3]: Unaudited figures."),
        ([up("3", size=5.5), "Unaudited figures."], "[^3]: Unaudited figures."),
    ],
)  # fmt: skip
def test_it_is_written_apart(tmp_path: Path, parts: list[Part], shown: str) -> None:
    if "\u2044" in parts:  # which the standard fonts do not have
        parts = ["/" if part == "\u2044" else part for part in parts]
    assert read(tmp_path / "a.pdf", parts).strip() == shown


def test_a_fraction_with_a_bar_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    x = draw(canvas, 60, 740, ["Add 1"])
    draw(canvas, x + 1, 740, [("3", 5, 6)])
    draw(canvas, x + 1, 740, [("4", -2, 6)])
    draw(canvas, x + 6, 740, [" cups of it."])
    canvas.save()

    assert parse(path, "a.pdf", Limits()).text == "Add 1 3/4 cups of it."


def test_marks_in_cells_leave_the_numbers_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    for row, (town, fee, mark) in enumerate(
        [("Town", "Fee", ""), ("Bergen", "120", "1"), ("Alta", "80", ""), ("Oslo", "75", "2")]
    ):
        draw(canvas, 60, 740 - 18 * row, [town])
        draw(canvas, 200, 740 - 18 * row, [fee, up(mark)] if mark else [fee])
    canvas.save()

    text = parse(path, "a.pdf", Limits()).text

    assert "120 [^1]" in text
    assert "75 [^2]" in text
    assert "1201" not in text


def test_cells_on_another_height_are_no_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    for row in range(4):
        draw(canvas, 60, 740 - 24 * row, [f"Label of row {row}"])
        draw(canvas, 220, 740 - 24 * row, [("10 000", 3, 8)])
        draw(canvas, 320, 740 - 24 * row, [("25", 3, 8)])
    canvas.save()

    text = parse(path, "a.pdf", Limits()).text

    assert text.count("10 000") == 4
    assert "[^" not in text


def test_indices_drawn_after_their_line_stand_after_their_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    first = draw(canvas, 60, 740, ["When BAF"])
    second = draw(canvas, first + 4, 740, [" and FD"])
    draw(canvas, second + 4, 740, [" rise alike, it falls"])
    draw(canvas, first, 740, [down("3")])
    draw(canvas, second, 740, [down("4")])
    canvas.save()

    assert parse(path, "a.pdf", Limits()).text == "When BAF₃ and FD₄ rise alike, it falls"


def test_a_large_first_letter_is_no_line_that_others_are_raised_on(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    x = draw(canvas, 60, 740, [("O", -10, 30)])
    draw(canvas, x, 740, ["nce there was a harbour by the sea"])
    canvas.save()

    assert "^" not in parse(path, "a.pdf", Limits()).text
