"""Claiming: a worker takes the oldest operation of the assistant with the fewest at work.

What it costs grows with the number of assistants that wait, up to `ASSISTANTS_SEEN`, and not with
the length of the queue: from each assistant the index gives the next one and its oldest operation.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, literal, select

from lodgepole.adapters.databases.sql.dialects import skip_locked
from lodgepole.adapters.databases.sql.rows import AnyRow
from lodgepole.adapters.databases.sql.tables import HELD, UNFINISHED, operations

ASSISTANTS_SEEN = 50
"""By one claim, at most. Where more wait, the next claim goes on with those that follow."""


class Claiming:
    """Goes round the assistants that wait, for one process."""

    def __init__(self) -> None:
        self._last = ""
        """The assistant at which the last look ended; none when it saw all of them."""

    def next_due(self, connection: Connection, now: datetime, horizon: datetime) -> AnyRow | None:
        """Assistant and id of an operation that is due, locked until the transaction ends.

        What would be due after `horizon` is due now: the clock was set back.
        """
        for assistant_id in self._by_turn(connection, now):
            query = _due(now).where(operations.c.assistant_id == assistant_id)
            found = connection.execute(
                skip_locked(query.order_by(*_AGE).limit(1), operations)
            ).first()
            if found is not None:
                return found
        # Those that were seen have nothing to take now; others may.
        beyond = _unfinished().where(operations.c.due_at > horizon)
        for query in (_due(now), beyond):
            oldest = query.order_by(operations.c.due_at).limit(1)
            found = connection.execute(skip_locked(oldest, operations)).first()
            if found is not None:
                return found
        return None

    def _by_turn(self, connection: Connection, now: datetime) -> Iterator[str]:
        seen = connection.execute(_waiting(self._last, ASSISTANTS_SEEN, now)).all()
        if self._last and len(seen) < ASSISTANTS_SEEN:
            more = connection.execute(_waiting("", ASSISTANTS_SEEN - len(seen), now)).all()
            seen = [*seen, *(row for row in more if row.assistant_id <= self._last)]
        self._last = seen[-1].assistant_id if len(seen) == ASSISTANTS_SEEN else ""
        waiting = [row for row in seen if row.created_at is not None]
        waiting.sort(key=lambda row: (row.running, row.created_at, row.assistant_id))
        return (row.assistant_id for row in waiting)


_AGE = (operations.c.created_at, operations.c.id)


def _unfinished() -> Any:
    return select(operations.c.assistant_id, operations.c.id).where(UNFINISHED)


def _due(now: datetime) -> Any:
    return _unfinished().where(operations.c.due_at <= now)


def _waiting(after: str, most: int, now: datetime) -> Any:
    """The next assistants with unfinished operations, the oldest due one, and how many are held."""
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
    running = select(func.count()).where(and_(own, UNFINISHED, HELD, operations.c.due_at > now))
    return (
        select(
            following.c.assistant_id,
            oldest.scalar_subquery().label("created_at"),
            running.scalar_subquery().label("running"),
        )
        .where(following.c.assistant_id.is_not(None))
        .order_by(following.c.place)
    )
