import pytest

from lodgepole.retrieval.unfinished_lists import goes_on, is_cut


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ("The hut has a few rules:", "- Boots stay outside.", True),
        ("Rules:\n- Boots stay outside.", "- Lights are out at ten.", True),
        ("Rules:\n• Boots stay\noutside of the hut.", "• Lights are out at ten.", True),
        ("Rules:\n1. Boots stay outside.", "2. Lights are out at ten.", True),
        ("Rules:\n- Boots stay outside.", "The hut is old.", False),
        ("The hut is old.", "- Boots stay outside.", False),
        ("Hut | Beds\nKite | 12", "Owl | 8", True),
        ("| Hut | Beds |\n| Kite | 12 |", "| Owl | 8 |", True),
        ("The huts are as follows:", "Hut | Beds", True),
        ("Kite | 12", "The hut is old.", False),
        ("Guests of the hut pay.", "forty dollars at the door.", False),
        ("Rules:\n- Boots stay outside.", "# Beds", False),
        ("", "- Boots", False),
        ("Rules:", " ", False),
    ],
)
def test_what_is_not_whole_goes_on(before, after, more):
    assert goes_on(before, after) is more


@pytest.mark.parametrize(
    ("before", "gap", "after", "cut"),
    [
        ("Guests of the hut pay", "\n\n", "forty dollars at the door.", True),
        ("Guests of the hut are charged by", "\n\n", "Kite Huts.", True),
        ("Guests pay at the door.", " ", "They sleep well.", False),
        ("The hut is old.\n\nPrices", "\n", "Guests pay at the door.", True),
        ("Guests pay as follows:", "\n\n", "At the door, in coins.", True),
        ("- Guests pay at the door.", " ", "They pay in coins.", True),
        ("- Guests pay at the door, and", "\n\n", "they pay in coins.", True),
        ("- Guests pay", "\n\n", "The hut is old.", False),
        ("Hut | Beds\nKite | 12", "\n", "The hut is old.", False),
        ("", "\n", "The hut is old.", False),
    ],
)
def test_a_sentence_is_cut_where_it_goes_on_in_the_next_passage(before, gap, after, cut):
    assert is_cut(before, gap, after) is cut
