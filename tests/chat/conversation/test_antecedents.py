"""What a message points back to is told by the answer before it, or left as it is."""

import pytest

from lodgepole.chat.conversation.antecedents import READ_CHARS, points_to_another, with_antecedents
from lodgepole.chat.conversation.follow_ups import resolved

ANSWER = "From your documents:\n\nhistory.txt:\nTallgrass Inc was led by Oona Lind in Hamar. [1]"
FILES = ["Garden_Hose_Long.pdf", "Garden_Hose_Short.pdf", "handbook.txt"]


@pytest.mark.parametrize(
    ("message", "means"),
    [
        ("When was she born?", "When was Oona Lind born?"),
        ("Who was her teacher?", "Who was Oona Lind's teacher?"),
        ("Who taught her?", "Who taught Oona Lind?"),
        ("What was his trade?", "What was Oona Lind's trade?"),
        ("When did Ada Ibsen publish her book?", "When did Ada Ibsen publish her book?"),
        ("How long is it?", "How long is it?"),
        ("Where is the canteen?", "Where is the canteen?"),
    ],
)
def test_a_person_is_whom_the_answer_named(message: str, means: str) -> None:
    assert with_antecedents(message, "Who led Tallgrass?", ANSWER) == means


def test_a_person_of_the_question_goes_on_where_the_answer_names_no_other() -> None:
    before = "Where did Oona Lind study?"
    said = "From your documents:\n\nhistory.txt:\nOona Lind studied in Hamar."
    assert with_antecedents("And when did she die?", before, said) == "And when did Oona Lind die?"
    assert with_antecedents("And when did she die?", before) == "And when did Oona Lind die?"


def test_somebody_may_be_told_by_an_office_alone() -> None:
    assert (
        with_antecedents("How old is he?", "What did the mayor promise?", "Trams are free.")
        == "How old is the mayor?"
    )
    assert with_antecedents("How old is he?", "What is promised?", "") == "How old is he?"


@pytest.mark.parametrize(
    "message",
    ["And the other one?", "What about the other hose?", "and for the other?", "Und der andere?"],
)
def test_the_other_is_the_file_most_like_the_one_quoted(message: str) -> None:
    answer = "From your documents:\n\nGarden_Hose_Long.pdf › Price:\nIt costs 9 euros. [1]"
    before = "What does the long hose cost?"
    assert points_to_another(message)
    assert with_antecedents(message, before, answer, FILES) == "What does the Short hose cost?"
    assert with_antecedents(message, "What is its price?", answer, FILES) == (
        "What is its price Short?"
    )


def test_of_several_files_as_much_alike_none_is_the_other() -> None:
    answer = "Garden_Hose_Long.pdf:\nIt costs 9 euros."
    files = [*FILES, "Garden_Hose_Thin.pdf"]
    message = "And the other one?"
    assert with_antecedents(message, "What does it cost?", answer, files) == message
    assert with_antecedents(message, "What does it cost?", "No file.", files) == message
    assert with_antecedents(message, "What does it cost?", answer, ["handbook.txt"]) == message


@pytest.mark.parametrize(
    ("message", "before", "means"),
    [
        ("And the second one?", "Who was the first captain?", "Who was the second captain?"),
        ("the last?", "Who was the first captain?", "Who was the last captain?"),
        ("Und der zweite?", "Wer war der erste Kapitän?", "Wer war der zweite Kapitän?"),
        ("And the second one?", "Who was the captain?", "And the second one?"),
        ("And the red one?", "Who was the first captain?", "And the red one?"),
    ],
)
def test_an_ordinal_takes_the_place_of_another(message: str, before: str, means: str) -> None:
    assert with_antecedents(message, before) == means


def test_a_person_is_carried_into_a_fragment() -> None:
    asked = resolved("When was she born?", "Who led Tallgrass?", ANSWER)
    assert resolved("And where?", asked) == "where was Oona Lind born?"


@pytest.mark.parametrize("why", ["Why so long?", "how come?", "Why is that?", "And why was that?"])
def test_why_it_is_so_asks_for_the_reason(why: str) -> None:
    asked = resolved(why, "What is the notice period for managers?")
    assert asked.casefold() == "why is the notice period for managers?"


@pytest.mark.parametrize("message", ["", "she", "the other", "his", "the second", "her?"])
def test_nothing_to_go_by_is_no_failure(message: str) -> None:
    assert isinstance(with_antecedents(message, "", ANSWER, FILES), str)
    assert isinstance(with_antecedents(message, "Who?", "A" * 2 * READ_CHARS, FILES), str)
