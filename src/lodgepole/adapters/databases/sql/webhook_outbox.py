"""Outbox: webhook deliveries are stored in the transaction that ends an operation."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from lodgepole.adapters.databases.sql.dialects import kept
from lodgepole.adapters.databases.sql.rows import AnyRow, Columns
from lodgepole.adapters.databases.sql.tables import assistants, webhook_deliveries, webhooks
from lodgepole.model import Operation
from lodgepole.ports.webhook_store import (
    CONTENT_REMOVED,
    Delivery,
    DeliveryStatus,
    Webhook,
    WebhookEvent,
    deliveries_of,
)


def note_finished(
    connection: Connection, assistant_id: str, finished: Sequence[Operation], now: datetime
) -> None:
    """Store what is to be told of these operations of one assistant."""
    if not finished:
        return
    query = (
        select(webhooks, assistants.c.name.label("assistant_name"))
        .join(assistants, assistants.c.project_id == webhooks.c.project_id)
        .where(assistants.c.id == assistant_id, webhooks.c.enabled)
    )
    rows = connection.execute(kept(query, webhooks)).all()
    if not rows:
        return
    told = [read_webhook(row) for row in rows]
    made = [
        delivery_columns(delivery)
        for operation in finished
        for delivery in deliveries_of(told, operation, assistant=rows[0].assistant_name, now=now)
    ]
    if made:
        connection.execute(insert(webhook_deliveries), made)


def forget_content(connection: Connection, assistant_id: str, file_id: str | None = None) -> None:
    """Leave nothing said of the content of a file, or of all of an assistant."""
    about: ColumnElement[bool] = webhook_deliveries.c.assistant_id == assistant_id
    if file_id is not None:
        about = and_(about, webhook_deliveries.c.file_id == file_id)
    connection.execute(
        update(webhook_deliveries)
        .where(about, webhook_deliveries.c.error_message.is_not(None))
        .values(error_message=CONTENT_REMOVED)
    )


def webhook_columns(webhook: Webhook) -> Columns:
    return {
        "project_id": webhook.project_id,
        "id": webhook.id,
        "url": webhook.url,
        "events": [event.value for event in webhook.events],
        "assistant": webhook.assistant,
        "enabled": webhook.enabled,
        "secret": webhook.secret,
        "old_secret": webhook.old_secret,
        "old_secret_until": webhook.old_secret_until,
        "created_at": webhook.created_at,
        "updated_at": webhook.updated_at,
    }


def read_webhook(row: AnyRow) -> Webhook:
    return Webhook(
        id=row.id,
        project_id=row.project_id,
        url=row.url,
        events=tuple(map(WebhookEvent, row.events)),
        assistant=row.assistant,
        enabled=row.enabled,
        secret=row.secret,
        old_secret=row.old_secret,
        old_secret_until=row.old_secret_until,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def delivery_columns(delivery: Delivery) -> Columns:
    return {
        "project_id": delivery.project_id,
        "webhook_id": delivery.webhook_id,
        "id": delivery.id,
        "event": delivery.event.value,
        "status": delivery.status.value,
        "created_at": delivery.created_at,
        "due_at": delivery.due_at,
        "assistant": delivery.assistant,
        "assistant_id": delivery.assistant_id,
        "file_id": delivery.file_id,
        "operation": delivery.operation,
        "error_message": delivery.error_message,
        "attempts": delivery.attempts,
        "claims": 0,
        "worker_id": None,
        "finished_at": delivery.finished_at,
        "response_status": delivery.response_status,
        "last_error": delivery.last_error,
    }


def read_delivery(row: AnyRow) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        project_id=row.project_id,
        event=WebhookEvent(row.event),
        status=DeliveryStatus(row.status),
        created_at=row.created_at,
        due_at=row.due_at,
        assistant=row.assistant,
        assistant_id=row.assistant_id,
        file_id=row.file_id,
        operation=row.operation,
        error_message=row.error_message,
        attempts=row.attempts,
        finished_at=row.finished_at,
        response_status=row.response_status,
        last_error=row.last_error,
    )
