"""Our OpenAPI documents and the page that shows them; no key needed, nothing from elsewhere."""

import asyncio
from pathlib import Path

import orjson
from fastapi import APIRouter, Request, Response

from lodgepole.api.openapi.document import DATES, UNCHANGED_SINCE, document
from lodgepole.api.openapi.markers import Source
from lodgepole.api.openapi.surfaces import OF_OUR_OWN, PUBLISHED
from lodgepole.api.state import state_of
from lodgepole.errors import NotFound

router = APIRouter(include_in_schema=False)

PAGE = Path(__file__).parent / "docs_page"
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@router.get("/openapi.json")
async def newest(request: Request) -> Response:
    return await _document(request, DATES[-1])


@router.get("/openapi/{date}.json")
async def dated(request: Request, date: str) -> Response:
    """The document of one API version, or of what is our own."""
    known = (*DATES, *UNCHANGED_SINCE, *OF_OUR_OWN)
    if date not in known:
        raise NotFound(f"There is no document of {date[:20]!r}, only of {', '.join(known)}.")
    return await _document(request, date)


@router.get("/docs")
async def page() -> Response:
    return await _file("index.html", "text/html; charset=utf-8")


@router.get("/docs/viewer.js")
async def script() -> Response:
    return await _file("viewer.js", "text/javascript; charset=utf-8")


@router.get("/docs/viewer.css")
async def style() -> Response:
    return await _file("viewer.css", "text/css; charset=utf-8")


async def _document(request: Request, date: str) -> Response:
    """Made when it is first asked for, and kept as bytes."""
    state = state_of(request)
    made, services = state.openapi_documents, state.services
    if date not in made:
        surface = OF_OUR_OWN.get(date, PUBLISHED)
        own = date in OF_OUR_OWN
        source = Source(
            date=DATES[-1] if own else date, limits=services.limits, models=services.models.names
        )
        made[date] = orjson.dumps(await asyncio.to_thread(document, source, surface))
    return Response(made[date], media_type="application/json")


async def _file(name: str, media_type: str) -> Response:
    content = await asyncio.to_thread((PAGE / name).read_bytes)
    return Response(content, media_type=media_type, headers=SECURITY)
