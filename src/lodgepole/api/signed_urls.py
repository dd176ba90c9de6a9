"""Links that download one file without a key, for a while."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from lodgepole.api.downloads import DownloadSlots
from lodgepole.api.errors import HEAD_ALONE
from lodgepole.api.state import state_of
from lodgepole.library.files import Files
from lodgepole.model import File, FileKind

router = APIRouter(include_in_schema=False)

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_TEXT = "text/plain; charset=utf-8"
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
CONTENT_TYPES: Mapping[FileKind, str] = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: f"{_OPEN_XML}.wordprocessingml.document",
    FileKind.PPTX: f"{_OPEN_XML}.presentationml.presentation",
    FileKind.XLSX: f"{_OPEN_XML}.spreadsheetml.sheet",
    FileKind.JSON: "application/json",
    FileKind.EPUB: "application/epub+zip",
}
"""Everything else is shown as plain text: HTML of unknown origin must not run on our address."""
SHOWN_INLINE = frozenset({"application/pdf", "application/json", _TEXT})


def signed_url(files: Files, file: File, base_url: str) -> str:
    """An absolute URL; whoever has it can read the file until it expires."""
    return f"{base_url}/signed/{files.content_token(file)}/{quote(file.upload.name, safe='')}"


@router.get("/signed/{token}/{name:path}")
async def download(
    request: Request,
    token: str,
    name: str,
    range: Annotated[str | None, Header()] = None,
) -> Response:
    """The file's bytes, or the part of them that was asked for."""
    del name  # for people and browsers; the token says which file
    state = state_of(request)
    file, content = await state.services.files.open_content(token)
    content_type = CONTENT_TYPES.get(file.upload.kind, _TEXT)
    how = "inline" if content_type in SHOWN_INLINE else "attachment"
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.upload.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
    }
    size = file.upload.size
    wanted = _wanted(range, size)
    if wanted is None:
        headers["Content-Length"] = str(size)
        if request.scope[HEAD_ALONE]:
            return Response(None, 200, headers, content_type)
        return await begun(
            state.downloads, file, content, status=200, headers=headers, type_=content_type
        )
    if wanted.start >= wanted.end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Length"] = str(wanted.end - wanted.start)
    headers["Content-Range"] = f"bytes {wanted.start}-{wanted.end - 1}/{size}"
    part = _slice(content, wanted)
    return await begun(state.downloads, file, part, status=206, headers=headers, type_=content_type)


async def begun(
    slots: DownloadSlots,
    file: File,
    chunks: AsyncGenerator[bytes],
    *,
    status: int,
    headers: Mapping[str, str],
    type_: str,
) -> Response:
    """The answer, once its first bytes are there: what is known to be damaged gets an error."""
    with ExitStack() as stack:
        stack.enter_context(slots.taken(f"{file.assistant_id}/{file.id}"))
        first = await anext(chunks, b"")
        return _Download(
            first, chunks, stack.pop_all(), status=status, headers=headers, type_=type_
        )


class _Download(StreamingResponse):
    """Gives its place back when it ends, however it does."""

    def __init__(
        self,
        first: bytes,
        chunks: AsyncGenerator[bytes],
        held: ExitStack,
        *,
        status: int,
        headers: Mapping[str, str],
        type_: str,
    ) -> None:
        super().__init__(_resumed(first, chunks), status, headers, type_)
        self._chunks = chunks
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            async with aclosing(self._chunks):
                await super().__call__(scope, receive, send)


async def _resumed(first: bytes, chunks: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    yield first
    async for chunk in chunks:
        yield chunk


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Bytes `[start, end)`."""

    start: int
    end: int


def _wanted(header: str | None, size: int) -> _Wanted | None:
    """The one range that was asked for; None for none, several or one we cannot read."""
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return _Wanted(max(0, size - int(last)), size)
    end = min(int(last) + 1, size) if last else size
    return _Wanted(int(first), end)


async def _slice(content: AsyncGenerator[bytes], wanted: _Wanted) -> AsyncGenerator[bytes]:
    position = 0
    async for chunk in content:
        part = chunk[max(0, wanted.start - position) : max(0, wanted.end - position)]
        position += len(chunk)
        if part:
            yield part
        if position >= wanted.end:
            return
