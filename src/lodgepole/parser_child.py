"""The process that reads files: requests on standard input, documents on standard output.

It is started by `adapters/subprocess_parser`, trusts nothing it reads, and may be killed at any
moment. Frames are a length (4 bytes, big-endian) and that many bytes. The first frame to arrive
holds the limits; each later one names a file, and is answered by one frame: the letter `D` and a
document, or `U` and a message for the uploader.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from lodgepole.documents import to_json
from lodgepole.errors import UnreadableFile
from lodgepole.limits import MIB, Limits
from lodgepole.model import Document, FileKind

READY = b"R"
DOCUMENT = b"D"
UNREADABLE = b"U"
_LENGTH = struct.Struct(">I")
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
CPU_GRACE_SECONDS = 30  # beyond the parent's time limit, which normally strikes first

FormatParser = Callable[[Path, str, Limits], Document]


def main() -> None:
    """Serve requests until standard input ends."""
    requests, answers = _take_over_pipes()
    first = _read_frame(requests)
    if first is None:
        return
    limits = Limits(**orjson.loads(first))
    _confine(limits)
    _write_frame(answers, READY)
    while (frame := _read_frame(requests)) is not None:
        _allow_cpu(limits)
        _write_frame(answers, _answer(orjson.loads(frame), limits))


def _answer(request: dict[str, Any], limits: Limits) -> bytes:
    name = request["name"]
    try:
        parse = format_parser(FileKind(request["kind"]))
        return DOCUMENT + to_json(parse(Path(request["path"]), name, limits))
    except UnreadableFile as error:
        return UNREADABLE + str(error).encode("utf-8", errors="replace")
    except MemoryError:
        message = (
            f"{name!r} needs more memory than the {limits.parse_memory_bytes // MIB:,} MiB that "
            "reading one file may take: split it and upload the parts."
        )
    except RecursionError:
        message = f"{name!r} is nested too deeply to be read: flatten it and upload it again."
    return UNREADABLE + message.encode("utf-8", errors="replace")


def format_parser(kind: FileKind) -> FormatParser:
    """The function that reads files of this kind, its library imported only now.

    Raises:
        UnreadableFile: No parser reads this kind.
    """
    # ruff: noqa: PLC0415  a child that reads text has no need of the PDF library
    match kind:
        case FileKind.PDF:
            from lodgepole.adapters.pypdfium2_parser import parse
        case FileKind.DOCX:
            from lodgepole.adapters.docx_parser import parse
        case FileKind.MARKDOWN:
            from lodgepole.adapters.markdown_parser import parse
        case FileKind.TEXT:
            from lodgepole.adapters.text_parser import parse
        case FileKind.JSON:
            from lodgepole.adapters.json_parser import parse
        case FileKind.JSON_LINES:
            from lodgepole.adapters.json_parser import parse_lines as parse
        case _:
            raise UnreadableFile(f"Files of kind {kind.value!r} cannot be read: convert it to PDF.")
    return parse


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


def _read_frame(stream: BinaryIO) -> bytes | None:
    header = stream.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    return stream.read(_LENGTH.unpack(header)[0])


def _write_frame(stream: BinaryIO, payload: bytes) -> None:
    stream.write(_LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


if __name__ == "__main__":
    main()
