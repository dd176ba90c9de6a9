"""Links that download one file without a key, for a while."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response, StreamingResponse

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
    file, content = await state_of(request).services.files.open_content(token)
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
        return StreamingResponse(content, 200, headers, content_type)
    if wanted.start >= wanted.end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Length"] = str(wanted.end - wanted.start)
    headers["Content-Range"] = f"bytes {wanted.start}-{wanted.end - 1}/{size}"
    return StreamingResponse(_slice(content, wanted), 206, headers, content_type)


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


async def _slice(content: AsyncIterator[bytes], wanted: _Wanted) -> AsyncIterator[bytes]:
    position = 0
    async for chunk in content:
        part = chunk[max(0, wanted.start - position) : max(0, wanted.end - position)]
        position += len(chunk)
        if part:
            yield part
        if position >= wanted.end:
            return
