"""Part of the wiring: what commands do with the data themselves, without a server."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta

from lodgepole.adapters.databases.sql.copying import SqlRows
from lodgepole.ingestion.consistency_check import Audit, AuditReport
from lodgepole.ingestion.migration import MoveReport, Moving, Side
from lodgepole.ingestion.sweep import Sweep
from lodgepole.runtime.catalog import check_there
from lodgepole.runtime.processing import open_parser, open_processing_tools
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.storage import Stores, open_stores


async def verify(settings: Settings, *, repair: bool, originals: int | None = 0) -> AuditReport:
    """Compare all that is stored, which nobody else may change meanwhile.

    Args:
        settings: Say where it is.
        repair: First remove what no row accounts for.
        originals: Compare so many of them with what was uploaded; None compares all.

    Raises:
        Conflict: A server runs in the data directory.
        NotFound: There is none; its first server makes it.
        Unavailable: Some of it cannot be used.
    """
    check_there(settings)
    async with AsyncExitStack() as stack:
        stores = await open_stores(settings, stack)
        if repair:
            await Sweep(
                history=stores.log,
                live=stores.log,
                blobs=stores.blobs,
                quarantine=stores.blobs,
                index=stores.index,
                records=stores.records,
                clock=stores.clock,
                limits=settings.limits,
                grace=timedelta(),
            ).run()
        return await Audit(
            catalog=stores.catalog,
            live=stores.log,
            blobs=stores.blobs,
            quarantine=stores.blobs,
            index=stores.index,
        ).run(originals=originals)


async def move(settings: Settings, target: Settings, tell: Callable[[str], None]) -> MoveReport:
    """Copy what is in the data directory of one machine to where many share it.

    Raises:
        Conflict: A server runs in the data directory, or the target has other things.
        NotFound: There is none; its first server makes it.
        Unavailable: Something does not answer; run it again, and it goes on.
    """
    check_there(settings)
    async with AsyncExitStack() as stack:
        source = await open_stores(settings, stack)
        # One that the operator gives is given to the new servers too, and is kept nowhere.
        inherited = None if settings.signing_secret else source.signing_secret
        there = await open_stores(target, stack, inherited=inherited)
        tools = await open_processing_tools(settings, stack)
        return await Moving(
            source=_side(source),
            target=_side(there),
            rows=SqlRows(source.database, there.database),
            parser=open_parser(settings, stack),
            tokenizer=tools.tokenizer,
            embedder=tools.embedders.configured,
            limits=settings.limits,
        ).run(tell)


def _side(stores: Stores) -> Side:
    return Side(catalog=stores.catalog, live=stores.log, blobs=stores.blobs, index=stores.index)
