"""What every WebhookStore does, and what operations leave for it in their own transactions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lodgepole.errors import ClaimLost, NotFound
from lodgepole.model import FileVersion, OperationType
from lodgepole.ports.webhook_store import (
    CONTENT_REMOVED,
    LONGEST_PUT_OFF,
    SUBSCRIBED,
    Delivery,
    DeliveryStatus,
    Webhook,
    WebhookEvent,
)

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=1)
PENDING, DELIVERED, FAILED = DeliveryStatus


def webhook(stores, id_="w1", *, project="p", **values) -> Webhook:
    defaults = {
        "url": "https://example.org/hook?token=1",
        "events": SUBSCRIBED,
        "assistant": None,
        "enabled": True,
        "secret": "whsec_c2VjcmV0",
        "created_at": stores.clock.now(),
        "updated_at": stores.clock.now(),
    }
    return Webhook(id=id_, project_id=project, **{**defaults, **values})


def delivery(stores, id_, *, webhook_id="w1", **values) -> Delivery:
    now = stores.clock.now()
    defaults = {
        "event": WebhookEvent.TEST,
        "status": PENDING,
        "created_at": now,
        "due_at": now,
    }
    return Delivery(id=id_, webhook_id=webhook_id, project_id="p", **{**defaults, **values})


async def told(stores, webhook_id="w1", project="p"):
    """What was stored for a webhook, oldest first."""
    page = await stores.webhooks.list_deliveries(project, webhook_id, limit=100, after=None)
    return list(page.items)[::-1]


async def claim(stores, worker="w"):
    return await stores.webhooks.claim_delivery(worker, now=stores.clock.now(), lease=LEASE)


async def end(stores, claimed, status, *, due_at=None, response=None, error=None):
    await stores.webhooks.finish_attempt(
        claimed,
        status,
        now=stores.clock.now(),
        due_at=due_at,
        response_status=response,
        error=error,
    )


@pytest.fixture
async def hooked(ready):
    """Stores with two assistants and one webhook that wants everything."""
    await ready.webhooks.add_webhook(webhook(ready))
    return ready


async def test_a_webhook_comes_back_as_it_was_stored(stores):
    made = webhook(
        stores,
        assistant="docs",
        events=(WebhookEvent.FAILED,),
        old_secret="old",
        old_secret_until=stores.clock.now(),
    )
    await stores.webhooks.add_webhook(made)
    assert await stores.webhooks.find_webhook("p", "w1") == made
    assert await stores.webhooks.find_webhook("q", "w1") is None
    assert "whsec" not in repr(made)
    assert "token" not in repr(made)


async def test_webhooks_are_listed_by_project_the_oldest_first(stores):
    for id_, project in (("b", "p"), ("a", "p"), ("c", "q")):
        await stores.webhooks.add_webhook(webhook(stores, id_, project=project))
        stores.clock.advance(SECOND)
    assert [one.id for one in await stores.webhooks.list_webhooks("p")] == ["b", "a"]


async def test_a_change_is_made_to_what_is_stored_now(stores):
    await stores.webhooks.add_webhook(webhook(stores))
    for values in ({"url": "https://example.org/other"}, {"enabled": False}):
        await stores.webhooks.change_webhook("p", "w1", lambda it, v=values: replace(it, **v))
    found = await stores.webhooks.find_webhook("p", "w1")
    assert (found.url, found.enabled) == ("https://example.org/other", False)
    assert await stores.webhooks.change_webhook("q", "w1", lambda it: it) is None


async def test_a_removed_webhook_takes_its_deliveries_along(stores):
    await stores.webhooks.add_webhook(webhook(stores))
    await stores.webhooks.add_delivery(delivery(stores, "d1"))
    claimed = await claim(stores)
    assert not await stores.webhooks.remove_webhook("q", "w1")
    assert await stores.webhooks.remove_webhook("p", "w1")
    assert not await stores.webhooks.remove_webhook("p", "w1")
    assert await told(stores) == []
    with pytest.raises(ClaimLost):
        await end(stores, claimed, DELIVERED)
    with pytest.raises(NotFound):
        await stores.webhooks.add_delivery(delivery(stores, "d2"))


# --- what operations leave ----------------------------------------------------------------------


async def test_a_completed_operation_is_told_with_what_the_wire_says_of_it(hooked):
    await hooked.append_content("o1")
    hooked.clock.advance(SECOND)
    await hooked.queue.complete(await hooked.claim(), ingestion_units=2.5)
    (made,) = await told(hooked)
    assert (made.event, made.status, made.attempts) == (WebhookEvent.COMPLETED, PENDING, 0)
    assert (made.assistant, made.assistant_id, made.file_id) == ("a1", "a1", "f1")
    assert made.operation == {
        "id": "o1",
        "operation_type": "upload_file",
        "status": "Completed",
        "file_id": "f1",
        "created_on": "2026-03-01T00:00:00Z",
        "completed_on": "2026-03-01T00:00:01Z",
        "ingestion_units": 2.5,
    }
    assert made.error_message is None


async def test_a_failed_operation_is_told_with_its_reason(hooked):
    await hooked.append_content("o1")
    await hooked.queue.fail(await hooked.claim(), "Page 3 cannot be read.")
    (made,) = await told(hooked)
    assert (made.event, made.error_message) == (WebhookEvent.FAILED, "Page 3 cannot be read.")


async def test_what_was_overtaken_is_told_once(hooked):
    await hooked.append_content("o1")
    first = await hooked.claim()
    hooked.clock.advance(2 * LEASE)
    second = await hooked.claim("other")
    with pytest.raises(ClaimLost):
        await hooked.queue.complete(first)
    assert await told(hooked) == []
    await hooked.queue.complete(second)
    assert len(await told(hooked)) == 1


async def test_what_a_deletion_cancels_is_told_as_failed(hooked):
    await hooked.append_content("o1")
    deletion = hooked.operation("o2", OperationType.DELETE_FILE, generation=2)
    await hooked.intake.append(deletion)
    hooked.clock.advance(SECOND)
    await hooked.queue.complete(await hooked.claim())
    cancelled, deleted = await told(hooked)
    assert (cancelled.operation["id"], cancelled.event) == ("o1", WebhookEvent.FAILED)
    assert (deleted.operation["id"], deleted.event) == ("o2", WebhookEvent.COMPLETED)
    # It may have said something of the file.
    assert cancelled.error_message == CONTENT_REMOVED


async def test_the_end_of_an_assistant_tells_what_it_cancelled_and_not_itself(hooked):
    await hooked.append_content("o1")
    await hooked.append_content("o2", file_id="f2")
    await hooked.intake.append(
        hooked.operation("o3", OperationType.DELETE_ASSISTANT, file_id=None, generation=0)
    )
    await hooked.queue.complete(await hooked.claim())
    made = await told(hooked)
    assert sorted(one.operation["id"] for one in made) == ["o1", "o2"]
    assert {one.error_message for one in made} == {CONTENT_REMOVED}
    assert {one.status for one in made} == {PENDING}


@pytest.mark.parametrize(
    "values",
    [
        {"enabled": False},
        {"events": (WebhookEvent.FAILED,)},
        {"assistant": "a2"},
        {"project": "q"},
    ],
)
async def test_who_does_not_want_it_is_not_told(ready, values):
    await ready.webhooks.add_webhook(webhook(ready, **values))
    await ready.publish("o1")
    assert await told(ready, project=values.get("project", "p")) == []


async def test_each_webhook_is_told_under_an_id_of_its_own(hooked):
    await hooked.webhooks.add_webhook(webhook(hooked, "w2", assistant="a1"))
    await hooked.publish("o1")
    (one,), (other,) = await told(hooked), await told(hooked, "w2")
    assert one.id != other.id
    assert await hooked.live.live_versions("a1") == {FileVersion("f1", 1)}


# --- claims ---------------------------------------------------------------------------------------


async def test_a_delivery_is_claimed_once_and_with_its_webhook(hooked):
    await hooked.webhooks.add_delivery(delivery(hooked, "d1"))
    claimed = await claim(hooked)
    assert (claimed.delivery.id, claimed.delivery.attempts, claimed.number) == ("d1", 1, 1)
    assert claimed.webhook.secret == "whsec_c2VjcmV0"
    assert await claim(hooked) is None
    await end(hooked, claimed, DELIVERED, response=204)
    (made,) = await told(hooked)
    assert (made.status, made.response_status, made.last_error) == (DELIVERED, 204, None)
    assert made.finished_at == hooked.clock.now()
    assert await claim(hooked) is None


async def test_one_that_failed_is_due_again_when_it_was_put_off_to(hooked):
    await hooked.webhooks.add_delivery(delivery(hooked, "d1"))
    due_at = hooked.clock.now() + 5 * SECOND
    await end(hooked, await claim(hooked), PENDING, due_at=due_at, response=503, error="It broke.")
    assert await hooked.webhooks.next_delivery_due() == due_at
    assert await claim(hooked) is None
    hooked.clock.advance(5 * SECOND)
    claimed = await claim(hooked)
    assert (claimed.delivery.attempts, claimed.delivery.last_error) == (2, "It broke.")
    await end(hooked, claimed, FAILED, error="It broke.")
    assert await hooked.webhooks.next_delivery_due() is None


async def test_a_lease_that_ran_out_is_claimed_by_others_and_its_holder_is_refused(hooked):
    await hooked.webhooks.add_delivery(delivery(hooked, "d1"))
    first = await claim(hooked)
    hooked.clock.advance(LEASE)
    second = await claim(hooked, "other")
    assert (second.delivery.id, second.number) == ("d1", 2)
    with pytest.raises(ClaimLost):
        await end(hooked, first, DELIVERED)
    await end(hooked, second, DELIVERED)


async def test_what_a_killed_worker_held_is_taken_back(hooked):
    await hooked.webhooks.add_delivery(delivery(hooked, "d1"))
    await claim(hooked)
    await hooked.webhooks.take_back_deliveries("other", hooked.clock.now())
    assert await claim(hooked) is None
    await hooked.webhooks.take_back_deliveries("w", hooked.clock.now())
    assert (await claim(hooked)).delivery.attempts == 2


async def test_a_webhook_has_one_delivery_at_a_time_and_holds_up_no_other(hooked):
    await hooked.webhooks.add_webhook(webhook(hooked, "w2"))
    for id_, to in (("d1", "w1"), ("d2", "w1"), ("d3", "w2")):
        await hooked.webhooks.add_delivery(delivery(hooked, id_, webhook_id=to))
        hooked.clock.advance(SECOND)
    first, second = await claim(hooked), await claim(hooked)
    assert (first.delivery.id, second.delivery.id) == ("d1", "d3")
    assert await claim(hooked) is None
    await end(hooked, first, DELIVERED)
    assert (await claim(hooked)).delivery.id == "d2"


async def test_a_disabled_webhook_waits(hooked):
    await hooked.webhooks.add_delivery(delivery(hooked, "d1"))
    await hooked.webhooks.change_webhook("p", "w1", lambda it: replace(it, enabled=False))
    assert await claim(hooked) is None
    assert await hooked.webhooks.next_delivery_due() is None
    await hooked.webhooks.change_webhook("p", "w1", lambda it: replace(it, enabled=True))
    assert (await claim(hooked)).delivery.id == "d1"


async def test_a_clock_that_was_set_back_holds_up_nothing(hooked):
    far = hooked.clock.now() + 3 * LONGEST_PUT_OFF
    await hooked.webhooks.add_delivery(delivery(hooked, "d1", due_at=far))
    assert (await claim(hooked)).delivery.id == "d1"


async def test_a_delivery_is_made_again_when_that_is_asked_for(hooked):
    await hooked.webhooks.add_delivery(delivery(hooked, "d1"))
    await end(hooked, await claim(hooked), FAILED, error="It broke.")
    now = hooked.clock.now()
    again = await hooked.webhooks.redeliver("p", "w1", "d1", now)
    assert (again.status, again.attempts, again.finished_at) == (PENDING, 0, None)
    held = await claim(hooked)
    assert (held.delivery.attempts, held.number) == (1, 2)
    under_way = await hooked.webhooks.redeliver("p", "w1", "d1", now)
    assert under_way.attempts == 1, "what is under way stays so"
    await end(hooked, held, DELIVERED)
    assert await hooked.webhooks.redeliver("p", "w1", "none", now) is None
    assert await hooked.webhooks.find_delivery("q", "w1", "d1") is None


async def test_deliveries_are_listed_in_pages_the_newest_first(hooked):
    for id_ in ("d1", "d2", "d3"):
        await hooked.webhooks.add_delivery(delivery(hooked, id_))
        hooked.clock.advance(SECOND)
    first = await hooked.webhooks.list_deliveries("p", "w1", limit=2, after=None)
    rest = await hooked.webhooks.list_deliveries("p", "w1", limit=2, after=first.next)
    assert [one.id for one in (*first.items, *rest.items)] == ["d3", "d2", "d1"]
    assert rest.next is None


async def test_old_ones_that_ended_are_forgotten(hooked):
    for id_ in ("d1", "d2"):
        await hooked.webhooks.add_delivery(delivery(hooked, id_))
    await end(hooked, await claim(hooked), DELIVERED)
    hooked.clock.advance(SECOND)
    assert await hooked.webhooks.forget_deliveries(hooked.clock.now()) == 1
    assert [one.id for one in await told(hooked)] == ["d2"], "the other is still to be made"
