"""Each line of a source comes under the one that it needs."""

import pytest
from tests.support.chat import make_sources

from lodgepole.chat.quoted_lines import lines_of


def under(text):
    """Of each line its kind and what it comes under."""
    (source,) = make_sources(text)
    return {line.text: (line.kind, line.lead and line.lead.text) for line in lines_of(source)}


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Bring with you:\n• a rope\n• a lamp", "Bring with you:"),
        ("## What to bring\n\n- a rope\n- a lamp", "## What to bring"),
        ("What to bring\n• a rope\n• a lamp", "What to bring"),
        ("Bring the following.\n\n1. a rope\n2. a lamp", "Bring the following."),
        ("Die Liste umfasst Folgendes.\n- a rope\n- a lamp", "Die Liste umfasst Folgendes."),
    ],
)
def test_items_come_under_what_leads_into_them(text, lead):
    told = under(text)
    assert [found for kind, found in told.values() if kind == "item"] == [lead] * 2


def test_a_sentence_before_a_list_leads_into_it_only_if_it_says_so():
    told = under("The hut is cold.\n\n- a rope\n- a lamp")
    assert told["- a rope"] == ("item", None)


def test_further_sentences_of_an_item_are_of_the_same_list():
    told = under("Mind this:\n• Take a rope. It holds you.\n• Take a lamp. Is it charged?\n\nGo.")
    assert told["It holds you."] == ("more", "Mind this:")
    assert told["Is it charged?"] == ("more", "Mind this:")
    assert told["• Take a lamp."] == ("item", "Mind this:")
    assert told["Go."] == ("prose", None)


def test_lines_know_their_places():
    (source,) = make_sources("One. Two.\n\nThree.")
    assert [(line.at, line.apart, line.begins) for line in lines_of(source)] == [
        (0, True, True),
        (1, False, False),
        (2, True, True),
    ]


def test_rows_come_under_the_head_of_their_table():
    told = under("Hut | Beds\nKite hut | 12\nOwl hut | 8")
    assert told["Owl hut | 8"] == ("row", "Hut | Beds")
    assert told["Hut | Beds"][0] == "head"


def test_line_ends_and_turns_that_a_program_wrote_end_sentences():
    told = under(
        "[{'content': 'Which huts are there?', 'role': 'user'}, {'content': 'Two of them:"
        "\\n\\n1. Kite hut. It is old.\\n2. Owl hut', 'role': 'assistant'}] See C:\\new too."
    )
    assert told["1. Kite hut."] == ("item", "Two of them:")
    assert told["2. Owl hut"] == ("item", "Two of them:")
    assert "Which huts are there?" in told
    assert "See C:\\new too." in " ".join(told)
