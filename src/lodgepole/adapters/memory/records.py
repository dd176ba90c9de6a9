"""Records in memory."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from lodgepole.adapters.memory.database import MemoryDatabase, Position
from lodgepole.model import Record, RecordKind


class MemoryRecords:
    """`Records` over the database of a `MemoryCatalog`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def put(self, record: Record) -> None:
        self._database.records[record.project_id, record.id] = record

    async def find(self, project_id: str, id_: str) -> Record | None:
        return self._database.records.get((project_id, id_))

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
        meant = [one for one in self._of(project_id, kind) if one.id.startswith(id_prefix)]
        found = sorted(meant, key=_position, reverse=newest_first)
        if after is not None:
            last = _position(after)
            found = [
                record
                for record in found
                if (_position(record) < last if newest_first else _position(record) > last)
            ]
        return found[:limit]

    async def find_all(self, project_id: str, ids: Sequence[str]) -> Sequence[Record]:
        found = (self._database.records.get((project_id, id_)) for id_ in ids)
        return [record for record in found if record is not None]

    async def with_prefix(
        self, kind: RecordKind, id_prefix: str, *, limit: int
    ) -> Sequence[Record]:
        found = (
            record
            for record in self._database.records.values()
            if record.kind == kind and record.id.startswith(id_prefix)
        )
        return list(islice(found, limit))

    async def count(self, project_id: str, kind: RecordKind) -> int:
        return len(self._of(project_id, kind))

    async def remove(self, project_id: str, id_: str) -> bool:
        return self._database.records.pop((project_id, id_), None) is not None

    async def expired(self, at: datetime, *, limit: int) -> Sequence[Record]:
        due = [
            (record.expires_at, record.id, record)
            for record in self._database.records.values()
            if record.expires_at is not None and record.expires_at <= at
        ]
        return [record for _, _, record in sorted(due, key=lambda one: one[:2])[:limit]]

    def _of(self, project_id: str, kind: RecordKind) -> Sequence[Record]:
        return [
            record
            for record in self._database.records.values()
            if (record.project_id, record.kind) == (project_id, kind)
        ]


def _position(record: Record) -> Position:
    return record.created_at, record.id
