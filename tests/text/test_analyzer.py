import time
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lodgepole.text import analyzer
from lodgepole.text.analyzer import (
    QUERY_WORDS,
    WORD_CHARS,
    file_words,
    passage_words,
    query_words,
)


def words(text: str, language: str = "en") -> set[str]:
    return set(passage_words(text, "", language))


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("FY2018", "FY 2018"),
        ("fy2018", "in FY2018 alone"),
        ("PerksPlus", "perks plus"),
        ("in-network", "in network"),
        ("snake_case_id", "the snake case"),
        ("1,250,000", "1250000"),
        ("costs", "cost"),
        ("employee", "the employees’ plan"),
        ("NASA's", "NASA"),
        ("São Paulo", "Sao Paulo"),
        ("ﬁnance", "finance"),
        ("iPhone12", "iPhone 12"),
        ("AB-1234/X", "AB-1234/X"),
    ],
)
def test_a_query_shares_words_with_the_same_thing_written_otherwise(
    asked: str, written: str
) -> None:
    assert set(query_words(asked, ["en"])) & words(written)


@pytest.mark.parametrize(
    ("one", "other"), [("3.5", "3"), ("2018", "2019"), ("apple", "pear"), ("東京", "北海")]
)
def test_different_things_share_no_words(one: str, other: str) -> None:
    assert not set(query_words(one, ["en"])) & words(other)


def test_scripts_without_spaces_give_characters_and_pairs() -> None:
    assert passage_words("東京都", "", "ja") == ["東", "京", "都", "東京", "京都"]
    assert {"รถ", "ถไ", "ไฟ"} <= words("รถไฟ", "th")


def test_vowel_signs_stay_with_their_word() -> None:
    assert passage_words("कंप्यूटर", "", "und") == ["कंप्यूटर"]


def test_a_query_is_analysed_in_every_language_that_is_stored() -> None:
    found = query_words("Häusern", ["de", "en"])
    assert set(found) >= words("Häusern", "de") | words("Häusern", "en")
    assert len(found) == len(set(found))


def test_languages_that_have_no_stemmer_are_left_as_they_are() -> None:
    assert passage_words("running", "", "und") == passage_words("running", "", "xx") == ["running"]


def test_header_and_text_both_count_with_repetitions() -> None:
    assert passage_words("cost cost", "Costs", "en") == ["cost", "cost", "cost"]


def test_a_file_is_known_by_its_name_and_its_first_1500_characters() -> None:
    found = file_words("AnnualReport_2018.pdf", "x " * 750 + "later", "en")
    assert {"annual", "report", "2018", "x"} <= set(found)
    assert "later" not in found


def test_of_a_conversation_only_the_telling_words_are_kept() -> None:
    text = (
        " ".join(f"w{chr(97 + i % 26)}{chr(97 + i // 26)} and so on" for i in range(600))
        + " deductible FY2018"
    )
    found = query_words(text, ["en"])
    assert len(found) == QUERY_WORDS
    assert {"deduct", "fy2018"} <= set(found)


def test_a_query_of_nothing_has_no_words() -> None:
    assert query_words(" ?! ", ["en", "fr"]) == []


@given(st.text(max_size=200), st.sampled_from(["en", "de", "ru", "ja", "und"]))
def test_words_are_never_empty_spaced_or_endless(text: str, language: str) -> None:
    for word in passage_words(text, "", language):
        assert word
        assert len(word) <= 4 * WORD_CHARS
        assert word.split() == [word]


@given(st.text(max_size=100))
def test_what_a_passage_says_is_found_by_saying_it(text: str) -> None:
    found = query_words(text, ["en"])
    assert set(found) <= words(text)
    assert bool(found) == bool(words(text))


def test_analysis_is_fast_enough_to_be_no_part_of_ingestion() -> None:
    text = "The deductible of the Northwind Standard plan is $2,000 per calendar year. " * 4000
    start = time.process_time()
    passage_words(text, "", "en")
    assert len(text) / 1e6 / (time.process_time() - start) > 0.5  # MB per CPU-second


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("abÄß9_-./'’@&+ ,\u0301\u4e2dи\u0e01²½"), max_size=40))
def test_plain_text_has_the_tokens_that_any_text_has(text: str) -> None:
    plain = unicodedata.normalize("NFKC", text)
    assume(not analyzer._NOT_PLAIN.search(plain))
    assert analyzer._PLAIN_TOKEN.findall(plain) == analyzer._TOKEN.findall(plain)


def test_marks_of_notes_are_no_words() -> None:
    assert passage_words("42 metres [^1] high", "", "en") == passage_words(
        "42 metres high", "", "en"
    )


def test_exponents_and_fractions_are_no_part_of_the_number_before_them() -> None:
    assert passage_words("10⁶ or 1½", "", "und") == ["10", "6", "or", "1", "1", "2"]
    assert passage_words("H₂O in m²", "", "und") == passage_words("H2O in m2", "", "und")
