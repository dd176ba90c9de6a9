"""The console: static files of the committed bundle. No key needed; they hold no one's data."""

import asyncio
import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

import lodgepole
from lodgepole.errors import NotFound

router = APIRouter(include_in_schema=False)

BUNDLE = Path(lodgepole.__file__).parent / "console"
SECURITY = {
    # The PDF viewer draws fonts of the document from memory and images from its worker.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' blob:; font-src 'self' data:; worker-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".pfb": "application/octet-stream",
}
FOR_GOOD = "public, max-age=31536000, immutable"
"""An asset's name changes with its content."""
A_DAY = "public, max-age=86400"


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    zipped: bytes
    media_type: str
    tag: str


@router.get("/")
async def front_door() -> Response:
    """What people type: the address that the server says it serves at."""
    return RedirectResponse("/console")


@router.get("/console")
@router.get("/console/")
async def page(request: Request) -> Response:
    return await _file(request, "index.html", "no-cache")


@router.get("/console/assets/{name}")
async def asset(request: Request, name: str) -> Response:
    return await _file(request, f"assets/{name}", FOR_GOOD)


@router.get("/console/fonts/{name}")
async def font(request: Request, name: str) -> Response:
    return await _file(request, f"fonts/{name}", A_DAY)


async def _file(request: Request, path: str, caching: str) -> Response:
    if path not in _paths():
        raise NotFound(f"The console has no file {path[:80]!r}: load the page again.")
    found = await asyncio.to_thread(_read, path)
    headers = {**SECURITY, "Cache-Control": caching, "ETag": found.tag, "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == found.tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.zipped, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)


@cache
def _paths() -> frozenset[str]:
    """What may be asked for: the bundle as it was when the first page was asked for."""
    files = (path for path in BUNDLE.rglob("*") if path.suffix in MEDIA_TYPES)
    return frozenset(path.relative_to(BUNDLE).as_posix() for path in files)


@cache
def _read(path: str) -> _Asset:
    content = (BUNDLE / path).read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    zipped = gzip.compress(content, 6, mtime=0)
    return _Asset(content, zipped, MEDIA_TYPES[Path(path).suffix], tag)
