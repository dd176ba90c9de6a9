"""Batches of files that one assistant takes up together, with their progress."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.library.files import Files
from lodgepole.library.held_files import HeldFiles
from lodgepole.limits import Limits
from lodgepole.model import Assistant, File, FileStatus, Record, RecordKind
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock
from lodgepole.ports.records import Records

ID_PREFIX = "vsfb_"
MOST_FILES = 500
"""In one batch: each is copied before the batch is accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBatch:
    """What one request brought; `files` are those that the assistant still has, in its order."""

    id: str
    created_at: datetime
    file_ids: tuple[str, ...]
    cancelled: bool
    files: tuple[File, ...]


class FileBatches:
    """Use cases on batches, which are remembered as long as operations are."""

    def __init__(
        self,
        *,
        records: Records,
        catalog: Catalog,
        files: Files,
        held_files: HeldFiles,
        clock: Clock,
        new_id: Callable[[], str],
        limits: Limits,
    ) -> None:
        self._records = records
        self._catalog = catalog
        self._files = files
        self._held_files = held_files
        self._clock = clock
        self._new_id = new_id
        self._limits = limits

    async def create(
        self, assistant: Assistant, entries: Sequence[tuple[str, object]]
    ) -> FileBatch:
        """Have an assistant take up files, given as ids with their metadata; durable on return.

        Raises:
            InvalidRequest: None, too many, one of them twice, or metadata are not acceptable.
            NotFound: One of them is not there; then none is taken up.
            Conflict: The assistant has an operation under way on one of them.
        """
        ids = [file_id for file_id, _ in entries]
        if not 1 <= len(ids) <= MOST_FILES or len(set(ids)) < len(ids):
            raise InvalidRequest(f"A batch has 1 to {MOST_FILES} files, each of them once")
        for file_id in ids:
            await self._held_files.get(assistant.project_id, file_id)
        for file_id, metadata in entries:
            await self._held_files.take_up(assistant, file_id, metadata)
        now = self._clock.now()
        record = Record(
            id=ID_PREFIX + self._new_id().replace("-", ""),
            project_id=assistant.project_id,
            kind=RecordKind.FILE_BATCH,
            created_at=now,
            expires_at=now + timedelta(days=self._limits.operation_retention_days),
            body={"assistant": assistant.id, "files": ids, "cancelled": False},
        )
        await self._records.put(record)
        return await self._read(assistant, record)

    async def get(self, assistant: Assistant, batch_id: str) -> FileBatch:
        """Raises NotFound, also for a batch of another assistant."""
        return await self._read(assistant, await self._find(assistant, batch_id))

    async def cancel(self, assistant: Assistant, batch_id: str) -> FileBatch:
        """Drop the files that are not searchable yet. Raises NotFound."""
        record = await self._find(assistant, batch_id)
        cancelled = replace(record, body={**record.body, "cancelled": True})
        await self._records.put(cancelled)
        for file in (await self._read(assistant, record)).files:
            if file.status is FileStatus.PROCESSING:
                await self._files.delete(assistant, file.id)
        return await self._read(assistant, cancelled)

    async def _find(self, assistant: Assistant, batch_id: str) -> Record:
        record = await self._records.find(assistant.project_id, batch_id)
        if (
            record is None
            or record.kind is not RecordKind.FILE_BATCH
            or record.body["assistant"] != assistant.id
            or (record.expires_at is not None and record.expires_at <= self._clock.now())
        ):
            raise NotFound(f"No file batch found with id {batch_id[:140]!r}.")
        return record

    async def _read(self, assistant: Assistant, record: Record) -> FileBatch:
        found = [
            await self._catalog.find_file(assistant.id, file_id) for file_id in record.body["files"]
        ]
        return FileBatch(
            id=record.id,
            created_at=record.created_at,
            file_ids=tuple(record.body["files"]),
            cancelled=record.body["cancelled"],
            files=tuple(file for file in found if file is not None),
        )
