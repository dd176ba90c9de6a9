"""Starts, watches and restarts the worker processes of a server."""

import asyncio
import contextlib
import logging
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence

log = logging.getLogger(__name__)

BACKOFF_FIRST = 0.1
BACKOFF_MOST = 30.0
SOUND_SECONDS = 20.0
"""A process that lived so long did not end of how it was started."""
STOP_SECONDS = 15.0


class Children:
    """`count` processes of one command, each replaced when it ends.

    Args:
        command: Program and arguments.
        count: How many.
        environment: All that they find in theirs.
        name: What the log calls one.
    """

    def __init__(
        self,
        command: Sequence[str],
        count: int,
        environment: Mapping[str, str] | None = None,
        *,
        name: str = "Worker process",
    ) -> None:
        self._command = tuple(command)
        self._environment = dict(environment or {})
        self._count = count
        self._name = name
        self.ended = 0  # so often did one end that was not asked to
        self._processes: set[Process] = set()
        self._keeping: list[asyncio.Task[None]] = []

    @property
    def pids(self) -> list[int]:
        """Return the process ids of those that run now."""
        return sorted(process.pid for process in self._processes)

    def open(self) -> None:
        """Start them."""
        self._keeping = [
            asyncio.create_task(self._keep(), name="worker-process") for _ in range(self._count)
        ]

    def end(self, pid: int) -> None:
        """Kill one that hangs, stopped or not; another takes its place. Others' are left alone."""
        for process in self._processes:
            if process.pid == pid:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()

    async def close(self) -> None:
        """Ask them to stop, wait for that a while, and end those that do not."""
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        waiting = [asyncio.create_task(_ended(process)) for process in self._processes]
        if waiting:
            await asyncio.wait(waiting)
        self._processes.clear()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        backoff = BACKOFF_FIRST
        while True:
            started = loop.time()
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=DEVNULL,
                    stdout=DEVNULL,
                    start_new_session=True,
                    env=self._environment,
                )
            except OSError as error:
                log.warning("%s: could not be started: %s", self._name, error.strerror)
                self.ended += 1
            else:
                self._processes.add(process)
                code = await process.wait()
                self._processes.discard(process)
                self.ended += 1
                log.warning("%s %d ended with code %d", self._name, process.pid, code)
            if loop.time() - started >= SOUND_SECONDS:
                backoff = BACKOFF_FIRST
            await asyncio.sleep(backoff)
            backoff = min(2 * backoff, BACKOFF_MOST)


async def _ended(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
