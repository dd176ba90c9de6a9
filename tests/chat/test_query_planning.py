"""What is searched for: the question, what it leaves unsaid, and each of its parts."""

import pytest

from lodgepole.chat.query_planning import queries, standalone_question
from lodgepole.model import Message


def asked(*turns: str) -> str:
    roles = ("user", "assistant")
    return standalone_question([Message(roles[i % 2], text) for i, text in enumerate(turns)])


def test_a_first_question_is_itself() -> None:
    assert asked("  How heavy\nis the pump?") == "How heavy is the pump?"


def test_a_question_that_stands_by_itself_is_left_alone() -> None:
    alone = "Which certificates does the Bergen office need for exports to Canada?"
    assert asked("How heavy is the pump?", "14 kg.", alone) == alone


@pytest.mark.parametrize(
    ("before", "question", "carried"),
    [
        ("How heavy is the Kestrel pump?", "And how loud is it?", "Kestrel"),
        ("What does the Rahmenvertrag cost?", "Und wann endet er?", "Rahmenvertrag"),
        ("Who signed the Oslo contract of 2023?", "When?", "2023"),
        ("京都工場の生産量は?", "それはいつですか", "京都工場"),
    ],
)
def test_a_question_that_points_back_takes_names_along(before, question, carried) -> None:
    found = asked(before, "…", question)
    assert found.startswith(question)
    assert carried in found


def test_only_so_many_words_are_carried() -> None:
    names = " ".join(f"Name{chr(97 + n)}{n}" for n in range(40))
    assert len(asked(names, "…", "And it?").split()) <= 2 + 8


def test_what_only_the_assistant_said_is_not_asked_for() -> None:
    assert "Narvik" not in asked("How heavy is the pump?", "See Narvik.", "And how loud is it?")


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How heavy is the pump, and when was the contract signed?",
            ["How heavy is the pump", "when was the contract signed?"],
        ),
        (
            "Wie schwer ist die Pumpe? Wer liefert die Ersatzteile?",
            ["Wie schwer ist die Pumpe?", "Wer liefert die Ersatzteile?"],
        ),
        ("How heavy and how loud is it?", []),
        ("What do salt and pepper cost?", []),
    ],
)
def test_each_part_is_searched_for_beside_the_whole(question: str, parts: list[str]) -> None:
    assert queries(question) == [question, *parts]


def test_there_are_never_many_queries() -> None:
    assert len(queries(" ".join(f"Who signed contract number {n}?" for n in range(30)))) == 4
