"""Tables of a sheet: below each other and beside each other."""

from lodgepole.adapters.parsers.xlsx.cells import Row
from lodgepole.adapters.parsers.xlsx.tables import Merged, add_sheet
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.limits import Limits


def sheet(*lines: str, merged: Merged | None = None) -> str:
    builder = DocumentBuilder("file", Limits())
    rows = [Row(number, line.split("|")) for number, line in enumerate(lines, 1) if line]
    add_sheet(builder, rows, merged or {})
    return builder.build().text


def test_tables_beside_each_other_that_begin_in_different_rows_are_apart() -> None:
    assert sheet(
        "Ship|Fee",
        "Ada|5||Berth|Length",
        "Bo|7||A1|12",
        "Cy|8||A2|14",
    ) == (
        "Ship: Ada | Fee: 5\nShip: Bo | Fee: 7\nShip: Cy | Fee: 8\n\n"
        "Berth: A1 | Length: 12\nBerth: A2 | Length: 14"
    )


def test_an_empty_column_within_a_table_parts_nothing() -> None:
    assert sheet("Ship||Fee", "Ada||5", "Bo||7") == "Ship: Ada | Fee: 5\nShip: Bo | Fee: 7"


def test_a_merged_range_holds_its_rows_together_and_names_go_on_below() -> None:
    assert (
        sheet("Area|Ship|Fee", "North|Ada|5", "", "|Bo|7", "", "|Cy|9", merged={(2, 0): (4, 0)})
        == "Area: North | Ship: Ada | Fee: 5\nArea: North | Ship: Bo | Fee: 7\n\nShip: Cy | Fee: 9"
    )
