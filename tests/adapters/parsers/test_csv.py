"""CSV: rows as records where the first names the columns, else as a table."""

from pathlib import Path

import pytest
from tests.support.parsing import read, shown

from lodgepole.adapters.parsers.csv import parse
from lodgepole.model import BlockKind

K = BlockKind


def test_rows_become_records_where_the_first_names_the_columns(path: Path) -> None:
    document = read(parse, path, 'Name;Town;Note\r\nAda;Bergen;"a; b"\r\nBo;;\r\n;;\r\n')

    assert shown(document) == [
        (K.RECORD, "Name: Ada | Town: Bergen | Note: a; b"),
        (K.RECORD, "Name: Bo"),
    ]
    assert [block.label for block in document.blocks] == ["row 2", "row 3"]


@pytest.mark.parametrize(
    ("data", "first"),
    [
        ("Vare;Pris, netto\nSpade;12,50\nRive;9,90", "Vare: Spade | Pris, netto: 12,50"),
        ("Vare\tPris, netto\nSpade\t12,50\nRive\t9,90", "Vare: Spade | Pris, netto: 12,50"),
        ("Code|Long, name\nA|Open, now\nB|Shut, now", "Code: A | Long, name: Open, now"),
        ("no;price;tags\n1;5,50;['a']\n2;6,50;['a', 'b']", "no: 1 | price: 5,50 | tags: ['a']"),
        ("a,b\nit's,'so'\nDi's,x", "a: it's | b: 'so'"),
        ('Name; "Note"\nAda; "a; b"\nBo; "c"', "Name: Ada | Note: a; b"),
        ('Name,Note\nAda,"says \\"hi, you\\""', 'Name: Ada | Note: says "hi, you"'),
        ('No,Note\n1,"two\nlines; of, it"\n2,x', "No: 1 | Note: two lines; of, it"),
        ("List of 2024\nPort;2021;2022\nBodø;;7\nAlta;5;", "List of 2024"),
    ],
)  # fmt: skip
def test_what_parts_cells_is_what_parts_all_rows_alike(path: Path, data: str, first: str) -> None:
    assert shown(read(parse, path, data))[0][1] == first


def test_a_table_in_utf_16_is_read(path: Path) -> None:
    document = read(parse, path, "Navn;Sted\nÅse;Bodø\n".encode("utf-16"))

    assert document.text == "Navn: Åse | Sted: Bodø"


def test_rows_without_names_are_lines_of_a_table(path: Path) -> None:
    document = read(parse, path, "1,2,3\n4,5,6\n")

    assert shown(document) == [(K.TABLE, "1 | 2 | 3\n4 | 5 | 6")]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ("sep=;\nname;town\nAda;Bergen", ["name: Ada | town: Bergen"]),
        ("name,town\nAda\u2028L\x85,Bergen", ["name: Ada L | town: Bergen"]),
        ("name\nAda\nBob, the second\nCy", ["name", "Ada", "Bob, the second", "Cy"]),
        ("Fees\nShip,Fee\nAda,3\nBo,4", ["Fees", "Ship: Ada | Fee: 3", "Ship: Bo | Fee: 4"]),
        ("Fees,,\n,,\nShip,Fee,Paid\nAda,3,no", ["Fees", "Ship: Ada | Fee: 3 | Paid: no"]),
    ],
)
def test_cells_are_where_a_spreadsheet_shows_them(path: Path, data: str, lines: list[str]) -> None:
    assert list(filter(None, read(parse, path, data).text.split("\n"))) == lines


def test_a_quotation_that_never_ends_is_one_cell(path: Path) -> None:
    document = read(parse, path, 'a,b\n1,"2\n' + "x\n" * 100)

    assert len(document.blocks) == 1
