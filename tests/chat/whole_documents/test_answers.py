"""Questions about whole documents lead to the file that is meant, or to other answers."""

import pytest
from tests.support.whole_documents import Shelf, document_of

from lodgepole.chat.stored_tables.table_questions import asks_table
from lodgepole.chat.whole_documents import answers as whole_answers

HANDBOOK = document_of(
    "# Employee Handbook\n\nThis handbook sets out how we work at Fernleaf.\n\n"
    "# 1. Working hours\n\nWe work 38 hours a week.\n\f"
    "# 2. Leave policy\n\nEverybody has 27 days of leave a year.\n\f"
    "# 3. Notice\n\nThe notice period is four weeks."
)
RULES = (
    "# Garden rules\n\nThese rules hold for all plots.\n\n"
    "## Hedges\n\nHedges stay below two metres."
)
LEASE = (
    "# Lease agreement\n\nThis lease is between Ada Ibsen and the club.\n\n## Rent\n\nRent is 40."
)
THREE = {"employee_handbook.pdf": HANDBOOK, "garden-rules.md": RULES, "scan17.pdf": LEASE}
OF_HANDBOOK = "This is an outline of employee_handbook.pdf"
OF_RULES = "This is an outline of garden-rules.md"
ALL = "This is how your files begin"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the employee handbook about?", OF_HANDBOOK),
        ("Summarise the handbook.", OF_HANDBOOK),
        ("What are the main points of employee_handbook.pdf?", OF_HANDBOOK),
        ("What's in garden-rules.md?", OF_RULES),
        ("Outline the garden rules", OF_RULES),
        ("What is the lease about?", "This is an outline of scan17.pdf"),
        ("Summarise the leave policy", "employee_handbook.pdf › 2. Leave policy, page 2:"),
        ("What does page 2 of the handbook say?", "employee_handbook.pdf, page 2:"),
        ("What is on page 3 of employee_handbook?", "employee_handbook.pdf, page 3:"),
        ("What does page 12 of the handbook say?", "has 3 pages; there is no page 12."),
        ("What is in section 3 of the handbook?", "employee_handbook.pdf › 3. Notice, page 3:"),
        ("What does the chapter on hedges say?", "garden-rules.md › Hedges:"),
        ("What does section 9 of the handbook say?", "I found no such section"),
        ("What is this document about?", ALL),
        ("Give me an overview of all files", ALL),
        ("Which files do you have?", "Your files (3):"),
        ("Was steht auf Seite 2 von employee_handbook?", "employee_handbook.pdf, Seite 2:"),
        ("De quoi parle garden-rules ?", "Voici un plan de garden-rules.md"),
        ("garden-rulesを要約してください", "garden-rules.mdの概略"),
    ],
)  # fmt: skip
async def test_what_is_meant(question: str, told: str) -> None:
    text, _ = await Shelf(THREE).ask(question)
    assert told in text


@pytest.mark.parametrize(
    "question",
    [
        "How many days of leave are there?", "What does the invoice say?", "Who signed page 2?",
        "What is the capital of France about?", "Which documents mention hedges?",
        "Summarise the history of Rome", "What is in section 9?",
        "What does chapter 4 of Rome say?",
    ],
)  # fmt: skip
async def test_other_questions_are_left_to_quotes(question: str) -> None:
    assert await Shelf(THREE).prepared(question) is None


async def test_a_long_text_is_not_looked_through_for_such_a_question(monkeypatch) -> None:
    read: list[str] = []
    for name, made in (("asked_gist", whole_answers.asked_gist), ("asks_table", asks_table)):
        seen = lambda text, made=made: (read.append(text), made(text))[1]  # noqa: E731
        monkeypatch.setattr(whole_answers, name, seen)
    long = "Summarise the handbook. " + "a@" * 4_000
    assert await Shelf(THREE).prepared(long) is None
    assert read == []
    await Shelf(THREE).prepared("Summarise the handbook.")
    assert read, "what is watched is what reads a question"


async def test_the_only_file_is_meant() -> None:
    shelf = Shelf({"scan17.pdf": HANDBOOK})
    for question in ("What is this document about?", "Summarise this contract", "Main points?"):
        assert "This is an outline of scan17.pdf" in (await shelf.ask(question))[0]
    assert "scan17.pdf, page 2:" in (await shelf.ask("What does page 2 say?"))[0]


async def test_the_file_of_the_conversation_is_meant() -> None:
    shelf = Shelf(THREE)
    talk = ("How high may hedges be?", "From your documents:\n\ngarden-rules.md › Hedges:\nTwo.")
    assert OF_RULES in (await shelf.ask(*talk, "What is this document about?"))[0]
    named = ("What does the handbook say on leave?", "27 days.")
    assert "employee_handbook.pdf, page 3:" in (await shelf.ask(*named, "What is on page 3?"))[0]


async def test_words_carried_from_before_ask_for_no_gist() -> None:
    talk = ("Summarise the handbook", "…", "How long is it?")
    assert await Shelf(THREE).prepared(*talk) is None


async def test_where_no_file_is_named_those_with_such_a_page_are_meant() -> None:
    text, _ = await Shelf(THREE).ask("What does page 2 say?")
    assert text.startswith("employee_handbook.pdf, page 2:")
    assert "garden-rules.md" not in text


async def test_of_many_files_some_begin_and_the_others_are_counted() -> None:
    shelf = Shelf({f"note-{n:02}.md": f"Note number {n} is here." for n in range(20)})
    text, citations = await shelf.ask("What are these documents about?")
    assert len(citations) == 12
    assert text.endswith("Not shown: 8 more.")


async def test_without_files_there_is_nothing_to_tell() -> None:
    assert await Shelf({}).prepared("What is this document about?") is None


LETTER = (
    "The club met in March, as it does each year.\n\n"
    "The hedge by the road is too high. It is three metres high.\n\n"
    "Soup was served to all."
)
LONG_TALK = " ".join(
    f"{'It was so. ' * 60}Then the speaker told how the club had grown in its year {n}."
    for n in range(20)
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What are the key points about the hedge in letter.txt?", "On this, letter.txt says"),
        ("Give me the main points on soup in letter.txt", "Soup was served to all."),
        ("What is talk.txt about?", "The most typical sentence of each of 8 parts"),
    ],
)
async def test_a_text_without_headings_is_told_by_what_it_says(question: str, told: str) -> None:
    text, citations = await Shelf({"letter.txt": LETTER, "talk.txt": LONG_TALK}).ask(question)
    assert told in text
    assert citations


async def test_a_topic_brings_only_what_is_said_on_it() -> None:
    question = "What are the main points about the hedge in letter.txt?"
    text, _ = await Shelf({"letter.txt": LETTER}).ask(question)
    assert "It is three metres high." in text
    assert "Soup" not in text
