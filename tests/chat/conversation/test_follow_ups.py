"""A message takes over what it lacks, and nothing else."""

import pytest

from lodgepole.chat.conversation.follow_ups import CARRIED_WORDS, resolved

BEFORE = "Which towns did the Skua ferry serve in 2019?"


def test_a_whole_question_takes_nothing() -> None:
    assert resolved("How many cabins does the Heron have?", BEFORE) == (
        "How many cabins does the Heron have?"
    )


def test_what_points_back_takes_the_rare_words() -> None:
    assert resolved("Who built it?", BEFORE) == "Who built it? towns Skua ferry serve 2019"


def test_its_own_year_is_not_joined_by_another() -> None:
    assert "2019" not in resolved("Who built it in 2018?", BEFORE)


def test_words_that_are_carried_are_few() -> None:
    before = " ".join(f"w{c}rd{c}" for c in "abcdefghijklmnop")
    assert len(resolved("Why it?", before).split()) <= 2 + CARRIED_WORDS


@pytest.mark.parametrize("question", ["", "?", "…", "and", "et", "¿", "it", "and and and"])
def test_nothing_to_go_by_is_no_failure(question: str) -> None:
    assert isinstance(resolved(question, BEFORE), str)
    assert isinstance(resolved(question, ""), str)
