"""Questions that somebody's documents answer."""

import pytest

from lodgepole.cli.questions import questions_about


def test_a_sentence_that_says_what_something_is_becomes_a_question() -> None:
    text = "Lodgepole is a server for documents that runs on one machine. It is quick."
    assert questions_about({"a.md": [text]}, most=1) == ["What is Lodgepole?"]


def test_what_something_is_comes_before_how_it_is() -> None:
    text = (
        "The old crane is strong and lifts what all the ships bring. "
        "The floating crane is a pontoon with a boom of forty metres."
    )
    assert questions_about({"a.md": [text]}, most=2) == [
        "What is the floating crane?",
        "What is the old crane?",
    ]


def test_files_take_turns() -> None:
    def says(name: str) -> str:
        return f"The {name} harbour is a place with many ships in it."

    texts = {"a": [says("northern"), says("eastern")], "b": [says("southern")]}
    assert questions_about(texts, most=3) == [
        "What is the northern harbour?",
        "What is the southern harbour?",
        "What is the eastern harbour?",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "This is a sentence about nothing at all that is long.",
        "It is what we have always done in this place.",
        "The pump is a thing",
        "Pumps Pumps are a kind of machine that moves water around.",
    ],
)
def test_what_names_nothing_makes_no_question(text: str) -> None:
    assert questions_about({"a.md": [text]}, most=3) == ["What is a.md about?"]


def test_each_question_is_asked_once() -> None:
    text = "The water pump is a machine that moves water from here to there."
    assert questions_about({"a": [text], "b": [text]}, most=2) == [
        "What is the water pump?",
        "What is a about?",
    ]
