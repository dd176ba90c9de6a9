"""Part of the wiring: the catalog alone, whether a server runs on it or not."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec
from uuid import uuid4

from lodgepole.access.api_keys import Keys
from lodgepole.access.audit import AuditLog
from lodgepole.access.sessions import Sessions
from lodgepole.adapters.databases.sql.catalog import SqlCatalog
from lodgepole.adapters.databases.sql.database import Database, open_database
from lodgepole.adapters.databases.sql.records import SqlRecords
from lodgepole.adapters.host.data_directory import check_whole
from lodgepole.adapters.host.system_clock import SystemClock
from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.ports.catalog import Catalog
from lodgepole.runtime.settings import Settings


def check_there(settings: Settings) -> None:
    """Refuse a data directory in which no server has run. Raises NotFound, Unavailable."""
    if settings.on_many_machines:
        return
    check_whole(settings.data_dir)
    if not (settings.data_dir / "catalog.db").is_file():
        raise NotFound(
            f"There is no catalog in {settings.data_dir}. Name the server's data directory with "
            "--data-dir or LODGEPOLE_DATA_DIR; the server's first start makes it."
        )


@asynccontextmanager
async def opened_catalog(settings: Settings) -> AsyncGenerator[Catalog]:
    """The catalog alone, whether servers run on it or not.

    Raises:
        NotFound: There is none; its first server makes it.
        Unavailable: It cannot be opened.
    """
    check_there(settings)
    async with AsyncExitStack() as stack:
        yield SqlCatalog(await open_catalog_database(settings, stack))


async def open_catalog_database(settings: Settings, stack: AsyncExitStack) -> Database:
    """Open the database that the catalog is in; closed with `stack`.

    Raises:
        InvalidRequest: Its driver is not installed.
        Unavailable: It cannot be opened.
    """
    if settings.database_url is None:
        database = await open_database(f"sqlite:///{settings.data_dir / 'catalog.db'}")
    else:
        if find_spec("psycopg") is None:
            raise InvalidRequest(
                "LODGEPOLE_DATABASE_URL is set, and the driver for it is not installed: "
                "pip install 'lodgepole[postgres]'."
            )
        listen = settings.database_listen_url
        database = await open_database(
            settings.database_url.get_secret_value(),
            connections=settings.database_connections - settings.database_connections // 2,
            listen_url=None if listen is None else listen.get_secret_value(),
        )
    stack.push_async_callback(database.close)
    return database


@asynccontextmanager
async def opened_keys(settings: Settings) -> AsyncGenerator[Keys]:
    """The keys, whether servers run or not.

    Raises:
        NotFound: There is no catalog; its first server makes it.
        Unavailable: It cannot be opened.
    """
    check_there(settings)
    clock, limits = SystemClock(), settings.limits
    async with AsyncExitStack() as stack:
        database = await open_catalog_database(settings, stack)
        audit = AuditLog(records=SqlRecords(database), clock=clock, new_id=_new_id, limits=limits)
        yield Keys(
            catalog=SqlCatalog(database), clock=clock, new_id=_new_id, limits=limits, audit=audit
        )


@asynccontextmanager
async def opened_sessions(settings: Settings) -> AsyncGenerator[Sessions]:
    """The sessions of people, whether servers run or not.

    Raises:
        NotFound: There is no catalog; its first server makes it.
        Unavailable: It cannot be opened.
    """
    check_there(settings)
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        records = SqlRecords(await open_catalog_database(settings, stack))
        audit = AuditLog(records=records, clock=clock, new_id=_new_id, limits=settings.limits)
        yield Sessions(records=records, clock=clock, limits=settings.limits, audit=audit)


def _new_id() -> str:
    return str(uuid4())
