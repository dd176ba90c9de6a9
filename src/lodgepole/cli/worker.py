"""`lodgepole worker`: a process that reads and embeds files for the server on this machine."""

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lodgepole.cli.connection import load_settings
from lodgepole.cli.serve import log_to_standard_error

if TYPE_CHECKING:
    from lodgepole.settings import Settings

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
    """Read and embed files for the server on this machine, until interrupted.

    `lodgepole serve --workers N` starts and watches N of these itself. One that is started by
    hand joins the server of the data directory, waits for it where there is none, and may come
    and go at any time.
    """
    settings = load_settings(data_dir=data_dir, worker_threads=threads)
    log_to_standard_error(settings)
    os.nice(NICENESS)
    asyncio.run(_work(settings, parent))


async def _work(settings: "Settings", parent: int | None) -> None:
    from lodgepole import wiring

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await wiring.prepare_for_server(settings, stop, parent=parent)
