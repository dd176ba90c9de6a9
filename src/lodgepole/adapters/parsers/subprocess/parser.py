"""Parser and Chunker in child processes, with limits on their time and memory.

The wire between the two is described in `child.py`; `parse` and `cut` answer within the limits
whatever the child does.
"""

import asyncio
import contextlib
import dataclasses
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import orjson

from lodgepole.adapters import passage_rows
from lodgepole.adapters.framing import Frame, read_frame, write_frame
from lodgepole.adapters.parsers.subprocess import messages
from lodgepole.adapters.parsers.subprocess.turns import Turns
from lodgepole.documents.builder import from_json
from lodgepole.errors import Unavailable, UnreadableFile
from lodgepole.limits import MIB, Limits
from lodgepole.model import Document, FileKind
from lodgepole.ports.chunker import ChunkedDocument
from lodgepole.ports.parser import ReadingProgress, untold

START_SECONDS = 60.0  # for a child to import what it needs, on a machine that is busy
FILES_PER_CHILD = 200  # after which it is replaced: C libraries fragment and leak
SMALL_FILE_SECONDS = 60.0
SECONDS_PER_MIB = 120.0  # on top; ~20 times what the slowest real file took
TEXT_SECONDS_PER_MIB = 30.0  # of what is text already, and of cutting: linear, however hostile
TEXTS = {FileKind.TEXT, FileKind.MARKDOWN, FileKind.CSV, FileKind.JSON, FileKind.JSON_LINES}
SMALL_BYTES = 256 * 1024  # up to which a file is not kept waiting by larger ones
ANSWER_BYTES_PER_CHAR = 8  # UTF-8 escaped in JSON, with room for blocks and pages
FIGURES_BYTES = 512 * MIB

_Answer = TypeVar("_Answer")


_LAST_ANSWERS = {
    messages.FILE: messages.DOCUMENT,
    messages.CUT: messages.CUT_DONE,
    messages.WEB: messages.WEB_READ,
}


class _Failed(Exception):
    """A child closed its pipe or wrote what is no answer."""


