"""Part of the wiring: the HTTP server, from a socket that listens to the last answer."""

import asyncio
import logging
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from lodgepole.api.connections import connections_within
from lodgepole.concurrency.waiting import wait_until
from lodgepole.runtime import wiring
from lodgepole.runtime.settings import Settings

TICK_SECONDS = 1.0
STOP_SECONDS = 10  # that open answers get before their connections are closed


class HttpServer(uvicorn.Server):
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
        """Stop once open answers are complete; at the second signal, at once."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._stopping.set)  # wakes a loop that sleeps

    async def main_loop(self) -> None:
        """Once a second, for the Date of answers, instead of ten times; at once on a signal."""
        while not await self.on_tick(0):
            await wait_until(self._stopping, TICK_SECONDS)


async def serve(
    settings: Settings,
    listener: socket.socket,
    announce: Callable[[wiring.Runtime], None],
    *,
    connections: int,
) -> None:
    """Open everything, answer at `listener` until a signal, and close it in order.

    Args:
        settings: Choose what is opened.
        listener: Bound and listening; closed in the end.
        announce: Called once, when requests are answered.
        connections: As many at once; more are refused.

    Raises:
        Conflict: Another process holds the data directory.
        InvalidRequest: A setting cannot be used; the message says which and why.
        Unavailable: The data directory or the model cannot be used.
    """
    async with wiring.running(settings) as runtime:
        config = uvicorn.Config(
            runtime.app,
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            server_header=False,
            http=connections_within(settings.limits, most=connections),
            ws="none",
        )
        await HttpServer(config, lambda: announce(runtime)).serve(sockets=[listener])
