"""Lists in pages as the OpenAI API has them: `after` and `before` an id, in either order."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Query

from lodgepole.api.requests import WholeParameter
from lodgepole.errors import InvalidRequest
from lodgepole.model import ListPage

T = TypeVar("T")
ORDERS = ("asc", "desc")
STEP = 500  # items read at a time


@dataclass(frozen=True, slots=True)
class CursorRequest:
    """Page that a client asked for, unchecked."""

    limit: int | None
    order: str | None
    after: str | None
    before: str | None

    @property
    def newest_first(self) -> bool:
        """Raises InvalidRequest."""
        if self.order not in (None, "", *ORDERS):
            raise InvalidRequest(f"Invalid order {self.order!r:.60}: must be asc or desc")
        return self.order != "asc"

    def most(self, *, default: int, maximum: int) -> int:
        """Number of items to show. Raises InvalidRequest."""
        limit = default if self.limit is None else self.limit
        if not 1 <= limit <= maximum:
            raise InvalidRequest(f"Invalid limit {limit}: must be between 1 and {maximum}")
        return limit


@dataclass(frozen=True, slots=True)
class Window(Generic[T]):
    """One page; `has_more` in the direction that was asked for."""

    items: Sequence[T]
    has_more: bool


def cursor_request(
    limit: Annotated[
        WholeParameter,
        Query(description="Most items of this page.", json_schema_extra={"minimum": 1}),
    ] = None,
    order: Annotated[
        str | None,
        Query(
            description="By creation: `desc`, the newest first, unless `asc`.",
            json_schema_extra={"enum": ["asc", "desc", ""]},
        ),
    ] = None,
    after: Annotated[str | None, Query(description="Show what follows this id.")] = None,
    before: Annotated[str | None, Query(description="Show what comes before this id.")] = None,
) -> CursorRequest:
    """The FastAPI dependency that reads the four parameters."""
    return CursorRequest(limit, order, after or None, before or None)


async def everything(fetch: Callable[[int, str | None], Awaitable[ListPage[T]]]) -> list[T]:
    """All items of a list that comes in pages; called with `(limit, after)`."""
    items: list[T] = []
    after: str | None = None
    while True:
        page = await fetch(STEP, after)
        items.extend(page.items)
        after = page.next
        if after is None:
            return items


def window(
    items: Sequence[T], asked: CursorRequest, id_of: Callable[[T], str], *, most: int
) -> Window[T]:
    """The page of `items`, which are in order. Raises InvalidRequest for an id not among them."""
    places = {id_of(item): number for number, item in enumerate(items)}
    start, end = 0, len(items)
    for name, id_ in (("after", asked.after), ("before", asked.before)):
        if id_ is not None and id_ not in places:
            raise InvalidRequest(f"Invalid {name} {id_[:140]!r}: it is not in this list")
    if asked.after is not None:
        start = places[asked.after] + 1
    if asked.before is not None:
        end = places[asked.before]
    part = items[start:end]
    if asked.before is not None and asked.after is None:
        return Window(part[-most:], len(part) > most)
    return Window(part[:most], len(part) > most)
