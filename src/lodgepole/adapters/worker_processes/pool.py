"""Server side of worker processes: hands files to whichever is free."""

import asyncio
import contextlib
import logging
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson

from lodgepole.adapters.framing import read_frame, write_frame
from lodgepole.adapters.worker_processes import messages
from lodgepole.concurrency.signal import Signal
from lodgepole.concurrency.waiting import wait_until
from lodgepole.errors import Unavailable, UnreadableFile, WorkersDied
from lodgepole.limits import Limits
from lodgepole.ports.file_processor import FileProcessor, ProcessedFile, ProcessingJob, ReadDocument
from lodgepole.ports.index import IndexedPassage

log = logging.getLogger(__name__)

ADDRESS_FILE = "workers"
"""In the data directory: where the socket is. Below a long path it cannot be there itself."""
SOCKET_FILE = "workers.socket"
SOCKET_PATH_MOST = 100
"""Bytes; the kernels' limits are 108 and 104."""
DEATHS_MOST = 3
"""Processes that may die of one file before it is given back, to be tried again later."""
HELLO_SECONDS = 10.0
START_SECONDS = 120.0
"""For a process to come, when there is none."""
SILENCE_SECONDS = 60.0
"""Without a word, a process that works is taken for stopped, or for dead on a machine that sleeps;
it says one every five."""
STALL_SECONDS = 300.0
"""Beyond what reading may take, for which nothing more of a file comes while the process is
alive: a hundredth of the largest file is embedded in less than half of that."""

Keep = Callable[[ReadDocument], Awaitable[None]]
Progress = Callable[[int], Awaitable[None]]


class _Died(Exception):
    """The process at the other end is gone, or is stopping and gave its file back."""

    def __init__(self, *, given_back: bool = False) -> None:
        super().__init__()
        self.given_back = given_back


