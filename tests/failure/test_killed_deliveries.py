"""Deliveries of webhooks whose processes are killed, at the worst moments, with SIGKILL."""

import signal
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest
from tests.webhooks.conftest import LIMITS, Receiver

from lodgepole.adapters.databases.sql.database import open_database
from lodgepole.adapters.databases.sql.webhooks import SqlWebhooks
from lodgepole.adapters.host.system_clock import SystemClock
from lodgepole.ports.webhook_store import DeliveryStatus
from lodgepole.webhooks.dispatch import WebhookDispatcher

pytestmark = pytest.mark.slow
FINISHED = """
import asyncio, os, signal, sys
from datetime import datetime, timedelta, timezone
from lodgepole.adapters.databases.sql.catalog import SqlCatalog
from lodgepole.adapters.databases.sql.database import open_database
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.databases.sql.webhooks import SqlWebhooks
from lodgepole.adapters.host.system_clock import SystemClock
from lodgepole.model import *
from lodgepole.ports.webhook_store import SUBSCRIBED, Webhook

NOW, LEASE = datetime.now(timezone.utc), timedelta(minutes=1)

async def main():
    database = await open_database(sys.argv[1])
    clock = SystemClock()
    log, store = SqlOperationLog(database, clock), SqlWebhooks(database)
    await SqlCatalog(database).add_assistant(Assistant(
        id="a", project_id="p", name="a", status=AssistantStatus.READY, instructions=None,
        metadata=None, region="us", created_at=NOW, updated_at=NOW))
    await store.add_webhook(Webhook(
        id="w", project_id="p", url="https://example.org", events=SUBSCRIBED, assistant=None,
        enabled=True, secret="whsec_c2VjcmV0", created_at=NOW, updated_at=NOW))
    upload = Upload(name="a.txt", kind=FileKind.TEXT, size=1, crc32c="", sha256="", metadata=None,
                    multimodal=False)
    file = File(id="f", assistant_id="a", upload=upload, status=FileStatus.PROCESSING,
                created_at=NOW, updated_at=NOW, generation=1)
    await log.append(Operation(
        id="o", assistant_id="a", type=OperationType.UPLOAD_FILE, file_id="f", generation=1,
        status=OperationStatus.PROCESSING, created_at=NOW, upload=upload), file=file)
    await log.complete(await log.claim("local", lease=LEASE))
    if sys.argv[2] == "claimed":
        assert await store.claim_delivery("local", now=clock.now(), lease=LEASE)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def killed(url, moment):
    ended = subprocess.run([sys.executable, "-c", FINISHED, url, moment], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL


@asynccontextmanager
async def left_by(tmp_path, moment):
    """The webhooks of a process that was killed at this moment."""
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    killed(url, moment)
    database = await open_database(url)
    try:
        yield database, SqlWebhooks(database)
    finally:
        await database.close()


@pytest.mark.parametrize(("moment", "attempts"), [("finished", 1), ("claimed", 2)])
async def test_what_was_finished_is_told_after_a_kill(tmp_path, moment, attempts):
    async with left_by(tmp_path, moment) as (database, store):
        receiver, clock = Receiver(), SystemClock()
        await store.take_back_deliveries("local", clock.now())
        dispatcher = WebhookDispatcher(
            store=store,
            sender=receiver,
            clock=clock,
            limits=LIMITS,
            worker_id="local",
            wake=database.finished,
        )
        assert await dispatcher.drain() == 1
        (delivery,) = (await store.list_deliveries("p", "w", limit=9, after=None)).items
        assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, attempts)
        ((_, body, headers),) = receiver.requests
        assert b'"operation.completed"' in body
        assert headers["webhook-id"] == delivery.id
