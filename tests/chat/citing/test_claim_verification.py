"""A source bears a claim out or not: paraphrase passes, other numbers and denials do not."""

import pytest

from lodgepole.chat.citing.claim_verification import (
    ALIGNED,
    REJECTED,
    SUPPORTED,
    VERBATIM,
    SourceText,
    is_near,
)

SOURCE = (
    "The pump is tested at 3 bar before delivery. It weighs 14.5 kg and is painted blue. "
    "The warranty does not cover damage by frost. Spare parts are delivered within 10 working "
    "days. In 2023 the works sold 1,250 pumps, in 2024 it sold 1,400 pumps."
)


def kind(claim: str, **context: str) -> str:
    return SourceText(SOURCE).verify(claim, **context).kind


def words(claim: str) -> str:
    found = SourceText(SOURCE).verify(claim)
    return SOURCE[found.start : found.end]


@pytest.mark.parametrize(
    "claim",
    [
        "The pump is tested at 3 bar before delivery.",
        "- **It weighs 14.5 kg** and is painted blue.",
        'The manual says: "Spare parts are delivered within 10 working days."',
    ],
)
def test_the_same_words_are_verbatim(claim: str) -> None:
    assert kind(claim) == VERBATIM


def test_the_words_that_bear_it_out_are_those_of_the_source() -> None:
    assert words("Spare parts are delivered within 10 working days.") == (
        "Spare parts are delivered within 10 working days."
    )
    assert words("Before delivery, the pump is tested at 3 bar.").startswith("The pump is tested")


@pytest.mark.parametrize(
    "claim",
    [
        "Before delivery, the pump is tested at 3 bar.",
        "Parts are delivered in 10 working days.",
        "Damage by frost is not covered by the warranty.",
        "About 1,200 pumps were sold in 2023.",
    ],
)
def test_other_words_for_it_pass(claim: str) -> None:
    assert kind(claim) in (ALIGNED, SUPPORTED, VERBATIM)


@pytest.mark.parametrize(
    "claim",
    [
        "The pump is tested at 4 bar before delivery.",
        "The warranty covers damage by frost.",
        "The pump is not tested at 3 bar before delivery.",
        "Spare parts are delivered within 100 working days.",
        "The pump is made of stainless steel in Norway.",
        "In 2022 the works sold 1,250 pumps.",
        "The pump weighs 145 kg.",
    ],
)
def test_what_the_source_does_not_say_is_rejected(claim: str) -> None:
    found = SourceText(SOURCE).verify(claim)
    assert found.kind == REJECTED
    assert (found.start, found.end) == (0, 0)


def test_a_claim_that_names_nothing_is_read_with_its_question() -> None:
    assert kind("Yes.", question="Is the pump painted blue?") != REJECTED
    assert kind("Yes.", question="Is the pump painted green in Norway?") == REJECTED
    assert kind("Yes.") == REJECTED


def test_of_the_same_words_in_two_places_those_are_meant_that_come_next() -> None:
    text = "Pump A\nThe seal is made of rubber.\n\nPump B\nThe seal is made of rubber."
    source = SourceText(text)
    first = source.verify("The seal is made of rubber.")
    second = source.verify("The seal is made of rubber.", before="Pump B")
    assert (first.start, second.start) == (text.find("The seal"), text.rfind("The seal"))


def test_what_is_nearly_said_is_found_without_a_marker() -> None:
    source = SourceText(SOURCE)
    assert source.bears_out("The pump is tested at 3 bar before its delivery.") is not None
    assert source.bears_out("Blue.") is None
    assert source.bears_out("Nobody has ever sold pumps to Norway by ship.") is None


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [("100", "104", True), ("100", "106", False), ("1,000", "1050", True), ("0", "0", True)],
)
def test_numbers_are_near_within_a_twentieth(a: str, b: str, near: bool) -> None:
    assert is_near(a, b) is near


def test_what_closes_an_address_belongs_to_the_sentence() -> None:
    sentence = "Book it on the page <https://port.example/book>."
    found = SourceText(f"{sentence} It is blue.").verify(sentence)

    assert found.end == len(sentence)


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Does the kettle have a warranty of two years?", "Yes", True),
        ("Does the kettle have a warranty of two years?", "Correct.", True),
        ("Does the kettle have a warranty of two years?", "Yes, that is right.", True),
        ("Does the kettle have a warranty of two years?", "No.", False),
        ("Does the kettle have a warranty of three years?", "Yes.", False),
        ("Are dogs allowed in the garden?", "No.", True),
        ("Are dogs allowed in the garden?", "That is false.", False),
        ("Are dogs allowed in the garden?", "Yes.", False),
        ("Sind Katzen im Haus erlaubt?", "Nein.", True),
        ("Sind Katzen im Haus erlaubt?", "Ja.", False),
        ("Ist Rauchen in der Halle gestattet?", "Ja, das ist richtig.", True),
    ],
)
def test_yes_and_no_say_what_the_question_asks(question: str, answer: str, expected: bool) -> None:
    source = SourceText(
        "The kettle has a warranty of two years. Dogs are not allowed in the garden. "
        "Katzen sind im Haus nicht erlaubt. Rauchen ist in der Halle gestattet."
    )
    found = source.verify(answer, question=question)
    assert (found.kind != "rejected") is expected, found


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The fee rises by 3.5 %. Late payments cost more.", "The fee rises by 3.5 %."),
        ("The fee rises by 3.5\u202f% in May.", "The fee rises by 3.5\u202f%"),
        ("It costs nothing. £8,450 is the monthly fee.", "£8,450 is the monthly fee."),
        ("At night −12 °C was measured, by day more.", "−12 °C was measured"),
        ("Growth was flat. -4 % was the margin of it.", "-4 % was the margin of it."),
        ("The bond pays 250 € a year.", "The bond pays 250 €"),
    ],
)
def test_signs_and_units_of_numbers_are_quoted_with_them(text: str, claim: str) -> None:
    found = SourceText(text).verify(claim)
    assert found.kind == VERBATIM
    assert text[found.start : found.end] == claim


def test_a_dash_between_words_is_no_sign() -> None:
    text = "The wing of Airbus A320-200 planes is long."
    found = SourceText(text).verify("200 planes is long.")
    assert text[found.start : found.end] == "200 planes is long."


def test_a_short_sentence_is_found_where_it_stands() -> None:
    text = "We can stop him if we stand with them. Their minister is here. Stand up."
    found = SourceText(text).verify("Stand up.")
    assert (found.kind, text[found.start : found.end]) == (VERBATIM, "Stand up.")
