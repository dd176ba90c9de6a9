"""What questions want of a table, and that nothing is told where a word is left over."""

import pytest
from tests.support.whole_documents import document_of

from lodgepole.chat.stored_tables.table_questions import asks_table, told_words, wanted
from lodgepole.chat.stored_tables.tables import tables_of

(TICKETS,) = tables_of(
    document_of(
        "Ticket: TCK-1 | Priority: Urgent | Status: Open | Hours: 3 | Customer: Acme | Team: IT\n"
        "Ticket: TCK-2 | Priority: Low | Status: Closed | Hours: 2 | Customer: Acme | Team: Sales\n"
        "Ticket: TCK-3 | Priority: Urgent | Status: Closed | Hours: 8 | Customer: Open Sky"
    )
)  # fmt: skip
(SALES,) = tables_of(
    document_of(
        "Region: North | Month: March | Sales: 5 | Returns: 1\n"
        "Region: North East | Month: May | Sales: 7 | Returns: 0\n"
        "Region: South | Month: March | Sales: 9 | Returns: 2"
    )
)


def told(question: str, table=TICKETS, about: str = "tickets"):
    found = wanted(question, table, about)
    if found is None:
        return None
    name = None if found.column is None else table.names[found.column]
    return found.operation, name, [row.cells[0] for row in found.rows]


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("How many tickets are there?", ("count", None, ["TCK-1", "TCK-2", "TCK-3"])),
        ("How many urgent tickets are there?", ("count", None, ["TCK-1", "TCK-3"])),
        ("How many tickets are closed?", ("count", None, ["TCK-2", "TCK-3"])),
        ("How many tickets does Acme have?", ("count", None, ["TCK-1", "TCK-2"])),
        ("How many tickets have 3 hours?", ("count", None, ["TCK-1"])),
        ("How many hours did urgent tickets take?", ("sum", "Hours", ["TCK-1", "TCK-3"])),
        ("What is the average of the hours?", ("average", "Hours", ["TCK-1", "TCK-2", "TCK-3"])),
        ("Which ticket took the most hours?", ("highest", "Hours", ["TCK-1", "TCK-2", "TCK-3"])),
        ("Which urgent ticket has the fewest hours?", ("lowest", "Hours", ["TCK-1", "TCK-3"])),
        ("Which tickets are urgent?", ("rows", None, ["TCK-1", "TCK-3"])),
        ("What is the status of ticket TCK-2?", ("rows", None, ["TCK-2"])),
        ("Which tickets does Open Sky have?", ("rows", None, ["TCK-3"])),
        ("How many tickets are urgent and closed?", ("count", None, ["TCK-3"])),
    ],
)
def test_what_is_wanted(question: str, wants) -> None:
    assert told(question) == wants


@pytest.mark.parametrize(
    "question",
    [
        "How many tickets are not closed?", "How many tickets took more than 3 hours?",
        "How many tickets were opened in May?", "How many tickets were opened in June?",
        "How many customers have urgent tickets?", "How many tickets has Fernleaf?",
        "How many tickets does IT have?", "Which tickets are there?", "Is TCK-2 closed?",
        "What is the highest and the lowest of the hours?", "How many visitors came?",
        "Why is ticket TCK-2 closed so late?", "", "How many?",
    ],
)  # fmt: skip
def test_where_a_word_is_left_over_nothing_is_told(question: str) -> None:
    found = told(question)
    assert found is None or question == "How many?"


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("total sales in March for the north region", ("sum", "Sales", ["North"])),
        ("What are the total sales in March?", ("sum", "Sales", ["North", "South"])),
        ("What are the total sales of the north east?", ("sum", "Sales", ["North East"])),
        ("Which had most returns?", ("highest", "Returns", ["North", "North East", "South"])),
        ("What is the total?", None),  # of sales, or of returns
    ],
)  # fmt: skip
def test_values_of_several_columns(question: str, wants) -> None:
    assert told(question, SALES, "figures") == wants


def test_a_cheapest_one_is_told_by_the_price() -> None:
    (plans,) = tables_of(
        document_of("Plan | Fee | Users\nBronze | 10 € | 5\nSilver | 25 € | 20\nGold | 90 € | 99")
    )
    for question, operation in (
        ("What is the cheapest plan?", "lowest"), ("Welcher Plan ist der teuerste?", "highest"),
        ("Quel est le plan le moins cher ?", "lowest"), ("¿Cuál es el plan más caro?", "highest"),
    ):  # fmt: skip
        found = told(question, plans, "plans")
        assert found is not None
        assert found[:2] == (operation, "Fee")


def test_one_row_is_not_compared() -> None:
    assert told("Which low ticket has the most hours?") == ("rows", None, ["TCK-2"])


def test_words_that_must_be_found() -> None:
    assert told_words("How many urgent tickets are there?") == {"urgen", "ticke"}
    assert told_words("Which rows are there?") == frozenset()


def test_words_that_a_table_may_answer() -> None:
    assert asks_table("How many are there?")
    assert asks_table("Which are open?")
    assert not asks_table("Is it open?")
