"""Tables as grids: what spans rows or columns is said in each that it belongs to."""

import pytest

from lodgepole.documents import tables
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.documents.tables import Cell, Grid, TableWriter
from lodgepole.limits import Limits


def lines(*rows: list[Cell]) -> list[str]:
    return [" | ".join("-" if c is None else c for c in row) for row in Grid(rows).rows()]


def test_a_label_is_said_in_each_row_that_it_spans() -> None:
    assert lines(
        [Cell(0, "Region"), Cell(1, "Town"), Cell(2, "Fee")],
        [Cell(0, "North", rows=3), Cell(1, "Bodø"), Cell(2, "5")],
        [Cell(1, "Alta"), Cell(2, "7", rows=2)],
        [Cell(1, "Vardø")],
        [Cell(0, "South"), Cell(1, "Oslo"), Cell(2, "9")],
    ) == ["Region | Town | Fee", "North | Bodø | 5", "North | Alta | 7", "North | Vardø | 7",
          "South | Oslo | 9"]  # fmt: skip


def test_a_head_is_said_over_each_column_and_a_total_once() -> None:
    assert lines(
        [Cell(0, "Prices for everybody", columns=9)],
        [Cell(0, "Town", rows=2), Cell(1, "2023", columns=2), Cell(3, "2024", columns=2)],
        [Cell(1, "Q1"), Cell(2, "Q2"), Cell(3, "Q1"), Cell(4, "Q2")],
        [Cell(0, "Bodø"), Cell(1, "1"), Cell(2, "2"), Cell(3, "3"), Cell(4, "4")],
        [Cell(0, "Alta"), Cell(1, "closed", columns=2), Cell(3, "5"), Cell(4, "6")],
        [Cell(0, "Both"), Cell(1, "1"), Cell(2, "2"), Cell(3, "8"), Cell(4, "10")],
        [Cell(0, "In all", columns=4), Cell(4, "21")],
    ) == [
        "Prices for everybody",
        "Town | 2023 | 2023 | 2024 | 2024",
        "Town | Q1 | Q2 | Q1 | Q2",
        "Bodø | 1 | 2 | 3 | 4",
        "Alta | closed | closed | 5 | 6",
        "Both | 1 | 2 | 8 | 10",
        "In all |  |  |  | 21",
    ]


def test_in_a_form_columns_mean_nothing() -> None:
    assert lines(
        [Cell(0, "Name", columns=2), Cell(2, "Ada", columns=3)],
        [Cell(0, "Born"), Cell(1, "1815", columns=2), Cell(3, "in"), Cell(4, "London")],
        [Cell(0, "Address", columns=3), Cell(3, "a house", columns=2)],
    ) == ["Name | - | Ada", "Born | 1815 | - | in | London", "Address | - | - | a house"]


def test_a_long_text_beside_rows_and_rows_of_nothing_else_repeat_nothing() -> None:
    text = "long " * 30
    assert lines(
        [Cell(0, text, rows=3), Cell(1, "a")], [Cell(1, "b")], [Cell(1, "c"), Cell(2, "d")]
    ) == [f"{text} | a", " | b", " | c | d"]
    assert lines([Cell(0, "North", rows=3), Cell(1, "a")], [Cell(1, "")], []) == [
        "North | a",
        " | ",
        "",
    ]


def test_repeats_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "REPEATS", 100)
    wide = [Cell(column, "x") for column in range(20)]
    rows = [wide] * 30 + [[Cell(0, "a"), Cell(1, "b", rows=9, columns=19)]] * 30

    made = list(Grid(rows).rows())

    assert made[30] == ["a", *"b" * 19]
    assert made[-1] == ["a", "b"]


def written(text: str, **options: int) -> str:
    """What becomes of rows whose cells are parted by bars."""
    builder = DocumentBuilder("file", Limits())
    rows = [line.strip().split("|") for line in text.split("\n")]
    TableWriter(builder).add(enumerate(rows, 1), **options)
    return builder.build().text


def test_rows_below_a_head_of_two_rows_are_records() -> None:
    assert written("Fees\nTown|2023|2023\nTown|Q1|Q2\nBodø|1|2", head_rows=2) == (
        "Fees\n\nTown: Bodø | 2023 Q1: 1 | 2023 Q2: 2"
    )


def test_without_names_every_cell_keeps_its_place() -> None:
    assert written("|Bodø|1||3|\n|Alta||2||\n|Oslo|4|5|6") == (
        "Bodø | 1 |  | 3\nAlta |  | 2\nOslo | 4 | 5 | 6"
    )


def test_a_gap_begins_a_new_table_unless_the_rows_go_on() -> None:
    assert written("Item|Price\nPen|2\n\nClerk|Room\nAda|11\nBo|12") == (
        "Item: Pen | Price: 2\n\nClerk: Ada | Room: 11\nClerk: Bo | Room: 12"
    )
    assert written("Item|Price\nPen|2\n\nInk|3\nNib|4") == (
        "Item: Pen | Price: 2\n\nItem: Ink | Price: 3\nItem: Nib | Price: 4"
    )
    assert written("Who|Where\nAda|Oslo\nBo|Lund\n\nCy|Bergen\nDi|Ystad") == (
        "Who: Ada | Where: Oslo\nWho: Bo | Where: Lund\nCy | Bergen\nDi | Ystad"
    )


def test_pairs_above_a_table_are_no_names_of_columns() -> None:
    assert written("Client|Fjord AS\nDay|3 May\n\nItem|Count|Price\nPen|3|4\nInk||5") == (
        "Client | Fjord AS\nDay | 3 May\n\nItem: Pen | Count: 3 | Price: 4\nItem: Ink | Price: 5"
    )


def test_names_that_are_said_again_further_down_are_no_row() -> None:
    assert written("Item|Price\nPen|2\nItem|Price\nInk|3") == (
        "Item: Pen | Price: 2\nItem: Ink | Price: 3"
    )
