"""The process that reads files: requests on standard input, documents on standard output.

It is started by `parser.py` beside it, trusts nothing it reads, and may be killed at any
moment. The first frame to arrive, GREETING, holds the limits and the languages of text recognition
and is answered by READY; each later one, FILE, names a file and is answered by one frame: DOCUMENT,
or UNREADABLE with a message for the uploader. PROGRESS with a byte may come before it: so many
percent of long work are done. CUT names a file, and BODY behind it holds its document; both are
answered by PASSAGES as many as there are and CUT_DONE, or by UNREADABLE. WEB says what the BODY
behind it is of, that a web site sent; it is answered by WEB_READ, or by UNREADABLE.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from functools import cache, partial
from pathlib import Path, PurePath
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

import orjson

from lodgepole.adapters import passage_rows
from lodgepole.adapters.framing import Frame, read_frame_blocking, write_frame_blocking
from lodgepole.adapters.ocr.tesseract import find_tesseract
from lodgepole.adapters.parsers.formats import format_parser
from lodgepole.adapters.parsers.subprocess.messages import (
    CUT,
    CUT_DONE,
    DOCUMENT,
    PASSAGES,
    PROGRESS,
    READY,
    UNREADABLE,
    WEB,
    WEB_READ,
)
from lodgepole.documents.builder import to_json
from lodgepole.documents.ocr import Recogniser, Recognition
from lodgepole.errors import UnreadableFile
from lodgepole.limits import MIB, Limits
from lodgepole.model import KINDS_BY_ENDING, Document, FileKind
from lodgepole.ports.chunker import ChunkedDocument

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
CPU_GRACE_SECONDS = 30  # beyond the parent's time limit, which normally strikes first

PROGRESS_SECONDS = 1.0  # between two signs of it
LOOK_SECONDS = 0.25  # between two looks at how long a page has taken
RECOGNITION_SHARE = 0.7  # of the time for one file; the rest is for what comes before and after

Cut = Callable[[bytes, str, Path, Limits], ChunkedDocument]
"""Takes a document, its file's name, the tokenizer's file and limits."""

ReadForeign = Callable[[str, bytes], bytes]
"""Takes what something from a web site is, and its bytes."""


def main(cut: Cut | None = None, read_foreign: ReadForeign | None = None) -> None:
    """Serve requests until standard input ends."""
    requests, answers = _take_over_pipes()
    first = read_frame_blocking(requests)
    if first is None:
        return
    options = orjson.loads(first[1])
    limits = Limits(**options["limits"])
    _confine(limits)
    write_frame_blocking(answers, READY)
    while (frame := read_frame_blocking(requests)) is not None:
        _allow_cpu(limits)
        kind, request = frame[0], orjson.loads(frame[1])
        if kind == CUT:
            body = read_frame_blocking(requests)
            if cut is None or body is None:
                return
            for part in _cut(cut, body[1], request["name"], options["tokenizer"], limits):
                write_frame_blocking(answers, *part)
            continue
        if kind == WEB:
            body = read_frame_blocking(requests)
            if read_foreign is None or body is None:
                return
            write_frame_blocking(answers, *_read(read_foreign, request["what"], body[1], limits))
            continue
        with _Watch(answers, request["name"], limits) as watch:
            answer = _answer(request, limits, options, watch)
        write_frame_blocking(answers, *answer)


def _cut(cut: Cut, body: bytes, name: str, tokenizer: str, limits: Limits) -> Iterator[Frame]:
    try:
        made = cut(body, name, Path(tokenizer), limits)
        for part in passage_rows.written(made.passages, made.words):
            yield PASSAGES, part
        yield CUT_DONE, orjson.dumps([made.language, made.lead_words])
    except UnreadableFile as error:
        yield UNREADABLE, str(error).encode("utf-8", errors="replace")
    except MemoryError:
        yield UNREADABLE, _needs_memory(name, limits).encode("utf-8", errors="replace")


def _read(read_foreign: ReadForeign, what: str, body: bytes, limits: Limits) -> Frame:
    try:
        return WEB_READ, read_foreign(what, body)
    except UnreadableFile as error:
        message = str(error)
    except MemoryError:
        message = _needs_memory(what, limits)
    except Exception as error:  # noqa: BLE001  whatever it is, the next page may do better
        message = f"The {what} cannot be read: it is damaged ({type(error).__name__})."
    return UNREADABLE, message.encode("utf-8", errors="replace")


def _needs_memory(name: str, limits: Limits) -> str:
    return (
        f"{name!r} needs more memory than the {limits.parse_memory_bytes // MIB:,} MiB that "
        "reading one file may take: split it and upload the parts."
    )


class _Watch:
    """Tells the parent of progress, and ends the process when a page of a PDF takes too long.

    A library that does not come back cannot be stopped, but a thread beside it can say why.
    """

    def __init__(self, answers: BinaryIO, name: str, limits: Limits) -> None:
        self._answers = answers
        self._name = name
        self._limit = limits.pdf_page_cpu_seconds
        self._told = time.monotonic()
        self._began = float("inf")  # of the process's CPU time; not watching yet
        self._done_percent = 0
        self._lock = threading.Lock()
        self._done = threading.Event()

    def __enter__(self) -> "_Watch":
        return self

    def pages(self) -> None:
        """Begin to watch: each page ends in a call of `progressed`."""
        self._began = time.process_time()
        threading.Thread(target=self._look, daemon=True).start()

    def progressed(self, done: float | None = None) -> None:
        """A part is done; of all the work that share, where it is known."""
        self._began = time.process_time()
        if done is not None:
            self._done_percent = min(max(int(100 * done), 0), 100)
        if time.monotonic() - self._told >= PROGRESS_SECONDS:
            self._told = time.monotonic()
            with self._lock:
                write_frame_blocking(self._answers, PROGRESS, bytes([self._done_percent]))

    def _look(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            if time.process_time() - self._began > self._limit:
                with self._lock:
                    message = (
                        f"{self._name!r} has a page that takes longer than {self._limit:g} s to "
                        "read: print it to a new PDF and upload that."
                    )
                    write_frame_blocking(self._answers, UNREADABLE, message.encode())
                    os._exit(1)

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._began = float("inf")
        with self._lock:
            pass  # whoever is writing has written


def _answer(
    request: dict[str, Any], limits: Limits, options: dict[str, Any], watch: _Watch
) -> Frame:
    name = request["name"]
    try:
        kind = FileKind(request["kind"])
        parse = format_parser(kind)
        if kind is FileKind.PDF:
            parse = partial(
                parse,
                recognition=_recognition(options["ocr_languages"], limits, watch.progressed),
                multimodal=request["multimodal"],
                read_attached=partial(_read_attached, limits=limits),
                progressed=watch.progressed,
            )
            watch.pages()
        elif kind is FileKind.EML:
            parse = partial(parse, read_attached=partial(_read_attached, limits=limits))
        return DOCUMENT, to_json(parse(Path(request["path"]), name, limits))
    except UnreadableFile as error:
        return UNREADABLE, str(error).encode("utf-8", errors="replace")
    except MemoryError:
        message = _needs_memory(name, limits)
    except RecursionError:
        message = f"{name!r} is nested too deeply to be read: flatten it and upload it again."
    except Exception as error:  # noqa: BLE001  whatever it is, memory is not to blame
        message = (
            f"{name!r} cannot be read: it is damaged, or holds what its reader does not expect "
            f"({type(error).__name__}). Save it anew and upload it again."
        )
    return UNREADABLE, message.encode("utf-8", errors="replace")


def _read_attached(data: bytes, name: str, *, limits: Limits) -> Document | None:
    """A file that is attached to another, by its name; scans are not recognised."""
    kind = KINDS_BY_ENDING.get(PurePath(name).suffix.lower())
    if kind is None:
        return None
    with _in_memory(data) as path:
        return format_parser(kind)(path, name, limits)


@contextlib.contextmanager
def _in_memory(data: bytes) -> Generator[Path]:
    """A file of these bytes, of which nothing is left if the process is killed."""
    if sys.platform != "linux":
        with NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            yield Path(file.name)
        return
    with os.fdopen(os.memfd_create("attached"), "wb") as file:
        file.write(data)
        file.flush()
        yield Path(f"/proc/self/fd/{file.fileno()}")


def _recognition(
    languages: list[str], limits: Limits, progressed: Callable[[], None]
) -> Recognition | None:
    recogniser = _recogniser(tuple(languages))
    if recogniser is None:
        return None
    known = tuple(getattr(recogniser, "languages", languages))

    def with_language(code: str) -> Recognition | None:
        found = _recognition([code, *languages], limits, progressed)
        return found if found is not None and code in found.languages else None

    return Recognition(
        recogniser=recogniser,
        deadline=time.monotonic() + RECOGNITION_SHARE * limits.parse_seconds,
        page_seconds=limits.recognition_page_seconds,
        languages=known,
        with_language=with_language,
        progressed=progressed,
    )


@cache
def _recogniser(languages: tuple[str, ...]) -> Recogniser | None:
    """What is installed on this machine, Tesseract rather than RapidOCR; None for nothing."""
    tesseract = find_tesseract(languages)
    if tesseract is not None:
        return tesseract
    # NumPy, a third of a second and 15 MB that Tesseract does not need.
    from lodgepole.adapters.ocr.rapidocr import find_rapidocr  # noqa: PLC0415

    return find_rapidocr(languages)


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Our two pipes under new numbers; whatever a library prints goes to standard error."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.closerange(max(requests.fileno(), answers.fileno(), null) + 1, 65_536)
    return requests, answers


def _confine(limits: Limits) -> None:
    """Bound memory and end with the parent; leave no core dumps of other people's files."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.parse_memory_bytes, limits.parse_memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the signal was asked for
            sys.exit(1)


def _allow_cpu(limits: Limits) -> None:
    """Processor time for one more file, so that even an orphan cannot spin for ever."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(
        resource.RLIMIT_CPU, (int(used + limits.parse_seconds) + CPU_GRACE_SECONDS, hard)
    )


if __name__ == "__main__":
    main()
