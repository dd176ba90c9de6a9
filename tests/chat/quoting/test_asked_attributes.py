"""A sentence about whom is asked is no answer where it says nothing of what is asked."""

import pytest

from lodgepole.chat.quoting.asked_attributes import NEAR_COSINE, NEAR_COSINE_TYPED, speaks_of_it
from lodgepole.chat.quoting.question_names import anchors


def speaks(question: str, shown: str, cosine: float = 0.5) -> bool:
    return speaks_of_it(question, anchors(question), shown, cosine)


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        (
            "How many students are enrolled at Tallgrass College?",
            "The Tallgrass College rows well.",
        ),
        ("What is the population of Hamar?", "The mill in Hamar was closed in 1957."),
        ("What is the tuition fee at Tallgrass?", "A poll by Tallgrass asked 300 parents."),
    ],
)
def test_what_speaks_only_of_the_name_is_beside_the_question(question: str, shown: str) -> None:
    assert not speaks(question, shown)
    assert speaks(question, shown, NEAR_COSINE)  # in other words, but near in meaning


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("How many students are at Tallgrass College?", "Tallgrass College has 300 students."),
        ("Who sells the Kestrel?", "The seller of the Kestrel is a shop in Bergen."),
        ("Wie hoch ist die Miete bei Nordwind?", "Die Jahresmiete beträgt 900 Euro."),
        ("What is Tallgrass?", "Tallgrass is a college."),
    ],
)
def test_one_word_of_what_is_asked_is_enough(question: str, shown: str) -> None:
    assert speaks(question, shown)


def test_two_names_in_one_sentence_are_enough() -> None:
    question = "Which dispute did Oona Lind have with Tallgrass College?"
    assert speaks(question, "Oona Lind left Tallgrass College in anger.")
    assert not speaks(question, "Oona Lind left in anger.")


def test_a_date_in_other_words_may_answer_at_less_nearness() -> None:
    question, shown = "When was Ibsen elected?", "Ibsen took the office in 1931."
    assert speaks(question, shown, NEAR_COSINE_TYPED)
    assert not speaks(question, "Ibsen took the office.", NEAR_COSINE_TYPED)


@pytest.mark.parametrize(
    ("question", "without", "with_it"),
    [
        (
            "What is the phone number of Oona?",
            "The phone number of Oona is kept by the porter.",
            "The phone number of Oona is 0171 555 80.",
        ),
        (
            "What is the e-mail address of Oona?",
            "The e-mail address of Oona is kept by the porter.",
            "The e-mail address is oona@example.org.",
        ),
        (
            "What is the revenue of Tallgrass?",
            "The sellers care for the revenue of Tallgrass.",
            "The revenue of Tallgrass was 4 million.",
        ),
        (
            "When was Tallgrass founded?",
            "Tallgrass was founded by fishermen.",
            "Tallgrass was founded in 1931.",
        ),
        (
            "Who is the CEO of Tallgrass?",
            "The Chief Executive Officer (CEO) leads Tallgrass Boats.",
            "The CEO of Tallgrass is Oona Lind.",
        ),
    ],
)
def test_what_has_a_form_must_be_there_in_it(question: str, without: str, with_it: str) -> None:
    assert not speaks(question, without, 0.9)
    assert speaks(question, with_it)


@pytest.mark.parametrize("question", ["", "?", "Why?", "When was", "who is"])
def test_a_question_that_says_nothing_is_not_judged(question: str) -> None:
    assert isinstance(speaks(question, ""), bool)
