"""Transitions of a claimed operation; every write checks that the claim still holds."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, null, update

from lodgepole.adapters.databases.sql.operation_intake import lock_assistant, next_revision
from lodgepole.adapters.databases.sql.rows import upload_columns
from lodgepole.adapters.databases.sql.tables import (
    assistants,
    files,
    operations,
    source_items,
    source_runs,
    sources,
)
from lodgepole.adapters.databases.sql.webhook_outbox import forget_content, note_finished
from lodgepole.errors import ClaimLost
from lodgepole.model import Claim, FileStatus, Operation, OperationStatus

FILE_REMOVED = "The file was deleted."


def hold(connection: Connection, claim: Claim, **values: Any) -> None:
    """Set columns of a claimed operation. Raises ClaimLost when it is not held any more."""
    operation = claim.operation
    updated = connection.execute(
        update(operations)
        .where(operations.c.assistant_id == operation.assistant_id)
        .where(operations.c.id == operation.id)
        .where(operations.c.status == OperationStatus.PROCESSING.value)
        .where(operations.c.attempts == operation.attempts)
        .where(operations.c.worker_id == claim.worker_id)
        .values(**values)
    )
    if updated.rowcount == 0:
        raise ClaimLost(f"Operation {operation.id} is not held by {claim.worker_id} any more.")


def finish(
    connection: Connection,
    claim: Claim,
    status: OperationStatus,
    now: datetime,
    **values: Any,
) -> None:
    """End an operation for good, and store what webhooks are told of it. Raises ClaimLost."""
    lock_assistant(connection, claim.operation.assistant_id)
    hold(connection, claim, status=status.value, completed_at=now, worker_id=None, **values)
    ended = replace(claim.operation, status=status, completed_at=now, **values)
    note_finished(connection, ended.assistant_id, [ended], now)


def publish(
    connection: Connection,
    operation: Operation,
    notice: str | None,
    page_count: int | None,
    now: datetime,
) -> None:
    """Show readers the content that the operation made."""
    assert operation.upload is not None, "content comes with its upload"
    revision = next_revision(connection, operation.assistant_id)
    connection.execute(
        update(files)
        .where(_is_file_of(operation))
        .values(
            **upload_columns(operation.upload),
            status=FileStatus.AVAILABLE.value,
            generation=operation.generation,
            published=True,
            updated_at=now,
            percent_complete=100,
            error_message=None,
            notice=notice,
            page_count=page_count,
            revision=revision,
        )
    )


def set_failed(
    connection: Connection, operation: Operation, error_message: str, now: datetime
) -> None:
    """Show readers why there is no content; a file that has some keeps it."""
    connection.execute(
        update(files)
        .where(_is_file_of(operation))
        .where(files.c.status == FileStatus.PROCESSING.value)
        .where(files.c.published.is_(False))
        .values(
            status=FileStatus.PROCESSING_FAILED.value,
            error_message=error_message,
            updated_at=now,
        )
    )


def remove_file(connection: Connection, operation: Operation) -> None:
    """Remove the row; what happened stays on record, without names, metadata and digests."""
    earlier = (operations.c.assistant_id == operation.assistant_id) & (
        operations.c.file_id == operation.file_id
    )
    connection.execute(update(operations).where(earlier).values(upload=null()))
    connection.execute(
        update(operations)
        .where(earlier)
        .where(operations.c.error_message.is_not(None))
        .values(error_message=FILE_REMOVED)
    )
    forget_content(connection, operation.assistant_id, operation.file_id)
    connection.execute(delete(files).where(_is_file_of(operation)))
    next_revision(connection, operation.assistant_id, removal_revision=assistants.c.revision + 1)


def remove_assistant(connection: Connection, assistant_id: str) -> None:
    """Remove it with its sources, its files and its operations, this one included."""
    forget_content(connection, assistant_id)
    for table in (source_items, source_runs, sources):
        connection.execute(delete(table).where(table.c.assistant_id == assistant_id))
    connection.execute(delete(files).where(files.c.assistant_id == assistant_id))
    connection.execute(delete(operations).where(operations.c.assistant_id == assistant_id))
    connection.execute(delete(assistants).where(assistants.c.id == assistant_id))


def _is_file_of(operation: Operation) -> Any:
    return (files.c.assistant_id == operation.assistant_id) & (files.c.id == operation.file_id)
