"""Deliveries: signed, sent, tried again, given up."""

import asyncio
import base64
import hashlib
import hmac
import logging
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from lodgepole.errors import DeadlineExceeded, PermissionDenied, Unavailable
from lodgepole.ports.webhook_store import LONGEST_PUT_OFF, DeliveryStatus, WebhookEvent
from lodgepole.webhooks.dispatch import PAUSES, payload, secrets_of

PENDING, DELIVERED, FAILED = DeliveryStatus


async def tested(desk):
    made = await desk.made()
    return made, await desk.webhooks.test("p", made.id)


async def only(desk, webhook):
    (delivery,) = await desk.deliveries(webhook)
    return delivery


async def test_a_delivery_is_sent_signed_and_recorded(desk):
    made, test = await tested(desk)
    assert await desk.dispatcher.drain() == 1
    ((url, body, headers),) = desk.receiver.requests
    assert url == made.url
    assert orjson.loads(body) == {
        "type": "webhook.test",
        "timestamp": test.created_at.isoformat().replace("+00:00", "Z"),
        "data": {"webhook_id": made.id},
    }
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    signed = f"{test.id}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert headers["Content-Type"] == "application/json"
    ended = await only(desk, made)
    assert (ended.status, ended.response_status, ended.attempts) == (DELIVERED, 204, 1)
    assert desk.counts.outcomes == ["delivered"]


async def test_both_secrets_sign_for_a_day_after_a_rotation(desk):
    made, _ = await tested(desk)
    rotated = await desk.webhooks.rotate("p", made.id)
    now = desk.clock.now()
    assert secrets_of(rotated, now) == (rotated.secret, made.secret)
    assert secrets_of(rotated, now + timedelta(hours=24)) == (rotated.secret,)
    await desk.dispatcher.drain()
    assert len(desk.receiver.requests[0][2]["webhook-signature"].split(" ")) == 2


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (500, 500, "It answered 500."),
        (404, 404, "It answered 404."),
        (302, 302, "It answered 302, and redirects are not followed: give the final address."),
        (Unavailable("It cannot be read: ConnectError."), None, "It cannot be read: ConnectError."),
        (DeadlineExceeded("It took longer than 15 seconds."), None, "It took longer than"),
        (RuntimeError("private words"), None, "An internal error"),
    ],
)
async def test_what_failed_is_tried_again_with_growing_pauses_and_then_given_up(
    desk, answer, status, said
):
    made, _ = await tested(desk)
    desk.receiver.answers = [answer] * 20
    for pause in PAUSES:
        assert await desk.dispatcher.drain() == 1
        waiting = await only(desk, made)
        assert (waiting.status, waiting.response_status) == (PENDING, status)
        assert waiting.last_error.startswith(said)
        assert waiting.due_at == desk.clock.now() + pause
        desk.clock.advance(pause - timedelta(seconds=1))
        assert await desk.dispatcher.drain() == 0
        desk.clock.advance(timedelta(seconds=1))
    assert await desk.dispatcher.drain() == 1
    ended = await only(desk, made)
    assert (ended.status, ended.attempts) == (FAILED, len(PAUSES) + 1)
    assert desk.counts.outcomes == ["again"] * len(PAUSES) + ["failed"]
    bodies = {body for _, body, _ in desk.receiver.requests}
    ids = {headers["webhook-id"] for _, _, headers in desk.receiver.requests}
    assert (len(bodies), len(ids)) == (1, 1)


@pytest.mark.parametrize("answer", [410, PermissionDenied("The address 10.0.0.1 is private.")])
async def test_what_cannot_change_is_given_up_at_once(desk, answer):
    made, _ = await tested(desk)
    desk.receiver.answers = [answer]
    assert await desk.dispatcher.drain() == 1
    assert (await only(desk, made)).status is FAILED


async def test_one_that_fails_and_is_told_later_arrives(desk):
    made, _ = await tested(desk)
    desk.receiver.answers = [503, 200]
    await desk.dispatcher.drain()
    desk.clock.advance(PAUSES[0])
    await desk.dispatcher.drain()
    ended = await only(desk, made)
    assert (ended.status, ended.attempts, ended.last_error) == (DELIVERED, 2, None)


def test_no_pause_is_longer_than_the_store_takes_for_possible():
    assert list(PAUSES) == sorted(PAUSES)
    assert PAUSES[-1] < LONGEST_PUT_OFF


