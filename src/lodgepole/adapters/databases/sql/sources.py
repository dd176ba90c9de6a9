"""Sources in SQL."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, literal, or_, select, update

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import locked, skip_locked
from lodgepole.adapters.databases.sql.operation_intake import check_alive
from lodgepole.adapters.databases.sql.rows import AnyRow, list_page, ordered, read_assistant
from lodgepole.adapters.databases.sql.source_rows import (
    read_item,
    read_named,
    read_run,
    read_source,
    run_columns,
    source_columns,
)
from lodgepole.adapters.databases.sql.tables import (
    UtcDateTime,
    assistants,
    source_items,
    source_runs,
    sources,
)
from lodgepole.errors import ClaimLost
from lodgepole.model import AssistantStatus, ListPage
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

ALIVE = assistants.c.status != AssistantStatus.TERMINATING.value
JOINED = sources.join(assistants, sources.c.assistant_id == assistants.c.id)


class SqlSources:
    """`SourceStore` in the database that an `SqlCatalog` shares."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_source(self, source: Source) -> None:
        def work(connection: Connection) -> None:
            check_alive(connection, source.assistant_id)
            connection.execute(insert(sources).values(**source_columns(source)))

        await self._database.write(work)

    async def find_source(self, project_id: str, source_id: str) -> tuple[Source, str] | None:
        query = _with_names(project_id).where(sources.c.id == source_id)
        rows = await self._read(query)
        return read_named(rows[0]) if rows else None

    async def list_sources(
        self, project_id: str, *, assistant_id: str | None, limit: int, after: str | None
    ) -> ListPage[tuple[Source, str]]:
        query = _with_names(project_id)
        if assistant_id is not None:
            query = query.where(sources.c.assistant_id == assistant_id)
        query = ordered(query, sources, after, newest_first=True).limit(limit + 1)
        return list_page(await self._read(query), limit, read_named)

    async def scheduled_sources(self, kind: SourceKind) -> Sequence[Source]:
        query = select(sources).select_from(JOINED).where(ALIVE, sources.c.kind == kind.value)
        query = query.where(sources.c.state == SourceState.ACTIVE.value)
        rows = await self._read(query.where(sources.c.every_seconds.is_not(None)))
        return [read_source(row) for row in rows]

    async def count_sources(self, assistant_id: str) -> int:
        query = select(func.count()).where(sources.c.assistant_id == assistant_id)
        return int((await self._read(query))[0][0])

    async def set_state(
        self, source: Source, state: SourceState, *, due_at: datetime | None
    ) -> None:
        def work(connection: Connection) -> None:
            _interrupt(connection, source.assistant_id, source.id)
            connection.execute(
                update(sources)
                .where(_is(source.assistant_id, source.id))
                .where(sources.c.state != SourceState.DELETING.value)
                .values(
                    state=state.value,
                    due_at=due_at,
                    requested=False,
                    failures=0,
                    claims=sources.c.claims + 1,
                    worker_id=None,
                    held_until=None,
                )
            )

        await self._database.write(work)

    async def request_run(self, source: Source, now: datetime) -> None:
        def work(connection: Connection) -> None:
            connection.execute(
                update(sources)
                .where(_is(source.assistant_id, source.id))
                .where(sources.c.state == SourceState.ACTIVE.value)
                .values(due_at=now, requested=sources.c.worker_id.is_not(None))
            )

        await self._database.write(work)

    async def remove_source(self, assistant_id: str, source_id: str) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(sources).where(_is(assistant_id, source_id)))

        await self._database.write(work)

    async def runs(self, source: Source, *, limit: int, after: str | None) -> ListPage[SourceRun]:
        query = select(source_runs).where(_of(source_runs, source.assistant_id, source.id))
        query = ordered(query, source_runs, after, newest_first=True).limit(limit + 1)
        return list_page(await self._read(query), limit, read_run)

    # --- running --------------------------------------------------------------------------------

    async def claim_source(
        self, worker_id: str, run_id: str, *, now: datetime, lease: timedelta
    ) -> SourceClaim | None:
        def work(connection: Connection) -> SourceClaim | None:
            query = (
                select(sources.c.assistant_id, sources.c.id)
                .select_from(JOINED)
                .where(ALIVE, _free(now, lease))
                .where(sources.c.due_at <= now)
                .where(sources.c.state != SourceState.PAUSED.value)
                .order_by(sources.c.due_at)
                .limit(1)
            )
            found = connection.execute(skip_locked(query, sources)).first()
            if found is None:
                return None
            return _claim(
                connection, found, worker_id=worker_id, run_id=run_id, now=now, lease=lease
            )

        return await self._database.write(work)

    async def take_back_sources(self, worker_id: str, now: datetime) -> None:
        def work(connection: Connection) -> None:
            connection.execute(
                update(sources)
                .where(sources.c.worker_id == worker_id)
                .values(worker_id=None, held_until=None, due_at=now)
            )

        await self._database.write(work)

    async def extend_source(self, claim: SourceClaim, run: SourceRun, until: datetime) -> None:
        def work(connection: Connection) -> None:
            _hold(connection, claim, held_until=until)
            _update_run(connection, claim, run)

        await self._database.write(work)

    async def items(self, claim: SourceClaim) -> Sequence[SourceItem]:
        source = claim.source
        query = select(source_items).where(_of(source_items, source.assistant_id, source.id))
        return [read_item(row) for row in await self._read(query)]

    async def put_item(
        self, claim: SourceClaim, item: SourceItem, *, instead_of: str | None = None
    ) -> None:
        values = {
            "file_id": item.file_id,
            "sha256": item.sha256,
            "fingerprint": item.fingerprint,
            "misses": item.misses,
        }

        def work(connection: Connection) -> None:
            _hold(connection, claim)
            if instead_of is not None:
                connection.execute(delete(source_items).where(_is_item(claim, instead_of)))
            known = _is_item(claim, item.key)
            if connection.execute(update(source_items).where(known).values(**values)).rowcount:
                return
            connection.execute(
                insert(source_items).values(
                    assistant_id=claim.source.assistant_id,
                    source_id=claim.source.id,
                    key_hash=_digest(item.key),
                    key=item.key,
                    **values,
                )
            )

        await self._database.write(work)

    async def remove_item(self, claim: SourceClaim, key: str) -> None:
        def work(connection: Connection) -> None:
            _hold(connection, claim)
            connection.execute(delete(source_items).where(_is_item(claim, key)))

        await self._database.write(work)

    async def finish_run(
        self,
        claim: SourceClaim,
        run: SourceRun,
        *,
        due_at: datetime | None,
        cursor: str | None,
    ) -> None:
        failures: Any = 0 if run.status is RunStatus.COMPLETED else sources.c.failures
        if run.status is RunStatus.INTERRUPTED:
            failures = sources.c.failures - 1

        def work(connection: Connection) -> None:
            _hold(
                connection,
                claim,
                due_at=case(
                    (sources.c.requested, literal(run.finished_at, UtcDateTime)),
                    else_=literal(due_at, UtcDateTime),
                ),
                requested=False,
                failures=failures,
                cursor=cursor,
                worker_id=None,
                held_until=None,
            )
            _update_run(connection, claim, run)
            _forget_old_runs(connection, claim.source)

        await self._database.write(work)

    async def oldest_success(self) -> datetime | None:
        last = (
            select(func.max(source_runs.c.finished_at))
            .where(source_runs.c.assistant_id == sources.c.assistant_id)
            .where(source_runs.c.source_id == sources.c.id)
            .where(source_runs.c.status == RunStatus.COMPLETED.value)
            .scalar_subquery()
        )
        query = (
            select(func.min(func.coalesce(last, sources.c.created_at), type_=UtcDateTime))
            .select_from(JOINED)
            .where(ALIVE, sources.c.every_seconds.is_not(None))
            .where(sources.c.state == SourceState.ACTIVE.value)
        )
        return (await self._read(query))[0][0]

    async def next_due(self) -> datetime | None:
        at = case((sources.c.worker_id.is_(None), sources.c.due_at), else_=sources.c.held_until)
        query = (
            select(at.label("at"))
            .select_from(JOINED)
            .where(ALIVE, sources.c.due_at.is_not(None))
            .where(sources.c.state != SourceState.PAUSED.value)
            .order_by(at)
            .limit(1)
        )
        rows = await self._read(query)
        return rows[0][0] if rows else None

    async def _read(self, query: Any) -> Sequence[AnyRow]:
        def work(connection: Connection) -> Sequence[AnyRow]:
            return connection.execute(query).all()

        return await self._database.read(work)


