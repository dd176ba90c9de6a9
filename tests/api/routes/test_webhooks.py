"""Webhooks over HTTP: made, shown without their secrets, changed, tried out, told."""

import httpx2
import orjson
import pytest
from tests.api.conftest import House

from lodgepole.api.schemas.webhooks import (
    DeliveryModel,
    ListDeliveriesResponse,
    ListWebhooksResponse,
    WebhookModel,
    WebhookSecretModel,
)
from lodgepole.model import Role

HOME = "/lodgepole/webhooks"
URL = "https://example.org/hook"


async def made(client: httpx2.AsyncClient, **values) -> WebhookSecretModel:
    answer = await client.post(HOME, json={"url": URL, **values})
    assert answer.status_code == 200, answer.text
    return WebhookSecretModel.model_validate_json(answer.content)


async def test_the_secret_is_shown_once(new: httpx2.AsyncClient):
    hook = await made(new)
    listed = await new.get(HOME)
    shown = await new.get(f"{HOME}/{hook.id}")
    assert ListWebhooksResponse.model_validate_json(listed.content).webhooks[0].id == hook.id
    assert WebhookModel.model_validate_json(shown.content).url == URL
    assert hook.secret.startswith("whsec_")
    assert "secret" not in listed.text
    assert "secret" not in shown.text
    rotated = WebhookSecretModel.model_validate_json(
        (await new.post(f"{HOME}/{hook.id}/secret")).content
    )
    assert rotated.secret != hook.secret


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "no address"},
        {"url": "https://user:word@example.org"},
        {"url": "http://127.0.0.1/hook"},
        {"url": "http://localhost:9000/hook"},
        {"url": "http://[::1]/hook"},
        {"url": "http://169.254.169.254/latest"},
        {"url": "http://0x7f.1/"},
        {"url": "http://example.org:22/"},
        {"url": URL, "events": ["other"]},
        {"url": URL, "events": []},
        {"url": URL, "event": ["operation.failed"]},
        {"url": URL + "x" * 2000},
    ],
)
async def test_what_cannot_be_used_is_refused(new: httpx2.AsyncClient, body):
    assert (await new.post(HOME, json=body)).status_code == 400
    assert (await new.get(HOME)).json() == {"webhooks": []}


async def test_it_is_changed_and_removed(new: httpx2.AsyncClient, filled: str):
    hook = await made(new)
    path = f"{HOME}/{hook.id}"
    changed = await new.patch(path, json={"enabled": False, "assistant": filled})
    assert (changed.json()["enabled"], changed.json()["assistant"]) == (False, filled)
    assert (await new.patch(path, json={})).status_code == 400
    assert (await new.patch(path, json={"assistant": "missing"})).status_code == 404
    assert (await new.post(f"{path}/test")).status_code == 409
    assert (await new.delete(path)).status_code == 200
    for method in ("GET", "DELETE"):
        assert (await new.request(method, path)).status_code == 404
    assert (await new.patch(path, json={"enabled": True})).status_code == 404


async def test_operations_that_finish_are_told_from_then_on(
    house: House, new: httpx2.AsyncClient, filled: str
):
    hook = await made(new, assistant=filled)
    path = f"{HOME}/{hook.id}/deliveries"
    form = {"file": ("one.txt", b"One."), "metadata": (None, orjson.dumps({"a": 1}).decode())}
    accepted = (await new.post(f"/assistant/files/{filled}", files=form)).json()
    assert (await new.get(path)).json() == {"deliveries": []}
    await house.work()
    shown = ListDeliveriesResponse.model_validate_json((await new.get(path)).content)
    (delivery,) = shown.deliveries
    assert (delivery.event, delivery.operation_id) == ("operation.completed", accepted["id"])
    assert (delivery.status, delivery.attempts, delivery.assistant) == ("Pending", 0, filled)


async def test_deliveries_are_tried_out_listed_in_pages_and_made_again(new: httpx2.AsyncClient):
    hook = await made(new)
    path = f"{HOME}/{hook.id}"
    tests = [DeliveryModel(**(await new.post(f"{path}/test")).json()).id for _ in range(3)]
    first = (await new.get(f"{path}/deliveries", params={"limit": 2})).json()
    token = first["pagination"]["next"]
    rest = (await new.get(f"{path}/deliveries", params={"pagination_token": token})).json()
    listed = [one["id"] for one in (*first["deliveries"], *rest["deliveries"])]
    assert sorted(listed) == sorted(tests)
    again = await new.post(f"{path}/deliveries/{tests[0]}/redeliver")
    assert again.json()["status"] == "Pending"
    assert (await new.post(f"{path}/deliveries/none/redeliver")).status_code == 404
    assert (await new.get(f"{HOME}/none/deliveries")).status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ALL])
async def test_they_are_for_whoever_may_do_everything(house: House, new, role: Role):
    hook = await made(new)
    async with house.client(key=await house.key(role)) as client:
        assert (await client.get(HOME)).status_code == 403
        assert (await client.post(HOME, json={"url": URL})).status_code == 403
        assert (await client.post(f"{HOME}/{hook.id}/test")).status_code == 403


async def test_another_project_sees_none_of_it(house: House, new: httpx2.AsyncClient):
    hook = await made(new)
    async with house.client(key=await house.key(Role.ALL, project="other")) as other:
        assert (await other.get(HOME)).json() == {"webhooks": []}
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/secret"), ("POST", "/test")):
            answer = await other.request(method, f"{HOME}/{hook.id}{path}")
            assert answer.status_code == 404


async def test_changes_are_in_the_audit_log_without_addresses_or_secrets(new: httpx2.AsyncClient):
    hook = await made(new)
    await new.post(f"{HOME}/{hook.id}/secret")
    await new.delete(f"{HOME}/{hook.id}")
    audit = await new.get("/lodgepole/audit")
    actions = [entry["action"] for entry in audit.json()["entries"]]
    assert actions[:3] == ["delete_webhook", "rotate_webhook_secret", "create_webhook"]
    assert URL not in audit.text
    assert hook.secret not in audit.text
