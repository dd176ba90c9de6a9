"""What a fragment changes in the question before it."""

import pytest

from lodgepole.chat.conversation.fragments import asks_for_more, in_another_language, replaced


@pytest.mark.parametrize(
    ("rest", "before", "whole"),
    [
        ("why", "Who built the Heron bridge?", "why built the Heron bridge?"),
        ("why not", "Is smoking allowed?", "why is smoking allowed?"),
        ("its area", "What is the capital of Norway?", "What is the area of Norway?"),
        ("its captain", "How old is the Heron?", "captain of Heron?"),
        ("the width", "What is the height of the tower?", "What is the width of the tower?"),
        ("the toaster", "What is the price of the kettle?", "What is the price of the toaster?"),
        ("the price", "What does the Silver plan include?", "the price of the Silver plan?"),
        ("the lease", "When does the contract end?", "When does the lease end?"),
        ("the tunnel", "When was the bridge built?", "When was the tunnel built?"),
        ("for managers", "How much leave do employees get?", "How much leave do managers get?"),
        ("for managers", "How many days do I get?", "How many days do I get for managers?"),
        ("page 3", "What does page 2 of the guide say?", "What does page 3 of the guide say?"),
        ("low ones", "How many urgent tickets are there?", "How many low tickets are there?"),
        ("low ones", "How many tickets are there?", "How many low tickets are there?"),
        ("screens", "Does the warranty cover batteries?", "Does the warranty cover screens?"),
    ],
)
def test_it_stands_in_the_place_of_what_it_changes(rest: str, before: str, whole: str) -> None:
    assert replaced(rest, before) == whole


@pytest.mark.parametrize(
    "rest", ["", "how loud is it", "どこ", "one two three four five", "who signed the lease"]
)
def test_what_is_no_fragment(rest: str) -> None:
    assert replaced(rest, "When does the contract end?") is None


def test_nothing_before_it_is_nothing_to_change() -> None:
    assert replaced("why", "") is None
    assert replaced("why", "Parking.") is None


@pytest.mark.parametrize(
    "message", ["Tell me more", "Are you sure?", "explain", "Mehr dazu", "もっと詳しく", "Go on."]
)
def test_the_same_once_more(message: str) -> None:
    assert asks_for_more(message)
    assert not asks_for_more(f"{message} how the pump works")


def test_another_language_is_told_by_the_message_alone() -> None:
    assert in_another_language("Und die Kaution?", "What is the notice period?")
    assert not in_another_language("Und die Kaution?", "Wie hoch ist die Miete?")
    assert not in_another_language("Kaution?", "What is the notice period?")


def test_long_texts_are_no_trouble() -> None:
    for text in ("the " * 20_000, "does " * 20_000, "a of " * 20_000, "who is " * 20_000):
        replaced("the lease", text)
        replaced("its area", text)
