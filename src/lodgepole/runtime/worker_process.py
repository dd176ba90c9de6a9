"""Part of the wiring: a process that reads and embeds for the server beside it.

It opens neither the data nor an HTTP server, and imports nothing that does.
"""

import asyncio
import contextlib

import lodgepole
from lodgepole.adapters.host.process_memory import share_arenas
from lodgepole.adapters.worker_processes.joining import Joined
from lodgepole.runtime.processing import open_local_processor, open_processing_tools
from lodgepole.runtime.settings import Settings


async def process_for_server(
    settings: Settings, stop: asyncio.Event, *, parent: int | None = None
) -> None:
    """Read and embed for the server of the data directory, in this process, until `stop` is set.

    Args:
        settings: Those of the server.
        stop: A file in hand is finished, or given back after a while.
        parent: The server, when it started this process: then both end together.

    Raises:
        InvalidRequest: A setting cannot be used; the message says which and why.
        Unavailable: The model cannot be used.
    """
    share_arenas()
    async with contextlib.AsyncExitStack() as stack:
        processor = open_local_processor(
            settings, stack, await open_processing_tools(settings, stack)
        )
        release = lodgepole.__version__
        await Joined(settings.data_dir, processor, release=release, parent=parent).run(stop)
