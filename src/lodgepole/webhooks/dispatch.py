"""Makes deliveries: claimed, signed, sent, tried again with growing pauses, given up in the end.

A delivery is stored by the transaction that finished its operation. A process that is killed
leaves a lease that runs out, or is taken back by the next start: it is then made once more, under
the same id.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import orjson

from lodgepole.concurrency.signal import Signal
from lodgepole.concurrency.waiting import first_of, wait_until
from lodgepole.errors import ClaimLost, InvalidRequest, LodgepoleError, PermissionDenied
from lodgepole.limits import Limits
from lodgepole.ports.clock import Clock
from lodgepole.ports.telemetry import Metrics
from lodgepole.ports.webhook_sender import WebhookSender
from lodgepole.ports.webhook_store import (
    Delivery,
    DeliveryClaim,
    DeliveryStatus,
    Webhook,
    WebhookEvent,
    WebhookStore,
)
from lodgepole.webhooks.signatures import signed_headers

log = logging.getLogger(__name__)

PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600)
)
"""After each attempt that failed; a delivery has one attempt more, within 17 hours."""
AT_ONCE = 4
"""Deliveries that one process makes; one webhook has one at a time."""
POLL = timedelta(seconds=15)
"""How long a signal of another process that was lost may go unnoticed."""
LEAST_PAUSE = timedelta(seconds=1)
FORGETTING = timedelta(hours=1)
"""Between two looks for deliveries that are old."""
GONE = 410
"""By which a receiver says that it wants nothing more."""
INTERNAL = "An internal error, recorded in the server's log."


class WebhookDispatcher:
    """Makes what is due, a few at a time."""

    def __init__(
        self,
        *,
        store: WebhookStore,
        sender: WebhookSender,
        clock: Clock,
        limits: Limits,
        worker_id: str,
        wake: Signal,
        metrics: Metrics | None = None,
    ) -> None:
        """`wake` is given when an operation has finished, or something is due now."""
        self._store = store
        self._sender = sender
        self._clock = clock
        self._worker_id = worker_id
        self._wake = wake
        self._metrics = metrics
        self._retention = timedelta(days=limits.webhook_retention_days)
        self._lease = timedelta(seconds=60 + 2 * limits.webhook_seconds)
        self._forgotten_at: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; what is under way then is made by the next start."""
        with _told():
            await self._store.take_back_deliveries(self._worker_id, self._clock.now())
        working: set[asyncio.Task[None]] = set()
        try:
            while not stop.is_set():
                woken, pause, claim = self._wake.listen(), POLL, None
                with _told():
                    await self._forget_old()
                    pause = await self._until_due()
                    if pause <= timedelta() and len(working) < AT_ONCE:
                        claim = await self._claim()
                if claim is not None:
                    task = asyncio.create_task(self._work(claim, stop))
                    working.add(task)
                    task.add_done_callback(working.discard)
                    continue
                await first_of(wait_until(woken, max(pause, LEAST_PAUSE).total_seconds()), stop)
            await asyncio.gather(*working)
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    async def drain(self) -> int:
        """Make what is due, one after the other, until nothing is; how many attempts it took."""
        made, never = 0, asyncio.Event()
        while (claim := await self._claim()) is not None:
            await self._attempt(claim, never)
            made += 1
        return made

    async def _work(self, claim: DeliveryClaim | None, stop: asyncio.Event) -> None:
        """This one, and what has become due by its end."""
        while claim is not None and not stop.is_set():
            with _told():
                await self._attempt(claim, stop)
            claim = None
            with _told():
                claim = await self._claim()
        if claim is not None:
            await self._end(claim, DeliveryStatus.PENDING)

    async def _claim(self) -> DeliveryClaim | None:
        now = self._clock.now()
        return await self._store.claim_delivery(self._worker_id, now=now, lease=self._lease)

    async def _until_due(self) -> timedelta:
        due_at = await self._store.next_delivery_due()
        return POLL if due_at is None else min(POLL, due_at - self._clock.now())

    async def _forget_old(self) -> None:
        now = self._clock.now()
        if self._forgotten_at is None or now - self._forgotten_at >= FORGETTING:
            self._forgotten_at = now
            await self._store.forget_deliveries(now - self._retention)

    # --- one attempt ----------------------------------------------------------------------------

    async def _attempt(self, claim: DeliveryClaim, stop: asyncio.Event) -> None:
        sending = asyncio.ensure_future(self._send(claim))
        try:
            await first_of(asyncio.wait([sending]), stop)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        if sending.cancelled():
            await self._end(claim, DeliveryStatus.PENDING)  # at once when we start again
            return
        error, status = sending.exception(), None
        if error is None:
            status = sending.result()
            said = _refusal(status)
            final = status == GONE
        elif isinstance(error, LodgepoleError):
            said, final = str(error), isinstance(error, InvalidRequest | PermissionDenied)
        else:
            log.error("Delivery %s", claim.delivery.id, exc_info=error)
            said, final = INTERNAL, False
        await self._record(claim, status, said, final=final)

    async def _send(self, claim: DeliveryClaim) -> int:
        delivery, webhook = claim.delivery, claim.webhook
        now, body = self._clock.now(), payload(delivery)
        headers = {"Content-Type": "application/json"} | signed_headers(
            secrets_of(webhook, now),
            delivery_id=delivery.id,
            timestamp=int(now.timestamp()),
            body=body,
        )
        return await self._sender.send(webhook.url, body, headers=headers)

    async def _record(
        self, claim: DeliveryClaim, status: int | None, error: str | None, *, final: bool
    ) -> None:
        made = claim.delivery.attempts
        if error is None:
            await self._end(claim, DeliveryStatus.DELIVERED, response=status)
        elif final or made > len(PAUSES):
            log.warning("Delivery %s was given up after %d attempts", claim.delivery.id, made)
            await self._end(claim, DeliveryStatus.FAILED, response=status, error=error)
        else:
            pause = PAUSES[made - 1]
            await self._end(
                claim, DeliveryStatus.PENDING, pause=pause, response=status, error=error
            )

    async def _end(
        self,
        claim: DeliveryClaim,
        outcome: DeliveryStatus,
        *,
        pause: timedelta = timedelta(),
        response: int | None = None,
        error: str | None = None,
    ) -> None:
        now = self._clock.now()
        with suppress(ClaimLost):  # the webhook was removed, or another process went on
            await self._store.finish_attempt(
                claim,
                outcome,
                now=now,
                due_at=now + pause,
                response_status=response,
                error=error,
            )
            if self._metrics is not None:
                word = "again" if outcome is DeliveryStatus.PENDING else outcome.value.lower()
                self._metrics.count("webhook_deliveries_total", outcome=word)


