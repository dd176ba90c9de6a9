"""Client side of a worker process: it asks the server for files to process."""

import asyncio
import contextlib
import logging
import os
from pathlib import Path

import orjson

from lodgepole.adapters.framing import read_frame, write_frame
from lodgepole.adapters.worker_processes import messages
from lodgepole.adapters.worker_processes.pool import ADDRESS_FILE
from lodgepole.concurrency.waiting import wait_until
from lodgepole.errors import LodgepoleError, UnreadableFile
from lodgepole.ports.file_processor import FileProcessor, ProcessingJob, ReadDocument

log = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
"""Between two looks for a server that is not there yet, or not there any more."""
STOP_SECONDS = 10.0
"""That a file may still take once we were asked to stop; then it is given back."""


class Joined:
    """Prepares for the server of a data directory, `slots` files at a time.

    Args:
        data_dir: Of the server.
        processor: Does the work.
        release: Of this program.
        slots: While one file waits for its parser, another is embedded.
        parent: End when this process, which started us, has; None waits for the next server.
        stop_seconds: See STOP_SECONDS.
    """

    def __init__(
        self,
        data_dir: Path,
        processor: FileProcessor,
        *,
        release: str,
        slots: int = 2,
        parent: int | None = None,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self._address = data_dir / ADDRESS_FILE
        self._processor = processor
        self._release = release
        self._slots = slots
        self._parent = parent
        self._stop_seconds = stop_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set: a file in hand is finished, or given back after a while."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._slots):
                group.create_task(self._slot(stop))

    async def _slot(self, stop: asyncio.Event) -> None:
        while not stop.is_set() and self._parent in (None, os.getppid()):
            connection = await self._connect()
            if connection is None:
                await wait_until(stop, RETRY_SECONDS)
                continue
            reader, writer = connection
            try:
                await self._serve(reader, writer, stop)
            except ConnectionError:
                pass  # the server went, or wants the file no more: both mean to begin anew
            finally:
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        try:
            address = self._address.read_text("utf-8")
            reader, writer = await asyncio.open_unix_connection(address)
            hello = {"release": self._release, "pid": os.getpid()}
            await write_frame(writer, messages.HELLO, orjson.dumps(hello))
        except (OSError, ValueError):
            return None
        return reader, writer

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stop: asyncio.Event
    ) -> None:
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                asked = asyncio.create_task(_next_job(reader))
                await asyncio.wait([asked, stopping], return_when=asyncio.FIRST_COMPLETED)
                if not asked.done():
                    asked.cancel()
                    return
                work = asked.result()
                if work is None:
                    return
                if not await self._watched(work, reader, writer, stopping):
                    return
        finally:
            stopping.cancel()

    async def _watched(
        self,
        work: ProcessingJob,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        stopping: "asyncio.Task[bool]",
    ) -> bool:
        """Prepare one file; False when the server left or we are to stop."""
        doing = asyncio.create_task(self._answer(work, writer))
        telling = asyncio.create_task(_tell(writer))
        leaving = asyncio.create_task(reader.read(1))  # nothing is sent while we work: only the end
        try:
            await asyncio.wait([doing, leaving, stopping], return_when=asyncio.FIRST_COMPLETED)
            if stopping.done() and not leaving.done():
                wait = [doing, leaving]
                await asyncio.wait(
                    wait, timeout=self._stop_seconds, return_when=asyncio.FIRST_COMPLETED
                )
            telling.cancel()
            if doing.done():
                doing.result()
                return not stopping.done()
            doing.cancel()
            await asyncio.wait([doing])
            if not leaving.done():
                await write_frame(writer, messages.GIVEN_BACK)
            return False
        finally:
            for task in (doing, leaving, telling):
                task.cancel()
            await asyncio.gather(doing, leaving, telling, return_exceptions=True)

    async def _answer(self, work: ProcessingJob, writer: asyncio.StreamWriter) -> None:
        async def keep(document: ReadDocument) -> None:
            for figure in document.figures:
                await write_frame(writer, messages.FIGURE, figure)
            await write_frame(writer, messages.DOCUMENT, document.body)

        async def progress(percent: int) -> None:
            await write_frame(writer, messages.PROGRESS, str(percent).encode())

        try:
            processed = await self._processor.process(work, keep=keep, progress=progress)
        except UnreadableFile as error:
            await write_frame(writer, messages.UNREADABLE, str(error).encode())
            return
        except LodgepoleError as error:
            await write_frame(writer, messages.UNAVAILABLE, str(error).encode())
            return
        for kind, payload in messages.result_frames(processed):
            await write_frame(writer, kind, payload)


async def _tell(writer: asyncio.StreamWriter) -> None:
    """Say every few seconds that this process is there; its end is noticed elsewhere."""
    while True:
        await asyncio.sleep(messages.ALIVE_SECONDS)
        await write_frame(writer, messages.ALIVE)


async def _next_job(reader: asyncio.StreamReader) -> ProcessingJob | None:
    frame = await read_frame(reader)
    if frame is None:
        return None
    document = None
    if messages.is_stored(frame[1]):
        stored = await read_frame(reader)
        if stored is None:
            return None
        document = stored[1]
    return messages.read_job(frame[1], document)
