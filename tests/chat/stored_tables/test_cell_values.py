"""Cells are read as numbers by the column that they stand in."""

from datetime import date
from decimal import Decimal

import pytest

from lodgepole.chat.stored_tables.cell_values import (
    Numbers,
    Style,
    is_number,
    read_dates,
    read_numbers,
)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "2.5", "-3"], ["1", "2.5", "-3"]),
        (["1,200.50", "800.00"], ["1200.50", "800"]),
        (["1.250,00", "89,90"], ["1250", "89.90"]),
        (["1.250", "89,90"], ["1250", "89.90"]),
        (["1,250", "900"], ["1250", "900"]),
        (["1.250.000", "5"], ["1250000", "5"]),
        (["0.125", "1.250"], ["0.125", "1.250"]),
        (["($300.00)", "$2,000.00"], ["-300", "2000"]),
        (["−5 %", "7 %"], ["-5", "7"]),
        (["10 €", "25 €"], ["10", "25"]),
        (["EUR 10", "EUR 25"], ["10", "25"]),
        (["1'200", "900"], ["1200", "900"]),
        (["1 200 kr", "900 kr"], ["1200", "900"]),
        (["1\u00a0200", "3"], ["1200", "3"]),
    ],
)
def test_numbers(cells: list[str], values: list[str]) -> None:
    found = read_numbers(cells)
    assert isinstance(found, Numbers)
    assert list(found.values) == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (["3 kg", "500 g"], "units"),
        (["$5", "€5"], "units"),
        (["5", "5 kg"], "units"),
        (["5", ""], "gaps"),
        ([], "gaps"),
        (["5", "n/a"], "numbers"),
        (["1.250", "2.500"], "numbers"),  # thousands, or little more than one
        (["1.5", "2,5"], "numbers"),
        (["TCK-1", "TCK-2"], "numbers"),
        (["2024-01-01", "2024-01-02"], "numbers"),
        (["10:30", "11:00"], "numbers"),
        (["5-10", "10-20"], "numbers"),
        (["1" * 40, "2"], "numbers"),
    ],
)
def test_what_cannot_be_computed_with_says_why(cells: list[str], problem: str) -> None:
    assert read_numbers(cells) == problem


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        (["$1,200.50", "$800.00"], "$1,234.50"),
        (["1.250,00 €", "89,90 €"], "1.234,50 €"),
        (["1 200", "900"], "1 234"),  # rounds half to even
        (["5%", "7%"], "1234%"),
    ],
)
def test_a_result_is_written_as_the_column_is(cells: list[str], written: str) -> None:
    found = read_numbers(cells)
    assert isinstance(found, Numbers)
    assert found.style.write(Decimal("1234.5")) == written


def test_an_average_has_no_zeros_at_its_end() -> None:
    assert Style().write(Decimal("3.625"), 2) == "3.62"
    assert Style().write(Decimal("3.500"), 2) == "3.5"
    assert Style(decimals=2).write(Decimal(-3), 4) == "-3.00"


def test_dates() -> None:
    assert read_dates(["2024-03-05", "1.2.2023", "5 May 2024", "March 7, 2022"]) == (
        date(2024, 3, 5), date(2023, 2, 1), date(2024, 5, 5), date(2022, 3, 7),
    )  # fmt: skip
    for cells in (["03/04/2024"], ["2024-13-01"], ["soon"], [], ["2024-01-01", ""]):
        assert read_dates(cells) is None


def test_keys_and_words_are_no_numbers() -> None:
    assert is_number("12 kg")
    assert not any(map(is_number, ("A1", "TCK-4", "", "kg", "1-2-3", "12 Main Street, 5")))
