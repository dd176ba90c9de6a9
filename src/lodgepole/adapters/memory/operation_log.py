"""The operation log in memory."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from lodgepole.adapters.memory.database import (
    FileRow,
    MemoryDatabase,
    OperationRow,
    page,
)
from lodgepole.adapters.memory.webhooks import forget_content, note_finished
from lodgepole.errors import ClaimLost, Conflict, NotFound, RateLimited
from lodgepole.model import (
    AssistantStatus,
    Claim,
    File,
    FileStatus,
    FileVersion,
    ListPage,
    Operation,
    OperationStatus,
    OperationType,
)
from lodgepole.ports.clock import Clock
from lodgepole.ports.operation_history import OperationMatcher
from lodgepole.ports.operation_queue import QuickWork, overdue_horizon

FILE_DELETED = "Cancelled: the file was deleted."
ASSISTANT_DELETED = "Cancelled: the assistant was deleted."


class MemoryOperationLog:
    """All ports of operations, over a database that a `MemoryCatalog` shares."""

    def __init__(self, database: MemoryDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # --- accepting ----------------------------------------------------------------------------

    async def reserve_generation(self, assistant_id: str) -> int:
        self._check_alive(assistant_id)
        self._database.generations[assistant_id] += 1
        return self._database.generations[assistant_id]

    async def append(
        self, operation: Operation, *, file: File | None = None, most_files: int | None = None
    ) -> None:
        self._check_alive(operation.assistant_id)
        match operation.type:
            case OperationType.DELETE_ASSISTANT:
                self._begin_delete_assistant(operation.assistant_id)
            case OperationType.DELETE_FILE:
                self._begin_delete_file(operation)
            case _:
                self._begin_content(operation, file, most_files)
        self._database.operations[operation.assistant_id, operation.id] = OperationRow(
            operation, due_at=operation.created_at
        )
        self._database.work.give()

    def _begin_content(
        self, operation: Operation, file: File | None, most_files: int | None
    ) -> None:
        key = (operation.assistant_id, operation.file_id or "")
        row = self._database.files.get(key)
        if row is not None:
            if row.file.status is FileStatus.DELETING:
                raise Conflict(f"File {operation.file_id} is being deleted.")
            if self._unfinished(operation.assistant_id, operation.file_id):
                raise Conflict(f"File {operation.file_id} has an operation under way.")
            if operation.generation < row.file.generation:
                raise Conflict(f"File {operation.file_id} was replaced meanwhile.")
            if row.published:
                return
            file = file and replace(file, created_at=row.file.created_at)
        if file is None or self._was_deleted_since(operation):
            raise Conflict(f"File {operation.file_id} was deleted meanwhile.")
        held = sum(owner == operation.assistant_id for owner, _ in self._database.files)
        if row is None and most_files is not None and held >= most_files:
            message = f"The assistant holds {held} files, as many as it may."
            raise RateLimited(message, retry_after=60.0)
        self._database.files[key] = FileRow(file)

    def _was_deleted_since(self, operation: Operation) -> bool:
        return any(
            row.operation.type is OperationType.DELETE_FILE
            and row.operation.generation > operation.generation
            for (assistant_id, _), row in self._database.operations.items()
            if (assistant_id, row.operation.file_id) == (operation.assistant_id, operation.file_id)
            and operation.type is not OperationType.UPLOAD_FILE
        )

    def _begin_delete_file(self, operation: Operation) -> None:
        row = self._database.files.get((operation.assistant_id, operation.file_id or ""))
        if row is None:
            raise NotFound(f"File {operation.file_id} not found.")
        if row.file.status is FileStatus.DELETING:
            raise Conflict(f"File {operation.file_id} is being deleted.")
        for other in self._unfinished(operation.assistant_id, operation.file_id):
            self._end(other, OperationStatus.FAILED, FILE_DELETED)
        row.file = replace(
            row.file, status=FileStatus.DELETING, updated_at=self._clock.now(), percent_complete=0
        )

    def _begin_delete_assistant(self, assistant_id: str) -> None:
        now = self._clock.now()
        self._database.assistants[assistant_id] = replace(
            self._database.assistants[assistant_id],
            status=AssistantStatus.TERMINATING,
            updated_at=now,
        )
        for row in self._database.files_of(assistant_id):
            row.file = replace(row.file, status=FileStatus.DELETING, updated_at=now)
        for other in self._unfinished(assistant_id, None):
            self._end(other, OperationStatus.FAILED, ASSISTANT_DELETED)

    # --- reading ------------------------------------------------------------------------------

    async def find(self, assistant_id: str, operation_id: str) -> Operation | None:
        row = self._database.operations.get((assistant_id, operation_id))
        return None if row is None else row.operation

    async def list(
        self,
        assistant_id: str,
        *,
        types: Collection[OperationType],
        statuses: Collection[OperationStatus],
        limit: int,
        after: str | None,
        file_id: str | None = None,
        matching: OperationMatcher | None = None,
    ) -> ListPage[Operation]:
        found = [
            row.operation
            for (owner, _), row in self._database.operations.items()
            if owner == assistant_id
            and (not types or row.operation.type in types)
            and (not statuses or row.operation.status in statuses)
            and (file_id is None or row.operation.file_id == file_id)
        ]
        if matching is not None:
            found = [operation for operation in found if await matching(operation)]
        return page(
            found,
            lambda operation: (operation.created_at, operation.id),
            limit=limit,
            after=after,
            newest_first=True,
        )

    async def live_versions(self, assistant_id: str) -> Collection[FileVersion]:
        versions = {row.file.version for row in self._database.files_of(assistant_id)}
        for row in self._unfinished(assistant_id, None):
            if row.operation.file_id is not None and row.operation.upload is not None:
                versions.add(FileVersion(row.operation.file_id, row.operation.generation))
        return versions

    async def live_assistants(self) -> Collection[str]:
        return set(self._database.assistants)

    async def assistant_count(self) -> int:
        return len(await self.live_assistants())

    async def take_turn(self, name: str, holder: str, *, lease: timedelta) -> bool:
        now = self._clock.now()
        held_by, until = self._database.turns.get(name, (holder, now))
        if held_by != holder and now < until <= now + 2 * lease:
            return False
        self._database.turns[name] = (holder, now + lease)
        return True

    async def queue_depth(self) -> int:
        return len(self._unfinished(None, None))

    async def oldest_unfinished(self) -> datetime | None:
        accepted = (row.operation.created_at for row in self._unfinished(None, None))
        return min(accepted, default=None)

    # --- working ------------------------------------------------------------------------------

    async def claim(
        self, worker_id: str, *, lease: timedelta, quick: QuickWork | None = None
    ) -> Claim | None:
        now = self._clock.now()
        unfinished = self._unfinished(None, None)
        running = Counter(
            row.operation.assistant_id
            for row in unfinished
            if row.worker_id is not None and row.due_at > now
        )
        projects = {each.id: each.project_id for each in self._database.assistants.values()}
        of_project: Counter[str] = Counter()
        for assistant_id, count in running.items():
            of_project[projects[assistant_id]] += count
        horizon = overdue_horizon(now, lease)
        due = [row for row in unfinished if row.due_at <= now or row.due_at > horizon]
        oldest: dict[str, OperationRow] = {}
        for row in sorted(due, key=lambda row: (row.operation.created_at, row.operation.id)):
            oldest.setdefault(row.operation.assistant_id, row)
        able = [row for row in oldest.values() if quick is None or _is_quick(row, quick)]
        if not able:
            return None
        row = min(
            able,
            key=lambda row: (
                of_project[projects[row.operation.assistant_id]],
                running[row.operation.assistant_id],
                row.operation.created_at,
                row.operation.id,
            ),
        )
        operation = row.operation
        row.operation = replace(
            operation, attempts=operation.attempts + 1, unreturned=operation.unreturned + 1
        )
        row.worker_id, row.due_at = worker_id, now + lease
        return Claim(operation=row.operation, worker_id=worker_id, expires_at=row.due_at)

    async def extend(self, claim: Claim, *, lease: timedelta) -> Claim:
        row = self._held(claim)
        row.due_at = self._clock.now() + lease
        return replace(claim, expires_at=row.due_at)

    async def report_progress(self, claim: Claim, percent: int) -> None:
        row = self._held(claim)
        row.operation = replace(row.operation, percent_complete=percent)
        file_row = self._file_row(row.operation)
        if file_row is not None and file_row.file.status is FileStatus.PROCESSING:
            file_row.file = replace(file_row.file, percent_complete=percent)

    async def take_back(self, worker_id: str) -> None:
        now = self._clock.now()
        for row in self._database.operations.values():
            if row.worker_id == worker_id and row.operation.status is OperationStatus.PROCESSING:
                row.worker_id, row.due_at = None, min(row.due_at, now)
        self._database.work.give()

    async def release(self, claim: Claim, *, due_at: datetime) -> None:
        row = self._held(claim)
        row.operation = replace(row.operation, unreturned=row.operation.unreturned - 1)
        row.worker_id, row.due_at = None, due_at
        self._database.work.give()

    async def complete(
        self,
        claim: Claim,
        *,
        notice: str | None = None,
        page_count: int | None = None,
        ingestion_units: float | None = None,
    ) -> None:
        row = self._held(claim)
        operation = row.operation
        if operation.type is OperationType.DELETE_ASSISTANT:
            self._remove_assistant(operation.assistant_id)
            self._database.finished.give()
            return
        if operation.type is OperationType.DELETE_FILE:
            self._database.files.pop((operation.assistant_id, operation.file_id or ""), None)
            self._forget_content(operation)
        else:
            self._publish(operation, notice, page_count)
        row.operation = replace(operation, ingestion_units=ingestion_units, percent_complete=100)
        self._end(row, OperationStatus.COMPLETED, None)

    def _forget_content(self, deletion: Operation) -> None:
        for row in self._database.operations.values():
            operation = row.operation
            if (operation.assistant_id, operation.file_id) == (
                deletion.assistant_id,
                deletion.file_id,
            ):
                message = "The file was deleted." if operation.error_message else None
                row.operation = replace(operation, upload=None, error_message=message)
        forget_content(self._database, deletion.assistant_id, deletion.file_id)

    async def fail(self, claim: Claim, error_message: str) -> None:
        row = self._held(claim)
        file_row = self._file_row(row.operation)
        if (
            file_row is not None
            and not file_row.published
            and file_row.file.status is FileStatus.PROCESSING
        ):
            file_row.file = replace(
                file_row.file,
                status=FileStatus.PROCESSING_FAILED,
                error_message=error_message,
                updated_at=self._clock.now(),
            )
        self._end(row, OperationStatus.FAILED, error_message)

    async def forget_finished(self, before: datetime) -> int:
        old = [
            key
            for key, row in self._database.operations.items()
            if row.operation.completed_at is not None and row.operation.completed_at < before
        ]
        for key in old:
            del self._database.operations[key]
        return len(old)

    async def wait(self, timeout: timedelta) -> None:
        unfinished = self._unfinished(None, None)
        if unfinished:
            timeout = min(timeout, min(row.due_at for row in unfinished) - self._clock.now())
        if timeout > timedelta():
            await self._database.work.wait(timeout.total_seconds())

    async def wait_finished(self, timeout: timedelta) -> None:
        await self._database.finished.wait(timeout.total_seconds())

    # --- rows ---------------------------------------------------------------------------------

    def _check_alive(self, assistant_id: str) -> None:
        assistant = self._database.assistants.get(assistant_id)
        if assistant is None or assistant.status is AssistantStatus.TERMINATING:
            raise NotFound("The assistant is being deleted." if assistant else "No such assistant.")

    def _unfinished(self, assistant_id: str | None, file_id: str | None) -> "list[OperationRow]":
        return [
            row
            for row in self._database.operations.values()
            if row.operation.status is OperationStatus.PROCESSING
            and (assistant_id is None or row.operation.assistant_id == assistant_id)
            and (file_id is None or row.operation.file_id == file_id)
        ]

    def _held(self, claim: Claim) -> OperationRow:
        operation = claim.operation
        row = self._database.operations.get((operation.assistant_id, operation.id))
        if (
            row is None
            or row.operation.status is not OperationStatus.PROCESSING
            or row.operation.attempts != operation.attempts
            or row.worker_id != claim.worker_id
        ):
            raise ClaimLost(f"Operation {operation.id} is not held by {claim.worker_id} any more.")
        return row

    def _file_row(self, operation: Operation) -> FileRow | None:
        return self._database.files.get((operation.assistant_id, operation.file_id or ""))

    def _end(self, row: OperationRow, status: OperationStatus, error: str | None) -> None:
        row.operation = replace(
            row.operation, status=status, error_message=error, completed_at=self._clock.now()
        )
        row.worker_id = None
        note_finished(self._database, row.operation, self._clock.now())
        self._database.finished.give()

    def _publish(self, operation: Operation, notice: str | None, page_count: int | None) -> None:
        row = self._file_row(operation)
        assert row is not None, "content is published of a file that has a row"
        assert operation.upload is not None, "content comes with its upload"
        row.published = True
        row.file = replace(
            row.file,
            upload=operation.upload,
            status=FileStatus.AVAILABLE,
            generation=operation.generation,
            updated_at=self._clock.now(),
            percent_complete=100,
            error_message=None,
            notice=notice,
            page_count=page_count,
        )

    def _remove_assistant(self, assistant_id: str) -> None:
        database = self._database
        forget_content(database, assistant_id)
        database.assistants.pop(assistant_id, None)
        database.generations.pop(assistant_id, None)
        for key in [key for key in database.files if key[0] == assistant_id]:
            del database.files[key]
        for key in [key for key in database.sources if key[0] == assistant_id]:
            del database.sources[key]
        for key in [key for key in database.operations if key[0] == assistant_id]:
            del database.operations[key]


def _is_quick(row: OperationRow, quick: QuickWork) -> bool:
    upload = row.operation.upload
    return quick.includes(row.operation.assistant_id, None if upload is None else upload.size)
