"""Each line of a source comes under the one that it needs."""

import pytest
from tests.support.chat import make_snippet, make_sources

from lodgepole.chat.quoting.lines import lines_of
from lodgepole.model import Source


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


LONG = "Guests of the hut and of all the other huts on the hill and by the lake below it pay"


@pytest.mark.parametrize("before", [f"The hut is old. {LONG}", "- A lamp. Guests of the hut pay"])
def test_a_sentence_that_the_end_of_a_page_parts_is_one(before):
    text = f"{before}\n\nforty dollars at the door. They sleep well."
    at = text.index("forty")
    snippet = make_snippet(text, pages=(3, 4), page_starts=((3, 0), (4, at)))
    told = [line.text for line in lines_of(Source(number=1, snippet=snippet))]
    assert told[-1] == "They sleep well."
    assert told[-2].endswith("pay forty dollars at the door.")


def test_an_item_goes_on_after_a_running_line_of_the_page():
    text = "- A lamp. Guests of the hut\n\nPage 3\n\npay at the door.\n\n- A towel."
    start = text.index("Page 3")
    snippet = make_snippet(text, running=((start, start + len("Page 3")),))
    kinds = [line.kind for line in lines_of(Source(number=1, snippet=snippet))]
    assert kinds == ["item", "more", "more", "item"]


def test_a_numbered_heading_between_paragraphs_is_no_item():
    text = "The fee is 90 euros.\n3. Term and notice\nThe contract runs for two years."
    assert [line.kind for line in lines_of(make_sources(text)[0])] == ["prose", "title", "prose"]


def test_the_last_item_of_a_list_is_no_heading():
    text = "Bring with you:\n1. a towel\n2. a lock\nThe pool opens at nine."
    kinds = [line.kind for line in lines_of(make_sources(text)[0])]
    assert kinds == ["lead", "item", "item", "prose"]
