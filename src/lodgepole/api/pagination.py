"""Lists in pages: `limit` and `pagination_token` in, an opaque `pagination.next` out."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Query

from lodgepole.api.requests import WholeParameter
from lodgepole.api.schemas.wire import PaginationResponse, needs
from lodgepole.api.versions import WireVersion
from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits
from lodgepole.model import ListPage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Page that a client asked for, unchecked."""

    limit: int | None
    token: str | None


def page_request(
    limit: Annotated[
        WholeParameter,
        Query(
            description="Most items of this page.",
            json_schema_extra={
                **needs("has_pages"),
                "minimum": 1,
                "maximum": "limits.list_items",
                "default": "limits.list_items_default",
            },
        ),
    ] = None,
    pagination_token: Annotated[
        str | None,
        Query(
            description="The `pagination.next` of the page before.",
            json_schema_extra=needs("has_pages"),
        ),
    ] = None,
) -> PageRequest:
    """The FastAPI dependency that reads the two parameters."""
    return PageRequest(limit, pagination_token)


async def read_page(
    fetch: Callable[[int, str | None], Awaitable[ListPage[T]]],
    *,
    kind: str,
    asked: PageRequest,
    version: WireVersion,
    limits: Limits,
) -> ListPage[T]:
    """One page; the whole list for clients that know no pages.

    Args:
        fetch: Called with `(limit, after)`.
        kind: Names the list, so that a token of another list is refused.
        asked: Ignored for clients that know no pages.
        version: The client's.
        limits: Bounds and default of `limit`.

    Raises:
        InvalidRequest: `limit` outside 1..limits.list_items, or a token that is not ours.
    """
    if not version.has_pages:
        return ListPage(tuple(await _everything(fetch, limits.list_items)))
    limit = limits.list_items_default if asked.limit is None else asked.limit
    if not 1 <= limit <= limits.list_items:
        raise InvalidRequest(f"Invalid limit {limit}: must be between 1 and {limits.list_items}")
    after = _decode(kind, asked.token) if asked.token else None
    page = await fetch(limit, after)
    return ListPage(page.items, None if page.next is None else _encode(kind, page.next))


def pagination(page: ListPage[Any]) -> PaginationResponse | None:
    """Token of the next page, left out on the last one: an empty one breaks clients."""
    return None if page.next is None else PaginationResponse(next=page.next)


async def _everything(
    fetch: Callable[[int, str | None], Awaitable[ListPage[T]]], step: int
) -> list[T]:
    items: list[T] = []
    after: str | None = None
    while True:
        page = await fetch(step, after)
        items.extend(page.items)
        after = page.next
        if after is None:
            return items


def _encode(kind: str, after: str) -> str:
    return base64.urlsafe_b64encode(f"{kind}:{after}".encode()).decode()


def _decode(kind: str, token: str) -> str:
    try:
        decoded = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        decoded = ""
    found, _, after = decoded.partition(":")
    if found != kind or not after:
        raise InvalidRequest(
            "Invalid pagination token: send the `pagination.next` of the page before"
        )
    return after
