"""Signs of symbol fonts: those that mean something, wherever the file keeps them."""

import pytest

from lodgepole.documents.symbol_fonts import sign


@pytest.mark.parametrize(
    ("font", "place", "shown"),
    [
        ("Symbol", "F061", "α"),
        ("symbol", "61", "α"),
        ("SYMBOL", "F0B3", "≥"),
        ("Symbol", "F057", "Ω"),
        ("Wingdings", "F0FE", "☑"),
        ("Wingdings", "F06F", "☐"),
    ],
)
def test_a_place_in_a_font_is_its_sign(font: str, place: str, shown: str) -> None:
    assert sign(font, place) == shown


@pytest.mark.parametrize(
    ("font", "place"),
    [("Symbol", None), ("Symbol", ""), ("Symbol", "x"), ("Arial", "F061"), (None, "F061")],
)
def test_what_is_not_known_is_nothing(font: str | None, place: str | None) -> None:
    assert sign(font, place) == ""
