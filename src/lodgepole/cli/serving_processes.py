"""`lodgepole serve --processes N`: one process that owns the data, others that read them.

They listen at one address, and the system gives each its part of the connections. This process
starts them, and starts again what ends; it opens no data itself.
"""

import asyncio
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import typer

from lodgepole.adapters.worker_processes.children import Children
from lodgepole.cli.announcing import announce
from lodgepole.cli.connection import remove_address, url_host, write_address, write_whole
from lodgepole.cli.listening import listening
from lodgepole.concurrency.event_loop import run
from lodgepole.concurrency.waiting import wait_until
from lodgepole.errors import InvalidRequest, Unavailable

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
"""Between two looks whether a process has come up."""
READERS_SECONDS = 30.0
"""That readers may take before the address is announced without them."""
OWNER, READER = "owner", "reader"
READY = "ready-"
"""What the file is called by which a process says that it listens; then who."""


def serve(settings: "Settings", *, port_file: Path | None, as_json: bool) -> None:
    """Serve until interrupted.

    Raises:
        InvalidRequest: This system does not share an address among processes.
        Unavailable: The address cannot be used.
    """
    if sys.platform != "linux":
        raise InvalidRequest("Several processes at one address need Linux: leave out --processes.")
    with _reserved(settings) as port, tempfile.TemporaryDirectory(prefix="lodgepole-") as folder:
        url = f"http://{url_host(settings.host)}:{port}"
        family = _Family(settings, port, Path(folder))
        try:
            run(family.serve(url, port_file=port_file, as_json=as_json))
        finally:
            remove_address(settings.data_dir)
    if family.failed:
        raise typer.Exit(1)


@contextmanager
def _reserved(settings: "Settings") -> Generator[int]:
    """The port, kept for our processes: nobody else may bind it, and no connection comes here."""
    with listening(settings) as alone:  # others that share it would share its connections
        port: int = alone.getsockname()[1]
    with ExitStack() as stack:
        shared = settings.model_copy(update={"port": port})
        stack.enter_context(listening(shared, shared=True, accepting=False))
        yield port


class _Family:
    """The owner and its readers."""

    def __init__(self, settings: "Settings", port: int, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._stop = asyncio.Event()
        self.failed = False  # to start at all
        environment = settings.serving_environment(port)
        parent = str(os.getpid())

        def children(role: str, count: int, name: str) -> Children:
            module = "lodgepole.cli.serving_process"
            command = (sys.executable, "-m", module, role, str(folder), parent)
            return Children(command, count, environment, name=name)

        self._owner = children(OWNER, 1, "The process that owns the data,")
        self._readers = children(READER, settings.processes - 1, "A process that reads the data,")

    async def serve(self, url: str, *, port_file: Path | None, as_json: bool) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        self._owner.open()
        try:
            if not await self._owner_listens():
                return
            self._readers.open()
            await self._readers_listen()
            try:
                write_address(self._settings.data_dir, url)
            except Unavailable as error:  # a full disk keeps nobody from reading and deleting
                log.warning("Commands on this machine must be told --url %s: %s", url, error)
            if port_file is not None:
                write_whole(port_file, url.rpartition(":")[2].encode())
            said = orjson.loads((self._folder / f"{READY}{OWNER}").read_bytes())
            announce(self._settings, url, as_json=as_json, **said)
            await self._stop.wait()
        finally:
            await self._readers.close()
            await self._owner.close()

    async def _owner_listens(self) -> bool:
        """Whether it came up; it has said why not."""
        while not (self._folder / f"{READY}{OWNER}").exists():
            if self._stop.is_set():
                return False
            if self._owner.ended:
                self.failed = True
                return False
            await wait_until(self._stop, LOOK_SECONDS)
        return True

    async def _readers_listen(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + READERS_SECONDS
        wanted = self._settings.processes - 1
        while len(list(self._folder.glob(f"{READY}{READER}-*"))) < wanted:
            if self._stop.is_set() or loop.time() > until:
                return
            await wait_until(self._stop, LOOK_SECONDS)
