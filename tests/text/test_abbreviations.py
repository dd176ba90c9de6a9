"""A full stop ends a sentence or not, by what stands before and after it."""

import pytest

from lodgepole.text.abbreviations import is_abbreviated


@pytest.mark.parametrize(
    ("before", "after"),
    [("see No.", "5 of"), ("(Nos.", "5 and"), ("Serial no.", "AB12 is"), ("Art.", "IV says"),
     ("art.", "5 bis"), ("Art.", "L. 121"), ("Fig.", "S1"), ("Abb.", "3:"), ("Nr.", "#7"),
     ("Art.", "I of"), ("Eq.", "(3)")],
)  # fmt: skip
def test_before_a_number_it_is_abbreviated(before: str, after: str) -> None:
    assert is_abbreviated(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("The answer is No.", "Then he"), ("No.", "I do not"), ("Diese Art.", "Dann kam"),
     ("Casino.", "5 people"), ("dieser Art.", "Ich bin"), ("so.", "5")],
)  # fmt: skip
def test_elsewhere_it_ends_a_sentence(before: str, after: str) -> None:
    assert not is_abbreviated(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("with Dr.", "The"), ("z. B.", "Der"), ("by Foo Inc.", "Annual"), ("by J.", "Doe"),
     ("am 1.", "Juli"), ("den 12.", "5. 2024"), ("12. 5.", "2024"), ("im 3.", "Quartal"),
     ("Foo Inc.", ""), ("in the U.S.", "Army")],
)  # fmt: skip
def test_the_sentence_goes_on(before: str, after: str) -> None:
    assert is_abbreviated(f"so {before}", after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("by Foo Inc.", "The"), ("Plan B.", "It is"), ("at 5 p.m.", "We"), ("grew by 5.", "Revenue"),
     ("stieg auf 5.", "Der"), ("in 2020.", "Juli"), ("costs $5.", "May"), ("it is.", "Juli")],
)  # fmt: skip
def test_the_sentence_ends(before: str, after: str) -> None:
    assert not is_abbreviated(f"so {before}", after)


def test_a_number_or_letter_that_begins_a_sentence_counts_it() -> None:
    assert is_abbreviated("1.", "The first", from_start=True)
    assert is_abbreviated("2.1.3.", "The first", from_start=True)
    assert is_abbreviated("A.", "The first", from_start=True)
    assert is_abbreviated("so it is\n 12.", "The first")
    assert not is_abbreviated("A.", "The first")
