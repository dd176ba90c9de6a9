"""Uploads as multipart/form-data: a `file` part and perhaps `metadata`, in any order.

The body is read once, as it comes. The file goes to a temporary file on disk, because whether
metadata follows it is known only at the end, and both are needed to accept an upload. Nothing of
it stays in memory beyond one chunk.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryFile, gettempdir
from typing import IO
from urllib.parse import unquote_to_bytes

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from lodgepole.api.compression import body_chunks
from lodgepole.api.requests import json_parameter
from lodgepole.errors import InvalidRequest, RateLimited, TooLarge, Unavailable

DISK_CHUNK_BYTES = 1024 * 1024
ANNOUNCED_MOST = 1024 * 1024 * 1024  # bytes to make room for; what is larger is refused as such
BUSY_RETRY_SECONDS = 2.0
NEW_LINE = b"\r\n"
NAME_HEADER_BYTES = 16 * 1024
"""Of a part's Content-Disposition: four times what the longest name takes, percent-encoded."""
_EXTENDED_NAME = re.compile(r"filename\*\s*=\s*([\w-]+)'[\w-]*'([^;\s]+)", re.IGNORECASE)
_ENCODED_WORDS = re.compile(r"(?:=\?[\w.-]+\?[bBqQ]\?[^?\s]*\?=\s*)+")
_CONTINUED_NAME = re.compile(r";\s*filename\*\d", re.IGNORECASE)
_QUOTED_IN_NAMES = {"%22": '"', "%0D": "\r", "%0A": "\n"}
"""What browsers and HTTP clients percent-encode in file names, and nothing else."""


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Fields of an upload. `content` may be read once, while the context is open."""

    name: str
    content: AsyncIterator[bytes]
    metadata: object
    texts: Mapping[str, str] = field(default_factory=dict[str, str])  # of the fields asked for


@dataclass(frozen=True, slots=True)
class FormLimits:
    """Limits of a form, checked while it arrives."""

    file_bytes: Callable[[str], int]  # by file name; may refuse the name with InvalidRequest
    overhead_bytes: int  # of everything beside the file
    texts: tuple[str, ...] = ()  # names of fields to read, beside `metadata`


class UploadSpool:
    """Room on disk for uploads under way.

    Args:
        directory: Where they lie, nameless, until they are stored; None is the system's place.
        most: How many at once.
        most_of_one: How many of one project.
        seconds: How long each may take to arrive.
        reserve_bytes: What they leave of the disk.
        free_bytes: What is left of it now.
    """

    def __init__(
        self,
        directory: Path | None,
        *,
        most: int,
        most_of_one: int | None = None,
        seconds: float | None = None,
        reserve_bytes: int = 0,
        free_bytes: Callable[[Path], int] = lambda directory: disk_usage(directory).free,
    ) -> None:
        self.seconds = seconds
        self._directory = directory
        self._most = most
        self._most_of_one = most if most_of_one is None else most_of_one
        self._reserve_bytes = reserve_bytes
        self._free_bytes = free_bytes
        self._open: Counter[str] = Counter()

    @contextmanager
    def file(self, project_id: str = "", size: int = 0) -> Generator[IO[bytes]]:
        """A new file, gone at the end of the context.

        Args:
            project_id: Whose upload it is.
            size: Bytes that are announced, or 0.

        Raises:
            RateLimited: Too many are open.
            Unavailable: The disk is full, or cannot be written.
        """
        of_one = self._open[project_id] >= self._most_of_one
        if of_one or self._open.total() >= self._most:
            whose, most = ("of yours ", self._most_of_one) if of_one else ("", self._most)
            raise RateLimited(
                f"{most} uploads {whose}are under way, as many as may be at once: try again",
                retry_after=BUSY_RETRY_SECONDS,
            )
        self._open[project_id] += 1
        try:
            self.check_room(size)
            with TemporaryFile(prefix="lodgepole-upload-", dir=self._directory) as file:
                yield file
        except OSError as error:  # of the last bytes not before the file is closed
            raise Unavailable(f"The upload could not be kept: {error.strerror}.") from error
        finally:
            self._open[project_id] -= 1
            self._open += Counter()  # forgets those who have none

    def check_room(self, size: int) -> None:
        """Raise Unavailable where the disk does not hold so much more, and once more to keep it."""
        free = self._free_bytes(self._directory or Path(gettempdir()))
        if free < 2 * size + self._reserve_bytes:
            raise Unavailable(
                f"The server's disk has {free:,} bytes left, too few for this upload: delete "
                "files, or make room on it"
            )


@asynccontextmanager
async def read_upload(
    request: Request, limits: FormLimits, spool_room: UploadSpool, *, project_id: str = ""
) -> AsyncGenerator[UploadForm]:
    """Read the whole form.

    Raises:
        RateLimited: Too many uploads are under way.
        InvalidRequest: Not a form, a broken one, no file, two files, or metadata not JSON; or it
            takes too long.
        TooLarge: The file or the rest is over its limit; nothing more is read.
        Unavailable: The disk is full.
    """
    announced = request.headers.get("Content-Length", "")
    size = min(int(announced), ANNOUNCED_MOST) if announced.isdecimal() else 0
    with spool_room.file(project_id, size) as spool:
        form = _FormReader(_boundary(request), limits)
        try:
            async with asyncio.timeout(spool_room.seconds):
                async for chunk in body_chunks(request):
                    form.feed(chunk)
                    if len(form.pending) >= DISK_CHUNK_BYTES:
                        spool_room.check_room(len(form.pending))
                        await asyncio.to_thread(spool.write, form.take())
        except TimeoutError:
            raise InvalidRequest(
                f"The upload took longer than {spool_room.seconds:,.0f} s: send it over a faster "
                "connection"
            ) from None
        await asyncio.to_thread(spool.write, form.take())
        name = form.finish()
        spool.seek(0)
        yield UploadForm(name, _chunks(spool), form.metadata(), form.texts())


async def _chunks(spool: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(spool.read, DISK_CHUNK_BYTES):
        yield chunk


@dataclass(slots=True)
class _Part:
    """The part under way."""

    headers: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    header_name: bytearray = field(default_factory=bytearray)
    header_value: bytearray = field(default_factory=bytearray)
    field_name: str = ""


class _FormReader:
    """Sorts the bytes of a form: those of the file into `pending`, those of metadata aside."""

    def __init__(self, boundary: bytes, limits: FormLimits) -> None:
        self.pending = bytearray()
        self._limits = limits
        self._file_name: str | None = None
        self._file_limit = 0
        self._file_bytes = 0
        self._other_bytes = 0
        self._metadata: bytearray | None = None
        self._texts: dict[str, bytearray] = {}
        self._part = _Part()
        self._ended = False
        self._first = NEW_LINE + b"--" + boundary
        self._preamble: bytearray | None = bytearray(NEW_LINE)  # the body may begin with it
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_header_name,
                "on_header_value": self._add_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._open_part,
                "on_part_data": self._add_data,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        before = self._file_bytes
        self._other_bytes += len(chunk)
        try:
            self._parser.write(self._without_preamble(chunk))
        except FormParserError as error:
            raise InvalidRequest(f"The multipart body is broken: {error}") from None
        self._other_bytes -= self._file_bytes - before
        if self._other_bytes > self._limits.overhead_bytes:
            raise TooLarge(
                f"The form holds more than {self._limits.overhead_bytes} bytes beside the file"
            )

    def _without_preamble(self, chunk: bytes) -> bytes:
        """The bytes from the first boundary on; what stands before it is for people to read."""
        if self._preamble is None:
            return chunk
        begin = max(0, len(self._preamble) - len(self._first))
        self._preamble += chunk
        place = self._preamble.find(self._first, begin)
        if place < 0:
            return b""
        form = bytes(self._preamble[place + len(NEW_LINE) :])
        self._preamble = None
        return form

    def take(self) -> bytes:
        """The file's bytes that came since the last time."""
        taken = bytes(self.pending)
        self.pending.clear()
        return taken

    def finish(self) -> str:
        """The file's name, once the body has ended. Raises InvalidRequest."""
        if not self._ended:
            raise InvalidRequest("The multipart body ends before its closing boundary")
        if self._file_name is None:
            raise InvalidRequest("The form has no part named `file`")
        return self._file_name

    def metadata(self) -> object:
        """The decoded `metadata` part, text or file; None for none, `null` or nothing in it."""
        if self._metadata is None or not self._metadata.strip():
            return None
        try:
            text = self._metadata.decode()
        except UnicodeDecodeError:
            raise InvalidRequest("`metadata` is not UTF-8") from None
        return json_parameter("metadata", text.removeprefix("\ufeff"))

    def texts(self) -> dict[str, str]:
        """The fields that were asked for, as text. Raises InvalidRequest."""
        try:
            return {name: content.decode() for name, content in self._texts.items()}
        except UnicodeDecodeError:
            raise InvalidRequest("A field of the form is not UTF-8") from None

    def _begin_part(self) -> None:
        self._part = _Part()

    def _add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._part.header_name += data[start:end]

    def _add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.header_value += data[start:end]

    def _end_header(self) -> None:
        part = self._part
        part.headers[bytes(part.header_name).lower()] = bytes(part.header_value)
        part.header_name.clear()
        part.header_value.clear()

    def _open_part(self) -> None:
        disposition = self._part.headers.get(b"content-disposition", b"")
        options = parse_options_header(disposition)[1]
        self._part.field_name = _text(options.get(b"name", b""))
        match self._part.field_name:
            case "file":
                if self._file_name is not None:
                    raise InvalidRequest("The form has more than one part named `file`")
                self._file_name = _file_name(disposition, options.get(b"filename"))
                self._file_limit = self._limits.file_bytes(self._file_name)
            case "metadata":
                if self._metadata is not None:
                    raise InvalidRequest("The form has more than one part named `metadata`")
                self._metadata = bytearray()
            case name if name in self._limits.texts:
                self._texts[name] = bytearray()
            case _:
                pass  # what we do not know is ignored, within the limit of the overhead

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._part.field_name == "file":
            self._file_bytes += end - start
            if self._file_bytes > self._file_limit:
                raise TooLarge(
                    f"File {(self._file_name or '')[:200]!r} is larger than the "
                    f"{self._file_limit} bytes allowed for its kind"
                )
            self.pending += memoryview(data)[start:end]
        elif self._part.field_name == "metadata" and self._metadata is not None:
            self._metadata += memoryview(data)[start:end]
        elif self._part.field_name in self._texts:
            self._texts[self._part.field_name] += memoryview(data)[start:end]

    def _end(self) -> None:
        self._ended = True


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("Content-Type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise InvalidRequest("Send the file as multipart/form-data, in a part named `file`")
    return boundary


def _file_name(disposition: bytes, plain: bytes | None) -> str:
    """The last part of the file's name, without any path. Raises InvalidRequest."""
    if len(disposition) > NAME_HEADER_BYTES:
        raise InvalidRequest("The `file` part has a Content-Disposition that is too long")
    extended = _EXTENDED_NAME.search(disposition.decode("latin-1"))
    if _CONTINUED_NAME.search(disposition.decode("latin-1")):
        name = _continued(disposition)
    elif extended is not None:
        charset, encoded = extended.groups()
        try:
            name = unquote_to_bytes(encoded).decode(charset)
        except (LookupError, UnicodeError):
            raise InvalidRequest("The file's name is not in the character set it names") from None
    elif plain:
        name = _text(plain)
        for quoted, character in _QUOTED_IN_NAMES.items():
            name = name.replace(quoted, character)
        name = _encoded_words(name)
    else:
        raise InvalidRequest(
            "The `file` part has no filename: its ending decides how the file is read"
        )
    name = re.split(r"[/\\]", name)[-1].strip()
    if name in ("", ".", ".."):
        raise InvalidRequest("The `file` part has an empty filename")
    return name


def _continued(disposition: bytes) -> str:
    """A name in pieces as RFC 2231 has them: `filename*0*=utf-8''…; filename*1=…`."""
    header = EmailMessage()
    header["Content-Disposition"] = disposition.decode("latin-1")
    return header.get_filename() or ""


def _encoded_words(name: str) -> str:
    """A name of encoded words alone, `=?utf-8?B?…?=`, as text (RFC 2047); any other as it is."""
    if not _ENCODED_WORDS.fullmatch(name):
        return name
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError):
        return name


def _text(raw: bytes) -> str:
    """Names are sent as UTF-8, by old clients as Latin-1."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