# --- conditions -----------------------------------------------------------------------------------


def _is(assistant_id: str, source_id: str) -> Any:
    return and_(sources.c.assistant_id == assistant_id, sources.c.id == source_id)


def _of(table: Any, assistant_id: str, source_id: str) -> Any:
    return and_(table.c.assistant_id == assistant_id, table.c.source_id == source_id)


def _is_item(claim: SourceClaim, key: str) -> Any:
    own = _of(source_items, claim.source.assistant_id, claim.source.id)
    return and_(own, source_items.c.key_hash == _digest(key))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _free(now: datetime, lease: timedelta) -> Any:
    return or_(
        sources.c.worker_id.is_(None),
        sources.c.held_until <= now,
        sources.c.held_until > now + 2 * lease,  # the clock was set back
    )


def _with_names(project_id: str) -> Any:
    return (
        select(sources, assistants.c.name.label("assistant_name"))
        .select_from(JOINED)
        .where(ALIVE, assistants.c.project_id == project_id)
    )


# --- changes under a claim ------------------------------------------------------------------------


def _claim(
    connection: Connection,
    found: AnyRow,
    *,
    worker_id: str,
    run_id: str,
    now: datetime,
    lease: timedelta,
) -> SourceClaim:
    _interrupt(connection, found.assistant_id, found.id)
    held = connection.execute(
        update(sources)
        .where(_is(found.assistant_id, found.id))
        .values(
            worker_id=worker_id,
            held_until=now + lease,
            claims=sources.c.claims + 1,
            failures=sources.c.failures + 1,
            requested=False,
        )
        .returning(sources)
    ).one()
    run = SourceRun(id=run_id, status=RunStatus.RUNNING, started_at=now)
    connection.execute(
        insert(source_runs).values(
            assistant_id=found.assistant_id,
            source_id=found.id,
            id=run.id,
            created_at=now,
            **run_columns(run),
        )
    )
    assistant = connection.execute(
        select(assistants).where(assistants.c.id == found.assistant_id)
    ).one()
    return SourceClaim(
        source=read_source(held),
        assistant=read_assistant(assistant),
        run_id=run_id,
        worker_id=worker_id,
        number=held.claims,
    )


