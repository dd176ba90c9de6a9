"""Part of the wiring: webhooks, and what delivers to them."""

from contextlib import AsyncExitStack
from uuid import uuid4

from lodgepole.adapters.outbound_http import HttpWebhookSender, Networks
from lodgepole.ports.telemetry import Metrics
from lodgepole.ports.webhook_sender import WebhookSender
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.storage import Stores
from lodgepole.webhooks.dispatch import WebhookDispatcher
from lodgepole.webhooks.registry import Webhooks


def open_webhook_sender(settings: Settings, stack: AsyncExitStack) -> WebhookSender:
    """Return what sends deliveries; closed with `stack`.

    Raises:
        InvalidRequest: A setting cannot be used; the message says which and why.
    """
    sender = HttpWebhookSender(
        Networks(settings.webhook_networks), seconds=settings.limits.webhook_seconds
    )
    stack.push_async_callback(sender.close)
    return sender


def webhook_registry(settings: Settings, stores: Stores, sender: WebhookSender) -> Webhooks:
    """What users do with webhooks."""
    return Webhooks(
        store=stores.webhooks,
        sender=sender,
        catalog=stores.catalog,
        clock=stores.clock,
        new_id=_new_id,
        limits=settings.limits,
        # Which processes of other machines hear, too.
        wake=stores.database.finished,
    )


def webhook_dispatcher(
    settings: Settings, stores: Stores, sender: WebhookSender, metrics: Metrics | None
) -> WebhookDispatcher:
    """What delivers in this process."""
    return WebhookDispatcher(
        store=stores.webhooks,
        sender=sender,
        clock=stores.clock,
        limits=settings.limits,
        worker_id=stores.worker_id,
        wake=stores.database.finished,
        metrics=metrics,
    )


def _new_id() -> str:
    return str(uuid4())
