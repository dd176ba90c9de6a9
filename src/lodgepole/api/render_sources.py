"""Sources and their runs as the wire's models."""

from dataclasses import asdict
from typing import Any

from lodgepole.api.render import timestamp
from lodgepole.api.schemas.sources import (
    CrawlRulesModel,
    RunCountsModel,
    RunNoteModel,
    SourceModel,
    SourceRunModel,
)
from lodgepole.api.schemas.wire import word
from lodgepole.ports.source_store import ItemChange, Source, SourceRun


def source(value: Source, assistant_name: str) -> SourceModel:
    return SourceModel(
        id=value.id,
        assistant=assistant_name,
        url=value.url,
        kind=word(value.kind),
        state=word(value.state),
        running=value.running,
        every_seconds=None if value.every is None else int(value.every.total_seconds()),
        include=list(value.include),
        exclude=list(value.exclude),
        metadata=None if value.metadata is None else dict(value.metadata),
        rules=CrawlRulesModel(**_floats(asdict(value.rules))),
        credential=value.credential,
        created_at=timestamp(value.created_at),
        due_at=None if value.due_at is None else timestamp(value.due_at),
        failures=value.failures,
    )


def run(value: SourceRun) -> SourceRunModel:
    return SourceRunModel(
        id=value.id,
        status=word(value.status),
        started_at=timestamp(value.started_at),
        finished_at=None if value.finished_at is None else timestamp(value.finished_at),
        counts=RunCountsModel(**{c.value: value.counts.get(c, 0) for c in ItemChange}),
        notes=[
            RunNoteModel(key=note.key, change=word(note.change), reason=note.reason)
            for note in value.notes
        ],
        error_message=value.error_message,
    )


def _floats(rules: dict[str, Any]) -> dict[str, Any]:
    return {**rules, "requests_per_second": float(rules["requests_per_second"])}