class SubprocessParser:
    """A pool of children, started when first needed and kept.

    Args:
        command: Program and arguments of a child, `[sys.executable, "-m", …]`.
        limits: What each file may take; handed to the children.
        children: How many files are read at once, and one more where it is small.
        ocr_languages: Of text recognition, as Tesseract names them; none switches it off.
        tokenizer: Its file, for those who cut.
        environment: All that a child finds in its own; ours holds keys, and is not handed on.
    """

    def __init__(
        self,
        command: Sequence[str],
        limits: Limits,
        *,
        children: int = 2,
        ocr_languages: Sequence[str] = ("eng",),
        tokenizer: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command = tuple(command)
        self._environment = dict(environment or {})
        self._greeting = orjson.dumps(
            {
                "limits": dataclasses.asdict(limits),
                "ocr_languages": list(ocr_languages),
                "tokenizer": None if tokenizer is None else str(tokenizer),
            }
        )
        self._limits = limits
        self._children = children
        self._turns = Turns(children)
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    async def parse(
        self,
        path: Path,
        *,
        kind: FileKind,
        name: str,
        multimodal: bool,
        owner: str = "",
        progress: ReadingProgress = untold,
    ) -> Document:
        """Raises UnreadableFile for the file's faults, Unavailable when no child can be started.

        Cancelling the call kills the child that is reading.
        """
        request = orjson.dumps(
            {"path": str(path), "kind": kind.value, "name": name, "multimodal": multimodal}
        )
        size = _size(path)
        seconds = self._seconds_for(size, kind in TEXTS)
        async with self._turns.place(owner, small=size <= SMALL_BYTES):
            file = (messages.FILE, request)
            return await self._asked(name, [file], seconds, progress, _read_document)

    async def cut(self, body: bytes, *, name: str, owner: str = "") -> ChunkedDocument:
        """As in the port. Cancelling the call kills the child that is cutting."""
        request = [(messages.CUT, orjson.dumps({"name": name})), (messages.BODY, body)]
        seconds = self._seconds_for(len(body), True)
        async with self._turns.place(owner, small=len(body) <= SMALL_BYTES):
            return await self._asked(name, request, seconds, untold, _read_cut)

    async def read_foreign(self, what: str, body: bytes) -> bytes:
        """What the function of that name of the children makes of it.

        Cancelling the call kills the child that is reading.

        Raises:
            UnreadableFile: It cannot be read, or not in time.
            Unavailable: Nothing can be read at the moment.
        """
        request = [(messages.WEB, orjson.dumps({"what": what})), (messages.BODY, body)]
        seconds = self._seconds_for(len(body), True)
        async with self._turns.place("", small=len(body) <= SMALL_BYTES):
            work = partial(self._answer_by, request, seconds, untold, _read_foreign)
            try:
                answer = await self._answered(work)
            except (TimeoutError, _Failed):
                raise UnreadableFile(f"The {what} takes too much time or memory to read.") from None
        if isinstance(answer, str):
            raise UnreadableFile(answer)
        return answer

    async def _asked(
        self,
        name: str,
        request: Sequence[Frame],
        seconds: float,
        progress: ReadingProgress,
        read: Callable[[Sequence[Frame]], _Answer],
    ) -> _Answer:
        """What `read` makes of the frames of an answer. Raises UnreadableFile and Unavailable."""
        work = partial(self._answer_by, request, seconds, progress, read)
        try:
            answer = await self._answered(work)
        except TimeoutError:
            raise UnreadableFile(
                f"{name!r} took longer than {seconds:,.0f} s to read: split it and upload the "
                "parts."
            ) from None
        except _Failed:
            raise UnreadableFile(
                f"{name!r} made its reader crash: the file is damaged, or needs more memory "
                f"than {self._limits.parse_memory_bytes // MIB:,} MiB. Save it anew or split "
                "it and upload it again."
            ) from None
        if isinstance(answer, str):
            raise UnreadableFile(answer)
        return answer

    async def _answered(
        self, work: Callable[["_Child"], Awaitable[_Answer | str]]
    ) -> _Answer | str:
        """Raises TimeoutError, _Failed and Unavailable."""
        try:
            return await work(await self._take())
        except _Failed:
            # It may have died of the files before, or been killed by the system or a person: only
            # what a new child dies of too is the file's fault.
            return await work(await self._start())

    async def _answer_by(
        self,
        request: Sequence[Frame],
        seconds: float,
        progress: ReadingProgress,
        read: Callable[[Sequence[Frame]], _Answer],
        child: "_Child",
    ) -> _Answer | str:
        """The answer, or why there is none."""
        try:
            frames = await self._ask(child, request, seconds, progress)
            answer = await asyncio.to_thread(_taken, read, frames)
            kept = len(self._idle) < self._children and child.files < FILES_PER_CHILD
            if kept and not self._closed:
                self._idle.append(child)
        finally:
            self._busy.discard(child)
            if child not in self._idle:
                self._end(child)
        return answer

    async def _ask(
        self,
        child: "_Child",
        request: Sequence[Frame],
        seconds: float,
        progress: ReadingProgress,
    ) -> list[Frame]:
        """The answer, within `seconds` of the last sign of progress and `parse_seconds` in all.

        Raises:
            TimeoutError: It took longer.
            _Failed: There was none, or none that answers this.
        """
        loop = asyncio.get_running_loop()
        latest = loop.time() + self._limits.parse_seconds
        last = _LAST_ANSWERS[request[0][0]]
        frames: list[Frame] = []
        async with asyncio.timeout(seconds) as timer:
            await child.send(request)
            while not frames or frames[-1][0] not in (last, messages.UNREADABLE):
                kind, payload = await child.receive(self._answer_bytes)
                if kind == messages.PROGRESS:
                    timer.reschedule(min(latest, loop.time() + seconds))
                    await progress(_share_done(payload))
                elif kind in (last, messages.UNREADABLE, messages.PASSAGES):
                    frames.append((kind, payload))
                else:
                    raise _Failed
        return frames

    @property
    def _answer_bytes(self) -> int:
        return self._limits.parse_text_chars * ANSWER_BYTES_PER_CHAR + FIGURES_BYTES

    def _seconds_for(self, size: int, is_text: bool) -> float:
        """A hang in a small file is noticed sooner than a large file's honest work."""
        per_mib = TEXT_SECONDS_PER_MIB if is_text else SECONDS_PER_MIB
        return min(self._limits.parse_seconds, SMALL_FILE_SECONDS + per_mib * size / MIB)

    async def _take(self) -> "_Child":
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                self._busy.add(child)
                return child
            self._end(child)
        return await self._start()

    async def _start(self) -> "_Child":
        if self._closed:
            raise Unavailable("The file reader is shutting down.")
        child = await _Child.spawn(self._command, self._environment)
        try:
            await child.greet(self._greeting)
        except BaseException:
            self._end(child)
            raise
        self._busy.add(child)
        return child

    def _end(self, child: "_Child") -> None:
        """Kill a child now; that it is gone and its pipes are closed is waited for in `close`."""
        child.kill()
        task = asyncio.create_task(child.wait())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End the children; files being read fail as if theirs had crashed."""
        self._closed = True
        for child in self._busy:
            child.kill()
        await self._turns.nobody()
        while self._idle:
            self._end(self._idle.pop())
        await asyncio.gather(*self._ending)


class _Child:
    """One process and its pipes."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout
        self.files = 0

    @classmethod
    async def spawn(cls, command: Sequence[str], environment: Mapping[str, str]) -> "_Child":
        """A process of this command. Raises Unavailable."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                close_fds=True,
                env=environment,
                start_new_session=True,  # so that what it starts can be killed with it
            )
        except OSError as error:
            raise Unavailable(f"The file reader cannot be started: {error.strerror}.") from error
        return cls(process)

    async def greet(self, greeting: bytes) -> None:
        """Return once the child has the limits and says it is ready. Raises Unavailable."""
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._send(messages.GREETING, greeting)
                ready, _ = await self.receive(0)
        except (TimeoutError, _Failed):
            ready = b""
        if ready != messages.READY:
            raise Unavailable(
                "The file reader does not start: check that the program is installed whole, and "
                "that parse_memory_bytes leaves it room."
            )

    @property
    def alive(self) -> bool:
        return self._process.returncode is None and not self._stdout.at_eof()

    async def send(self, request: Sequence[Frame]) -> None:
        self.files += 1
        for kind, payload in request:
            await self._send(kind, payload)

    async def _send(self, kind: bytes, payload: bytes) -> None:
        try:
            await write_frame(self._stdin, kind, payload)
        except (ConnectionError, RuntimeError) as error:
            raise _Failed from error

    async def receive(self, most: int) -> Frame:
        """The next frame. Raises _Failed when there is none of at most that size."""
        try:
            frame = await read_frame(self._stdout, most=most)
        except ValueError as error:
            raise _Failed from error
        if frame is None:
            raise _Failed
        return frame

    def kill(self) -> None:
        """End the process at once; safe to call again, and without waiting."""
        if self._process.returncode is None:
            # Not `Process.kill`: it reaps an ended child behind the back of asyncio's watcher.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._stdin.close()

    async def wait(self) -> None:
        """Return once the process is gone and nothing is left in its pipe."""
        await self._process.wait()
        # The transport is closed when the pipe is at its end, which unread bytes would put off.
        with contextlib.suppress(ConnectionError):
            while await self._stdout.read(MIB):
                pass


def _size(path: Path) -> int:
    return path.stat().st_size


def _share_done(percent: bytes) -> float:
    return min(percent[0], 100) / 100 if percent else 0.0


def _taken(read: Callable[[Sequence[Frame]], _Answer], frames: Sequence[Frame]) -> _Answer | str:
    """The answer, or the message that says why there is none. Raises _Failed on neither."""
    kind, payload = frames[-1]
    try:
        return payload.decode("utf-8") if kind == messages.UNREADABLE else read(frames)
    except (ValueError, TypeError) as error:
        raise _Failed from error


def _read_document(frames: Sequence[Frame]) -> Document:
    return from_json(frames[-1][1])


def _read_foreign(frames: Sequence[Frame]) -> bytes:
    return frames[-1][1]


def _read_cut(frames: Sequence[Frame]) -> ChunkedDocument:
    *parts, (_, end) = frames
    language, lead_words = orjson.loads(end)
    entries = [entry for _, part in parts for entry in passage_rows.read(part)]
    return ChunkedDocument(
        language=language,
        lead_words=lead_words,
        passages=[passage for passage, _ in entries],
        words=[words for _, words in entries],
    )
