"""Tables of documents, as far as their columns have names."""

from tests.support.whole_documents import document_of

from lodgepole.chat.stored_tables.tables import tables_of


def cells_of(table) -> list[list[str]]:
    return [[row.cells.get(n, "") for n in range(len(table.names))] for row in table.rows]


def test_records_name_their_columns_and_leave_out_what_is_empty() -> None:
    (table,) = tables_of(
        document_of("Plot: A1 | Fee: 40\nPlot: A2\nPlot: A3 | Fee: 5 | 6 | Note: x: y")
    )
    assert table.names == ("Plot", "Fee", "Note")
    assert cells_of(table) == [["A1", "40", ""], ["A2", "", ""], ["A3", "5 | 6", "x: y"]]
    assert table.column(1) == ["40", "", "5 | 6"]


def test_a_head_over_rows() -> None:
    document = document_of(
        "# Fees\n\nOf all plots.\n\nPlot | Fee | Due\nA1 | 40 | May\nA2 | 55 | June"
    )
    (table,) = tables_of(document)
    assert table.names == ("Plot", "Fee", "Due")
    assert table.head == "Plot | Fee | Due"
    assert cells_of(table) == [["A1", "40", "May"], ["A2", "55", "June"]]
    assert "Fees" in table.about
    assert document.text[table.rows[1].start : table.rows[1].end] == "A2 | 55 | June"


def test_bars_of_markdown() -> None:
    (table,) = tables_of(
        document_of("| Plot | Fee |\n|:---|---:|\n| A1 | 40 |\n| A\\|2 | |\n| | 5 |")
    )
    assert table.names == ("Plot", "Fee")
    assert table.head == "| Plot | Fee |\n|:---|---:|"
    assert cells_of(table) == [["A1", "40"], ["A\\|2", ""], ["", "5"]]


def test_totals_and_names_of_groups_are_no_rows() -> None:
    (table,) = tables_of(
        document_of("Plot | Fee | Due\nNorth\nA1 | 40 | May\nA2 | 55 | June\nTotal | 95 | ")
    )
    assert [row[0] for row in cells_of(table)] == ["A1", "A2"]


def test_a_table_goes_on_at_the_next_page() -> None:
    (table,) = tables_of(document_of("Plot | Fee\nA1 | 40\nA2 | 55\n\f~ 2\n\nA3 | 60\nA4 | 70"))
    assert [row[0] for row in cells_of(table)] == ["A1", "A2", "A3", "A4"]


def test_a_blank_line_or_heading_parts_tables() -> None:
    found = tables_of(
        document_of(
            "# One\n\nPlot: A1 | Fee: 4\nPlot: A2 | Fee: 5\n\n# Two\n\nAn: 1 | Of: 2\nAn: 3 | Of: 4"
        )
    )
    assert [table.about.split()[0] for table in found] == ["One", "Two"]


def test_what_has_no_names_or_does_not_keep_to_them_is_none() -> None:
    assert tables_of(document_of("Just words.")) == []
    assert tables_of(document_of("1 | 2\n3 | 4\n5 | 6")) == []
    assert tables_of(document_of("| A | B |\n|---|---|\n| 1 | 2 |\n| 1 | 2 | 3 |")) == []
    assert tables_of(document_of("Plot: A1 | Fee: 40")) == []
    assert tables_of(document_of("|---|---|\n| 1 | 2 |\n| 3 | 4 |")) == []
