"""`No.` is a word or stands before a number."""

import pytest

from lodgepole.text.abbreviations import stands_before_number


@pytest.mark.parametrize(
    ("before", "after"),
    [("see No.", "5 of"), ("(Nos.", "5 and"), ("Serial no.", "AB12 is"), ("Art.", "IV says"),
     ("art.", "5 bis"), ("Art.", "L. 121"), ("Fig.", "S1"), ("Abb.", "3:"), ("Nr.", "#7"),
     ("Art.", "I of"), ("Eq.", "(3)")],
)  # fmt: skip
def test_before_a_number_it_is_abbreviated(before: str, after: str) -> None:
    assert stands_before_number(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("The answer is No.", "Then he"), ("No.", "I do not"), ("Diese Art.", "Dann kam"),
     ("Casino.", "5 people"), ("dieser Art.", "Ich bin"), ("No.", ""), ("so.", "5")],
)  # fmt: skip
def test_elsewhere_it_ends_a_sentence(before: str, after: str) -> None:
    assert not stands_before_number(before, after)
