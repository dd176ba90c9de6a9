"""Words for computing, in each language: what is asked for is told apart."""

import pytest

from lodgepole.chat.stored_tables.table_words import (
    ABOUT_PRICE,
    ASKS_ROWS,
    COMPARES,
    NO_AMOUNT,
    OPERATIONS,
    WHEN,
)


def operations(question: str) -> set[str]:
    return {operation for operation, pattern in OPERATIONS if pattern.search(question)}


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("What is the average rent?", "average"),
        ("Wie hoch ist die durchschnittliche Miete?", "average"),
        ("Quelle est la moyenne des loyers ?", "average"),
        ("平均はいくら？", "average"),
        ("Which office has the HIGHEST rent?", "highest"),
        ("Welches Büro hat die höchste Miete?", "highest"),
        ("¿Qué oficina es la más cara?", "highest"),
        ("Hangi ofis en pahalı?", "highest"),
        ("What is the cheapest plan?", "lowest"),
        ("Was ist der billigste Tarif?", "lowest"),
        ("Какой самый дешёвый тариф?", "lowest"),
        ("What is the total of all invoices?", "sum"),
        ("Was kosten alle zusammen?", "sum"),
        ("합계는?", "sum"),
        ("How many offices are there?", "count"),
        ("Wie viele Büros gibt es?", "count"),
        ("Ile jest biur?", "count"),
    ],
)
def test_an_operation_is_known_and_no_other_is(question: str, operation: str):
    assert operations(question) == {operation}


@pytest.mark.parametrize(
    "question",
    [
        "Where is the office?",
        "Who is the manager of Totaline?",
        "What does a minnow eat?",
        "Almost",
    ],
)
def test_words_that_only_begin_alike_compute_nothing(question: str):
    assert operations(question) == set()


def test_comparisons_questions_after_rows_prices_and_times_are_known():
    assert COMPARES.search("Which cost more than 100?")
    assert COMPARES.search("Welche kosten mehr als 100?")
    assert COMPARES.search("100以上のものは？")
    assert not COMPARES.search("Which cost 100?")
    assert ASKS_ROWS.search("List the offices") and ASKS_ROWS.search("誰がいますか")
    assert not ASKS_ROWS.search("Tell me a story")
    assert ABOUT_PRICE.search("the most expensive one") and not ABOUT_PRICE.search("the tallest")
    assert WHEN.search("the newest one") and not WHEN.search("the largest one")


@pytest.mark.parametrize("name", ["Order ID", "No.", "Year", "ZIP", "Phone", "#", "Rank"])
def test_columns_of_keys_and_years_hold_no_amounts(name: str):
    assert NO_AMOUNT.search(name)


@pytest.mark.parametrize("name", ["Price", "Idle hours", "Notes", "Yearly rent", "Coded lines"])
def test_columns_whose_names_begin_alike_may_hold_amounts(name: str):
    assert not NO_AMOUNT.search(name)
