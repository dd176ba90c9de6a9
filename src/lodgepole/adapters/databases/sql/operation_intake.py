"""Acceptance of an operation: its effects on other rows, in the transaction that appends it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, true, update

from lodgepole.adapters.databases.sql.dialects import locked
from lodgepole.adapters.databases.sql.rows import (
    AnyRow,
    Columns,
    file_columns,
    operation_columns,
    read_operation,
)
from lodgepole.adapters.databases.sql.tables import assistants, files, operations
from lodgepole.adapters.databases.sql.webhook_outbox import note_finished
from lodgepole.errors import Conflict, NotFound, RateLimited
from lodgepole.model import (
    AssistantStatus,
    File,
    FileStatus,
    Operation,
    OperationStatus,
    OperationType,
)

FILE_DELETED = "Cancelled: the file was deleted."
FULL_RETRY_SECONDS = 60.0
ASSISTANT_DELETED = "Cancelled: the assistant was deleted."


def accept(
    connection: Connection,
    operation: Operation,
    file: File | None,
    now: datetime,
    most_files: int | None,
) -> None:
    """Append an operation with what `OperationLog.append` promises of its type."""
    check_alive(connection, operation.assistant_id)
    match operation.type:
        case OperationType.DELETE_ASSISTANT:
            _delete_assistant(connection, operation.assistant_id, now)
        case OperationType.DELETE_FILE:
            _delete_file(connection, operation, now)
        case _:
            _accept_content(connection, operation, file, most_files)
    connection.execute(
        insert(operations).values(**operation_columns(operation), due_at=operation.created_at)
    )


def check_alive(connection: Connection, assistant_id: str) -> None:
    """Lock the assistant's row. Raises NotFound when it is gone or Terminating."""
    query = locked(select(assistants.c.status).where(assistants.c.id == assistant_id))
    status = connection.execute(query).scalar()
    if status is None or status == AssistantStatus.TERMINATING.value:
        raise NotFound("The assistant is being deleted." if status else "No such assistant.")


def _check_files(connection: Connection, assistant_id: str, most: int) -> None:
    """Raises RateLimited; the assistant's row is locked, so that no two take the last place."""
    counted = select(func.count()).where(files.c.assistant_id == assistant_id)
    held = connection.execute(counted).scalar_one()
    if held >= most:
        raise RateLimited(
            f"The assistant holds {held} files, as many as it may.", retry_after=FULL_RETRY_SECONDS
        )


def lock_assistant(connection: Connection, assistant_id: str) -> None:
    """Before its operations and files are changed together; see `_delete_assistant`."""
    connection.execute(locked(select(assistants.c.id).where(assistants.c.id == assistant_id)))


def next_revision(connection: Connection, assistant_id: str, **values: Any) -> int:
    """Tell every cache of Available files that it is out of date; the number of this change."""
    bumped = connection.execute(
        update(assistants)
        .where(assistants.c.id == assistant_id)
        .values(revision=assistants.c.revision + 1, **values)
        .returning(assistants.c.revision)
    )
    return bumped.scalar_one()


def _accept_content(
    connection: Connection, operation: Operation, file: File | None, most_files: int | None
) -> None:
    row = _find_file(connection, operation)
    if row is None:
        if file is None or _was_deleted_since(connection, operation):
            raise Conflict(f"File {operation.file_id} was deleted meanwhile.")
        if most_files is not None:
            _check_files(connection, operation.assistant_id, most_files)
        connection.execute(insert(files).values(**file_columns(file), published=False))
        return
    if row.status == FileStatus.DELETING.value:
        raise Conflict(f"File {operation.file_id} is being deleted.")
    if _has_unfinished(connection, operation):
        raise Conflict(f"File {operation.file_id} has an operation under way.")
    if operation.generation < row.generation:
        raise Conflict(f"File {operation.file_id} was replaced meanwhile.")
    if not row.published:
        assert file is not None, "new content comes with its file"
        values = {**file_columns(file), "created_at": row.created_at}
        _update_file(connection, operation, values)


def _delete_file(connection: Connection, operation: Operation, now: datetime) -> None:
    row = _find_file(connection, operation)
    if row is None:
        raise NotFound(f"File {operation.file_id} not found.")
    if row.status == FileStatus.DELETING.value:
        raise Conflict(f"File {operation.file_id} is being deleted.")
    _cancel(connection, operation.assistant_id, _of_file(operation), FILE_DELETED, now)
    values = {
        "status": FileStatus.DELETING.value,
        "updated_at": now,
        "percent_complete": 0,
        "revision": next_revision(connection, operation.assistant_id),
    }
    _update_file(connection, operation, values)


def _delete_assistant(connection: Connection, assistant_id: str, now: datetime) -> None:
    revision = next_revision(
        connection, assistant_id, status=AssistantStatus.TERMINATING.value, updated_at=now
    )
    # Rows are locked in one order everywhere: the assistant, its operations, its files.
    _cancel(connection, assistant_id, true(), ASSISTANT_DELETED, now)
    connection.execute(
        update(files)
        .where(files.c.assistant_id == assistant_id)
        .values(status=FileStatus.DELETING.value, updated_at=now, revision=revision)
    )


def _cancel(
    connection: Connection, assistant_id: str, condition: Any, message: str, now: datetime
) -> None:
    cancelled = connection.execute(
        update(operations)
        .where(operations.c.assistant_id == assistant_id, condition)
        .where(operations.c.status == OperationStatus.PROCESSING.value)
        .values(
            status=OperationStatus.FAILED.value,
            error_message=message,
            completed_at=now,
            worker_id=None,
        )
        .returning(operations)
    )
    note_finished(connection, assistant_id, [read_operation(row) for row in cancelled], now)


def _find_file(connection: Connection, operation: Operation) -> AnyRow | None:
    query = (
        select(files)
        .where(files.c.assistant_id == operation.assistant_id)
        .where(files.c.id == operation.file_id)
    )
    return connection.execute(query).first()


def _update_file(connection: Connection, operation: Operation, values: Columns) -> None:
    connection.execute(
        update(files)
        .where(files.c.assistant_id == operation.assistant_id)
        .where(files.c.id == operation.file_id)
        .values(**values)
    )


def _has_unfinished(connection: Connection, operation: Operation) -> bool:
    query = (
        select(operations.c.id)
        .where(_of_file(operation))
        .where(operations.c.status == OperationStatus.PROCESSING.value)
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _was_deleted_since(connection: Connection, operation: Operation) -> bool:
    """Return whether its bytes may be gone: a deletion removes what was stored before it."""
    if operation.type is OperationType.UPLOAD_FILE:
        return False  # of an id that is new
    query = (
        select(operations.c.id)
        .where(_of_file(operation))
        .where(operations.c.type == OperationType.DELETE_FILE.value)
        .where(operations.c.generation > operation.generation)
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _of_file(operation: Operation) -> Any:
    return (operations.c.assistant_id == operation.assistant_id) & (
        operations.c.file_id == operation.file_id
    )
