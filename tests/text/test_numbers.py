"""Numbers are known by value, however they are written."""

import pytest

from lodgepole.text.numbers import number_value, scaled, without_grouping, word_value, zeros_of


@pytest.mark.parametrize(
    ("written", "value"),
    [("2,100,000", "2100000"), ("1,00,000", "100000"), ("5.50", "5.5"), ("5,5", "5.5"),
     ("1.250,00", "1250"), ("1.234.567,89", "1234567.89"), ("007", "7"), ("0", "0"), ("0.0", "0"),
     ("1.2.3", "1.2.3"), ("31.12.2024", "31.12.2024"), ("1,250.75", "1250.75")],
)  # fmt: skip
def test_a_number_by_its_value(written: str, value: str) -> None:
    assert number_value(written) == value


def test_only_commas_between_groups_of_three_go() -> None:
    assert without_grouping("1,250 and 1,25 and 1,2500, or 12,345,678") == (
        "1250 and 1,25 and 1,2500, or 12345678"
    )


def test_words_are_numbers_and_scales() -> None:
    assert word_value("seven") == word_value("sieben") == word_value("七") == "7"
    assert word_value("house") is None
    assert (zeros_of("million"), zeros_of("milliarden"), zeros_of("億"), zeros_of("a")) == (
        6, 9, 8, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "zeros", "value"),
    [("2.1", 6, "2100000"), ("3", 3, "3000"), ("1.23456", 3, "1234.56"), ("0.5", 6, "500000"),
     ("1.2.3", 6, "1.2.3")],
)  # fmt: skip
def test_scales_move_the_point(number: str, zeros: int, value: str) -> None:
    assert scaled(number, zeros) == value
