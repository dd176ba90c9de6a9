import pytest

from lodgepole.retrieval.unfinished_lists import goes_on


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
