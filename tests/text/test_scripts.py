"""One list says which scripts put no space between words."""

import re

import pytest

from lodgepole.text.scripts import BY_CHARACTER, MARKS, UNSPACED, UNSPACED_SIGNS


@pytest.mark.parametrize("letter", "東ひカㇰ𠀋豈กລကក")
def test_letters_of_unspaced_scripts(letter: str) -> None:
    assert re.match(f"[{UNSPACED}]", letter)
    assert re.match(f"[{BY_CHARACTER}]", letter)


def test_korean_has_spaces_and_is_searched_by_character() -> None:
    assert not re.match(f"[{UNSPACED}]", "한")
    assert re.match(f"[{BY_CHARACTER}]", "한")


@pytest.mark.parametrize("letter", "aéяαعאहா1。")
def test_other_characters_are_in_neither(letter: str) -> None:
    assert not re.match(f"[{BY_CHARACTER}]", letter)


def test_signs_and_marks() -> None:
    assert re.fullmatch(f"[{UNSPACED_SIGNS}]+", "。「」（！ｱ")
    assert re.fullmatch(f"[{MARKS}]+", "\u0301\u064e\u093e")
