"""Lists are folded, and small words, negations and numbers do not overlap."""

from lodgepole.text.word_lists import (
    NEGATIONS,
    NUMBER_WORDS,
    SCALES,
    SENTENCE_OPENERS,
    STOPWORDS,
    folded,
)


def test_words_are_kept_as_they_are_looked_up():
    for listed in (STOPWORDS, NEGATIONS, NUMBER_WORDS, SCALES, SENTENCE_OPENERS):
        # Hiragana are looked up letter by letter, before their points are folded away.
        assert [w for w in listed if folded(w) != w and not "\u3041" <= w <= "\u3096"] == []


def test_folding_takes_case_and_accents():
    assert folded("Straße ÉTÉ") == "strasse ete"


def test_a_word_that_denies_is_not_small():
    # `no` is a preposition in Portuguese and stays out of what counts; that it denies is seen.
    assert {"no"} == STOPWORDS & NEGATIONS
    assert set(NUMBER_WORDS) & STOPWORDS <= {"dos"}  # two, and of the
