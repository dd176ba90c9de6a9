"""Windows of lists by `after` and `before`."""

import pytest

from lodgepole.api.cursors import CursorRequest, everything, window
from lodgepole.errors import InvalidRequest
from lodgepole.model import ListPage

LETTERS = "abcdef"


def part(most=2, *, after=None, before=None):
    asked = CursorRequest(None, None, after, before)
    found = window(LETTERS, asked, lambda letter: letter, most=most)
    return "".join(found.items), found.has_more


def test_windows_begin_and_end_where_they_are_told():
    assert part() == ("ab", True)
    assert part(9) == (LETTERS, False)
    assert part(after="b") == ("cd", True)
    assert part(after="e") == ("f", False)
    assert part(after="f") == ("", False)
    assert part(before="c") == ("ab", False)
    assert part(before="e") == ("cd", True)
    assert part(9, after="a", before="d") == ("bc", False)


@pytest.mark.parametrize("asked", [{"after": "x"}, {"before": "x"}])
def test_an_id_that_is_not_there_is_refused(asked):
    with pytest.raises(InvalidRequest):
        part(**asked)


def test_limits_and_orders_are_checked():
    asked = CursorRequest(None, None, None, None)
    assert asked.most(default=20, maximum=100) == 20
    assert asked.newest_first
    assert not CursorRequest(None, "asc", None, None).newest_first
    for limit in (0, 101, -1):
        with pytest.raises(InvalidRequest):
            CursorRequest(limit, None, None, None).most(default=20, maximum=100)
    with pytest.raises(InvalidRequest):
        CursorRequest(None, "x" * 1000, None, None).newest_first  # noqa: B018


async def test_everything_reads_to_the_end():
    pages = {None: ListPage(("a", "b"), "1"), "1": ListPage(("c",))}

    async def fetch(limit, after):
        assert limit > 0
        return pages[after]

    assert await everything(fetch) == ["a", "b", "c"]
