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
