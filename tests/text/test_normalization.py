import sys
import time
import unicodedata

import pytest

from lodgepole.text.analyzer import passage_words
from lodgepole.text.normalization import MOST_MARKS, PIECE_CHARS, begins_anew, normalized
from lodgepole.text.word_lists import folded
from lodgepole.text.words import words

FORMS = ("NFC", "NFD", "NFKC", "NFKD")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", ["plain", "e\u0301te\u0301", "ﬁn １２", "한국어", "┌" * 100])
def test_other_texts_are_as_the_standard_has_them(form, text):
    assert normalized(form, text) == unicodedata.normalize(form, text)


def test_marks_beyond_what_any_writing_has_are_left_out():
    assert normalized("NFD", "a" + "\u0301" * 40 + "b") == "a" + "\u0301" * MOST_MARKS + "b"


def test_a_letter_between_begins_to_count_anew():
    text = ("a" + "\u0316\u0301" * 10) * 100
    assert normalized("NFKC", text) == unicodedata.normalize("NFKC", text)


def test_every_mark_is_in_the_runs_that_are_looked_at():
    marks = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.combining(chr(c))]
    assert all(len(normalized("NFD", "a" + mark * 200)) < 100 for mark in marks)


@pytest.mark.parametrize("read", [folded, words, lambda text: passage_words(text, "", "en")])
def test_a_hundred_thousand_marks_take_no_time(read):
    began = time.thread_time()
    read("a" + "\u0316\u0301" * 50_000)
    assert time.thread_time() - began < 2


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "unit", ["e\u0301", "\u1100\u1161\u11a8", "ﾊﾞ", "\u0995\u09c7\u09be", "\ufdfa", "ab "]
)
@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_where_a_long_text_is_parted_nothing_changes(form, unit, before):
    text = before + unit * PIECE_CHARS
    assert normalized(form, text) == unicodedata.normalize(form, text)


def test_what_begins_anew_is_joined_to_nothing_before_it():
    every = [chr(c) for c in range(sys.maxunicode + 1)]
    parted = (unicodedata.decomposition(char).split() for char in every)
    joined = {chr(int(parts[1], 16)) for parts in parted if len(parts) == 2 and parts[0][0] != "<"}
    joined |= {chr(c) for c in range(0x1161, 0x11FF)}  # of Hangul, which is composed by rule
    for char in filter(begins_anew, every):
        first = unicodedata.normalize("NFKD", char)[0]
        assert first not in joined
        assert not unicodedata.combining(first)
