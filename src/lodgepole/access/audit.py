"""The audit log: who changed what, when and from where, and who was refused.

It holds names of assistants and ids, and no text: no document, question, answer or metadata.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lodgepole.errors import LodgepoleError
from lodgepole.limits import Limits
from lodgepole.model import ApiKey, ListPage, Record, RecordKind
from lodgepole.ports.clock import Clock
from lodgepole.ports.records import Records, place_of, record_at

log = logging.getLogger(__name__)

REFUSED = frozenset({401, 403})
REFUSALS_PER_MINUTE = 60
"""Written down by one process; further ones are counted, so that nobody fills the disk."""
COMMAND_LINE = "command line"
"""The address of what was done on the server's machine, by whoever may read its data."""
TARGET_CHARS = 128  # of each part of what an entry is about: paths come from anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that somebody did or was refused.

    Attributes:
        id: Unique in the project.
        at: When it was answered.
        action: The route's name, such as `delete_file`.
        target: What it was done to, by the names that the route's path has for its parts.
        status: Of the answer, as in HTTP; 0 where it was done on the command line.
        key_id: Whose key it was; None where there was no valid one.
        key_name: Its name at the time.
        address: Where the request came from.
        request_id: That of the answer's header `X-Request-Id`, and of the log.
        more: Refused attempts before it that were only counted.
    """

    id: str
    at: datetime
    action: str
    target: Mapping[str, str]
    status: int
    key_id: str | None
    key_name: str | None
    address: str
    request_id: str
    more: int = 0


class AuditLog:
    """Use cases of a project on what was done in it; entries are never changed."""

    def __init__(
        self, *, records: Records, clock: Clock, new_id: Callable[[], str], limits: Limits
    ) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._days = limits.audit_retention_days
        self._minute: datetime | None = None
        self._refusals = 0
        self._uncounted = 0

    async def note(
        self,
        project_id: str,
        *,
        action: str,
        target: Mapping[str, str],
        status: int,
        key: ApiKey | None,
        address: str,
        request_id: str,
    ) -> None:
        """Store an entry; durable on return. A failure is logged: the request was carried out."""
        if self._days <= 0 or (status in REFUSED and not self._may_note_refusal()):
            return
        now = self._clock.now()
        more, self._uncounted = self._uncounted, 0
        body = {
            "action": action,
            "target": {name: value[:TARGET_CHARS] for name, value in target.items()},
            "status": status,
            "key_id": None if key is None else key.id,
            "key_name": None if key is None else key.name,
            "address": address,
            "request_id": request_id,
            "more": more,
        }
        record = Record(
            id=f"audit_{self._new_id()}",
            project_id=project_id,
            kind=RecordKind.AUDIT,
            created_at=now,
            expires_at=now + timedelta(days=self._days),
            body=body,
        )
        try:
            await self._records.put(record)
        except LodgepoleError as error:
            log.warning("An entry of the audit log was not written: %s", error)

    async def list(self, project_id: str, *, limit: int, after: str | None) -> ListPage[AuditEntry]:
        """Newest first; `after` is the `next` of the page before. Raises InvalidRequest."""
        last = None if after is None else record_at(project_id, RecordKind.AUDIT, after)
        found = await self._records.list(
            project_id, RecordKind.AUDIT, limit=limit + 1, after=last, newest_first=True
        )
        shown = found[:limit]
        more = len(found) > limit
        return ListPage(tuple(map(_entry, shown)), place_of(shown[-1]) if more else None)

    def _may_note_refusal(self) -> bool:
        minute = self._clock.now().replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._refusals = minute, 0
        self._refusals += 1
        if self._refusals > REFUSALS_PER_MINUTE:
            self._uncounted += 1
            return False
        return True


def _entry(record: Record) -> AuditEntry:
    return AuditEntry(id=record.id, at=record.created_at, **record.body)
