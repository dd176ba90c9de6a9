"""Comparisons fall into questions, and what is said of the answer's form is not searched for."""

import pytest

from lodgepole.chat.conversation.sub_queries import compared, without_instructions


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("You are an investment banker. What was the net margin of Harrow in 2020? Round to two "
         "decimals.", "What was the net margin of Harrow in 2020?"),
        ("What was the revenue of Harrow in 2020, rounded to two decimal places?",
         "What was the revenue of Harrow in 2020?"),
        ("Answer in German. How heavy is the Kestrel pump?", "How heavy is the Kestrel pump?"),
        ("How heavy is the Kestrel pump? If the documents do not say it, say that you do not know.",
         "How heavy is the Kestrel pump?"),
        ("What do guests pay for parking (answer in one sentence)?",
         "What do guests pay for parking?"),
        ("Act as a lawyer. Think step by step. When does the lease of Harrow end?",
         "When does the lease of Harrow end?"),
        ("Du bist ein Bankberater. Wie hoch ist die Gebühr der Karte?",
         "Wie hoch ist die Gebühr der Karte?"),
    ],
)  # fmt: skip
def test_instructions_are_left_out(question: str, asked: str) -> None:
    assert without_instructions(question) == asked


@pytest.mark.parametrize(
    "question",
    [
        "How heavy is the Kestrel pump?",
        "Give the revenue of Harrow in 2020.",
        "Answer in German.",
        "Are you an authorised dealer of Kestrel pumps?",
        "Which role does the key of a reader have? And of a writer?",
        "How many round tables are in the Bergen office?",
        "Act as a guarantor is mentioned in which contract clause?",
        "Use of the pool is free for whom?",
    ],
)
def test_questions_stay_whole(question: str) -> None:
    assert without_instructions(question) == question


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Compare Harrow and Kestrel in 2019 and 2020",
         ["Compare Harrow in 2019", "Compare Harrow in 2020", "Compare Kestrel in 2019",
          "Compare Kestrel in 2020"]),
        ("What is the difference between plan Basic and plan Plus?",
         ["What is the difference between plan Basic?",
          "What is the difference between plan Plus?"]),
        ("What was the revenue of Harrow in 2019 and 2020?",
         ["What was the revenue of Harrow in 2019?", "What was the revenue of Harrow in 2020?"]),
        ("Did sales grow in 2019, 2020 and 2021?",
         ["Did sales grow in 2019?", "Did sales grow in 2020?", "Did sales grow in 2021?"]),
        ("Kestrel Two vs Kestrel Six: which is louder?",
         ["Kestrel Two: which is louder?", "Kestrel Six: which is louder?"]),
        ("How did revenue change in 2020 compared to 2019?",
         ["How did revenue change in 2020?", "How did revenue change in 2019?"]),
        ("Was ist der Unterschied zwischen Tarif S und Tarif L?",
         ["Was ist der Unterschied zwischen Tarif S?",
          "Was ist der Unterschied zwischen Tarif L?"]),
    ],
)  # fmt: skip
def test_a_comparison_falls_into_its_parts(question: str, parts: list[str]) -> None:
    assert compared(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "What was the revenue of Harrow in 2020?",
        "What do salt and pepper cost?",
        "Who signed in 2019, and who in Oslo?",
        "Between which cities does the ferry run?",
        "From 2019 on, who pays?",
    ],
)
def test_other_questions_have_none(question: str) -> None:
    assert compared(question) == []