def _hold(connection: Connection, claim: SourceClaim, **values: Any) -> None:
    """Set columns of a claimed source. Raises ClaimLost when it is not held any more."""
    mine = and_(
        _is(claim.source.assistant_id, claim.source.id),
        sources.c.claims == claim.number,
        sources.c.worker_id == claim.worker_id,
    )
    if values:
        held = connection.execute(update(sources).where(mine).values(**values)).rowcount
    else:
        held = len(connection.execute(locked(select(sources.c.id).where(mine))).all())
    if not held:
        raise ClaimLost(f"Source {claim.source.id} is not held by {claim.worker_id} any more.")


def _interrupt(connection: Connection, assistant_id: str, source_id: str) -> None:
    connection.execute(
        update(source_runs)
        .where(_of(source_runs, assistant_id, source_id))
        .where(source_runs.c.status == RunStatus.RUNNING.value)
        .values(status=RunStatus.INTERRUPTED.value)
    )


def _update_run(connection: Connection, claim: SourceClaim, run: SourceRun) -> None:
    connection.execute(
        update(source_runs)
        .where(_of(source_runs, claim.source.assistant_id, claim.source.id))
        .where(source_runs.c.id == run.id)
        .values(**run_columns(run))
    )


def _forget_old_runs(connection: Connection, source: Source) -> None:
    own = _of(source_runs, source.assistant_id, source.id)
    newest = select(source_runs.c.id).where(own)
    newest = newest.order_by(source_runs.c.created_at.desc(), source_runs.c.id.desc())
    kept = connection.execute(newest.limit(RUNS_KEPT)).scalars().all()
    connection.execute(delete(source_runs).where(own, source_runs.c.id.not_in(kept)))
