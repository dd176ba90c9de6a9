"""A question for more than a fact is answered by the section, from its beginning to its end."""

import pytest
from tests.support.chat import make_snippet

from lodgepole.chat.quoting.quote_sections import Reach
from lodgepole.chat.quoting.quotes import quotes_of
from lodgepole.model import Source
from lodgepole.text.words import stems_of


def told(text, said, *, chars=1_000, asked="", opening=True, paragraphs=True, sections=()):
    source = Source(number=1, snippet=make_snippet(text, sections=sections))
    quote = next(q for q in quotes_of(source) if q.text == said)
    reach = Reach(chars, frozenset(stems_of(asked)), opening, paragraphs)
    return quote.explained(reach)


def texts(*args, **more):
    return [part.text for part in told(*args, **more).parts]


HUT = "The hut is old. It has beds. It has no bath.\n\nDogs are welcome. They sleep outside."


def test_a_paragraph_is_shown_from_its_beginning_to_its_end():
    whole = ["The hut is old.", "It has beds.", "It has no bath."]
    assert texts(HUT, "It has beds.") == whole
    assert texts(HUT, "The hut is old.", opening=False) == whole
    assert texts(HUT, "It has no bath.", opening=False)[-1] == "It has no bath."


def test_a_further_paragraph_is_shown_when_it_says_something_of_what_is_asked():
    assert texts(HUT, "The hut is old.", asked="dogs")[-1] == "They sleep outside."
    assert texts(HUT, "The hut is old.", asked="cats")[-1] == "It has no bath."
    assert texts(HUT, "The hut is old.", asked="dogs", paragraphs=False)[-1] == "It has no bath."


def test_no_sentence_is_begun_that_does_not_fit():
    assert texts(HUT, "The hut is old.", chars=30) == ["The hut is old.", "It has beds."]


def test_what_leads_into_a_list_comes_with_all_of_it_or_not_at_all():
    text = "The hut is old. Bring these:\n- a towel\n- a lamp\n\nMore."
    assert texts(text, "The hut is old.") == [
        "The hut is old.",
        "Bring these:",
        "- a towel",
        "- a lamp",
    ]
    assert texts(text, "The hut is old.", chars=16) == ["The hut is old."]


def test_of_a_list_that_is_too_long_the_number_of_items_is_told():
    items = "\n".join(f"- {'guests sleep ' * 40}{n}" for n in range(9))
    shown = told(f"The hut is old.\n{items}", "The hut is old.")
    assert shown.of == 9
    assert 0 < shown.shown < 9


def test_a_section_ends_at_the_next_heading_but_for_those_that_count():
    text = "The hut is old.\n\nBeds and blankets\n\n| Hut | Beds |\n|---|---|\n| Kite | 12 |"
    assert texts(text, "The hut is old.") == ["The hut is old."]
    steps = (
        "You ask in two steps.\nStep 1: Post\nWrite to us.\nStep 2: Phone\nCall us.\n"
        "Other things\nNo."
    )
    assert texts(steps, "You ask in two steps.") == [
        "You ask in two steps.",
        "Step 1: Post",
        "Write to us.",
        "Step 2: Phone",
        "Call us.",
    ]


SECTIONS = "Dogs\nDogs are welcome.\n\nThey eat at six.\n\nFood\nBring a bowl.\n\nCats\nNo cats."
OVER = (
    (0, ("Rules", "Dogs")),
    (SECTIONS.index("Food"), ("Rules", "Dogs", "Food")),
    (SECTIONS.index("Cats"), ("Rules", "Cats")),
)


def test_a_short_section_is_shown_whole_with_those_below_it():
    whole = ["Dogs are welcome.", "They eat at six.", "Food", "Bring a bowl."]
    assert texts(SECTIONS, "They eat at six.", asked="bowl", sections=OVER) == whole
    assert texts(SECTIONS, "Bring a bowl.", sections=OVER) == ["Bring a bowl."]


def test_the_heading_over_a_quote_is_what_the_source_knows_or_shows():
    source = Source(number=1, snippet=make_snippet(SECTIONS, sections=OVER))
    under = {q.text: q.under for q in quotes_of(source)}
    assert under["They eat at six."] == "Dogs"
    assert under["Bring a bowl."] == "Food"
    assert under["No cats."] == "Cats"


def test_headings_are_no_claims_and_stand_on_lines_of_their_own():
    parts = told(SECTIONS, "Dogs are welcome.", asked="eat bowl", sections=OVER).parts
    heading = next(part for part in parts if part.text == "Food")
    assert (heading.cited, heading.own_line) == (False, True)
    assert all(part.cited for part in parts if part.text.endswith("."))


@pytest.mark.parametrize("row", ["Kite | 12", "| Kite | 12 |"])
def test_rows_are_no_part_of_a_section(row):
    assert texts(f"Hut | Beds\n{row}\n\nThe hut is old.", "The hut is old.") == ["The hut is old."]
