"""What is searched for: the question, what it leaves unsaid, and each of its parts."""

import pytest
from tests.support.chat import make_snippet

from lodgepole.chat.conversation.query_planning import (
    PLANNED_CHARS,
    merge_snippets,
    queries,
    standalone_question,
)
from lodgepole.model import Message, Snippet


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
        ("京都工場の生産量は?", "それはいつですか", "京都工場"),
    ],
)
def test_a_question_that_points_back_takes_names_along(before, question, carried) -> None:
    found = asked(before, "…", question)
    assert found.startswith(question)
    assert carried in found


@pytest.mark.parametrize(
    ("before", "question", "alone"),
    [
        ("Who signed the Oslo contract of 2023?", "When?",
         "When signed the Oslo contract of 2023?"),
        ("What did the ferry carry in fiscal 2023?", "and in fiscal 2017?",
         "What did the ferry carry in fiscal 2017?"),
        ("What is the limit for staff in Oslo?", "And for guests?",
         "What is the limit for guests in Oslo?"),
        ("What does the Ladder Two cost in 2020?", "What about the Ladder Six?",
         "What does the Ladder Six cost in 2020?"),
        ("Wann ist Nachtruhe?", "Und die Mittagsruhe?", "Wann ist die Mittagsruhe?"),
        ("Was kostet das Kabel?", "Und das Netzteil?", "Was kostet das Netzteil?"),
        ("¿Cuánto cuesta el plan básico?", "¿Y el plan premium?", "Cuánto cuesta el plan premium?"),
    ],
)  # fmt: skip
def test_a_fragment_takes_the_place_of_what_it_changes(before, question, alone) -> None:
    assert asked(before, "…", question) == alone


@pytest.mark.parametrize(
    "question",
    [
        "Is smoking allowed?", "When are fees due?", "Was kostet das Kabel?",
        "When did Harrow publish his book?", "Wie erreichen Sie den Notdienst?",
        "¿Cuánto cuesta la entrada?", "And what is the limit for guests?",
    ],
)  # fmt: skip
def test_what_stands_by_itself_is_asked_as_if_alone(question) -> None:
    assert asked("What did Tallgrass sell in 2020?", "Seeds.", question) == question


def test_five_turns_go_on_from_each_other() -> None:
    turns = ("Is smoking allowed?", "No.", "What does the Ladder Two cost in 2020?", "5.",
             "and in 2021?", "6.", "And the Ladder Six?", "9.", "and in 2020?")  # fmt: skip
    assert asked(*turns) == "What does the Ladder Six cost in 2020?"


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


def test_a_long_text_stands_by_itself_and_is_searched_for_as_one() -> None:
    long = "Who keeps it? And when does it open? " * PLANNED_CHARS
    assert (
        standalone_question([Message("user", "When was it?"), Message("user", long)])[:4] == "Who "
    )
    assert len(queries(long)) == 1


def test_of_a_long_text_before_a_question_its_end_is_followed() -> None:
    long = "tide " * PLANNED_CHARS + "When was Bergen founded?"
    question = asked(long, "It is old.", "and Trondheim?")
    assert question.startswith("tide tide")
    assert "Trondheim" in question[-40:]
    assert len(question) < 2 * PLANNED_CHARS


def test_a_comparison_is_searched_for_thing_by_thing_and_year_by_year() -> None:
    asked = queries("You are a banker. Compare Harrow and Kestrel in 2019 and 2020.")
    assert asked[0] == "Compare Harrow and Kestrel in 2019 and 2020."
    assert len(asked) == 5


def test_the_best_of_each_query_comes_first() -> None:
    def found(name: str, score: float) -> Snippet:
        return make_snippet("text", name=name, score=score)

    results = [[found("a", 0.9), found("b", 0.8)], [found("c", 0.3), found("d", 0.2)], []]
    merged = merge_snippets(results, top_k=3)
    assert [s.file.upload.name for s in merged] == ["a", "c", "b"]