async def test_a_removed_webhook_ends_what_is_under_way(desk):
    made, _ = await tested(desk)

    async def removing():
        await desk.webhooks.remove("p", made.id)
        return 200

    desk.receiver.answers = [removing()]
    assert await desk.dispatcher.drain() == 1
    assert desk.counts.outcomes == []


async def test_nothing_secret_is_logged(desk, caplog):
    caplog.set_level(logging.DEBUG)
    made, _ = await tested(desk)
    desk.receiver.answers = [RuntimeError("broken"), 500, PermissionDenied("private")]
    for pause in PAUSES[:3]:
        await desk.dispatcher.drain()
        desk.clock.advance(pause)
    assert "given up" in caplog.text
    assert made.secret not in caplog.text
    assert made.url not in caplog.text


# --- running --------------------------------------------------------------------------------------


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  what is waited for gives no event
            await asyncio.sleep(0)


async def test_it_delivers_what_becomes_due_while_it_runs_and_in_order(desk):
    stop = asyncio.Event()
    made, _ = await tested(desk)
    running = asyncio.create_task(desk.dispatcher.run(stop))
    await until(lambda: len(desk.receiver.requests) == 1)
    tests = [await desk.webhooks.test("p", made.id) for _ in range(3)]
    await until(lambda: len(desk.receiver.requests) == 4)
    sent = [headers["webhook-id"] for _, _, headers in desk.receiver.requests]
    assert sent[1:] == [test.id for test in tests]
    stop.set()
    await running


async def test_a_webhook_that_does_not_answer_holds_up_no_other(desk):
    stop, never = asyncio.Event(), asyncio.Event()
    slow, _ = await tested(desk)
    desk.receiver.answers = [never.wait()]
    running = asyncio.create_task(desk.dispatcher.run(stop))
    await until(lambda: len(desk.receiver.requests) == 1)
    quick, _ = await tested(desk)
    await until(lambda: len(desk.receiver.requests) == 2)
    await until(lambda: desk.counts.outcomes == ["delivered"])
    assert (await only(desk, quick)).status is DELIVERED
    stop.set()
    await running
    left = await only(desk, slow)
    assert (left.status, left.due_at) == (PENDING, desk.clock.now()), "the next start goes on"


async def test_what_a_killed_process_held_is_delivered_by_the_next_start(desk):
    made, test = await tested(desk)
    now = desk.clock.now()
    await desk.store.claim_delivery("w", now=now, lease=timedelta(minutes=5))
    stop = asyncio.Event()
    running = asyncio.create_task(desk.dispatcher.run(stop))
    await until(lambda: desk.counts.outcomes == ["delivered"])
    stop.set()
    await running
    assert desk.receiver.requests[0][2]["webhook-id"] == test.id
    assert (await only(desk, made)).attempts == 2


async def test_old_deliveries_are_forgotten_while_it_runs(desk):
    made, _ = await tested(desk)
    await desk.dispatcher.drain()
    desk.clock.advance(timedelta(days=15))
    stop = asyncio.Event()
    running = asyncio.create_task(desk.dispatcher.run(stop))
    await until(lambda: not desk.database.deliveries)
    stop.set()
    await running
    assert await desk.deliveries(made) == []


async def test_a_store_that_does_not_answer_ends_nothing(desk, monkeypatch):
    _, _ = await tested(desk)
    real, failures = desk.store.next_delivery_due, [Unavailable("The database is away.")]

    async def sometimes():
        if failures:
            desk.database.finished.give()  # so that it looks again at once
            raise failures.pop()
        return await real()

    monkeypatch.setattr(desk.store, "next_delivery_due", sometimes)
    stop = asyncio.Event()
    running = asyncio.create_task(desk.dispatcher.run(stop))
    await until(lambda: desk.counts.outcomes == ["delivered"])
    stop.set()
    await running


async def test_an_operation_is_told_as_the_wire_has_it(desk):
    made, test = await tested(desk)
    of = desk.database.deliveries["p", made.id, test.id].delivery
    operation = {"id": "o1", "status": "Failed", "operation_type": "upload_file"}
    told = replace(
        of,
        event=WebhookEvent.FAILED,
        assistant="docs",
        operation=operation,
        error_message="Page 3 cannot be read.",
    )
    assert orjson.loads(payload(told))["data"] == {
        "assistant": "docs",
        "operation": {**operation, "error_message": "Page 3 cannot be read."},
    }
