"""Port: small things that a project keeps beside its assistants."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from lodgepole.errors import InvalidRequest
from lodgepole.model import Record, RecordKind


class Records(Protocol):
    """Records by project and id. Every write is committed on return.

    Nobody here looks at the clock: what has expired is there until it is removed.
    """

    async def put(self, record: Record) -> None:
        """Store it in the place of the one that has its id, whatever kind that is of."""
        ...

    async def find(self, project_id: str, id_: str) -> Record | None: ...

    async def list(
        self,
        project_id: str,
        kind: RecordKind,
        *,
        limit: int,
        after: Record | None,
        newest_first: bool,
        id_prefix: str = "",
    ) -> Sequence[Record]:
        """At most `limit` of them by creation, those that follow `after` in that order."""
        ...

    async def find_all(self, project_id: str, ids: Sequence[str]) -> Sequence[Record]:
        """Those of the ids that there are, in any order; at most a thousand at once."""
        ...

    async def with_prefix(
        self, kind: RecordKind, id_prefix: str, *, limit: int
    ) -> Sequence[Record]:
        """At most `limit` whose ids begin so, of all projects."""
        ...

    async def count(self, project_id: str, kind: RecordKind) -> int: ...

    async def remove(self, project_id: str, id_: str) -> bool:
        """False when there is none."""
        ...

    async def expired(self, at: datetime, *, limit: int) -> Sequence[Record]:
        """Those of all projects that expire at this time or before it, the oldest first."""
        ...


def place_of(record: Record) -> str:
    """Where a page that ends with this record is continued; see `record_at`."""
    return f"{record.created_at.isoformat()} {record.id}"


def record_at(project_id: str, kind: RecordKind, place: str) -> Record:
    """A stand-in for the record that a page ended with: it may have gone or moved since.

    Raises:
        InvalidRequest: `place` is none that `place_of` made.
    """
    moment, _, id_ = place.partition(" ")
    try:
        at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest("Invalid pagination token: send `next` as it was received") from None
    return Record(id=id_, project_id=project_id, kind=kind, created_at=at, expires_at=None, body={})
