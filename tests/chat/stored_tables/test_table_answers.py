"""Rows are counted, added up and compared where the table is whole, and shown."""

import pytest
from tests.support.whole_documents import Shelf, document_of

TICKETS = "\n".join(
    f"Ticket: TCK-{n} | Priority: {'Urgent' if n % 2 else 'Low'} | Hours: {n}" for n in range(1, 81)
)
PLANS = (
    "# Plans\n\n| Plan | Fee | Users |\n|---|---|---|\n| Basic | 10 € | 5 |\n| Pro | 25 € | 20 |"
)
DEPOTS = document_of(
    "# Depots\n\nDepot | Trucks | Opened\nOslo depot | 12 | 2001-03-04\n"
    "Bergen depot | 30 | 1999-01-01\n\fHamar depot | 7 | 2010-05-06\nTotal | 49 | ",
    notice="Page 3 holds no readable text.",
)


async def told(question: str, **documents) -> tuple[str, list[int]]:
    shelf = Shelf({name.replace("_", "."): given for name, given in documents.items()})
    text, citations = await shelf.ask(question)
    return text, [page for c in citations for r in c.references for page in r.pages]


async def test_rows_are_counted_and_shown_up_to_a_limit() -> None:
    text, _ = await told("How many urgent tickets are there?", tickets_csv=TICKETS)
    lines = text.split("\n")
    assert lines[0] == "tickets.csv (Priority: Urgent) — Rows: 40 of 80."
    assert lines[2] == "Ticket: TCK-1 | Priority: Urgent | Hours: 1"
    assert lines[-1] == "Not shown: 10 more."
    assert len(lines) == 1 + 1 + 30 + 1 + 1


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What is the total of the hours?", "Total of Hours: 3240 (rows added: 80)."),
        ("What is the average of the hours?", "Average of Hours: 40.5 (rows: 80)."),
        ("Which ticket has the most hours?", "Highest Hours: 80 (rows compared: 80)."),
        ("Wie hoch ist die Summe der Hours?", "Summe, Hours: 3240 (addierte Zeilen: 80)."),
    ],
)
async def test_columns_are_computed(question: str, said: str) -> None:
    text, _ = await told(question, tickets_csv=TICKETS)
    assert text.startswith(f"tickets.csv — {said}\n\nTicket: ")


async def test_the_row_that_wins_stands_under_its_head() -> None:
    text, _ = await told("What is the cheapest plan?", plans_md=PLANS)
    assert text == (
        "plans.md — Lowest Fee: 10 € (rows compared: 2).\n\n"
        "| Plan | Fee | Users |\n|---|---|---|\n| Basic | 10 € | 5 |"
    )


async def test_over_pages_without_the_total_with_what_was_not_read() -> None:
    text, pages = await told("How many trucks are there in total?", depots_pdf=DEPOTS)
    assert text.startswith("depots.pdf — Total of Trucks: 49 (rows added: 3).")
    assert text.endswith("depots.pdf: Page 3 holds no readable text.")
    assert pages == [1, 1, 2]
    text, _ = await told("Which depot is the oldest?", depots_pdf=DEPOTS)
    assert "Lowest Opened: 1999-01-01" in text


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("Item: A | Weight: 3 kg\nItem: B | Weight: 500 g", "different units"),
        ("Item: A | Weight: 3\nItem: B", "some rows have no value"),
        ("Item: A | Weight: 3\nItem: B | Weight: 4\nItem: C | Weight: n/a", "as numbers"),
    ],
)  # fmt: skip
async def test_what_is_not_computed_says_why_and_shows_all_rows(rows: str, why: str) -> None:
    text, _ = await told("What is the total weight of the items?", items_csv=rows)
    assert why in text.split("\n")[0]
    assert text.split("\n")[2:] == rows.split("\n")


async def test_tables_that_answer_equally_are_all_told() -> None:
    dear = PLANS.replace("10 €", "12 €")
    text, _ = await told("What is the cheapest plan?", plans24_md=PLANS, plans25_md=dear)
    assert "plans24.md — Lowest Fee: 10 €" in text
    assert "plans25.md — Lowest Fee: 12 €" in text


async def test_no_row_has_both() -> None:
    rows = "Name: Ada | Town: Oslo | Job: Cook\nName: Bo | Town: Riga | Job: Baker"
    text, _ = await told("How many people are cooks named Bo in people.csv?", people_csv=rows)
    assert text in ("", "people.csv (Name: Bo; Job: Cook) — No row of 2 has this.")


async def test_other_questions_are_left_to_quotes() -> None:
    assert (await told("How many visitors came?", tickets_csv=TICKETS))[0] == ""
    assert (await told("Why is TCK-1 urgent?", tickets_csv=TICKETS))[0] == ""
