"""Claiming the next operation: the oldest one of the assistant with the fewest at work.

That is of the project with the fewest, and of its assistants the one with the fewest.

What it costs grows with the number of assistants that wait, up to `ASSISTANTS_SEEN`, and not with
the length of the queue: from each assistant the index gives the next one and its oldest operation.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal, select

from lodgepole.adapters.databases.sql.dialects import skip_locked
from lodgepole.adapters.databases.sql.rows import AnyRow
from lodgepole.adapters.databases.sql.tables import HELD, UNFINISHED, assistants, operations
from lodgepole.ports.operation_queue import QuickWork

ASSISTANTS_SEEN = 50
"""By one claim, at most. Where more wait, the next claim goes on with those that follow."""


class Claiming:
    """Goes round the assistants that wait, for one process."""

    def __init__(self) -> None:
        self._last = ""
        """The assistant at which the last look ended; none when it saw all of them."""

    def next_due(
        self,
        connection: Connection,
        now: datetime,
        horizon: datetime,
        quick: QuickWork | None = None,
    ) -> AnyRow | None:
        """Assistant and id of an operation that is due, locked until the transaction ends.

        What would be due after `horizon` is due now: the clock was set back.
        """

        def able(found: AnyRow | None) -> bool:
            if found is None:
                return False
            size = None if found.upload is None else found.upload["size"]
            return quick is None or quick.includes(found.assistant_id, size)

        for assistant_id in self._by_turn(connection, now):
            query = _due(now).where(operations.c.assistant_id == assistant_id)
            found = connection.execute(
                skip_locked(query.order_by(*_AGE).limit(1), operations)
            ).first()
            if able(found):
                return found
        # Those that were seen have nothing to take now; others may.
        beyond = _unfinished().where(operations.c.due_at > horizon)
        for query in (_due(now), beyond):
            oldest = query.order_by(operations.c.due_at).limit(1)
            found = connection.execute(skip_locked(oldest, operations)).first()
            if able(found):
                return found
        return None

    def _by_turn(self, connection: Connection, now: datetime) -> Iterator[str]:
        seen = connection.execute(_waiting(self._last, ASSISTANTS_SEEN, now)).all()
        if self._last and len(seen) < ASSISTANTS_SEEN:
            more = connection.execute(_waiting("", ASSISTANTS_SEEN - len(seen), now)).all()
            seen = [*seen, *(row for row in more if row.assistant_id <= self._last)]
        self._last = seen[-1].assistant_id if len(seen) == ASSISTANTS_SEEN else ""
        waiting = [row for row in seen if row.created_at is not None]
        held = connection.execute(_held(now)).all()
        running = {row.assistant_id: row.running for row in held}
        of_project: Counter[str] = Counter()
        for row in held:
            of_project[row.project_id] += row.running
        waiting.sort(
            key=lambda row: (
                of_project[row.project_id],
                running.get(row.assistant_id, 0),
                row.created_at,
                row.assistant_id,
            )
        )
        return (row.assistant_id for row in waiting)


_AGE = (operations.c.created_at, operations.c.id)


def _unfinished() -> Any:
    return select(operations.c.assistant_id, operations.c.id, operations.c.upload).where(UNFINISHED)


def _due(now: datetime) -> Any:
    return _unfinished().where(operations.c.due_at <= now)


def _held(now: datetime) -> Any:
    """How many operations of each assistant are at work, with its project."""
    return (
        select(operations.c.assistant_id, assistants.c.project_id, func.count().label("running"))
        .join(assistants, assistants.c.id == operations.c.assistant_id)
        .where(UNFINISHED, HELD, operations.c.due_at > now)
        .group_by(operations.c.assistant_id, assistants.c.project_id)
    )


def _waiting(after: str, most: int, now: datetime) -> Any:
    """The next assistants with unfinished operations, when the oldest due one came, the project."""
    following = (
        select(func.min(operations.c.assistant_id).label("assistant_id"), literal(1).label("place"))
        .where(UNFINISHED, operations.c.assistant_id > after)
        .cte("following", recursive=True)
    )
    another = (
        select(func.min(operations.c.assistant_id))
        .where(UNFINISHED, operations.c.assistant_id > following.c.assistant_id)
        .scalar_subquery()
    )
    following = following.union_all(
        select(another, following.c.place + 1).where(
            following.c.assistant_id.is_not(None), following.c.place < most
        )
    )
    own = operations.c.assistant_id == following.c.assistant_id
    oldest = (
        select(operations.c.created_at)
        .where(own, UNFINISHED, operations.c.due_at <= now)
        .order_by(*_AGE)
        .limit(1)
    )
    project = select(assistants.c.project_id).where(assistants.c.id == following.c.assistant_id)
    return (
        select(
            following.c.assistant_id,
            oldest.scalar_subquery().label("created_at"),
            project.scalar_subquery().label("project_id"),
        )
        .where(following.c.assistant_id.is_not(None))
        .order_by(following.c.place)
    )
