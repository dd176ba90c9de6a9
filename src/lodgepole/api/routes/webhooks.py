"""Webhooks: addresses that are told when operations finish. Below `/lodgepole`.

They are for keys with the role `all`: what a project does leaves the server by them.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from lodgepole.api import render_webhooks as render
from lodgepole.api.auth import Administration
from lodgepole.api.json_response import json_response
from lodgepole.api.pagination import PageRequest, page_request, pagination, read_page
from lodgepole.api.requests import read_json
from lodgepole.api.schemas.webhooks import (
    CreateWebhookRequest,
    ListDeliveriesResponse,
    ListWebhooksResponse,
    UpdateWebhookRequest,
)
from lodgepole.api.versions import NEWEST, wire_version
from lodgepole.model import ListPage
from lodgepole.ports.webhook_store import Delivery

router = APIRouter(tags=["Webhooks"])
PAGED = wire_version(NEWEST)


@router.get("/webhooks", operation_id="list_webhooks")
async def list_webhooks(call: Administration) -> Response:
    """The project's webhooks, oldest first."""
    found = await call.services.webhooks.list(call.project_id)
    return json_response(ListWebhooksResponse(webhooks=[render.webhook(one) for one in found]))


@router.post("/webhooks", operation_id="create_webhook")
async def create_webhook(call: Administration) -> Response:
    """Tell an address of operations that finish from now on; its secret is shown this once."""
    body = await read_json(call.request, CreateWebhookRequest, call.services.limits)
    made = await call.services.webhooks.create(
        call.project_id, url=body.url, events=body.events, assistant=body.assistant
    )
    return json_response(render.webhook_with_secret(made))


@router.get("/webhooks/{webhook_id}", operation_id="describe_webhook")
async def describe_webhook(call: Administration, webhook_id: str) -> Response:
    """One webhook."""
    found = await call.services.webhooks.get(call.project_id, webhook_id)
    return json_response(render.webhook(found))


@router.patch("/webhooks/{webhook_id}", operation_id="update_webhook")
async def update_webhook(call: Administration, webhook_id: str) -> Response:
    """Change it, disable it or enable it again."""
    body = await read_json(call.request, UpdateWebhookRequest, call.services.limits)
    changed = await call.services.webhooks.update(
        call.project_id,
        webhook_id,
        url=body.url,
        events=body.events,
        assistant=body.assistant,
        enabled=body.enabled,
    )
    return json_response(render.webhook(changed))


@router.delete("/webhooks/{webhook_id}", operation_id="delete_webhook")
async def delete_webhook(call: Administration, webhook_id: str) -> Response:
    """Remove it with its deliveries; what is pending is not delivered."""
    await call.services.webhooks.remove(call.project_id, webhook_id)
    return Response(status_code=200)


@router.post("/webhooks/{webhook_id}/secret", operation_id="rotate_webhook_secret")
async def rotate_webhook_secret(call: Administration, webhook_id: str) -> Response:
    """Give it a new secret; for 24 hours deliveries carry a signature by the old one, too."""
    rotated = await call.services.webhooks.rotate(call.project_id, webhook_id)
    return json_response(render.webhook_with_secret(rotated))


@router.post("/webhooks/{webhook_id}/test", operation_id="test_webhook")
async def test_webhook(call: Administration, webhook_id: str) -> Response:
    """Deliver a `webhook.test`, at once."""
    made = await call.services.webhooks.test(call.project_id, webhook_id)
    return json_response(render.delivery(made))


@router.get("/webhooks/{webhook_id}/deliveries", operation_id="list_webhook_deliveries")
async def list_webhook_deliveries(
    call: Administration,
    webhook_id: str,
    asked: Annotated[PageRequest, Depends(page_request)],
) -> Response:
    """What it was told and is to be told, newest first; for some days after a delivery ended."""
    services = call.services

    async def fetch(limit: int, after: str | None) -> ListPage[Delivery]:
        return await services.webhooks.deliveries(
            call.project_id, webhook_id, limit=limit, after=after
        )

    page = await read_page(
        fetch,
        kind=f"deliveries {webhook_id}",
        asked=asked,
        version=PAGED,
        limits=services.limits,
    )
    return json_response(
        ListDeliveriesResponse(
            deliveries=[render.delivery(one) for one in page.items], pagination=pagination(page)
        )
    )


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", operation_id="redeliver_delivery"
)
async def redeliver_delivery(call: Administration, webhook_id: str, delivery_id: str) -> Response:
    """Deliver it again, under the same id."""
    due = await call.services.webhooks.redeliver(call.project_id, webhook_id, delivery_id)
    return json_response(render.delivery(due))
