"""Lists in pages: bounds, tokens that are ours, and the whole for clients that know no pages."""

import pytest

from lodgepole.api.pagination import PageRequest, pagination, read_page
from lodgepole.api.versions import wire_version
from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits
from lodgepole.model import ListPage

LIMITS = Limits(list_items=3, list_items_default=2)
ITEMS = ["a", "b", "c", "d", "e"]
NEW, OLD = wire_version("2026-04"), wire_version("2025-04")


async def fetch(limit: int, after: str | None) -> ListPage[str]:
    start = 0 if after is None else ITEMS.index(after) + 1
    page = tuple(ITEMS[start : start + limit])
    more = start + limit < len(ITEMS)
    return ListPage(page, page[-1] if more else None)


async def read(
    limit: int | None = None, token: str | None = None, *, kind: str = "files", version=NEW
) -> ListPage[str]:
    asked = PageRequest(limit, token)
    return await read_page(fetch, kind=kind, asked=asked, version=version, limits=LIMITS)


async def test_pages_follow_each_other_to_the_end() -> None:
    seen: list[str] = []
    token = None
    for _ in range(len(ITEMS)):
        page = await read(token=token)
        seen += page.items
        token = page.next
        if token is None:
            break
    assert seen == ITEMS


@pytest.mark.parametrize("limit", [0, -1, 4])
async def test_a_limit_outside_its_bounds_is_refused(limit: int) -> None:
    with pytest.raises(InvalidRequest, match="between 1 and 3"):
        await read(limit)


@pytest.mark.parametrize("token", ["x", "????", "Zm9v", "ä", "Z" * 5000])
async def test_a_token_that_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequest, match="pagination token"):
        await read(token=token)


async def test_a_token_of_another_list_is_refused() -> None:
    token = (await read()).next
    with pytest.raises(InvalidRequest, match="pagination token"):
        await read(token=token, kind="operations")


async def test_clients_that_know_no_pages_get_everything() -> None:
    page = await read(1, "no token of ours", version=OLD)
    assert (page.items, page.next) == (tuple(ITEMS), None)


async def test_the_last_page_names_no_next_one() -> None:
    named = pagination(await read())
    assert named is not None
    assert (await read(token=named.next)).items == ("c", "d")
    assert pagination(ListPage(())) is None
