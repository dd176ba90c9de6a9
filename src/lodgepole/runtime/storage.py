"""Part of the wiring: what holds the data, on one machine or on many.

One machine: SQLite, a local directory and an index in files, owned by one process. Many machines:
PostgreSQL and a bucket, shared by any number of processes.
"""

import asyncio
import os
import secrets
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lodgepole.adapters.blobs.obstore import ObstoreBlobs
from lodgepole.adapters.databases.sql.catalog import SqlCatalog
from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.log_clearing import LogClearing
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.databases.sql.rate_limit_buckets import SqlRateLimitBuckets
from lodgepole.adapters.databases.sql.records import SqlRecords
from lodgepole.adapters.databases.sql.rollback_detection import RollbackDetection
from lodgepole.adapters.databases.sql.secrets import kept_secret, shared_secret
from lodgepole.adapters.databases.sql.server_probe import DatabaseFound, look
from lodgepole.adapters.databases.sql.sources import SqlSources
from lodgepole.adapters.databases.sql.usage_store import SqlUsageStore
from lodgepole.adapters.databases.sql.webhooks import SqlWebhooks
from lodgepole.adapters.host.data_directory import (
    check_whole,
    held,
    own_folder,
    read_secret,
    write_secret,
)
from lodgepole.adapters.host.disk_reserve import keep_reserve
from lodgepole.adapters.host.system_clock import SystemClock
from lodgepole.adapters.indexes.tantivy import TantivyIndex, TantivyReader
from lodgepole.adapters.memory.rate_limit_buckets import MemoryRateLimitBuckets
from lodgepole.documents.stored_documents import in_chunks
from lodgepole.errors import Conflict, NotFound, Unavailable
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock
from lodgepole.ports.index import SearchedIndex
from lodgepole.ports.rate_limit_buckets import RateLimitBuckets
from lodgepole.ports.records import Records
from lodgepole.ports.source_store import SourceStore
from lodgepole.ports.usage_store import UsageStore
from lodgepole.ports.webhook_store import WebhookStore
from lodgepole.runtime.catalog import open_catalog_database
from lodgepole.runtime.settings import Settings

if TYPE_CHECKING:
    from lodgepole.adapters.indexes.postgres import PostgresIndex

ONLY_WORKER = "local"
"""The same at every start: who holds the data directory may take back what was held before."""
SIGNING_SECRET = "signing"  # noqa: S105  its name
CATALOG_NAME = "catalog"
MARK = "catalog.mark"
"""Name of the file that says how far the catalog beside it has come."""
OWNER_KEY = "catalog"
"""Key of the blob that says which catalog the other blobs belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Opened stores, as features are given them."""

    catalog: Catalog
    log: SqlOperationLog  # all that operations are to those who need them
    usage_store: UsageStore
    sources: SourceStore
    records: Records
    webhooks: WebhookStore
    blobs: ObstoreBlobs
    searched: SearchedIndex
    changed: "TantivyIndex | PostgresIndex | None"  # the same; None where others change it
    own_index: TantivyIndex | None  # one that can be damaged apart from the catalog
    rate_limit_buckets: RateLimitBuckets
    signing_secret: bytes
    worker_id: str
    clock: Clock
    database: Database  # for what concerns rows and no feature

    @property
    def index(self) -> "TantivyIndex | PostgresIndex":
        """For those who change it."""
        assert self.changed is not None, "a process that only reads makes no changes"
        return self.changed


async def open_stores(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    inherited: bytes | None = None,
    read_only: bool = False,
) -> Stores:
    """Open all of it; closed with `stack`.

    Args:
        settings: Say where it is.
        stack: Closes it.
        inherited: Becomes the signing secret of many machines that have none yet.
        read_only: Another process of this machine owns the data.

    Raises:
        Conflict: Another process holds the data directory of one machine, or the bucket of many
            belongs to another database.
        InvalidRequest: A setting cannot be used; the message says which and why.
        Unavailable: A directory, the database or the bucket cannot be used.
    """
    if settings.on_many_machines:
        return await _many_machines(settings, stack, inherited)
    if read_only:
        return await _read_only(settings, stack)
    return await _one_machine(settings, stack)


async def _one_machine(settings: Settings, stack: AsyncExitStack) -> Stores:
    stack.enter_context(held(settings.data_dir))
    check_whole(settings.data_dir)
    keep_reserve(settings.data_dir)
    clock = SystemClock()
    database = await open_catalog_database(settings, stack)
    rollback_detection = RollbackDetection(database, settings.data_dir / MARK)
    await rollback_detection.check()
    clearing = LogClearing(settings.data_dir / "catalog.db", database.finished)
    for beside in (rollback_detection, clearing):
        stack.push_async_callback(_ended, asyncio.create_task(beside.run()))
    try:
        blobs = ObstoreBlobs.in_directory(settings.data_dir / "blobs")
        index = TantivyIndex(settings.data_dir / "index")
    except OSError as error:
        raise Unavailable(f"Cannot use {error.filename}: {error.strerror}.") from error
    stack.push_async_callback(index.close)
    return Stores(
        **_in_sql(database, clock),
        blobs=blobs,
        searched=index,
        changed=index,
        own_index=index,
        # What several processes answer is counted where all of them can see it.
        rate_limit_buckets=SqlRateLimitBuckets(database, clock)
        if settings.processes > 1
        else MemoryRateLimitBuckets(clock),
        signing_secret=_given_secret(settings) or _secret_on_disk(settings),
        worker_id=ONLY_WORKER,
    )


