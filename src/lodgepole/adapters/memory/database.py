"""State that catalog and operation log share, so that one method changes both at once.

Nothing here awaits between reading and writing, which makes every method one transaction.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from lodgepole.concurrency.signal import Signal
from lodgepole.errors import InvalidRequest
from lodgepole.model import ApiKey, Assistant, DailyUsage, File, ListPage, Operation, Record
from lodgepole.ports.source_store import Source, SourceItem, SourceRun
from lodgepole.ports.webhook_store import Delivery, Webhook

T = TypeVar("T")


@dataclass(slots=True)
class FileRow:
    """A file, and whether it was ever Available."""

    file: File
    published: bool = False


@dataclass(slots=True)
class OperationRow:
    """An operation, who holds it, and when it is due: while held, when the lease runs out."""

    operation: Operation
    due_at: datetime
    worker_id: str | None = None


@dataclass(slots=True)
class SourceRow:
    """A source with all that is kept of it, and who holds it until when."""

    source: Source
    items: dict[str, SourceItem] = field(default_factory=dict[str, SourceItem])
    runs: dict[str, SourceRun] = field(default_factory=dict[str, SourceRun])
    claims: int = 0
    requested: bool = False
    worker_id: str | None = None
    held_until: datetime | None = None


@dataclass(slots=True)
class DeliveryRow:
    """A delivery, and who holds it."""

    delivery: Delivery
    claims: int = 0
    worker_id: str | None = None


@dataclass(slots=True)
class MemoryDatabase:
    """Rows by their keys."""

    keys: dict[str, ApiKey] = field(default_factory=dict[str, ApiKey])
    assistants: dict[str, Assistant] = field(default_factory=dict[str, Assistant])
    generations: dict[str, int] = field(default_factory=dict[str, int])
    files: dict[tuple[str, str], FileRow] = field(default_factory=dict[tuple[str, str], FileRow])
    operations: dict[tuple[str, str], OperationRow] = field(
        default_factory=dict[tuple[str, str], OperationRow]
    )
    usage: dict[tuple[date, str, str], DailyUsage] = field(
        default_factory=dict[tuple[date, str, str], DailyUsage]
    )
    sources: dict[tuple[str, str], SourceRow] = field(
        default_factory=dict[tuple[str, str], SourceRow]
    )
    webhooks: dict[tuple[str, str], Webhook] = field(default_factory=dict[tuple[str, str], Webhook])
    deliveries: dict[tuple[str, str, str], DeliveryRow] = field(
        default_factory=dict[tuple[str, str, str], DeliveryRow]
    )
    records: dict[tuple[str, str], Record] = field(default_factory=dict[tuple[str, str], Record])
    turns: dict[str, tuple[str, datetime]] = field(default_factory=dict[str, tuple[str, datetime]])
    work: Signal = field(default_factory=Signal)
    finished: Signal = field(default_factory=Signal)

    def files_of(self, assistant_id: str) -> list[FileRow]:
        return [row for (owner, _), row in self.files.items() if owner == assistant_id]


Position = tuple[datetime, str]


def page(
    items: Sequence[T],
    position: Callable[[T], Position],
    *,
    limit: int,
    after: str | None,
    newest_first: bool,
) -> ListPage[T]:
    """One page of `items`, ordered by their positions; tokens hold the last one's position."""
    ordered = sorted(items, key=position, reverse=newest_first)
    if after is not None:
        last = _decode(after)
        ordered = [
            item
            for item in ordered
            if (position(item) < last if newest_first else position(item) > last)
        ]
    shown = ordered[:limit]
    more = len(ordered) > limit
    return ListPage(tuple(shown), next=_encode(position(shown[-1])) if more and shown else None)


def _encode(position: Position) -> str:
    return base64.urlsafe_b64encode(f"{position[0].isoformat()} {position[1]}".encode()).decode()


def _decode(token: str) -> Position:
    try:
        moment, _, id_ = base64.urlsafe_b64decode(token).decode().partition(" ")
        return datetime.fromisoformat(moment), id_
    except (ValueError, binascii.Error):
        raise InvalidRequest("Invalid pagination token: send `next` as it was received") from None
