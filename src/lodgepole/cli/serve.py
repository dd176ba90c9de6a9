"""`lodgepole serve`: the server in this process, until it is told to stop."""

import asyncio
import contextlib
import errno
import gc
import logging
import resource
import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType
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
from lodgepole.concurrency.waiting import wait_until
from lodgepole.errors import InvalidRequest, Unavailable
from lodgepole.telemetry.log_format import JsonLines, TextLines

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings
    from lodgepole.runtime.wiring import Runtime

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
STOP_SECONDS = 10  # that open answers get before their connections are closed
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
            help="The model that answers: a configured name, or `auto` for what runs on this "
            "machine already (Ollama, LM Studio, llama.cpp, vLLM).",
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
        run(_resolve_and_serve(settings, listener, port_file=port_file, as_json=as_json))


def _collect_seldom() -> None:
    """Keep the collector of cycles from stopping all answers for a quarter of a second.

    What is there when the server starts stays there, so it need not be gone through again.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _resolve_and_serve(
    settings: "Settings", listener: socket.socket, *, port_file: Path | None, as_json: bool
) -> None:
    from lodgepole.runtime.local_models import AUTO, with_found_model

    if settings.default_model == AUTO:
        settings = await with_found_model(settings)
    await _serve(settings, listener, port_file=port_file, as_json=as_json)


async def _serve(
    settings: "Settings", listener: socket.socket, *, port_file: Path | None, as_json: bool
) -> None:
    import uvicorn

    from lodgepole.api.connections import connections_within
    from lodgepole.runtime import wiring

    class Server(uvicorn.Server):
        """Announces itself when it listens, and returns on a signal instead of dying of it.

        uvicorn raises the signal again once the last connection is closed, which would kill the
        process before the worker has given back its claim.
        """

        def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
            super().__init__(config)
            self._announce = announce
            self._stopping = asyncio.Event()
            self._loop = asyncio.get_running_loop()

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            self._announce()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            del sig, frame
            self.force_exit = self.should_exit  # the second signal does not wait for answers
            self.should_exit = True
            self._loop.call_soon_threadsafe(self._stopping.set)  # wakes a loop that sleeps

        async def main_loop(self) -> None:
            """Once a second, for the Date of answers, instead of ten times; at once on a signal."""
            while not await self.on_tick(0):
                await wait_until(self._stopping, TICK_SECONDS)

    port: int = listener.getsockname()[1]
    url = f"http://{url_host(settings.host)}:{port}"
    most = min(settings.limits.connections, _open_files() // 2)
    async with wiring.running(settings) as runtime:
        config = uvicorn.Config(
            runtime.app,
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            server_header=False,
            http=connections_within(settings.limits, most=most),
            ws="none",
        )

        def announce() -> None:
            try:
                write_address(settings.data_dir, url)
            except Unavailable as error:  # a full disk keeps nobody from reading and deleting
                log.warning("Commands on this machine must be told --url %s: %s", url, error)
            if port_file is not None:
                write_whole(port_file, str(port).encode())
            _announce(settings, runtime, url, as_json=as_json)
            _collect_seldom()
            if not as_json and runtime.quotes:
                telling.append(asyncio.create_task(_tell_of_models(settings)))

        telling: list[asyncio.Task[None]] = []
        try:
            await Server(config, announce).serve(sockets=[listener])
        finally:
            await asyncio.gather(*telling, return_exceptions=True)
            remove_address(settings.data_dir)


async def _tell_of_models(settings: "Settings") -> None:
    """Say that a model runs on this machine, once the server listens: nobody waits for it."""
    from lodgepole.runtime.local_models import how_to_use, servers_beside

    if not settings.discover_models:
        return
    line = how_to_use(await servers_beside(settings))
    if line is not None:
        say(f"  {line}.", style="dim")


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
