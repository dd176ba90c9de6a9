"""Rows to values and back, and the tokens that continue a listing."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, Table, literal, tuple_

from lodgepole.adapters.databases.sql.tables import UtcDateTime
from lodgepole.errors import InvalidRequest
from lodgepole.model import (
    ApiKey,
    Assistant,
    AssistantStatus,
    File,
    FileKind,
    FileStatus,
    Grant,
    ListPage,
    Operation,
    OperationStatus,
    OperationType,
    Record,
    Role,
    Upload,
)

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]
Columns = dict[str, Any]

SCANNED_ROWS = 500
"""Rows read at a time while a listing looks for ones that match."""


def key_columns(key: ApiKey) -> Columns:
    return {
        "hash": key.hash,
        "id": key.id,
        "project_id": key.project_id,
        "name": key.name,
        "role": key.role.value,
        "created_at": key.created_at,
    }


def granted_key_columns(key: ApiKey, grant: Grant) -> Columns:
    assistants = None if grant.assistants is None else sorted(grant.assistants)
    return {**key_columns(key), "assistants": assistants, "filter": grant.filter}


def read_key(row: AnyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        hash=row.hash,
        role=Role(row.role),
        created_at=row.created_at,
    )


def read_granted_key(row: AnyRow) -> ApiKey:
    names = None if row.assistants is None else frozenset(row.assistants)
    return replace(read_key(row), grant=Grant(assistants=names, filter=row.filter))


def assistant_columns(assistant: Assistant) -> Columns:
    return {
        "id": assistant.id,
        "project_id": assistant.project_id,
        "name": assistant.name,
        "status": assistant.status.value,
        "instructions": assistant.instructions,
        "metadata": assistant.metadata,
        "region": assistant.region,
        "created_at": assistant.created_at,
        "updated_at": assistant.updated_at,
        "default_model": assistant.default_model,
    }


def read_assistant(row: AnyRow) -> Assistant:
    return Assistant(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        status=AssistantStatus(row.status),
        instructions=row.instructions,
        metadata=row.metadata,
        region=row.region,
        created_at=row.created_at,
        updated_at=row.updated_at,
        default_model=row.default_model,
    )


def upload_columns(upload: Upload) -> Columns:
    return {
        "name": upload.name,
        "kind": upload.kind.value,
        "size": upload.size,
        "crc32c": upload.crc32c,
        "sha256": upload.sha256,
        "metadata": upload.metadata,
        "multimodal": upload.multimodal,
    }


def read_upload(columns: Columns) -> Upload:
    values: Columns = {**columns, "kind": FileKind(columns["kind"])}
    return Upload(**values)


def file_columns(file: File) -> Columns:
    return {
        **upload_columns(file.upload),
        "assistant_id": file.assistant_id,
        "id": file.id,
        "status": file.status.value,
        "created_at": file.created_at,
        "updated_at": file.updated_at,
        "generation": file.generation,
        "percent_complete": file.percent_complete,
        "error_message": file.error_message,
        "notice": file.notice,
        "page_count": file.page_count,
    }


def read_file(row: AnyRow) -> File:
    return File(
        id=row.id,
        assistant_id=row.assistant_id,
        upload=Upload(
            name=row.name,
            kind=FileKind(row.kind),
            size=row.size,
            crc32c=row.crc32c,
            sha256=row.sha256,
            metadata=row.metadata,
            multimodal=row.multimodal,
        ),
        status=FileStatus(row.status),
        created_at=row.created_at,
        updated_at=row.updated_at,
        generation=row.generation,
        percent_complete=row.percent_complete,
        error_message=row.error_message,
        notice=row.notice,
        page_count=row.page_count,
    )


def operation_columns(operation: Operation) -> Columns:
    return {
        "assistant_id": operation.assistant_id,
        "id": operation.id,
        "type": operation.type.value,
        "status": operation.status.value,
        "created_at": operation.created_at,
        "file_id": operation.file_id,
        "generation": operation.generation,
        "upload": None if operation.upload is None else upload_columns(operation.upload),
        "percent_complete": operation.percent_complete,
        "completed_at": operation.completed_at,
        "error_message": operation.error_message,
        "ingestion_units": operation.ingestion_units,
        "attempts": operation.attempts,
        "unreturned": operation.unreturned,
    }


def read_operation(row: AnyRow) -> Operation:
    return Operation(
        id=row.id,
        assistant_id=row.assistant_id,
        type=OperationType(row.type),
        status=OperationStatus(row.status),
        created_at=row.created_at,
        file_id=row.file_id,
        generation=row.generation,
        upload=None if row.upload is None else read_upload(row.upload),
        percent_complete=row.percent_complete,
        completed_at=row.completed_at,
        error_message=row.error_message,
        ingestion_units=row.ingestion_units,
        attempts=row.attempts,
        unreturned=row.unreturned,
    )


# --- listings, by (created_at, id) ------------------------------------------------------------


def ordered(query: Select[Any], table: Table, after: str | None, *, newest_first: bool) -> Any:
    """The query in order, continued after a token. Raises InvalidRequest for a strange token."""
    columns = (table.c.created_at, table.c.id)
    if after is not None:
        moment, id_ = _read_token(after)
        position = tuple_(literal(moment, UtcDateTime), literal(id_))
        at: ColumnElement[tuple[Any, ...]] = tuple_(*columns)
        query = query.where(at < position if newest_first else at > position)
    return query.order_by(*(column.desc() if newest_first else column for column in columns))


def list_page(rows: Sequence[AnyRow], limit: int, read: Callable[[AnyRow], T]) -> ListPage[T]:
    """A page of at most `limit`, from up to `limit + 1` rows."""
    shown = rows[:limit]
    more = len(rows) > limit
    return ListPage(tuple(map(read, shown)), next=token(shown[-1]) if more and shown else None)


def token(row: AnyRow | Record) -> str:
    return base64.urlsafe_b64encode(f"{row.created_at.isoformat()} {row.id}".encode()).decode()


def _read_token(value: str) -> tuple[datetime, str]:
    try:
        moment, _, id_ = base64.urlsafe_b64decode(value).decode().partition(" ")
        parsed = datetime.fromisoformat(moment)
        if parsed.tzinfo is not None:
            return parsed.astimezone(UTC), id_  # overflows at the ends of time
    except (ValueError, OverflowError, binascii.Error):
        pass
    raise InvalidRequest("Invalid pagination token: send `next` as it was received")
