"""`lodgepole serve`: the server in this process, until it is told to stop."""

import asyncio
import logging
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lodgepole.cli import serving_processes
from lodgepole.cli.announcing import announce
from lodgepole.cli.connection import (
    load_settings,
    remove_address,
    url_host,
    write_address,
    write_whole,
)
from lodgepole.cli.listening import listening, open_files
from lodgepole.cli.screen import say
from lodgepole.cli.serving_logs import collect_seldom, log_to_standard_error
from lodgepole.concurrency.event_loop import run
from lodgepole.errors import Unavailable

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings
    from lodgepole.runtime.wiring import Runtime

log = logging.getLogger(__name__)


def serve(
    *,
    host: Annotated[
        str | None,
        typer.Option(help="The address to listen on. Default: 127.0.0.1.", show_default=False),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            help="The port; 0 takes a free one. Default: 8080.",
            min=0,
            max=65535,
            show_default=False,
        ),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Where everything is kept. Default: one per user.", show_default=False),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Processes that read and embed files, so that answers do not wait for them. "
            "Default: 0, which does it in the server's own.",
            min=0,
            max=64,
            show_default=False,
        ),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            help="Processes that answer, for machines with cores to spare; on Linux. Default: 1.",
            min=1,
            max=64,
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="The model that answers: a configured name, a pulled one, a file of weights "
            "(.gguf), or `auto` for what runs on this machine already (Ollama, LM Studio, "
            "llama.cpp, vLLM).",
            show_default=False,
        ),
    ] = None,
    no_work: Annotated[
        bool,
        typer.Option(
            "--no-work",
            help="Answer only, and leave files to `lodgepole worker`; for many machines.",
        ),
    ] = False,
    port_file: Annotated[
        Path | None,
        typer.Option(
            help="Write the port here once the server listens, for scripts.", show_default=False
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Announce the address as one line of JSON.")
    ] = False,
) -> None:
    """Serve the API until interrupted."""
    settings = load_settings(
        host=host,
        port=port,
        data_dir=data_dir,
        workers=workers,
        processes=processes,
        work=False if no_work else None,
        default_model=model,
    )
    log_to_standard_error(settings)
    if settings.processes > 1:
        serving_processes.serve(settings, port_file=port_file, as_json=as_json)
        return
    with listening(settings) as listener:
        run(_serve(settings, listener, port_file=port_file, as_json=as_json))


async def _serve(
    settings: "Settings", listener: socket.socket, *, port_file: Path | None, as_json: bool
) -> None:
    # All of the server, seconds of CPU that `--help` does not need.
    from lodgepole.runtime import http_server, local_models

    settings = await local_models.with_model_of_this_machine(settings)
    url = f"http://{url_host(settings.host)}:{listener.getsockname()[1]}"
    connections = min(settings.limits.connections, open_files() // 2)
    telling: list[asyncio.Task[None]] = []

    async def tell_of_models() -> None:
        """Say that a model runs on this machine, once the server listens: nobody waits for it."""
        line = local_models.how_to_use(await local_models.servers_beside(settings))
        if line is not None:
            say(f"  {line}.", style="dim")

    def tell(runtime: "Runtime") -> None:
        try:
            write_address(settings.data_dir, url)
        except Unavailable as error:  # a full disk keeps nobody from reading and deleting
            log.warning("Commands on this machine must be told --url %s: %s", url, error)
        if port_file is not None:
            write_whole(port_file, url.rpartition(":")[2].encode())
        announce(
            settings,
            url,
            api_key_made=runtime.api_key_made,
            answers=runtime.answers,
            as_json=as_json,
        )
        collect_seldom()
        if not as_json and runtime.quotes and settings.discover_models:
            telling.append(asyncio.create_task(tell_of_models()))

    try:
        await http_server.serve(settings, listener, tell, connections=connections)
    finally:
        await asyncio.gather(*telling, return_exceptions=True)
        remove_address(settings.data_dir)
