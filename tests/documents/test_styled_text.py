"""Raised and lowered runs as one text."""

import pytest

from lodgepole.documents.styled_text import Run, Shift, joined

UP, DOWN, ON = Shift.RAISED, Shift.LOWERED, Shift.NONE


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([("The hull is 42", ON), ("1", UP), (" m long.", ON)], "The hull is 42 [^1] m long."),
        ([("10", ON), ("6", UP), (" litres of CO", ON), ("2", DOWN)], "10⁶ litres of CO₂"),
        ([("built in 1987", ON), ("1", UP), ("2", UP)], "built in 1987 [^12]"),
        ([("5 km", ON), ("2 ", UP), ("of marsh", ON)], "5 km² of marsh"),
        ([("1", UP), (" By hand.", ON)], "[^1]: By hand."),
        ([("plain", ON), ("", UP), (" text", ON)], "plain text"),
        ([], ""),
    ],
)  # fmt: skip
def test_runs_are_one_text(runs: list[Run], text: str) -> None:
    assert joined(runs) == text
