"""Sentences are found in prose, wrapped lines, lists, tables and records; numbers by value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodgepole.text.sentences import numbers, sentence_spans, words


def sentences(text):
    return [text[a:b] for a, b in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is here. Two is there.", ["One is here.", "Two is there."]),
        ("Dr. Smith met J. Doe at 3.5 p.m. today. Then he left.",
         ["Dr. Smith met J. Doe at 3.5 p.m. today.", "Then he left."]),
        ("The line was broken by\nthe width of the page. Next.",
         ["The line was broken by\nthe width of the page.", "Next."]),
        ("- first item\n- second item", ["- first item", "- second item"]),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", ["| a | b |", "| 1 | 2 |"]),
        ("# Heading\nText follows it.", ["# Heading", "Text follows it."]),
        ("name: Madrid\ncountry: Spain", ["name: Madrid", "country: Spain"]),
        ("text: In 1979, the Soviet Union deployed its army. It stayed for years.",
         ["In 1979, the Soviet Union deployed its army.", "It stayed for years."]),
        ("name: The warm and dry coat for long days at sea\nprice: 90",
         ["name: The warm and dry coat for long days at sea", "price: 90"]),
        ("Name: Ada | Note: She came by sea. Then she left for the town again.\nName: Bo | Note: x",
         ["Name: Ada | Note: She came by sea. Then she left for the town again.",
          "Name: Bo | Note: x"]),
        ("Town | Fee\nalta | 5", ["Town | Fee", "alta | 5"]),
        ("The answer is No. Then look at No. 5 of it. Diese Art. Dann Art. 7 davon.",
         ["The answer is No.", "Then look at No. 5 of it.", "Diese Art.", "Dann Art. 7 davon."]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("It is 42 metres high. [^1] Later it grew.",
         ["It is 42 metres high. [^1]", "Later it grew."]),
        ("[^1]: Measured at low tide. Since then it fell.",
         ["[^1]: Measured at low tide.", "Since then it fell."]),
        ("***\n\n---", []),
    ],
)  # fmt: skip
def test_sentences_are_found(text, expected):
    assert sentences(text) == expected


@given(st.text(alphabet="aB. \n|-:1,?。\"')", max_size=200))
def test_spans_are_in_order_trimmed_and_within_the_text(text):
    end = 0
    for a, b in sentence_spans(text):
        assert end <= a < b <= len(text)
        assert text[a:b].strip() == text[a:b]
        end = b


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2,100,000", {"2100000"}),
        ("2.1 million", {"2100000"}),
        ("$5.50 and 5.5 %", {"5.5"}),
        ("seven days", {"7"}),
        ("FY2018", {"2018"}),
        ("1.2.3", {"1.2.3"}),
    ],
)
def test_numbers_are_known_by_value(text, expected):
    assert numbers(words(text)) == expected


def test_marks_of_notes_are_no_numbers_and_exponents_stand_by_themselves():
    assert numbers(words("42 metres [^1] and 1,234 [^12]")) == {"42", "1234"}
    assert [w.stem for w in words("10⁶")] == [w.stem for w in words("10^6")] == ["10", "6"]
    assert [w.stem for w in words("H₂O")] == [w.stem for w in words("H2O")]
