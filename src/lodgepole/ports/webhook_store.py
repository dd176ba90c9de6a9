"""Port: webhooks, and what is to be delivered to them.

A *webhook* is an address that a project wants to be told at when operations finish. A *delivery*
is one thing to tell one webhook. Deliveries are stored in the transaction that finishes the
operation, so that none is lost, and are claimed as operations are: each is made at least once.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from lodgepole.model import ListPage, Operation, OperationStatus, OperationType

LONGEST_PUT_OFF = timedelta(hours=24)
"""Between two attempts, more than is ever waited; see `webhooks/dispatch`."""
CONTENT_REMOVED = "What it was about was deleted."
"""In the place of an operation's error message, which may say something of the content."""


class WebhookEvent(StrEnum):
    COMPLETED = "operation.completed"
    FAILED = "operation.failed"
    TEST = "webhook.test"  # sent when somebody asks for it; nobody subscribes to it


SUBSCRIBED = (WebhookEvent.COMPLETED, WebhookEvent.FAILED)


class DeliveryStatus(StrEnum):
    PENDING = "Pending"
    DELIVERED = "Delivered"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address of a project, and what it is told."""

    id: str
    project_id: str
    url: str = field(repr=False)  # it may hold a token of the receiver's
    events: tuple[WebhookEvent, ...]
    assistant: str | None  # the name of the only one that it is told of
    enabled: bool
    secret: str = field(repr=False)  # what deliveries are signed with
    old_secret: str | None = field(default=None, repr=False)  # also signs, for a while
    old_secret_until: datetime | None = None
    created_at: datetime
    updated_at: datetime

    def wants(self, event: WebhookEvent, assistant: str) -> bool:
        return self.enabled and event in self.events and self.assistant in (None, assistant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing to tell one webhook.

    Attributes:
        id: The same at each attempt.
        operation: What finished, in the wire's words, without its error message.
        error_message: Of the operation.
        attempts: Made so far, since it was last asked for.
        due_at: When it is tried, or the lease of who tries it runs out.
        response_status: What the last attempt was answered.
        last_error: Why the last attempt failed.
    """

    id: str
    webhook_id: str
    project_id: str
    event: WebhookEvent
    status: DeliveryStatus
    created_at: datetime
    due_at: datetime
    assistant: str | None = None
    assistant_id: str | None = None
    file_id: str | None = None
    operation: Mapping[str, Any] | None = None
    error_message: str | None = None
    attempts: int = 0
    finished_at: datetime | None = None
    response_status: int | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryClaim:
    """A lease on a delivery. What is written under one that was overtaken is refused."""

    delivery: Delivery  # with the attempt that is being made
    webhook: Webhook
    worker_id: str
    number: int  # rises with each claim; the fencing token


def deliveries_of(
    webhooks: Iterable[Webhook], operation: Operation, *, assistant: str, now: datetime
) -> list[Delivery]:
    """What to tell whom of an operation that has just finished."""
    if operation.type is OperationType.DELETE_ASSISTANT:
        return []  # which no list of operations shows either
    done = operation.status is OperationStatus.COMPLETED
    event = WebhookEvent.COMPLETED if done else WebhookEvent.FAILED
    return [
        Delivery(
            id=delivery_id(webhook.id, operation.id),
            webhook_id=webhook.id,
            project_id=webhook.project_id,
            event=event,
            status=DeliveryStatus.PENDING,
            created_at=now,
            due_at=now,
            assistant=assistant,
            assistant_id=operation.assistant_id,
            file_id=operation.file_id,
            operation={
                "id": operation.id,
                "operation_type": operation.type.value,
                "status": operation.status.value,
                "file_id": operation.file_id,
                "created_on": _written(operation.created_at),
                "completed_on": _written(now),
                "ingestion_units": operation.ingestion_units,
            },
            error_message=None if done else operation.error_message,
        )
        for webhook in webhooks
        if webhook.wants(event, assistant)
    ]


def delivery_id(webhook_id: str, what: str) -> str:
    """The id of what is told once: the same for the same two."""
    return f"msg_{hashlib.sha256(f'{webhook_id} {what}'.encode()).hexdigest()[:32]}"


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


class WebhookStore(Protocol):
    """The webhooks of all projects, in the database of the catalog."""

    async def add_webhook(self, webhook: Webhook) -> None: ...

    async def find_webhook(self, project_id: str, webhook_id: str) -> Webhook | None: ...

    async def list_webhooks(self, project_id: str) -> Sequence[Webhook]:
        """All of them, oldest first."""
        ...

    async def change_webhook(
        self, project_id: str, webhook_id: str, change: Callable[[Webhook], Webhook]
    ) -> Webhook | None:
        """Store what `change` makes of the webhook as it is now; None where there is none."""
        ...

    async def remove_webhook(self, project_id: str, webhook_id: str) -> bool:
        """Remove it with its deliveries; whether there was one."""
        ...

    # --- deliveries -----------------------------------------------------------------------------

    async def add_delivery(self, delivery: Delivery) -> None: ...

    async def find_delivery(
        self, project_id: str, webhook_id: str, delivery_id: str
    ) -> Delivery | None: ...

    async def list_deliveries(
        self, project_id: str, webhook_id: str, *, limit: int, after: str | None
    ) -> ListPage[Delivery]:
        """Newest first. `after` is the `next` of the page before."""
        ...

    async def redeliver(
        self, project_id: str, webhook_id: str, delivery_id: str, now: datetime
    ) -> Delivery | None:
        """Make it due now, with no attempt made; one that is under way stays so. None for none."""
        ...

    async def claim_delivery(
        self, worker_id: str, *, now: datetime, lease: timedelta
    ) -> DeliveryClaim | None:
        """Take the delivery that has been due longest, or None; counts an attempt.

        Of one webhook one at a time, and none of a webhook that is disabled. One whose lease ran
        out is due again, and so is one that would be due later than anything is put off: the
        clock was set back.
        """
        ...

    async def take_back_deliveries(self, worker_id: str, now: datetime) -> None:
        """Make due what a worker of this id held when it was killed."""
        ...

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
        """Record how an attempt ended; one that stays Pending is due at `due_at`. ClaimLost."""
        ...

    async def next_delivery_due(self) -> datetime | None:
        """Return when the next delivery is to be claimed, or a lease runs out; None for none."""
        ...

    async def forget_deliveries(self, before: datetime) -> int:
        """Remove those that ended before; how many."""
        ...
