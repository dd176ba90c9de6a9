"""A sentence is compared with a question by its words, its kind of answer and its place."""

import pytest

from lodgepole.chat.quoting.sentence_scoring import FIGURES, WEIGHTS, Asked, Comparison, Sentence
from lodgepole.text.words import stems_of


def sentence(text, **more):
    return Sentence(text, frozenset(stems_of(text)), **more)


HUTS = [
    sentence("The Kite hut was built in 1931."),
    sentence("The Kite hut has twelve beds."),
    sentence("Guests of the hut pay at the door."),
    sentence("Dogs wait outside."),
]


def figures(question, which, sentences=HUTS):
    told = Comparison(Asked.of(question), sentences).figures(sentences[which])
    return dict(zip(FIGURES, told, strict=True))


def test_there_is_a_weight_for_each_figure():
    assert len(FIGURES) == len(WEIGHTS)


def test_rare_words_weigh_more():
    question = "Do dogs pay for the hut?"
    assert figures(question, 3)["lexical"] > figures(question, 1)["lexical"] > 0


def test_an_answer_of_the_asked_kind_is_told_from_one_of_another():
    when = "When was the Kite hut built?"
    assert (figures(when, 0)["typed"], figures(when, 0)["untyped"]) == (1, 0)
    assert (figures(when, 1)["typed"], figures(when, 1)["untyped"]) == (0, 1)
    assert figures("Where is the Kite hut?", 0)["untyped"] == 0


def test_what_the_question_says_itself_is_no_answer():
    assert figures("When in 1931 was the hut built?", 0)["typed"] == 0


def test_words_together_in_the_question_count_where_they_are_together():
    question = "How many beds has the Kite hut?"
    assert figures(question, 1)["pairs"] > figures(question, 2)["pairs"] == 0


@pytest.mark.parametrize("mistyped", ["bulit", "gusets", "otuside"])
def test_mistyped_words_are_understood(mistyped):
    comparison = Comparison(Asked.of(f"Who {mistyped} the hut?"), HUTS)
    assert comparison.absent(()) == set()


def test_words_that_stand_nowhere_are_absent_but_for_those_by_which_one_asks():
    comparison = Comparison(Asked.of("What does the text say about snowshoes in the hut?"), HUTS)
    assert comparison.absent(()) == {stems_of("snowshoes")[0]}
    assert comparison.absent(stems_of("snowshoes")) == set()


def test_the_sentence_before_and_the_place_count():
    near = sentence("It has a stove.", before=frozenset(stems_of("Kite hut")), opening=True)
    told = figures("Does the Kite hut have a stove?", 4, [*HUTS, near])
    assert told["around"] > 0
    assert told["opening"] == 1
    assert told["bare"] == 0
