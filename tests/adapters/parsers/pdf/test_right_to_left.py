"""PDF: Arabic and Hebrew, in the order in which they are read."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.adapters.parsers.pdf.boxes import boxes
from lodgepole.adapters.parsers.pdf.lines import Line, Page, mirrored
from lodgepole.adapters.parsers.pdf.right_to_left import Placed, as_read, gaps
from lodgepole.limits import Limits


def seen(shown: str) -> list[Placed]:
    """What a page shows from left to right, each letter 6 wide, words 4 apart."""
    placed: list[Placed] = []
    x = 0.0
    for letter in shown:
        if letter == " ":
            x += 4
        else:
            placed.append(Placed(letter, x, x + 6))
            x += 6
    return placed


def text(chars: list[Placed]) -> str:
    return "".join(char.char for char in chars)


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("למנה ינש", "שני הנמל"),
        ("הליל 812 ימד", "דמי 812 לילה"),
        ("2019 תנשמ Orsolya Brandt להנמ", "מנהל Orsolya Brandt משנת 2019"),
        (".(3 קרפ ואר)", "(ראו פרק 3)."),
        ("12.50 40 ריחמ", "מחיר 40 12.50"),
        ("the word םולש is read", "the word שלום is read"),
        ("at ב 12 א end", "at א 12 ב end"),
    ],
)
def test_letters_are_taken_from_the_right_and_figures_from_the_left(shown: str, read: str) -> None:
    placed = seen(shown)

    from_right = "read" not in read and "end" not in read
    for chars in (placed, placed[::-1], sorted(placed, key=lambda char: char.char)):
        assert text(as_read(chars, shown.count(" "), from_right=from_right)) == read


def test_wide_gaps_are_told_where_the_next_cell_begins() -> None:
    words = [replace(char, left=char.left + 60, right=char.right + 60) for char in seen("בא דג")]

    line = as_read([*seen("812"), *words], 2, from_right=True)

    assert text(line) == "גד אב 812"
    assert list(gaps(line, 10)) == [(6, 18, 60)]


def test_signs_stay_with_their_letters() -> None:
    shin, mark, lamed = Placed("ש", 6, 12), Placed("\u05b8", 8, 9), Placed("ל", 0, 6)

    assert text(as_read([mark, lamed, shin], 0, from_right=True)) == "ש\u05b8ל"


@given(
    st.lists(st.tuples(st.sampled_from("אבג12aB(.)ס\u05b8"), st.integers(0, 40)), min_size=1),
    st.booleans(),
)
def test_no_letter_is_lost_and_none_is_invented(
    letters: list[tuple[str, int]], from_right: bool
) -> None:
    placed = [Placed(char, x, x + 5.0) for char, x in letters]

    read = (
        text(as_read(placed, 3, from_right=from_right))
        .replace(" ", "")
        .translate(str.maketrans(")", "("))
    )

    assert sorted(read) == sorted("".join(char for char, _ in letters).replace(")", "("))


def test_a_page_is_measured_from_its_right_edge() -> None:
    line = Line("שלום  812", 100, 500, 700, 10, bold=False, gaps=[(6, 150, 400)])
    line.right_to_left = True
    latin = Line("a b", 50, 90, 650, 10, bold=False, gaps=[(2, 60, 80)])

    mirrored(Page([line, latin], 600, 800))

    assert (line.x0, line.x1, line.gaps) == (100, 500, [(6, 200, 450)])
    assert (latin.x0, latin.x1, latin.gaps) == (510, 550, [])


def hebrew(path: Path) -> Path:
    """A page in a font whose capitals are the letters of Hebrew, written as they are shown."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))  # reportlab's own
    canvas = Canvas(str(path), pagesize=(595, 842), pageCompression=0)
    canvas.setFont("Vera", 10)
    canvas.drawRightString(540, 700, "GFE ada lovelace 812 (DC) BA")
    canvas.drawRightString(540, 686, "ED CBA")
    canvas.save()
    data = path.read_bytes()
    for number, letter in enumerate(b"ABCDEFG"):
        data = data.replace(b"<%04X>" % letter, b"<%04X>" % (0x5D0 + number))
    path.write_bytes(data)
    return path


def test_a_page_is_read_and_its_lines_are_found(tmp_path: Path) -> None:
    path = hebrew(tmp_path / "a")

    text = parse(path, "a.pdf", Limits()).text

    assert text == "אב (גד) ada lovelace 812 הוז אבג דה"
    assert [round(box.bottom) for box in boxes(path, 1, "lovelace 812 הוז אבג")] == [698, 684]
