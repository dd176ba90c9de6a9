"""How many downloads there may be at once."""

import pytest

from lodgepole.api.downloads import DownloadSlots
from lodgepole.errors import RateLimited


def test_one_file_has_its_share_and_all_have_theirs():
    slots = DownloadSlots(most=3, most_of_one=2)
    with slots.taken("a"), slots.taken("a"):
        with pytest.raises(RateLimited, match="of this file"), slots.taken("a"):
            pass
        with (
            slots.taken("b"),
            pytest.raises(RateLimited, match="downloads at once"),
            slots.taken("c"),
        ):
            pass
    with slots.taken("a"):
        pass


def test_one_that_fails_gives_its_place_back():
    slots = DownloadSlots(most=1, most_of_one=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), slots.taken("a"):
            raise ValueError("broken")
