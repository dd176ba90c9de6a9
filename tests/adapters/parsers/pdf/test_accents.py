"""Accents that are drawn apart from their letter."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.adapters.parsers.pdf.accents import composed, with_marks_composed
from lodgepole.adapters.parsers.pdf.characters import CharBox
from lodgepole.limits import Limits

FONT, SIZE = "Helvetica", 10
Part = str | tuple[str, str]  # text, or two characters drawn over each other in this order


def width(text: str) -> float:
    return stringWidth(text, FONT, SIZE)


def read(path: Path, parts: Sequence[Part]) -> str:
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.setFont(FONT, SIZE)
    x = 60.0
    for part in parts:
        room = max(map(width, part)) if isinstance(part, tuple) else width(part)
        for text in part if isinstance(part, tuple) else (part,):
            canvas.drawString(x + (room - width(text)) / 2, 740, text)
        x += room
    canvas.save()
    return parse(path, "a.pdf", Limits()).text


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (["A caf", ("´", "e"), " in M", ("¨", "u"), "nchen."], "A café in München."),
        (["A caf", ("e", "´"), " in M", ("u", "¨"), "nchen."], "A café in München."),
        (["The fa", ("c", "¸"), "ade of ", ("´", "E"), "tudes."], "The façade of Études."),
        (["Use `code`, 5´ wide, it´s ~ 5 and x^2."], "Use `code`, 5´ wide, it´s ~ 5 and x^2."),
    ],
)
def test_a_letter_and_its_accent_are_one(tmp_path: Path, parts: list[Part], shown: str) -> None:
    assert read(tmp_path / "a.pdf", parts) == shown


def test_places_in_the_text_stay() -> None:
    boxes = [CharBox(0, 0, 5, 10), CharBox(0, 0, 5, 10), CharBox(5, 0, 10, 10)]
    assert composed("´en", boxes.__getitem__) == "\xadén"


def test_a_letter_without_its_dot_is_the_letter() -> None:
    boxes = [CharBox(0, 0, 5, 10), CharBox(0, 0, 3, 10)]
    assert composed("´ı", boxes.__getitem__) == "\xadí"


def test_what_no_letter_has_stays() -> None:
    boxes = [CharBox(0, 0, 5, 10), CharBox(0, 0, 5, 10)]
    assert composed("¨q", boxes.__getitem__) == "¨q"
    assert composed("~5", boxes.__getitem__) == "~5"


def test_marks_that_combine_are_composed_where_one_letter_is_meant() -> None:
    assert with_marks_composed("Cafe\u0301, Mu\u0308nchen, x\u0302") == "Café, München, x\u0302"
