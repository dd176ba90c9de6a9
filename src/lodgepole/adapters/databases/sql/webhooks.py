"""Webhooks in SQL."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import locked, skip_locked
from lodgepole.adapters.databases.sql.rows import AnyRow, list_page, ordered
from lodgepole.adapters.databases.sql.tables import UNDELIVERED, webhook_deliveries, webhooks
from lodgepole.adapters.databases.sql.webhook_outbox import (
    delivery_columns,
    read_delivery,
    read_webhook,
    webhook_columns,
)
from lodgepole.errors import ClaimLost, NotFound
from lodgepole.model import ListPage
from lodgepole.ports.webhook_store import (
    LONGEST_PUT_OFF,
    Delivery,
    DeliveryClaim,
    DeliveryStatus,
    Webhook,
)

JOINED = webhook_deliveries.join(
    webhooks,
    and_(
        webhooks.c.project_id == webhook_deliveries.c.project_id,
        webhooks.c.id == webhook_deliveries.c.webhook_id,
    ),
)


class SqlWebhooks:
    """`WebhookStore` in the database that an `SqlCatalog` shares."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_webhook(self, webhook: Webhook) -> None:
        def work(connection: Connection) -> None:
            connection.execute(insert(webhooks).values(**webhook_columns(webhook)))

        await self._database.write(work)

    async def find_webhook(self, project_id: str, webhook_id: str) -> Webhook | None:
        rows = await self._read(select(webhooks).where(_is(project_id, webhook_id)))
        return read_webhook(rows[0]) if rows else None

    async def list_webhooks(self, project_id: str) -> Sequence[Webhook]:
        query = select(webhooks).where(webhooks.c.project_id == project_id)
        rows = await self._read(query.order_by(webhooks.c.created_at, webhooks.c.id))
        return [read_webhook(row) for row in rows]

    async def change_webhook(
        self, project_id: str, webhook_id: str, change: Callable[[Webhook], Webhook]
    ) -> Webhook | None:
        own = _is(project_id, webhook_id)

        def work(connection: Connection) -> Webhook | None:
            row = connection.execute(locked(select(webhooks).where(own))).first()
            if row is None:
                return None
            changed = change(read_webhook(row))
            values = webhook_columns(changed)
            connection.execute(update(webhooks).where(own).values(**values))
            return changed

        return await self._database.write(work)

    async def remove_webhook(self, project_id: str, webhook_id: str) -> bool:
        def work(connection: Connection) -> bool:
            gone = connection.execute(delete(webhooks).where(_is(project_id, webhook_id)))
            return gone.rowcount > 0

        return await self._database.write(work)

    # --- deliveries -----------------------------------------------------------------------------

    async def add_delivery(self, delivery: Delivery) -> None:
        def work(connection: Connection) -> None:
            connection.execute(insert(webhook_deliveries).values(**delivery_columns(delivery)))

        try:
            await self._database.write(work)
        except IntegrityError:
            raise NotFound(f"Webhook {delivery.webhook_id} not found.") from None

    async def find_delivery(
        self, project_id: str, webhook_id: str, delivery_id: str
    ) -> Delivery | None:
        query = select(webhook_deliveries).where(_is_delivery(project_id, webhook_id, delivery_id))
        rows = await self._read(query)
        return read_delivery(rows[0]) if rows else None

    async def list_deliveries(
        self, project_id: str, webhook_id: str, *, limit: int, after: str | None
    ) -> ListPage[Delivery]:
        query = select(webhook_deliveries).where(
            webhook_deliveries.c.project_id == project_id,
            webhook_deliveries.c.webhook_id == webhook_id,
        )
        query = ordered(query, webhook_deliveries, after, newest_first=True).limit(limit + 1)
        return list_page(await self._read(query), limit, read_delivery)

    async def redeliver(
        self, project_id: str, webhook_id: str, delivery_id: str, now: datetime
    ) -> Delivery | None:
        own = _is_delivery(project_id, webhook_id, delivery_id)

        def work(connection: Connection) -> Delivery | None:
            connection.execute(
                update(webhook_deliveries)
                .where(own, webhook_deliveries.c.worker_id.is_(None))
                .values(
                    status=DeliveryStatus.PENDING.value, due_at=now, attempts=0, finished_at=None
                )
            )
            row = connection.execute(select(webhook_deliveries).where(own)).first()
            return None if row is None else read_delivery(row)

        return await self._database.write(work)

    async def claim_delivery(
        self, worker_id: str, *, now: datetime, lease: timedelta
    ) -> DeliveryClaim | None:
        def work(connection: Connection) -> DeliveryClaim | None:
            columns = webhook_deliveries.c
            query = (
                select(columns.project_id, columns.webhook_id, columns.id)
                .select_from(JOINED)
                .where(UNDELIVERED, webhooks.c.enabled, ~_is_busy(now))
                .where(or_(columns.due_at <= now, columns.due_at > now + 2 * LONGEST_PUT_OFF))
                .order_by(columns.due_at, columns.created_at, columns.id)
                .limit(1)
            )
            key = connection.execute(skip_locked(query, webhook_deliveries)).first()
            if key is None:
                return None
            row = connection.execute(
                update(webhook_deliveries)
                .where(_is_delivery(key.project_id, key.webhook_id, key.id))
                .values(
                    worker_id=worker_id,
                    due_at=now + lease,
                    claims=columns.claims + 1,
                    attempts=columns.attempts + 1,
                )
                .returning(webhook_deliveries)
            ).one()
            to = select(webhooks).where(_is(key.project_id, key.webhook_id))
            return DeliveryClaim(
                delivery=read_delivery(row),
                webhook=read_webhook(connection.execute(to).one()),
                worker_id=worker_id,
                number=row.claims,
            )

        return await self._database.write(work)

    async def take_back_deliveries(self, worker_id: str, now: datetime) -> None:
        def work(connection: Connection) -> None:
            connection.execute(
                update(webhook_deliveries)
                .where(UNDELIVERED, webhook_deliveries.c.worker_id == worker_id)
                .values(worker_id=None, due_at=now)
            )

        await self._database.write(work)

    async def finish_attempt(
        self,
        claim: DeliveryClaim,
        status: DeliveryStatus,
        *,
        now: datetime,
        due_at: datetime | None,
        response_status: int | None,
        error: str | None,
    ) -> None:
        delivery = claim.delivery
        own = _is_delivery(delivery.project_id, delivery.webhook_id, delivery.id)

        def work(connection: Connection) -> None:
            ended = connection.execute(
                update(webhook_deliveries)
                .where(own, UNDELIVERED, webhook_deliveries.c.claims == claim.number)
                .where(webhook_deliveries.c.worker_id == claim.worker_id)
                .values(
                    status=status.value,
                    due_at=due_at or now,
                    worker_id=None,
                    finished_at=None if status is DeliveryStatus.PENDING else now,
                    response_status=response_status,
                    last_error=error,
                )
            )
            if not ended.rowcount:
                raise ClaimLost(f"Delivery {delivery.id} is not held any more.")

        await self._database.write(work)

    async def next_delivery_due(self) -> datetime | None:
        query = (
            select(webhook_deliveries.c.due_at)
            .select_from(JOINED)
            .where(UNDELIVERED, webhooks.c.enabled)
            .order_by(webhook_deliveries.c.due_at)
            .limit(1)
        )
        rows = await self._read(query)
        return rows[0][0] if rows else None

    async def forget_deliveries(self, before: datetime) -> int:
        def work(connection: Connection) -> int:
            old = webhook_deliveries.c.finished_at < before
            return connection.execute(delete(webhook_deliveries).where(old)).rowcount

        return await self._database.write(work)

    async def _read(self, query: Any) -> Sequence[AnyRow]:
        def work(connection: Connection) -> Sequence[AnyRow]:
            return connection.execute(query).all()

        return await self._database.read(work)


def _is(project_id: str, webhook_id: str) -> Any:
    return and_(webhooks.c.project_id == project_id, webhooks.c.id == webhook_id)


def _is_delivery(project_id: str, webhook_id: str, delivery_id: str) -> Any:
    columns = webhook_deliveries.c
    return and_(
        columns.project_id == project_id,
        columns.webhook_id == webhook_id,
        columns.id == delivery_id,
    )


def _is_busy(now: datetime) -> Any:
    """Whether another delivery of the same webhook is being made."""
    other = webhook_deliveries.alias("other")
    return exists().where(
        other.c.project_id == webhook_deliveries.c.project_id,
        other.c.webhook_id == webhook_deliveries.c.webhook_id,
        other.c.status == DeliveryStatus.PENDING.value,
        other.c.worker_id.is_not(None),
        other.c.due_at > now,
    )
