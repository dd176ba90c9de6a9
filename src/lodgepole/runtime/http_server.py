"""Part of the wiring: the HTTP server, from a socket that listens to the last answer."""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from lodgepole.api.connections import connections_within
from lodgepole.api.forwarding import ForwardedConnection, Forwarding, owner_at
from lodgepole.concurrency.waiting import wait_until
from lodgepole.runtime import wiring
from lodgepole.runtime.settings import Settings

TICK_SECONDS = 1.0
STOP_SECONDS = 10  # that open answers get before their connections are closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of several processes that serve at the same address.

    Attributes:
        owns: It owns the data, and listens to the others at `socket` too.
        socket: Where the owner listens to readers.
        parent: The process that started this one; they end together.
    """

    owns: bool
    socket: Path
    parent: int


class HttpServer(uvicorn.Server):
    """Announces itself when it listens, and returns on a signal instead of dying of it.

    uvicorn raises the signal again once the last connection is closed, which would kill the
    process before the worker has given back its claim.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        announce: Callable[[], None],
        *,
        part: Part | None = None,
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._part = part
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._part is not None and self._part.owns:
            await self._listen_to_readers(str(self._part.socket))
        self._announce()

    async def _listen_to_readers(self, path: str) -> None:
        def connection() -> asyncio.Protocol:
            return forwarded(
                config=self.config,
                server_state=self.server_state,
                app_state=self.lifespan.state,
            )

        forwarded = cast("Any", type("Forwarded", (ForwardedConnection,), {"most": sys.maxsize}))
        self.servers.append(await self._loop.create_unix_server(connection, path))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop once open answers are complete; at the second signal, at once."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._stopping.set)  # wakes a loop that sleeps

    async def main_loop(self) -> None:
        """Once a second, for the Date of answers, instead of ten times; at once on a signal."""
        while not await self.on_tick(0):
            if self._part is not None and self._part.parent != os.getppid():
                self.should_exit = True  # nobody is left to start us again, or to stop us
            await wait_until(self._stopping, TICK_SECONDS)


async def serve(
    settings: Settings,
    listener: socket.socket,
    announce: Callable[[wiring.Runtime], None],
    *,
    connections: int,
    part: Part | None = None,
) -> None:
    """Open everything, answer at `listener` until a signal, and close it in order.

    Args:
        settings: Choose what is opened.
        listener: Bound and listening; closed in the end.
        announce: Called once, when requests are answered.
        connections: As many at once; more are refused.
        part: What this process is among several; None serves alone.

    Raises:
        Conflict: Another process holds the data directory.
        InvalidRequest: A setting cannot be used; the message says which and why.
        Unavailable: The data directory or the model cannot be used.
    """
    reads_only = part is not None and not part.owns
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(wiring.running(settings, read_only=reads_only))
        app: ASGIApp = runtime.app
        if part is not None and reads_only:
            owner = await stack.enter_async_context(owner_at(str(part.socket)))
            # Weights in memory are the owner's alone: each reader would load its own.
            by_owner = any(model.path is not None for model in settings.models)
            app = Forwarding(app, owner, chat=not by_owner)
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            server_header=False,
            http=connections_within(settings.limits, most=connections),
            ws="none",
        )
        server = HttpServer(config, lambda: announce(runtime), part=part)
        await server.serve(sockets=[listener])
