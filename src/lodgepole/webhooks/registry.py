"""Webhooks as their users see them: make, list, change, rotate, try out, remove, deliveries."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from lodgepole.concurrency.signal import Signal
from lodgepole.errors import Conflict, InvalidRequest, NotFound, PermissionDenied, RateLimited
from lodgepole.limits import Limits
from lodgepole.model import ListPage
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock
from lodgepole.ports.webhook_sender import WebhookSender
from lodgepole.ports.webhook_store import (
    SUBSCRIBED,
    Delivery,
    DeliveryStatus,
    Webhook,
    WebhookEvent,
    WebhookStore,
    delivery_id,
)
from lodgepole.webhooks.signatures import written_secret

URL_CHARS = 2000
SECRET_BYTES = 32
OVERLAP = timedelta(hours=24)
"""How long deliveries are signed with the secret before, too, so that receivers can follow."""


class Webhooks:
    """Use cases of a project on its webhooks."""

    def __init__(
        self,
        *,
        store: WebhookStore,
        sender: WebhookSender,
        catalog: Catalog,
        clock: Clock,
        new_id: Callable[[], str],
        limits: Limits,
        wake: Signal,
    ) -> None:
        """`wake` is given when something is due now."""
        self._store = store
        self._sender = sender
        self._catalog = catalog
        self._clock = clock
        self._new_id = new_id
        self._limits = limits
        self._wake = wake

    async def create(
        self,
        project_id: str,
        *,
        url: str,
        events: Sequence[str] | None = None,
        assistant: str | None = None,
    ) -> Webhook:
        """Keep a webhook, which is told of what finishes from now on.

        Raises:
            InvalidRequest: The address or an event cannot be used.
            NotFound: There is no such assistant.
            RateLimited: The project has as many as it may.
        """
        self._check_url(url)
        wanted = _check_events(events)
        await self._check_assistant(project_id, assistant)
        most = self._limits.webhooks_per_project
        if len(await self._store.list_webhooks(project_id)) >= most:
            raise RateLimited(
                f"The project has {most} webhooks, as many as it may: remove one first",
                retry_after=self._limits.quota_retry_seconds,
            )
        now = self._clock.now()
        webhook = Webhook(
            id=self._new_id(),
            project_id=project_id,
            url=url,
            events=wanted,
            assistant=assistant or None,
            enabled=True,
            secret=_new_secret(),
            created_at=now,
            updated_at=now,
        )
        await self._store.add_webhook(webhook)
        return webhook

    async def list(self, project_id: str) -> Sequence[Webhook]:
        """All of them, oldest first."""
        return await self._store.list_webhooks(project_id)

    async def get(self, project_id: str, webhook_id: str) -> Webhook:
        """Raises NotFound."""
        return _found(await self._store.find_webhook(project_id, webhook_id), webhook_id)

    async def update(
        self,
        project_id: str,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        assistant: str | None = None,
        enabled: bool | None = None,
    ) -> Webhook:
        """Change what is not None; `""` as the assistant is all of them. Raises as `create`."""
        await self.get(project_id, webhook_id)
        if url is None and events is None and assistant is None and enabled is None:
            raise InvalidRequest("No updates provided")
        if url is not None:
            self._check_url(url)
        wanted = None if events is None else _check_events(events)
        await self._check_assistant(project_id, assistant)
        now = self._clock.now()

        def changed(webhook: Webhook) -> Webhook:
            return replace(
                webhook,
                url=webhook.url if url is None else url,
                events=webhook.events if wanted is None else wanted,
                assistant=webhook.assistant if assistant is None else assistant or None,
                enabled=webhook.enabled if enabled is None else enabled,
                updated_at=now,
            )

        stored = await self._store.change_webhook(project_id, webhook_id, changed)
        self._wake.give()
        return _found(stored, webhook_id)

    async def rotate(self, project_id: str, webhook_id: str) -> Webhook:
        """Give it a new secret; deliveries carry signatures of both for a day. NotFound."""
        now, made = self._clock.now(), _new_secret()

        def rotated(webhook: Webhook) -> Webhook:
            return replace(
                webhook,
                secret=made,
                old_secret=webhook.secret,
                old_secret_until=now + OVERLAP,
                updated_at=now,
            )

        stored = await self._store.change_webhook(project_id, webhook_id, rotated)
        return _found(stored, webhook_id)

    async def remove(self, project_id: str, webhook_id: str) -> None:
        """Remove it with its deliveries, made or not. Raises NotFound."""
        if not await self._store.remove_webhook(project_id, webhook_id):
            raise _no_webhook(webhook_id)

    # --- deliveries -----------------------------------------------------------------------------

    async def deliveries(
        self, project_id: str, webhook_id: str, *, limit: int, after: str | None
    ) -> ListPage[Delivery]:
        """Newest first; `after` is the `next` of the page before. Raises NotFound."""
        await self.get(project_id, webhook_id)
        return await self._store.list_deliveries(project_id, webhook_id, limit=limit, after=after)

    async def test(self, project_id: str, webhook_id: str) -> Delivery:
        """Deliver something that means nothing. Raises NotFound, Conflict."""
        webhook = await self._enabled(project_id, webhook_id)
        now = self._clock.now()
        delivery = Delivery(
            id=delivery_id(webhook.id, self._new_id()),
            webhook_id=webhook.id,
            project_id=project_id,
            event=WebhookEvent.TEST,
            status=DeliveryStatus.PENDING,
            created_at=now,
            due_at=now,
        )
        await self._store.add_delivery(delivery)
        self._wake.give()
        return delivery

    async def redeliver(self, project_id: str, webhook_id: str, delivery: str) -> Delivery:
        """Make a delivery again, under the same id. Raises NotFound, Conflict."""
        await self._enabled(project_id, webhook_id)
        due = await self._store.redeliver(project_id, webhook_id, delivery, self._clock.now())
        if due is None:
            raise NotFound(f"Delivery {delivery[:80]} not found.")
        self._wake.give()
        return due

    # --- checks ---------------------------------------------------------------------------------

    async def _enabled(self, project_id: str, webhook_id: str) -> Webhook:
        webhook = await self.get(project_id, webhook_id)
        if not webhook.enabled:
            raise Conflict(f"Webhook {webhook_id} is disabled: enable it first.")
        return webhook

    def _check_url(self, url: str) -> None:
        if len(url) > URL_CHARS:
            raise InvalidRequest(f"The address is longer than {URL_CHARS} characters")
        try:
            self._sender.check(url)
        except PermissionDenied as error:
            raise InvalidRequest(str(error)) from None

    async def _check_assistant(self, project_id: str, name: str | None) -> None:
        if name and await self._catalog.find_assistant(project_id, name) is None:
            raise NotFound(f'Assistant "{name[:80]}" not found.')


def _check_events(events: Sequence[str] | None) -> tuple[WebhookEvent, ...]:
    if events is None:
        return SUBSCRIBED
    known = ", ".join(f"`{event}`" for event in SUBSCRIBED)
    for event in events:
        if event not in SUBSCRIBED:
            raise InvalidRequest(f"Invalid event {event[:40]!r}: must be one of {known}")
    if not events:
        raise InvalidRequest(f"`events` is empty: name one of {known}, or leave it out for all")
    return tuple(event for event in SUBSCRIBED if event in events)


def _new_secret() -> str:
    return written_secret(secrets.token_bytes(SECRET_BYTES))


def _found(webhook: Webhook | None, webhook_id: str) -> Webhook:
    if webhook is None:
        raise _no_webhook(webhook_id)
    return webhook


def _no_webhook(webhook_id: str) -> NotFound:
    return NotFound(f"Webhook {webhook_id[:80]} not found.")
