"""Webhooks as their users see them."""

from datetime import timedelta

import pytest

from lodgepole.errors import Conflict, InvalidRequest, NotFound, RateLimited
from lodgepole.ports.webhook_store import SUBSCRIBED, DeliveryStatus, WebhookEvent
from lodgepole.webhooks.registry import OVERLAP, URL_CHARS

URL = "https://example.org/hook"


async def test_a_webhook_is_made_with_a_secret_of_its_own(desk):
    one, other = await desk.made(), await desk.made(assistant="docs")
    assert one.secret != other.secret
    assert (one.events, one.assistant, one.enabled) == (SUBSCRIBED, None, True)
    assert other.assistant == "docs"
    assert list(await desk.webhooks.list("p")) == [one, other]
    assert list(await desk.webhooks.list("q")) == []
    assert await desk.webhooks.get("p", one.id) == one
    with pytest.raises(NotFound):
        await desk.webhooks.get("q", one.id)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"url": "ftp://example.org"}, InvalidRequest),
        ({"url": "http://10.0.0.1/hook"}, InvalidRequest),
        ({"url": "https://example.org/" + "x" * URL_CHARS}, InvalidRequest),
        ({"events": []}, InvalidRequest),
        ({"events": ["operation.begun"]}, InvalidRequest),
        ({"events": ["webhook.test"]}, InvalidRequest),
        ({"assistant": "missing"}, NotFound),
    ],
)
async def test_what_cannot_be_used_is_refused_when_it_is_made_and_when_it_is_changed(
    desk, values, error
):
    with pytest.raises(error):
        await desk.webhooks.create("p", **{"url": URL, **values})
    made = await desk.made()
    with pytest.raises(error):
        await desk.webhooks.update("p", made.id, **values)
    assert await desk.webhooks.get("p", made.id) == made


async def test_events_are_kept_once_each(desk):
    made = await desk.made(events=["operation.failed", "operation.failed"])
    assert made.events == (WebhookEvent.FAILED,)


async def test_a_project_has_so_many(desk):
    for _ in range(3):
        await desk.made()
    with pytest.raises(RateLimited):
        await desk.made()
    await desk.webhooks.create("q", url=URL)


async def test_what_is_given_is_changed_and_the_rest_stays(desk):
    made = await desk.made(assistant="docs")
    changed = await desk.webhooks.update("p", made.id, enabled=False)
    assert (changed.enabled, changed.url, changed.assistant) == (False, URL, "docs")
    changed = await desk.webhooks.update("p", made.id, assistant="", url=URL + "2")
    assert (changed.enabled, changed.url, changed.assistant) == (False, URL + "2", None)
    with pytest.raises(InvalidRequest, match="No updates"):
        await desk.webhooks.update("p", made.id)
    with pytest.raises(NotFound):
        await desk.webhooks.update("q", made.id, enabled=True)


async def test_a_new_secret_leaves_the_old_one_for_a_day(desk):
    made = await desk.made()
    rotated = await desk.webhooks.rotate("p", made.id)
    assert rotated.secret != made.secret
    assert rotated.old_secret == made.secret
    assert rotated.old_secret_until == desk.clock.now() + OVERLAP
    with pytest.raises(NotFound):
        await desk.webhooks.rotate("p", "none")


async def test_a_test_is_due_at_once_and_each_is_one_of_its_own(desk):
    made = await desk.made()
    first, second = [await desk.webhooks.test("p", made.id) for _ in range(2)]
    assert first.id != second.id
    assert {one.id for one in await desk.deliveries(made)} == {first.id, second.id}
    page = await desk.webhooks.deliveries("p", made.id, limit=1, after=None)
    assert [one.id for one in page.items] == [second.id]
    with pytest.raises(NotFound):
        await desk.webhooks.deliveries("q", made.id, limit=1, after=None)


async def test_a_delivery_is_made_again(desk):
    made = await desk.made()
    test = await desk.webhooks.test("p", made.id)
    assert await desk.dispatcher.drain() == 1
    desk.clock.advance(timedelta(hours=1))
    again = await desk.webhooks.redeliver("p", made.id, test.id)
    assert (again.id, again.status) == (test.id, DeliveryStatus.PENDING)
    assert await desk.dispatcher.drain() == 1
    first, second = desk.receiver.requests
    assert first[1] == second[1], "the same body"
    assert first[2]["webhook-id"] == second[2]["webhook-id"] == test.id
    assert first[2]["webhook-timestamp"] != second[2]["webhook-timestamp"]
    with pytest.raises(NotFound):
        await desk.webhooks.redeliver("p", made.id, "none")


async def test_a_disabled_one_is_neither_tried_out_nor_told_again(desk):
    made = await desk.made()
    test = await desk.webhooks.test("p", made.id)
    await desk.webhooks.update("p", made.id, enabled=False)
    with pytest.raises(Conflict):
        await desk.webhooks.test("p", made.id)
    with pytest.raises(Conflict):
        await desk.webhooks.redeliver("p", made.id, test.id)


async def test_a_removed_one_is_gone_with_what_was_pending(desk):
    made = await desk.made()
    await desk.webhooks.test("p", made.id)
    await desk.webhooks.remove("p", made.id)
    with pytest.raises(NotFound):
        await desk.webhooks.remove("p", made.id)
    assert await desk.dispatcher.drain() == 0
