"""Word documents: the numbers of headings and lists, which the file holds only the rules of."""

import zipfile
from pathlib import Path

import docx
import pytest
from tests.adapters.parsers.docx.test_parser import package, read

from lodgepole.adapters.parsers.docx.numbering import formatted


def level(number: int, text: str, format_: str = "decimal", more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="{format_}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def item(text: str, list_: int | None = None, at: int | None = 0, style: str = "") -> str:
    number = "" if list_ is None else f'<w:numId w:val="{list_}"/>'
    place = "" if at is None or list_ is None else f'<w:ilvl w:val="{at}"/>'
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties = f"<w:pPr>{named}<w:numPr>{place}{number}</w:numPr></w:pPr>"
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


LISTS = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "Article %1.", "upperRoman")
    + level(1, "%1.%2", more="<w:isLgl/>")
    + level(2, "(%3)", "lowerLetter", start=3)
    + "</w:abstractNum>"
    + f'<w:abstractNum w:abstractNumId="1">{level(0, "•", "bullet")}</w:abstractNum>'
    + '<w:abstractNum w:abstractNumId="2">'
    + level(0, "%1", more='<w:pStyle w:val="H1"/>')
    + level(1, "%1.%2", more='<w:pStyle w:val="H2"/>')
    + "</w:abstractNum>"
    + '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    + '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    + '<w:num w:numId="3"><w:abstractNumId w:val="0"/>'
    + '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    + '<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>'
)
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="H{n}"><w:name w:val="heading {n}"/>'
    '<w:pPr><w:numPr><w:numId w:val="4"/></w:numPr></w:pPr></w:style>'
    for n in (1, 2)
)


def lines(tmp_path: Path, *paragraphs: str) -> list[str]:
    path = package(tmp_path / "a", "".join(paragraphs), numbering=LISTS, styles=STYLES)
    return read(path).text.split()


def test_levels_count_and_begin_anew_below_a_higher_one(tmp_path: Path) -> None:
    text = lines(
        tmp_path,
        *(item("A", 1), item("b", 1, 1), item("c", 1, 2), item("d", 1, 2), item("e", 1, 1)),
        *(item("f", 1, 2), item("G", 1), item("h", 1, 1), item("dot", 2), item("I", 3)),
        *(item("J", 1), item("none", 0), item("lost", 99)),
    )

    assert " ".join(text) == (
        "Article I. A 1.1 b (c) c (d) d 1.2 e (c) f Article II. G 2.1 h dot Article V. I "
        "Article VI. J none lost"
    )


def test_headings_are_numbered_by_their_styles(tmp_path: Path) -> None:
    text = lines(
        tmp_path,
        *(item("One", style="H1"), item("sub", style="H2"), item("sub", style="H2")),
        *(item("plain", 0, style="H1"), item("Two", style="H1"), item("sub", style="H2")),
    )

    assert " ".join(text) == "1 One 1.1 sub 1.2 sub plain 2 Two 2.1 sub"


def test_items_in_cells_are_numbered_too(tmp_path: Path) -> None:
    cells = "".join(f"<w:tc>{item(text, 4)}</w:tc>" for text in "ab")

    assert lines(tmp_path, f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>") == ["1", "a", "|", "2", "b"]


def test_the_usual_template_numbers_its_lists(tmp_path: Path) -> None:
    written = docx.Document()
    for text in "ab":
        written.add_paragraph(text, style="List Number")
    written.save(str(tmp_path / "a"))
    with zipfile.ZipFile(tmp_path / "a") as archive:
        assert "word/numbering.xml" in archive.namelist()

    assert read(tmp_path / "a").text == "1. a\n2. b"


@pytest.mark.parametrize(
    ("number", "format_", "shown"),
    [
        (28, "lowerLetter", "bb"),
        (1994, "upperRoman", "MCMXCIV"),
        (7, "decimalZero", "07"),
        (12, "ordinal", "12th"),
        (23, "ordinal", "23rd"),
        (3, "chineseCounting", "3"),
        (0, "upperLetter", "0"),
        (99_999, "lowerRoman", "99999"),
        (4, "none", ""),
    ],
)
def test_numbers_are_shown_as_their_level_says(number: int, format_: str, shown: str) -> None:
    assert formatted(number, format_) == shown
