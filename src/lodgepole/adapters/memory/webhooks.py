"""Webhooks in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lodgepole.adapters.memory.database import DeliveryRow, MemoryDatabase, page
from lodgepole.errors import ClaimLost, NotFound
from lodgepole.model import ListPage, Operation
from lodgepole.ports.webhook_store import (
    CONTENT_REMOVED,
    LONGEST_PUT_OFF,
    Delivery,
    DeliveryClaim,
    DeliveryStatus,
    Webhook,
    deliveries_of,
)


class MemoryWebhooks:
    """`WebhookStore` over the database of a `MemoryCatalog`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def add_webhook(self, webhook: Webhook) -> None:
        self._database.webhooks[webhook.project_id, webhook.id] = webhook

    async def find_webhook(self, project_id: str, webhook_id: str) -> Webhook | None:
        return self._database.webhooks.get((project_id, webhook_id))

    async def list_webhooks(self, project_id: str) -> Sequence[Webhook]:
        own = [w for w in self._database.webhooks.values() if w.project_id == project_id]
        return sorted(own, key=lambda webhook: (webhook.created_at, webhook.id))

    async def change_webhook(
        self, project_id: str, webhook_id: str, change: Callable[[Webhook], Webhook]
    ) -> Webhook | None:
        webhook = self._database.webhooks.get((project_id, webhook_id))
        if webhook is None:
            return None
        self._database.webhooks[project_id, webhook_id] = changed = change(webhook)
        return changed

    async def remove_webhook(self, project_id: str, webhook_id: str) -> bool:
        deliveries = self._database.deliveries
        for key in [key for key in deliveries if key[:2] == (project_id, webhook_id)]:
            del deliveries[key]
        return self._database.webhooks.pop((project_id, webhook_id), None) is not None

    # --- deliveries -----------------------------------------------------------------------------

    async def add_delivery(self, delivery: Delivery) -> None:
        if (delivery.project_id, delivery.webhook_id) not in self._database.webhooks:
            raise NotFound(f"Webhook {delivery.webhook_id} not found.")
        key = (delivery.project_id, delivery.webhook_id, delivery.id)
        self._database.deliveries[key] = DeliveryRow(delivery)

    async def find_delivery(
        self, project_id: str, webhook_id: str, delivery_id: str
    ) -> Delivery | None:
        row = self._database.deliveries.get((project_id, webhook_id, delivery_id))
        return None if row is None else row.delivery

    async def list_deliveries(
        self, project_id: str, webhook_id: str, *, limit: int, after: str | None
    ) -> ListPage[Delivery]:
        own = (project_id, webhook_id)
        return page(
            [row.delivery for key, row in self._database.deliveries.items() if key[:2] == own],
            lambda delivery: (delivery.created_at, delivery.id),
            limit=limit,
            after=after,
            newest_first=True,
        )

    async def redeliver(
        self, project_id: str, webhook_id: str, delivery_id: str, now: datetime
    ) -> Delivery | None:
        row = self._database.deliveries.get((project_id, webhook_id, delivery_id))
        if row is None:
            return None
        if row.worker_id is None:
            row.delivery = replace(
                row.delivery,
                status=DeliveryStatus.PENDING,
                due_at=now,
                attempts=0,
                finished_at=None,
            )
        return row.delivery

    async def claim_delivery(
        self, worker_id: str, *, now: datetime, lease: timedelta
    ) -> DeliveryClaim | None:
        waiting = self._waiting()
        busy = {
            row.delivery.webhook_id
            for row in waiting
            if row.worker_id is not None and row.delivery.due_at > now
        }
        horizon = now + 2 * LONGEST_PUT_OFF
        due = [
            row
            for row in waiting
            if row.delivery.webhook_id not in busy
            and (row.delivery.due_at <= now or row.delivery.due_at > horizon)
        ]
        if not due:
            return None
        row = min(due, key=lambda it: (it.delivery.due_at, it.delivery.created_at, it.delivery.id))
        row.claims += 1
        row.worker_id = worker_id
        attempts = row.delivery.attempts + 1
        row.delivery = replace(row.delivery, due_at=now + lease, attempts=attempts)
        return DeliveryClaim(
            delivery=row.delivery,
            webhook=self._database.webhooks[row.delivery.project_id, row.delivery.webhook_id],
            worker_id=worker_id,
            number=row.claims,
        )

    async def take_back_deliveries(self, worker_id: str, now: datetime) -> None:
        for row in self._database.deliveries.values():
            if row.worker_id == worker_id:
                row.worker_id = None
                row.delivery = replace(row.delivery, due_at=now)

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
        of = claim.delivery
        row = self._database.deliveries.get((of.project_id, of.webhook_id, of.id))
        if row is None or (row.claims, row.worker_id) != (claim.number, claim.worker_id):
            raise ClaimLost(f"Delivery {of.id} is not held any more.")
        row.worker_id = None
        row.delivery = replace(
            row.delivery,
            status=status,
            due_at=due_at or now,
            finished_at=None if status is DeliveryStatus.PENDING else now,
            response_status=response_status,
            last_error=error,
        )

    async def next_delivery_due(self) -> datetime | None:
        return min((row.delivery.due_at for row in self._waiting()), default=None)

    async def forget_deliveries(self, before: datetime) -> int:
        old = [
            key
            for key, row in self._database.deliveries.items()
            if row.delivery.finished_at is not None and row.delivery.finished_at < before
        ]
        for key in old:
            del self._database.deliveries[key]
        return len(old)

    def _waiting(self) -> list[DeliveryRow]:
        """Undelivered ones of webhooks that are not disabled."""
        return [
            row
            for (project_id, webhook_id, _), row in self._database.deliveries.items()
            if row.delivery.status is DeliveryStatus.PENDING
            and self._database.webhooks[project_id, webhook_id].enabled
        ]


def note_finished(database: MemoryDatabase, operation: Operation, now: datetime) -> None:
    """Store what is to be told of an operation."""
    assistant = database.assistants[operation.assistant_id]
    told = [hook for hook in database.webhooks.values() if hook.project_id == assistant.project_id]
    for delivery in deliveries_of(told, operation, assistant=assistant.name, now=now):
        key = (delivery.project_id, delivery.webhook_id, delivery.id)
        database.deliveries[key] = DeliveryRow(delivery)


def forget_content(database: MemoryDatabase, assistant_id: str, file_id: str | None = None) -> None:
    """Leave nothing said of the content of a file, or of all of an assistant."""
    for row in database.deliveries.values():
        told = row.delivery
        about = told.assistant_id == assistant_id and file_id in (None, told.file_id)
        if about and told.error_message is not None:
            row.delivery = replace(told, error_message=CONTENT_REMOVED)
