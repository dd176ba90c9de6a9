"""What is shown of webhooks and deliveries, and what is not."""

from dataclasses import replace
from datetime import UTC, datetime

from lodgepole.api import render_webhooks as render
from lodgepole.ports.webhook_store import (
    SUBSCRIBED,
    Delivery,
    DeliveryStatus,
    Webhook,
    WebhookEvent,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOOK = Webhook(
    id="w1",
    project_id="p",
    url="https://example.org",
    events=SUBSCRIBED,
    assistant=None,
    enabled=True,
    secret="whsec_c2VjcmV0",
    old_secret="whsec_b2xk",
    old_secret_until=NOW,
    created_at=NOW,
    updated_at=NOW,
)
DELIVERY = Delivery(
    id="m1",
    webhook_id="w1",
    project_id="p",
    event=WebhookEvent.FAILED,
    status=DeliveryStatus.PENDING,
    created_at=NOW,
    due_at=NOW,
    assistant="docs",
    operation={"id": "o1"},
    error_message="Page 3 cannot be read.",
    attempts=2,
    response_status=500,
    last_error="It answered 500.",
)


def test_a_secret_is_shown_where_that_is_asked_for_alone():
    assert "whsec" not in str(render.webhook(HOOK).sent())
    shown = render.webhook_with_secret(HOOK).sent()
    assert shown["secret"] == "whsec_c2VjcmV0"
    assert "whsec_b2xk" not in str(shown)


def test_a_delivery_says_when_it_is_tried_next_or_when_it_ended():
    pending = render.delivery(DELIVERY)
    assert (pending.due_at, pending.finished_at) == ("2026-03-01T00:00:00.000Z", None)
    assert (pending.operation_id, pending.last_error) == ("o1", "It answered 500.")
    given_up = replace(DELIVERY, status=DeliveryStatus.FAILED, finished_at=NOW)
    ended = render.delivery(given_up)
    assert (ended.due_at, ended.finished_at) == (None, "2026-03-01T00:00:00.000Z")
    test = replace(DELIVERY, event=WebhookEvent.TEST, operation=None)
    assert render.delivery(test).operation_id is None
