"""`lodgepole worker`: a process that reads and embeds files, for servers on one machine or many."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lodgepole.cli.connection import load_settings
from lodgepole.cli.serving_logs import log_to_standard_error
from lodgepole.concurrency.event_loop import run

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings

ALIVE_FILE = "worker-alive"
ALIVE_SECONDS = 10.0
NICENESS = 10
"""Whoever answers a question goes first."""


def worker(
    *,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="The server's data directory. Default: one per user.", show_default=False
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(help="Threads that embed. Default: one per core.", min=1, show_default=False),
    ] = None,
    parent: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Read and embed files, until interrupted.

    `lodgepole serve --workers N` starts and watches N of these itself. One that is started by
    hand joins the server of the data directory, waits for it where there is none, and may come
    and go at any time. With LODGEPOLE_DATABASE_URL it belongs to no server: it takes work from the
    database, on any machine.
    """
    settings = load_settings(data_dir=data_dir, worker_threads=threads)
    log_to_standard_error(settings)
    os.nice(NICENESS)
    run(_work(settings, parent))


async def _work(settings: "Settings", parent: int | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.on_many_machines:
        # The drivers of the data, which a process beside a server has no need of.
        from lodgepole.runtime.file_worker import work_alone

        async with alive(settings.data_dir / ALIVE_FILE):
            await work_alone(settings, stop)
        return
    # All that reads and embeds, a second of CPU that `--help` does not need.
    from lodgepole.runtime.worker_process import process_for_server

    await process_for_server(settings, stop, parent=parent)


@contextlib.asynccontextmanager
async def alive(path: Path) -> AsyncGenerator[None]:
    """Touch a file now and then, so that a probe can see that this process does not hang."""

    async def touch() -> None:
        while True:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(path.touch)
            await asyncio.sleep(ALIVE_SECONDS)

    touching = asyncio.create_task(touch())
    try:
        yield
    finally:
        touching.cancel()
