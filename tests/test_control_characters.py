"""Control characters: shown, never carried out."""

import pytest

from lodgepole.control_characters import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b]0;title\x07b", "a␛]0;title␇b"),
        ("\x9b2J\x85", "�2J�"),
        ("one\rtwo\x08\x7f\x00", "one␍two␈␡␀"),
    ],
)
def test_what_would_steer_a_terminal_is_a_sign(text: str, shown: str):
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["", "a\n\tb", "Ünï 語 👩‍🚀", "שלום\u200f", "\u00a0"])
def test_all_else_stays_as_it_is(text: str):
    assert visible(text) == text
