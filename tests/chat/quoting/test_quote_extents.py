"""Of a quote as much is shown as its question is for."""

import pytest
from tests.support.chat import make_snippet

from lodgepole.chat.quoting.quote_extents import shown_of
from lodgepole.chat.quoting.quotes import quotes_of
from lodgepole.model import Source

TEXT = (
    "Dogs sleep in the hut. They eat at six.\n\nGuests pay for each dog. It is 40 dollars.\n\n"
    "Dogs need these:\n- a lead\n- a bowl"
)


def shown(question, *said, text=TEXT):
    quotes = {q.text: q for q in quotes_of(Source(number=1, snippet=make_snippet(text)))}
    told = shown_of([(quotes[each], question) for each in said])
    return [[part.text for part in each.parts] for each in told]


def test_a_question_for_several_things_gets_what_the_section_says_of_them():
    (parts,) = shown("What are the rules for dogs?", "Dogs sleep in the hut.")
    assert parts[:3] == ["Dogs sleep in the hut.", "They eat at six.", "Guests pay for each dog."]
    assert parts[-1] == "- a bowl"


def test_a_question_for_a_reason_gets_what_follows():
    (parts,) = shown("Why do dogs sleep there?", "Dogs sleep in the hut.")
    assert "They eat at six." in parts


@pytest.mark.parametrize(
    ("question", "more"),
    [("How much do guests pay for a dog?", True), ("Who pays for each dog?", True)],
)
def test_a_quote_without_the_kind_of_answer_that_is_asked_for_gets_the_next_sentence(
    question, more
):
    (parts,) = shown(question, "Guests pay for each dog.")
    assert ("It is 40 dollars." in parts) is more


def test_a_quote_that_has_what_is_asked_for_stands_alone():
    text = "Guests pay 40 dollars. Dogs are free."
    assert shown("How much do guests pay?", "Guests pay 40 dollars.", text=text) == [
        ["Guests pay 40 dollars."]
    ]


def test_one_item_of_a_list_stands_alone_where_one_is_asked_for():
    assert shown("Which dog needs a lead?", "- a lead") == [["Dogs need these:", "- a lead"]]
    assert shown("What are the things that dogs need?", "- a lead")[0][-1] == "- a bowl"


def test_nothing_is_shown_twice():
    told = shown("What are the rules for dogs?", "Dogs sleep in the hut.", "They eat at six.")
    assert len(told) == 1


def test_a_label_with_the_questions_words_is_no_further_quote():
    text = "Head of Sales\nShe sells boats to guests.\n\n- x\n\nJob title: Head of Sales"
    question = "What does the head of sales sell?"
    told = shown(question, "She sells boats to guests.", "Job title: Head of Sales", text=text)
    assert told[-1][-1] == "She sells boats to guests."


def test_after_much_that_is_shown_no_further_quote_is_begun():
    items = "\n".join(f"- {'guests sleep ' * 45}{n}" for n in range(4))
    fees = items.replace("guests", "boats")
    text = f"Rules:\n{items}\n\nDogs sleep in the hut.\n\nFees:\n{fees}"
    assert len(shown("What are the rules?", "Dogs sleep in the hut.", "Rules:", text=text)) == 2
    told = shown("What are the rules?", "Rules:", "Fees:", "Dogs sleep in the hut.", text=text)
    assert [parts[0] for parts in told] == ["Rules:", "Fees:"]
