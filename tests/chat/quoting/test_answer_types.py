"""Questions ask for a kind of answer, and texts have it or not, in several languages."""

import pytest

from lodgepole.chat.quoting.answer_types import (
    AnswerType,
    asked_type,
    says,
    says_little,
    wants_all,
    wants_more,
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What does the ladder cost?", "money"),
        ("Was kostet die Leiter?", "money"),
        ("Combien coûte l'échelle ?", "money"),
        ("はしごはいくらですか", "money"),
        ("How long is the guarantee?", "duration"),
        ("Wie lange gilt die Garantie?", "duration"),
        ("When does it open?", "date"),
        ("In welchem Jahr war das?", "date"),
        ("Когда это было?", "date"),
        ("いつですか", "date"),
        ("How many ladders are there?", "count"),
        ("¿Cuántas escaleras hay?", "count"),
        ("Who runs the shop?", "person"),
        ("Wer leitet den Laden?", "person"),
        ("Why was it closed?", "reason"),
        ("Warum ist zu?", "reason"),
        ("What is a ladder?", None),
        ("Is it open?", None),
    ],
)
def test_the_question_word_tells_what_is_asked_for(question, kind):
    assert asked_type(question) == kind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "It is €40."), ("money", "Es kostet 40 Euro."), ("money", "Price EUR: 12.50"),
        ("money", "3万円"), ("duration", "for five (5) years"), ("duration", "two weeks"),
        ("duration", "10 Tage"), ("date", "on 3 May"), ("date", "am 1. Juli"),
        ("date", "in 1987"),
        ("date", "at 9:30"), ("date", "2024年"), ("count", "some seven ladders"),
        ("person", "by Ada Lovelace"), ("reason", "shut because of snow"),
        ("reason", "wegen Schnee"),
    ],
)  # fmt: skip
def test_a_text_has_what_is_asked_for(kind, text):
    assert says(AnswerType(kind), text)


@pytest.mark.parametrize("kind", ["money", "duration", "date", "count", "person", "reason"])
def test_a_text_without_any_has_none(kind):
    assert not says(AnswerType(kind), "the ladder is red and heavy")


@pytest.mark.parametrize(
    ("question", "all_of_it", "more"),
    [
        ("What are the house rules?", True, False),
        ("Which steps must I take?", True, False),
        ("What does the plan include?", True, False),
        ("How do I light the stove?", True, True),
        ("What colours did they use?", True, False),
        ("Which huts are closed?", True, False),
        ("What class did she attend?", False, False),
        ("What status does it have?", False, False),
        ("Why is the hut closed?", False, True),
        ("How long is the path?", False, False),
        ("Who built the hut?", False, False),
        ("Welche Regeln gelten?", True, False),
        ("Wie lange dauert es?", False, False),
        ("Wie funktioniert der Ofen?", False, True),
        ("Почему закрыто?", False, True),
        ("なぜ閉まっていますか", False, True),
    ],
)
def test_questions_for_several_things_and_for_explanations(question, all_of_it, more):
    assert wants_all(question) is all_of_it
    assert wants_more(question) is more


def test_when_within_a_question_asks_for_no_date():
    assert asked_type("What does it extend when it meets another?") is None
    assert asked_type("When does it open?") is AnswerType.DATE
    assert asked_type("In winter, when does it open?") is AnswerType.DATE


def test_what_the_question_has_itself_is_not_said_by_a_text():
    assert not says(AnswerType.DATE, "In 1931 it was cold.", "What was it like in 1931?")
    assert says(AnswerType.DATE, "It was built in 1931.", "When was it built?")


def test_what_says_little_is_told_from_what_answers():
    asked = "What does the warranty cover?"
    assert says_little("If you have any questions, please contact the warranty desk.", asked)
    assert says_little("Bei Fragen wenden Sie sich an uns.", "Was deckt die Garantie?")
    assert not says_little("The warranty covers the handle.", asked)
    assert not says_little("For more information contact the desk.", "Whom can I contact?")
    assert says_little("Overall, the warranty is good.", asked)
    assert says_little("By following these tips, you can keep the kettle.", asked)