async def _read_only(settings: Settings, stack: AsyncExitStack) -> Stores:
    """The data directory of a process that owns it; usage and rates alone are written."""
    check_whole(settings.data_dir)
    clock = SystemClock()
    database = await open_catalog_database(settings, stack)
    index = TantivyReader(settings.data_dir / "index")
    stack.push_async_callback(index.close)
    return Stores(
        **_in_sql(database, clock),
        blobs=ObstoreBlobs.in_directory(settings.data_dir / "blobs"),
        searched=index,
        changed=None,
        own_index=None,
        rate_limit_buckets=SqlRateLimitBuckets(database, clock),
        signing_secret=_given_secret(settings) or _secret_on_disk(settings),
        worker_id=ONLY_WORKER,
    )


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _many_machines(
    settings: Settings, stack: AsyncExitStack, inherited: bytes | None
) -> Stores:
    # Its driver is an extra, which one machine has no need of.
    from lodgepole.adapters.indexes.postgres import Connections, PostgresIndex

    assert settings.database_url is not None, "that is what many machines are known by"
    clock = SystemClock()
    # Documents that a killed process was reading must not stay on the disk.
    copies = stack.enter_context(own_folder(settings.data_dir / "copies"))
    blobs = bucket(settings, copies=copies)
    await blobs.check()
    database = await open_catalog_database(settings, stack)
    await _own_bucket(blobs, database, str(settings.blob_url))
    new = secrets.token_bytes(32) if inherited is None else inherited
    secret = await shared_secret(database, SIGNING_SECRET, new.hex())
    index = PostgresIndex(
        Connections(
            settings.database_url.get_secret_value(), limit=settings.database_connections // 2
        )
    )
    stack.push_async_callback(index.close)
    return Stores(
        **_in_sql(database, clock),
        blobs=blobs,
        searched=index,
        changed=index,
        own_index=None,
        rate_limit_buckets=SqlRateLimitBuckets(database, clock),
        signing_secret=_given_secret(settings) or bytes.fromhex(secret),
        # Never the same again: what another process holds is not ours to take back.
        worker_id=f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}",
    )


def bucket(settings: Settings, *, copies: Path | None = None) -> ObstoreBlobs:
    """Return the bucket of many machines, not looked at yet. Raises InvalidRequest."""
    assert settings.blob_url is not None, "the settings were checked"
    plain = (settings.aws_endpoint_url or "").startswith("http://")
    return ObstoreBlobs.at(settings.blob_url, plain_http=plain, copies=copies)


async def probe_database(settings: Settings) -> DatabaseFound:
    """Describe the database of many machines, in which nothing is made.

    Raises:
        Unavailable: It does not answer, or this machine may not connect.
    """
    assert settings.database_url is not None, "the settings were checked"
    return await look(settings.database_url.get_secret_value())


async def _own_bucket(blobs: Blobs, database: Database, url: str) -> None:
    """Write the catalog's name into its bucket, so that no other catalog ever clears it.

    What no row accounts for is removed from the blobs: a catalog that is new, or another one,
    would remove everything.

    Raises:
        Conflict: The bucket belongs to another catalog, or holds files that this one, which is
            new, cannot know.
    """
    # The signing secret comes after this, so without one no server has run on the database yet.
    is_new = await kept_secret(database, SIGNING_SECRET) is None
    name = await shared_secret(database, CATALOG_NAME, secrets.token_hex(16))
    try:
        owner = (await blobs.get(OWNER_KEY)).decode()
    except NotFound:
        owner = None
    if owner == name:
        return
    if owner is not None or (is_new and await anext(blobs.keys(""), None) is not None):
        whose = "of another catalog" if owner else "already, and the database is new"
        raise Conflict(
            f"There are files {whose} in {url}: this server would remove them. "
            "Set LODGEPOLE_DATABASE_URL to the database that they belong to, or LODGEPOLE_BLOB_URL "
            "to a bucket or prefix that holds nothing."
        )
    await blobs.put(OWNER_KEY, in_chunks(name.encode()))


def _in_sql(database: Database, clock: Clock) -> dict[str, Any]:
    return {
        "catalog": SqlCatalog(database),
        "log": SqlOperationLog(database, clock),
        "usage_store": SqlUsageStore(database),
        "sources": SqlSources(database),
        "records": SqlRecords(database),
        "webhooks": SqlWebhooks(database),
        "clock": clock,
        "database": database,
    }


def _given_secret(settings: Settings) -> bytes | None:
    given = settings.signing_secret
    return None if given is None else given.get_secret_value().encode()


def _secret_on_disk(settings: Settings) -> bytes:
    path = settings.data_dir / "signing_secret"
    kept = read_secret(path)
    if kept is None:
        kept = secrets.token_hex(32)
        write_secret(path, kept)
    try:
        return bytes.fromhex(kept)
    except ValueError:
        raise Unavailable(
            f"{path} is damaged: remove it. Links that were handed out end with it."
        ) from None