class _Connection:
    """One file at a time."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pid: int
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.pid = pid
        self.gone = asyncio.Event()

    @property
    def alive(self) -> bool:
        return not self.reader.at_eof() and not self.writer.is_closing()

    def close(self) -> None:
        self.writer.close()
        self.gone.set()


class PreparingPool:
    """`FileProcessor` that gives its work to processes, and does it here while there is none.

    Args:
        data_dir: Where processes look for the socket; readable by this user alone.
        here: Prepares in this process, where none is connected.
        release: Of this program; processes of another are turned away.
        expected: Processes are on their way, so wait for one instead of working here.
        limits: Say how long reading may take, after which a process counts as hung.
        hung: Told the id of a process that was, which may have to be ended.
    """

    def __init__(
        self,
        data_dir: Path,
        here: FileProcessor,
        *,
        release: str,
        expected: bool,
        limits: Limits,
        hung: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._silence_seconds = SILENCE_SECONDS
        self._stall_seconds = limits.parse_seconds + STALL_SECONDS
        self._hung = hung
        self._data_dir = data_dir
        self._here = here
        self._release = release
        self._expected = expected
        self._socket: Path | None = None
        self._folder: Path | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._idle: deque[_Connection] = deque()
        self._changed = Signal()

    async def open(self) -> None:
        """Listen, and write down where."""
        path = self._data_dir / SOCKET_FILE
        if len(os.fsencode(path)) > SOCKET_PATH_MOST:
            self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="lodgepole-"))
            path = self._folder / SOCKET_FILE
        path.unlink(missing_ok=True)  # of a server that was killed
        self._socket = path
        self._server = await asyncio.start_unix_server(self._welcome, path)
        try:
            await asyncio.to_thread(_write_address, self._data_dir / ADDRESS_FILE, str(path))
        except OSError as error:  # a full disk keeps nobody from reading and deleting
            log.warning("No worker process will find this server: %s", error.strerror)

    async def close(self) -> None:
        """Turn all away."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close()
        if self._server is not None:
            await self._server.wait_closed()
        (self._data_dir / ADDRESS_FILE).unlink(missing_ok=True)
        if self._socket is not None:
            self._socket.unlink(missing_ok=True)
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    @property
    def connections(self) -> int:
        """Number of files that other processes can prepare at once."""
        return len(self._connections)

    async def process(
        self, work: ProcessingJob, *, keep: Keep, progress: Progress
    ) -> ProcessedFile:
        """Raises Unavailable when no process is there, or several died of this file."""
        deaths = 0
        while deaths < DEATHS_MOST:
            connection = await self._take()
            if connection is None:
                return await self._here.process(work, keep=keep, progress=progress)
            whole = False
            try:
                processed = await self._ask(connection, work, keep, progress)
            except UnreadableFile:
                whole = True
                raise
            except _Died as end:
                deaths += not end.given_back
                log.info("A process ended with %s; another one takes it", work.version)
            else:
                whole = True
                return processed
            finally:
                # Whatever was left in the middle is not asked again: its end tells it to stop.
                self._give(connection, keep=whole)
        raise WorkersDied(f"{DEATHS_MOST} processes ended while they worked on it")

    async def _ask(
        self, connection: _Connection, work: ProcessingJob, keep: Keep, progress: Progress
    ) -> ProcessedFile:
        """Raises _Died also for a process that is there, and does nothing."""
        answer = _Answer(work, keep, progress)
        loop = asyncio.get_running_loop()
        stalls_at = loop.time() + self._stall_seconds
        try:
            async with asyncio.timeout(self._silence_seconds):
                await write_frame(connection.writer, messages.JOB, messages.job_bytes(work))
                if work.document is not None:
                    await write_frame(connection.writer, messages.STORED, work.document)
            while True:
                seconds = min(self._silence_seconds, stalls_at - loop.time())
                async with asyncio.timeout(seconds):
                    frame = await read_frame(connection.reader)
                if frame is None:
                    raise _Died
                kind, payload = frame
                if kind == messages.DONE:
                    return answer.whole(payload)
                if kind in _REFUSALS:
                    raise _REFUSALS[kind](payload.decode())
                if kind == messages.GIVEN_BACK:
                    raise _Died(given_back=True)
                if kind != messages.ALIVE:
                    await answer.take(kind, payload)
                    stalls_at = loop.time() + self._stall_seconds
        except ConnectionError:
            raise _Died from None
        except TimeoutError:
            log.warning("Worker process %d does nothing; its file is taken away", connection.pid)
            self._hung(connection.pid)
            raise _Died from None

    # --- connections --------------------------------------------------------------------------

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(reader, writer, pid=0)
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = await read_frame(reader)
            if hello is None or hello[0] != messages.HELLO:
                return
            said = orjson.loads(hello[1])
            release = said["release"]
            if release != self._release:
                log.warning("A worker of release %s was turned away by %s", release, self._release)
                return
            connection.pid = said["pid"]
            self._connections.add(connection)
            self._give(connection, keep=True)
            await connection.gone.wait()
        except TimeoutError:
            return
        finally:
            self._connections.discard(connection)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _take(self) -> _Connection | None:
        """One that is free, waited for; None where there are none and none will come."""
        while True:
            changed = self._changed.listen()
            while self._idle:
                connection = self._idle.popleft()
                if connection.alive:
                    return connection
                self._give(connection, keep=False)
            if not self._connections and not self._expected:
                return None
            if not await wait_until(changed, START_SECONDS) and not self._connections:
                raise Unavailable(
                    "No worker process is there. Look in the log for why they end, or start the "
                    "server without --workers."
                )

    def _give(self, connection: _Connection, *, keep: bool) -> None:
        if keep and connection.alive:
            self._idle.append(connection)
        else:
            self._connections.discard(connection)
            connection.close()
        self._changed.give()


_REFUSALS = {messages.UNREADABLE: UnreadableFile, messages.UNAVAILABLE: Unavailable}


class _Answer:
    """What has arrived of one."""

    def __init__(self, work: ProcessingJob, keep: Keep, progress: Progress) -> None:
        self._work = work
        self._keep = keep
        self._progress = progress
        self._figures: list[bytes] = []
        self._passages: list[IndexedPassage] = []
        self._vectors = bytearray()

    async def take(self, kind: bytes, payload: bytes) -> None:
        match kind:
            case messages.PROGRESS:
                await self._progress(int(payload))
            case messages.FIGURE:
                self._figures.append(payload)
            case messages.DOCUMENT:
                await self._keep(ReadDocument(body=payload, figures=tuple(self._figures)))
                self._figures.clear()
            case messages.PASSAGES:
                self._passages += await asyncio.to_thread(messages.read_passages, payload)
            case messages.VECTORS:
                self._vectors += payload
            case _:
                raise AssertionError(f"no such frame: {kind!r}")

    def whole(self, payload: bytes) -> ProcessedFile:
        return messages.read_result(
            payload, self._work.version, self._passages, bytes(self._vectors)
        )


def _write_address(path: Path, address: str) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(address, "utf-8")
    draft.replace(path)