class _told:  # noqa: N801  a context, used like a function
    """Logs what failed of ours. Nothing is lost: what is due stays due, a lease runs out."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> bool:
        if isinstance(error, LodgepoleError):
            log.warning("Webhooks: %s", error)
            return True
        return False


def payload(delivery: Delivery) -> bytes:
    """The body, which is the same at each attempt."""
    if delivery.event is WebhookEvent.TEST:
        data: dict[str, object] = {"webhook_id": delivery.webhook_id}
    else:
        operation = {**(delivery.operation or {}), "error_message": delivery.error_message}
        data = {"assistant": delivery.assistant, "operation": operation}
    return orjson.dumps(
        {
            "type": delivery.event.value,
            "timestamp": delivery.created_at.isoformat().replace("+00:00", "Z"),
            "data": data,
        }
    )


def secrets_of(webhook: Webhook, now: datetime) -> Sequence[str]:
    """What its deliveries are signed with now, the newest first."""
    until = webhook.old_secret_until
    if webhook.old_secret is None or until is None or until <= now:
        return (webhook.secret,)
    return (webhook.secret, webhook.old_secret)


def _refusal(status: int) -> str | None:
    """Why an answer with this status is none that was hoped for."""
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"It answered {status}, and redirects are not followed: give the final address."
    return f"It answered {status}."
