"""The operation log in SQL: the queue, and the record of what was done."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from lodgepole.adapters.databases.sql.claiming import Claiming
from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import insert_if_absent
from lodgepole.adapters.databases.sql.operation_completion import (
    finish,
    hold,
    publish,
    remove_assistant,
    remove_file,
    set_failed,
)
from lodgepole.adapters.databases.sql.operation_intake import accept, check_alive
from lodgepole.adapters.databases.sql.rows import (
    SCANNED_ROWS,
    AnyRow,
    list_page,
    ordered,
    read_operation,
    token,
)
from lodgepole.adapters.databases.sql.tables import UNFINISHED, assistants, files, operations, turns
from lodgepole.concurrency.waiting import wait_until
from lodgepole.model import (
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


class SqlOperationLog:
    """All ports of operations, over a database that an `SqlCatalog` shares."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._claiming = Claiming()

    async def reserve_generation(self, assistant_id: str) -> int:
        def work(connection: Connection) -> int:
            check_alive(connection, assistant_id)
            reserved = connection.execute(
                update(assistants)
                .where(assistants.c.id == assistant_id)
                .values(generations=assistants.c.generations + 1)
                .returning(assistants.c.generations)
            )
            return reserved.scalar_one()

        return await self._database.write(work)

    async def append(
        self, operation: Operation, *, file: File | None = None, most_files: int | None = None
    ) -> None:
        def work(connection: Connection) -> None:
            accept(connection, operation, file, self._clock.now(), most_files)

        await self._database.write(work)
        self._database.work.give()
        self._database.finished.give()  # a deletion ends what was under way

    # --- reading ------------------------------------------------------------------------------

    async def find(self, assistant_id: str, operation_id: str) -> Operation | None:
        rows = await self._read(_by_key(assistant_id, operation_id))
        return read_operation(rows[0]) if rows else None

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
        query = select(operations).where(operations.c.assistant_id == assistant_id)
        if types:
            query = query.where(operations.c.type.in_(sorted(types)))
        if statuses:
            query = query.where(operations.c.status.in_(sorted(statuses)))
        if file_id is not None:
            query = query.where(operations.c.file_id == file_id)
        batch = limit + 1 if matching is None else SCANNED_ROWS
        found: list[AnyRow] = []
        while len(found) <= limit:
            part = ordered(query, operations, after, newest_first=True).limit(batch)
            rows = await self._read(part)
            if matching is None:
                found += rows
            else:
                found += [row for row in rows if await matching(read_operation(row))]
            if len(rows) < batch:
                break
            after = token(rows[-1])
        return list_page(found, limit, read_operation)

    async def live_versions(self, assistant_id: str) -> Collection[FileVersion]:
        published = select(files.c.id, files.c.generation).where(
            files.c.assistant_id == assistant_id
        )
        being_made = (
            select(operations.c.file_id, operations.c.generation)
            .where(operations.c.assistant_id == assistant_id)
            .where(UNFINISHED)
            .where(
                operations.c.type.not_in(
                    [OperationType.DELETE_FILE, OperationType.DELETE_ASSISTANT]
                )
            )
        )
        rows = await self._read(published.union(being_made))
        return {FileVersion(row[0], row[1]) for row in rows}

    async def live_assistants(self) -> Collection[str]:
        return {row.id for row in await self._read(select(assistants.c.id))}

    async def assistant_count(self) -> int:
        rows = await self._read(select(func.count()).select_from(assistants))
        return rows[0][0]

    async def queue_depth(self) -> int:
        rows = await self._read(select(func.count()).where(UNFINISHED))
        return rows[0][0]

    async def oldest_unfinished(self) -> datetime | None:
        rows = await self._read(select(func.min(operations.c.created_at)).where(UNFINISHED))
        return rows[0][0]

    # --- working ------------------------------------------------------------------------------

    async def claim(
        self, worker_id: str, *, lease: timedelta, quick: QuickWork | None = None
    ) -> Claim | None:
        now = self._clock.now()

        def work(connection: Connection) -> Claim | None:
            key = self._claiming.next_due(connection, now, overdue_horizon(now, lease), quick)
            if key is None:
                return None
            claimed = connection.execute(
                update(operations)
                .where(operations.c.assistant_id == key.assistant_id)
                .where(operations.c.id == key.id)
                .values(
                    attempts=operations.c.attempts + 1,
                    unreturned=operations.c.unreturned + 1,
                    worker_id=worker_id,
                    due_at=now + lease,
                )
                .returning(operations)
            )
            operation = read_operation(claimed.one())
            return Claim(operation=operation, worker_id=worker_id, expires_at=now + lease)

        return await self._database.write(work)

    async def extend(self, claim: Claim, *, lease: timedelta) -> Claim:
        expires_at = self._clock.now() + lease

        def work(connection: Connection) -> None:
            hold(connection, claim, due_at=expires_at)

        await self._database.write(work)
        return replace(claim, expires_at=expires_at)

    async def report_progress(self, claim: Claim, percent: int) -> None:
        def work(connection: Connection) -> None:
            hold(connection, claim, percent_complete=percent)
            connection.execute(
                update(files)
                .where(files.c.assistant_id == claim.operation.assistant_id)
                .where(files.c.id == claim.operation.file_id)
                .where(files.c.status == FileStatus.PROCESSING.value)
                .values(percent_complete=percent)
            )

        await self._database.write(work)

    async def take_back(self, worker_id: str) -> None:
        def work(connection: Connection) -> None:
            held = operations.c.worker_id == worker_id
            connection.execute(
                update(operations)
                .where(held, UNFINISHED)
                .values(worker_id=None, due_at=self._clock.now())
            )

        await self._database.write(work)
        self._database.work.give()

    async def release(self, claim: Claim, *, due_at: datetime) -> None:
        def work(connection: Connection) -> None:
            returned = operations.c.unreturned - 1
            hold(connection, claim, worker_id=None, due_at=due_at, unreturned=returned)

        await self._database.write(work)
        self._database.work.give()

    async def complete(
        self,
        claim: Claim,
        *,
        notice: str | None = None,
        page_count: int | None = None,
        ingestion_units: float | None = None,
    ) -> None:
        now = self._clock.now()
        operation = claim.operation

        def work(connection: Connection) -> None:
            done = {"percent_complete": 100, "ingestion_units": ingestion_units}
            finish(connection, claim, OperationStatus.COMPLETED, now, **done)
            match operation.type:
                case OperationType.DELETE_ASSISTANT:
                    remove_assistant(connection, operation.assistant_id)
                case OperationType.DELETE_FILE:
                    remove_file(connection, operation)
                case _:
                    publish(connection, operation, notice, page_count, now)

        await self._database.write(work)
        self._database.finished.give()

    async def fail(self, claim: Claim, error_message: str) -> None:
        now = self._clock.now()
        error_message = error_message.replace("\0", "\ufffd")  # which PostgreSQL cannot store

        def work(connection: Connection) -> None:
            failed = {"error_message": error_message}
            finish(connection, claim, OperationStatus.FAILED, now, **failed)
            set_failed(connection, claim.operation, error_message, now)

        await self._database.write(work)
        self._database.finished.give()

    async def forget_finished(self, before: datetime) -> int:
        def work(connection: Connection) -> int:
            removed = connection.execute(
                delete(operations).where(operations.c.completed_at < before)
            )
            return removed.rowcount

        return await self._database.write(work)

    async def wait(self, timeout: timedelta) -> None:
        event = self._database.work.listen()
        rows = await self._read(select(func.min(operations.c.due_at)).where(UNFINISHED))
        if rows[0][0] is not None:
            timeout = min(timeout, rows[0][0] - self._clock.now())
        if timeout > timedelta():
            await wait_until(event, timeout.total_seconds())

    async def wait_finished(self, timeout: timedelta) -> None:
        await self._database.finished.wait(timeout.total_seconds())

    async def take_turn(self, name: str, holder: str, *, lease: timedelta) -> bool:
        now = self._clock.now()

        def work(connection: Connection) -> bool:
            new = {"name": name, "holder": holder, "until": now}
            connection.execute(insert_if_absent(turns, connection.dialect), new)
            taken = connection.execute(
                update(turns)
                .where(turns.c.name == name)
                .where(
                    (turns.c.holder == holder)
                    | (turns.c.until <= now)
                    | (turns.c.until > now + 2 * lease)  # the clock was set back
                )
                .values(holder=holder, until=now + lease)
            )
            return taken.rowcount > 0

        return await self._database.write(work)

    async def _read(self, query: Any) -> "list[AnyRow]":
        def work(connection: Connection) -> "list[AnyRow]":
            return list(connection.execute(query).all())

        return await self._database.read(work)


def _by_key(assistant_id: str, operation_id: str) -> Any:
    return (
        select(operations)
        .where(operations.c.assistant_id == assistant_id)
        .where(operations.c.id == operation_id)
    )
