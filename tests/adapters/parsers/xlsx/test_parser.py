"""XLSX: rows as records, values as their format shows them, merged cells."""

from pathlib import Path

import pytest
from tests.support.parsing import archive, damaged, read, relations, shown

from lodgepole.adapters.parsers.xlsx import parse
from lodgepole.errors import UnreadableFile
from lodgepole.model import BlockKind

K = BlockKind


SHEET = (
    '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
    '<c r="D1" t="inlineStr"><is><t>Paid</t></is></c></row>'
    '<row r="2"><c r="A2" t="str"><f>x</f><v>Ada</v></c><c r="B2" s="1"><v>46083</v></c>'
    '<c r="D2" t="b"><v>1</v></c></row>'
    '<row r="3"><c r="A3"><v>0.30000000000000004</v></c><c r="B3" s="2"><v>46083.5</v></c>'
    '<c r="C3"><v>7</v></c><c r="D3" t="e"><v>#N/A</v></c></row></sheetData></worksheet>'
)
BOOK = {
    "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="Fees" r:id="1"/>'
    '<sheet name="Empty" r:id="2"/><sheet name="Plain" r:id="3"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": relations(
        ("1", "worksheet", "worksheets/one.xml"),
        ("2", "worksheet", "worksheets/two.xml"),
        ("3", "worksheet", "/xl/worksheets/three.xml"),
    ),
    "xl/sharedStrings.xml": "<sst><si><t>Ship</t></si><si><r><t>Arr</t></r><r><t>ival</t></r>"
    "<rPh><t>x</t></rPh></si></sst>",
    "xl/styles.xml": '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd/mm hh:mm"/>'
    '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs>'
    "</styleSheet>",
    "xl/worksheets/one.xml": SHEET,
    "xl/worksheets/two.xml": "<worksheet><sheetData/></worksheet>",
    "xl/worksheets/three.xml": "<worksheet><sheetData><row><c><v>1</v></c><c><v>2</v></c></row>"
    "</sheetData></worksheet>",
}


def test_rows_of_sheets_are_records_with_dates_as_dates(path: Path) -> None:
    document = read(parse, path, archive(BOOK))

    assert shown(document) == [
        (K.HEADING, "Fees"),
        (K.RECORD, "Ship: Ada | Arrival: 2026-03-02 | Paid: TRUE"),
        (K.RECORD, "Ship: 0.3 | Arrival: 2026-03-02 12:00 | 7 | Paid: #N/A"),
        (K.HEADING, "Plain"),
        (K.TABLE, "1 | 2"),
    ]


def test_merged_cells_of_a_sheet_are_read_in_each_row(path: Path) -> None:
    def row(number: int, **cells: str) -> str:
        made = (
            f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in cells.items()
        )
        return f'<row r="{number}">{"".join(made)}</row>'

    rows = (
        row(1, A="Fees of harbours"),
        row(3, A="Region", B="Town", C="Fee"),
        row(4, C="2023", D="2024"),
        row(5, A="North", B="Bodø", C="5", D="6"),
        row(7, B="Alta", C="7", D="8"),
        row(8, A=""),
        row(9, B="Oslo", C="9", D="9"),
    )
    ranges = ("A1:D1", "A3:A4", "B3:B4", "C3:D3", "A5:A8", "A8:B", "x")
    merged = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    sheet = (
        f"<worksheet><sheetData>{''.join(rows)}</sheetData>"
        f"<mergeCells>{merged}</mergeCells></worksheet>"
    )

    document = read(parse, path, archive({**BOOK, "xl/worksheets/one.xml": sheet}))

    assert shown(document)[1:5] == [
        (K.PARAGRAPH, "Fees of harbours"),
        (K.RECORD, "Region: North | Town: Bodø | Fee 2023: 5 | Fee 2024: 6"),
        (K.RECORD, "Region: North | Town: Alta | Fee 2023: 7 | Fee 2024: 8"),
        (K.RECORD, "Town: Oslo | Fee 2023: 9 | Fee 2024: 9"),
    ]


@pytest.mark.parametrize(
    ("raw", "format_", "shown"),
    [
        ("0.153", "9", "15%"),
        ("0.07", "0.0%", "7.0%"),
        ("1.5", "[h]:mm", "36:00"),
        ("1.25", "46", "30:00"),
        ("0.5000115741", "21", "12:00:01"),
        ("1.4999999999999999E-2", "0", "0.015"),
        ("1.2E9", "0", "1200000000"),
        ("2.5", "0.00", "2.50"),
        ("12345678901234567", "0", "12345678901234567"),
        ("3", "[Red]General", "3"),
    ],
)
def test_numbers_are_shown_as_their_format_says(
    path: Path, raw: str, format_: str, shown: str
) -> None:
    own = not format_.isdigit()
    number = "170" if own else format_
    parts = {
        **BOOK,
        "xl/styles.xml": f'<styleSheet><numFmts><numFmt numFmtId="170" formatCode="{format_}"/>'
        f'</numFmts><cellXfs><xf numFmtId="{number}"/></cellXfs></styleSheet>',
        "xl/worksheets/one.xml": '<worksheet><sheetData><row><c t="str"><v>a</v></c>'
        f'<c s="0"><v>{raw}</v></c></row></sheetData></worksheet>',
    }

    assert f"a | {shown}\n" in read(parse, path, archive(parts)).text


def test_a_cell_that_claims_a_column_far_away_costs_nothing(path: Path) -> None:
    far = (
        '<worksheet><sheetData><row><c r="ZZZ1"><v>1</v></c><c r="A1"><v>2</v></c></row>'
        "</sheetData></worksheet>"
    )

    document = read(parse, path, archive({**BOOK, "xl/worksheets/one.xml": far}))

    assert "2" in document.text


def test_text_of_a_cell_that_is_raised_touches_no_number(path: Path) -> None:
    strings = (
        "<sst><si><r><t>Ship</t></r></si><si><r><t>length 42</t></r><r><rPr><vertAlign "
        'val="superscript"/></rPr><t>1</t></r><r><t>, CO</t></r><r><rPr><vertAlign '
        'val="subscript"/></rPr><t>2</t></r></si></sst>'
    )

    document = read(parse, path, archive({**BOOK, "xl/sharedStrings.xml": strings}))

    assert "length 42 [^1], CO₂: 2026-03-02" in document.text


def test_a_hidden_sheet_is_read_and_said(path: Path) -> None:
    book = BOOK["xl/workbook.xml"].replace('name="Plain"', 'name="Plain" state="hidden"')

    document = read(parse, path, archive({**BOOK, "xl/workbook.xml": book}))

    assert "1 | 2" in document.text
    assert document.notice == "The hidden sheet 'Plain' was read too."


def test_a_damaged_sheet_costs_that_sheet_and_damaged_strings_the_file(path: Path) -> None:
    document = read(parse, path, damaged(archive(BOOK), "xl/worksheets/one.xml"))

    assert document.text == "Plain\n1 | 2"
    assert document.notice == "Damaged, and not or only partly read: xl/worksheets/one.xml."
    with pytest.raises(UnreadableFile, match="damaged"):
        read(parse, path, damaged(archive(BOOK), "xl/sharedStrings.xml"))
