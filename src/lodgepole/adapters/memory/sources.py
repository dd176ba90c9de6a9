"""Sources in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lodgepole.adapters.memory.database import MemoryDatabase, SourceRow, page
from lodgepole.errors import ClaimLost, NotFound
from lodgepole.model import Assistant, AssistantStatus, ListPage
from lodgepole.ports.source_store import (
    RUNS_KEPT,
    RunStatus,
    Source,
    SourceClaim,
    SourceItem,
    SourceKind,
    SourceRun,
    SourceState,
)


class MemorySources:
    """`SourceStore` over the database of a `MemoryCatalog`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def add_source(self, source: Source) -> None:
        if self._alive(source.assistant_id) is None:
            raise NotFound("No such assistant.")
        self._database.sources[source.assistant_id, source.id] = SourceRow(source)

    async def find_source(self, project_id: str, source_id: str) -> tuple[Source, str] | None:
        return next((s for s in self._of_project(project_id) if s[0].id == source_id), None)

    async def list_sources(
        self, project_id: str, *, assistant_id: str | None, limit: int, after: str | None
    ) -> ListPage[tuple[Source, str]]:
        return page(
            [
                named
                for named in self._of_project(project_id)
                if assistant_id in (None, named[0].assistant_id)
            ],
            lambda named: (named[0].created_at, named[0].id),
            limit=limit,
            after=after,
            newest_first=True,
        )

    async def scheduled_sources(self, kind: SourceKind) -> Sequence[Source]:
        return [
            row.source
            for row in self._rows()
            if row.source.kind is kind
            and row.source.state is SourceState.ACTIVE
            and row.source.every is not None
        ]

    async def count_sources(self, assistant_id: str) -> int:
        return sum(owner == assistant_id for owner, _ in self._database.sources)

    async def set_state(
        self, source: Source, state: SourceState, *, due_at: datetime | None
    ) -> None:
        row = self._database.sources.get((source.assistant_id, source.id))
        if row is None or row.source.state is SourceState.DELETING:
            return
        _interrupt(row)
        row.source = replace(row.source, state=state, due_at=due_at, failures=0)
        row.claims += 1
        _let_go(row)

    async def request_run(self, source: Source, now: datetime) -> None:
        row = self._database.sources.get((source.assistant_id, source.id))
        if row is not None and row.source.state is SourceState.ACTIVE:
            row.source = replace(row.source, due_at=now)
            row.requested = row.worker_id is not None

    async def remove_source(self, assistant_id: str, source_id: str) -> None:
        self._database.sources.pop((assistant_id, source_id), None)

    async def runs(self, source: Source, *, limit: int, after: str | None) -> ListPage[SourceRun]:
        row = self._database.sources.get((source.assistant_id, source.id))
        return page(
            [] if row is None else list(row.runs.values()),
            lambda run: (run.started_at, run.id),
            limit=limit,
            after=after,
            newest_first=True,
        )

    # --- running --------------------------------------------------------------------------------

    async def claim_source(
        self, worker_id: str, run_id: str, *, now: datetime, lease: timedelta
    ) -> SourceClaim | None:
        due = [row for row in self._rows() if _is_due(row, now, lease)]
        if not due:
            return None
        row = min(due, key=lambda row: row.source.due_at or now)
        assistant = self._database.assistants[row.source.assistant_id]
        _interrupt(row)
        row.runs[run_id] = SourceRun(id=run_id, status=RunStatus.RUNNING, started_at=now)
        row.claims += 1
        row.requested = False
        row.worker_id, row.held_until = worker_id, now + lease
        row.source = replace(row.source, failures=row.source.failures + 1, running=True)
        return SourceClaim(
            source=row.source,
            assistant=assistant,
            run_id=run_id,
            worker_id=worker_id,
            number=row.claims,
        )

    async def take_back_sources(self, worker_id: str, now: datetime) -> None:
        for row in self._rows():
            if row.worker_id == worker_id:
                row.source = replace(row.source, due_at=now)
                _let_go(row)

    async def extend_source(self, claim: SourceClaim, run: SourceRun, until: datetime) -> None:
        row = self._held(claim)
        row.held_until = until
        row.runs[run.id] = run

    async def items(self, claim: SourceClaim) -> Sequence[SourceItem]:
        source = claim.source
        row = self._database.sources.get((source.assistant_id, source.id))
        return [] if row is None else list(row.items.values())

    async def put_item(
        self, claim: SourceClaim, item: SourceItem, *, instead_of: str | None = None
    ) -> None:
        row = self._held(claim)
        if instead_of is not None:
            row.items.pop(instead_of, None)
        row.items[item.key] = item

    async def remove_item(self, claim: SourceClaim, key: str) -> None:
        self._held(claim).items.pop(key, None)

    async def finish_run(
        self,
        claim: SourceClaim,
        run: SourceRun,
        *,
        due_at: datetime | None,
        cursor: str | None,
    ) -> None:
        row = self._held(claim)
        failures = {
            RunStatus.COMPLETED: 0,
            RunStatus.INTERRUPTED: row.source.failures - 1,
        }.get(run.status, row.source.failures)
        due_at = run.finished_at if row.requested else due_at
        row.source = replace(row.source, due_at=due_at, failures=failures, cursor=cursor)
        row.runs[run.id] = run
        for old in sorted(row.runs.values(), key=lambda r: (r.started_at, r.id))[:-RUNS_KEPT]:
            del row.runs[old.id]
        row.requested = False
        _let_go(row)

    async def oldest_success(self) -> datetime | None:
        moments = [
            max(
                (
                    run.finished_at
                    for run in row.runs.values()
                    if run.finished_at is not None and run.status is RunStatus.COMPLETED
                ),
                default=row.source.created_at,
            )
            for row in self._rows()
            if row.source.state is SourceState.ACTIVE and row.source.every is not None
        ]
        return min(moments, default=None)

    async def next_due(self) -> datetime | None:
        moments = [
            moment
            for row in self._rows()
            if row.source.state is not SourceState.PAUSED and row.source.due_at is not None
            if (moment := row.source.due_at if row.worker_id is None else row.held_until)
        ]
        return min(moments, default=None)

    # --------------------------------------------------------------------------------------------

    def _alive(self, assistant_id: str) -> Assistant | None:
        assistant = self._database.assistants.get(assistant_id)
        if assistant is None or assistant.status is AssistantStatus.TERMINATING:
            return None
        return assistant

    def _rows(self) -> list[SourceRow]:
        rows = self._database.sources.values()
        return [row for row in rows if self._alive(row.source.assistant_id) is not None]

    def _of_project(self, project_id: str) -> list[tuple[Source, str]]:
        return [
            (row.source, assistant.name)
            for row in self._rows()
            if (assistant := self._alive(row.source.assistant_id)) is not None
            and assistant.project_id == project_id
        ]

    def _held(self, claim: SourceClaim) -> SourceRow:
        row = self._database.sources.get((claim.source.assistant_id, claim.source.id))
        if row is None or (row.claims, row.worker_id) != (claim.number, claim.worker_id):
            raise ClaimLost(f"Source {claim.source.id} is not held by {claim.worker_id} any more.")
        return row


def _is_due(row: SourceRow, now: datetime, lease: timedelta) -> bool:
    source, until = row.source, row.held_until
    free = until is None or until <= now or until > now + 2 * lease
    due = source.due_at is not None and source.due_at <= now
    return free and due and source.state is not SourceState.PAUSED


def _interrupt(row: SourceRow) -> None:
    for run in row.runs.values():
        if run.status is RunStatus.RUNNING:
            row.runs[run.id] = replace(run, status=RunStatus.INTERRUPTED)


def _let_go(row: SourceRow) -> None:
    row.worker_id = row.held_until = None
    row.source = replace(row.source, running=False)
