"""Rows that name columns, told from titles above them and from data below."""

import pytest

from lodgepole.documents.table_heads import Head, find_head, is_figure

QUESTION = "How often do you come to the harbour in the months from October to the end of March?"


def head(text: str, **options: int) -> Head | None:
    return find_head([line.strip().split("|") for line in text.split("\n")], **options)


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("Ship|Fee\nAda|5\nBo|7", ("Ship", "Fee")),
        ("Port|2021|2022|2023\nBodø||5|7\nAlta|1||", ("Port", "2021", "2022", "2023")),
        ("Port|2023|2022|2021\nBodø|1|5|7", ("Port", "2023", "2022", "2021")),
        ("Area|0-17|18-64|65+\nNorth|5||7\nSouth||8|9", ("Area", "0-17", "18-64", "65+")),
        ("Shop|1|2|3|4\nOne|12||3|7\nTwo|4|5|6|", ("Shop", "1", "2", "3", "4")),
        ("Probe|2024-01-31|2024-02-29\nP1|5|\nP2||7", ("Probe", "2024-01-31", "2024-02-29")),
        ("|Mon|Tue\nAda|x|\nBo||x", ("", "Mon", "Tue")),
        ("Side|Goals|Side|Goals\nReds|1|Blues|3", ("Side", "Goals", "Side", "Goals")),
        (f"No|{QUESTION}\n1|daily\n2|never", ("No", QUESTION)),
    ],
)  # fmt: skip
def test_a_first_row_that_is_unlike_the_others_names_columns(
    rows: str, names: tuple[str, ...]
) -> None:
    found = head(rows)

    assert found is not None
    assert (found.start, found.end, found.names) == (0, 1, names)


@pytest.mark.parametrize(
    "rows",
    [
        "1|2|3\n4|5|6",
        "Bodø|510|488\nAlta|612|598",
        "Ada|2019|smith\nBo|2021|nurse",
        "1998|1999|2000\n2001|2002|2003",
        "yes|yes|no\nno|yes|no",
        f"a|{'long ' * 100}\nb|{'long ' * 100}",
        "alone|here",
    ],
)
def test_rows_of_data_name_nothing(rows: str) -> None:
    assert head(rows) is None


def test_what_stands_above_the_names_is_no_part_of_them() -> None:
    found = head(
        "Harbour office||||Page 1\nMoorings by month\n"
        "Berth|May|June|July|Owner\nA1|5|||Ada\nA2||6||"
    )

    assert found is not None
    assert (found.start, found.names) == (2, ("Berth", "May", "June", "July", "Owner"))
    assert found.sure


@pytest.mark.parametrize(
    ("rows", "start", "names"),
    [
        ("Town|2023||2024|\n|Q1|Q2|Q1|Q2\nBodø|1|2|3|4\nAlta|5||7|",
         0, ("Town", "2023 Q1", "2023 Q2", "2024 Q1", "2024 Q2")),
        ("|Income||Costs|\nTown|Wages|Sales|Rent|Power\nBodø|1|2|3|4",
         0, ("Town", "Income Wages", "Income Sales", "Costs Rent", "Costs Power")),
        ("Fees\nTown|Fee|Fee\nTown|old|new\nBodø|1|2\nAlta|3|4", 1, ("Town", "Fee old", "Fee new")),
    ],
)  # fmt: skip
def test_names_may_take_two_rows(rows: str, start: int, names: tuple[str, ...]) -> None:
    found = head(rows)

    assert found is not None
    assert (found.start, found.names) == (start, names)


def test_merged_cells_tell_how_many_rows_are_the_head() -> None:
    found = head("Area|Say|Say\nArea|Who|What\nNorth|Ada|red\nSouth|Bo|blue", head_rows=2)

    assert found is not None
    assert (found.end, found.names) == (2, ("Area", "Say Who", "Say What"))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("5", True), ("-1,250.00", True), ("(1,250)", True), ("12.50 €", True), ("€ 3", True),
        ("CHF 20", True), ("3.5 kg", True), ("15%", True), ("2019/20", True), ("65+", True),
        ("1st", False), ("Q1", False), ("Ada", False), ("3 May", False), ("", False),
    ],
)  # fmt: skip
def test_figures_have_signs_currencies_and_units(cell: str, expected: bool) -> None:
    assert is_figure(cell) is expected
