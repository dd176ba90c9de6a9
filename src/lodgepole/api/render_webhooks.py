"""Webhooks and deliveries as the wire's models."""

from lodgepole.api.render import timestamp
from lodgepole.api.schemas.webhooks import DeliveryModel, WebhookModel, WebhookSecretModel
from lodgepole.api.schemas.wire import word
from lodgepole.ports.webhook_store import Delivery, DeliveryStatus, Webhook


def webhook(value: Webhook) -> WebhookModel:
    """The webhook without its secret."""
    return WebhookModel(
        id=value.id,
        url=value.url,
        events=[word(event) for event in value.events],
        assistant=value.assistant,
        enabled=value.enabled,
        created_at=timestamp(value.created_at),
        updated_at=timestamp(value.updated_at),
    )


def webhook_with_secret(value: Webhook) -> WebhookSecretModel:
    return WebhookSecretModel(secret=value.secret, **webhook(value).sent())


def delivery(value: Delivery) -> DeliveryModel:
    pending = value.status is DeliveryStatus.PENDING
    return DeliveryModel(
        id=value.id,
        event=word(value.event),
        status=word(value.status),
        assistant=value.assistant,
        operation_id=None if value.operation is None else value.operation["id"],
        created_at=timestamp(value.created_at),
        attempts=value.attempts,
        due_at=timestamp(value.due_at) if pending else None,
        finished_at=None if value.finished_at is None else timestamp(value.finished_at),
        response_status=value.response_status,
        last_error=value.last_error,
    )
