"""`lodgepole serve`: the server in this process, until it is told to stop."""

import asyncio
import contextlib
import errno
import gc
import logging
import resource
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lodgepole.cli.connection import (
    load_settings,
    read_key,
    remove_address,
    running,
    url_host,
    write_address,
    write_whole,
)
from lodgepole.cli.screen import fields, say, show_json_line
from lodgepole.concurrency.event_loop import run
from lodgepole.errors import InvalidRequest, Unavailable
from lodgepole.telemetry.log_format import JsonLines, TextLines

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings
    from lodgepole.runtime.wiring import Runtime

log = logging.getLogger(__name__)

OPEN_FILES = 65_536  # enough for every connection and every index
COLLECT_AFTER = (10_000, 20, 20)  # objects, collections of new ones, collections of older ones
BACKLOG = 2048  # connections that wait to be accepted, uvicorn's own default


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
        work=False if no_work else None,
        default_model=model,
    )
    log_to_standard_error(settings)
    with _listening(settings) as listener:
        run(_serve(settings, listener, port_file=port_file, as_json=as_json))


def _collect_seldom() -> None:
    """Keep the collector of cycles from stopping all answers for a quarter of a second.

    What is there when the server starts stays there, so it need not be gone through again.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _serve(
    settings: "Settings", listener: socket.socket, *, port_file: Path | None, as_json: bool
) -> None:
    # All of the server, seconds of CPU that `--help` does not need.
    from lodgepole.runtime import http_server, local_models

    settings = await local_models.with_model_of_this_machine(settings)
    url = f"http://{url_host(settings.host)}:{listener.getsockname()[1]}"
    connections = min(settings.limits.connections, _open_files() // 2)
    telling: list[asyncio.Task[None]] = []

    async def tell_of_models() -> None:
        """Say that a model runs on this machine, once the server listens: nobody waits for it."""
        line = local_models.how_to_use(await local_models.servers_beside(settings))
        if line is not None:
            say(f"  {line}.", style="dim")

    def announce(runtime: "Runtime") -> None:
        try:
            write_address(settings.data_dir, url)
        except Unavailable as error:  # a full disk keeps nobody from reading and deleting
            log.warning("Commands on this machine must be told --url %s: %s", url, error)
        if port_file is not None:
            write_whole(port_file, url.rpartition(":")[2].encode())
        _announce(settings, runtime, url, as_json=as_json)
        _collect_seldom()
        if not as_json and runtime.quotes and settings.discover_models:
            telling.append(asyncio.create_task(tell_of_models()))

    try:
        await http_server.serve(settings, listener, announce, connections=connections)
    finally:
        await asyncio.gather(*telling, return_exceptions=True)
        remove_address(settings.data_dir)


def log_to_standard_error(settings: "Settings") -> None:
    """Our records from the level on, and the warnings of libraries. Raises InvalidRequest."""
    level, levels = settings.log_level, logging.getLevelNamesMapping()
    if level.upper() not in levels:
        raise InvalidRequest(f"log_level is {level!r}; it must be one of {', '.join(levels)}.")
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("lodgepole").setLevel(levels[level.upper()])
    access = logging.INFO if settings.log_requests else logging.WARNING
    logging.getLogger("lodgepole.access").setLevel(access)


def _open_files() -> int:
    """How many this process may have, sockets included, once it may have as many as it can."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return OPEN_FILES if soft == resource.RLIM_INFINITY else soft
    with contextlib.suppress(ValueError, OSError):  # macOS has a lower limit that it does not tell
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft


def _listening(settings: "Settings") -> socket.socket:
    """A socket bound to the address, before anything else is begun.

    Raises:
        Unavailable: The address cannot be used; the message says why and what to do.
    """
    host, port = settings.host, settings.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Unavailable(f"Cannot listen on {host!r}: {error.strerror}.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            ours = running(settings.data_dir)
            if ours is not None and ours.endswith(f":{port}"):
                raise Unavailable(
                    f"Lodgepole serves at {ours} already, with the same data directory."
                ) from error
            raise Unavailable(
                f"Port {port} on {host} is in use by another program. Stop that one, or choose "
                "another port; `lodgepole serve --port 0` takes a free one."
            ) from error
        raise Unavailable(f"Cannot listen on {host}, port {port}: {error.strerror}.") from error
    return listener


def _announce(settings: "Settings", runtime: "Runtime", url: str, *, as_json: bool) -> None:
    if as_json:
        show_json_line(
            {
                "url": url,
                "api_key": runtime.api_key_made,
                "data_dir": str(settings.data_dir),
                "answers": runtime.answers,
            }
        )
        return
    say(f"Lodgepole serves at {url}", style="bold")
    fields(
        [
            ("  API key", _key_line(settings, runtime.api_key_made)),
            ("  Data", settings.blob_url or str(settings.data_dir)),
            ("  Answers", runtime.answers),
            ("  Console", f"{url}/console"),
            ("  Python SDK", f'Pinecone(api_key="...", host="{url}")'),
            (
                "  TypeScript",
                f'new Pinecone({{apiKey: "...", controllerHostUrl: "{url}/assistant"}})',
            ),
            ("  Here", "lodgepole assistants create NAME  (stop with Ctrl-C)"),
        ]
    )


def _key_line(settings: "Settings", made: str | None) -> str:
    if made is not None:
        return f"{made}  (made now; shown this once, kept in the data directory)"
    if settings.api_key is not None:
        return "the one in LODGEPOLE_API_KEY"
    if settings.on_many_machines:
        return "those in the database"
    kept = "the one in " + str(settings.data_dir / "api_key")
    return kept if read_key(settings.data_dir) else "one that was made before"
