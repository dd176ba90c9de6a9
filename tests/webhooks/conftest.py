"""Webhooks over the memory adapters, and a receiver that answers as it is told."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from lodgepole.adapters.memory.catalog import MemoryCatalog
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.webhooks import MemoryWebhooks
from lodgepole.errors import InvalidRequest, PermissionDenied
from lodgepole.limits import Limits
from lodgepole.model import Assistant, AssistantStatus
from lodgepole.webhooks.dispatch import WebhookDispatcher
from lodgepole.webhooks.registry import Webhooks

START = datetime(2026, 3, 1, tzinfo=UTC)
LIMITS = Limits(webhooks_per_project=3)


@dataclass
class Receiver:
    """A sender whose answers are given: statuses, or errors that are raised."""

    answers: list = field(default_factory=list)
    requests: list = field(default_factory=list)

    def check(self, url):
        if not url.startswith("http"):
            raise InvalidRequest(f"Invalid address {url[:80]!r}")
        if "10.0.0.1" in url:
            raise PermissionDenied("The address 10.0.0.1 is private.")

    async def send(self, url, body, *, headers):
        self.requests.append((url, body, headers))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, int) else await answer


class Counts:
    def __init__(self):
        self.outcomes = []

    def count(self, name, value=1.0, **labels):
        assert (name, value) == ("webhook_deliveries_total", 1.0)
        self.outcomes.append(labels["outcome"])


@dataclass
class Desk:
    database: MemoryDatabase
    clock: MemoryClock
    store: MemoryWebhooks
    receiver: Receiver
    counts: Counts
    webhooks: Webhooks
    dispatcher: WebhookDispatcher

    async def deliveries(self, webhook):
        page = await self.store.list_deliveries("p", webhook.id, limit=100, after=None)
        return list(page.items)

    async def made(self, **values):
        return await self.webhooks.create("p", url="https://example.org/hook", **values)


@pytest.fixture
async def desk():
    database, clock = MemoryDatabase(), MemoryClock(START)
    store, receiver, catalog = MemoryWebhooks(database), Receiver(), MemoryCatalog(database)
    counts, numbers = Counts(), iter(range(1, 1000))
    await catalog.add_assistant(
        Assistant(
            id="a1",
            project_id="p",
            name="docs",
            status=AssistantStatus.READY,
            instructions=None,
            metadata=None,
            region="us",
            created_at=START,
            updated_at=START,
        )
    )

    def new_id():
        clock.advance(timedelta(milliseconds=1))
        return f"id{next(numbers)}"

    return Desk(
        database,
        clock,
        store,
        receiver,
        counts,
        Webhooks(
            store=store,
            sender=receiver,
            catalog=catalog,
            clock=clock,
            new_id=new_id,
            limits=LIMITS,
            wake=database.finished,
        ),
        WebhookDispatcher(
            store=store,
            sender=receiver,
            clock=clock,
            limits=LIMITS,
            worker_id="w",
            wake=database.finished,
            metrics=counts,
        ),
    )
