"""Sources, their items and their runs as rows, and back."""

from dataclasses import asdict
from datetime import timedelta

from lodgepole.adapters.databases.sql.rows import AnyRow, Columns
from lodgepole.ports.source_store import (
    CrawlRules,
    ItemChange,
    RunNote,
    RunStatus,
    Source,
    SourceItem,
    SourceKind,
    SourceRun,
    SourceState,
)


def source_columns(source: Source) -> Columns:
    return {
        "assistant_id": source.assistant_id,
        "id": source.id,
        "url": source.url,
        "kind": source.kind.value,
        "state": source.state.value,
        "every_seconds": None if source.every is None else int(source.every.total_seconds()),
        "include": list(source.include),
        "exclude": list(source.exclude),
        "metadata": source.metadata,
        "rules": asdict(source.rules),
        "credential": source.credential,
        "created_at": source.created_at,
        "due_at": source.due_at,
        "requested": False,
        "claims": 0,
        "failures": source.failures,
        "cursor": source.cursor,
    }


def read_named(row: AnyRow) -> tuple[Source, str]:
    return read_source(row), row.assistant_name


def read_source(row: AnyRow) -> Source:
    return Source(
        id=row.id,
        assistant_id=row.assistant_id,
        url=row.url,
        kind=SourceKind(row.kind),
        state=SourceState(row.state),
        every=None if row.every_seconds is None else timedelta(seconds=row.every_seconds),
        include=tuple(row.include),
        exclude=tuple(row.exclude),
        metadata=row.metadata,
        rules=CrawlRules(**row.rules),
        credential=row.credential,
        created_at=row.created_at,
        due_at=row.due_at,
        running=row.worker_id is not None,
        failures=row.failures,
        cursor=row.cursor,
    )


def read_item(row: AnyRow) -> SourceItem:
    return SourceItem(
        key=row.key,
        file_id=row.file_id,
        sha256=row.sha256,
        fingerprint=row.fingerprint,
        misses=row.misses,
    )


def run_columns(run: SourceRun) -> Columns:
    return {
        "status": run.status.value,
        "finished_at": run.finished_at,
        "counts": {change.value: number for change, number in run.counts.items()},
        "notes": [[note.key, note.change.value, note.reason] for note in run.notes],
        "error_message": run.error_message,
    }


def read_run(row: AnyRow) -> SourceRun:
    return SourceRun(
        id=row.id,
        status=RunStatus(row.status),
        started_at=row.created_at,
        finished_at=row.finished_at,
        counts={ItemChange(change): number for change, number in row.counts.items()},
        notes=tuple(
            RunNote(key=key, change=ItemChange(change), reason=reason)
            for key, change, reason in row.notes
        ),
        error_message=row.error_message,
    )
