"""Sources: documents that follow their origin. Below `/lodgepole`, no part of the published API."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from lodgepole.api import render_sources as render
from lodgepole.api.auth import Call, DataRead, DataWrite
from lodgepole.api.json_response import json_response
from lodgepole.api.pagination import PageRequest, page_request, pagination, read_page
from lodgepole.api.requests import flag, read_json
from lodgepole.api.schemas.sources import (
    CrawlRulesRequest,
    CreateSourceRequest,
    ListSourceRunsResponse,
    ListSourcesResponse,
    SourceModel,
)
from lodgepole.api.versions import NEWEST, wire_version
from lodgepole.errors import InvalidRequest
from lodgepole.model import ListPage
from lodgepole.ports.source_store import CrawlRules, Source, SourceRun

router = APIRouter(tags=["Sources"])
PAGED = wire_version(NEWEST)


@router.get("/sources", operation_id="list_sources")
async def list_sources(
    call: DataRead,
    asked: Annotated[PageRequest, Depends(page_request)],
    assistant: Annotated[str | None, Query(description="Of this assistant alone.")] = None,
) -> Response:
    """The project's sources, newest first."""
    services = call.services
    of = await services.assistants.get_ready(call.project_id, assistant) if assistant else None

    async def fetch(limit: int, after: str | None) -> ListPage[tuple[Source, str]]:
        return await services.sources.list(call.project_id, assistant=of, limit=limit, after=after)

    page = await read_page(
        fetch, kind="sources", asked=asked, version=PAGED, limits=services.limits
    )
    return json_response(
        ListSourcesResponse(
            sources=[render.source(*found) for found in page.items], pagination=pagination(page)
        )
    )


@router.post("/sources", operation_id="create_source")
async def create_source(call: DataWrite) -> Response:
    """Add a source; its first run begins at once, unless it is paused."""
    body = await read_json(call.request, CreateSourceRequest, call.services.limits)
    assistant = await call.services.assistants.get_ready(call.project_id, body.assistant)
    every = None if body.every_seconds is None else _seconds(body.every_seconds)
    source = await call.services.sources.add(
        assistant,
        url=body.url,
        every=every,
        include=body.include or (),
        exclude=body.exclude or (),
        metadata=body.metadata,
        rules=_rules(body.rules),
        credential=body.credential or None,
        paused=bool(body.paused),
        source_id=body.id or None,
    )
    return json_response(render.source(source, assistant.name))


@router.get("/sources/{source_id}", operation_id="describe_source")
async def describe_source(call: DataRead, source_id: str) -> Response:
    """One source."""
    return _answer(await call.services.sources.get(call.project_id, source_id))


@router.post("/sources/{source_id}/run", operation_id="run_source")
async def run_source(call: DataWrite, source_id: str) -> Response:
    """Run it now; where it runs already, once more after that."""
    return _answer(await call.services.sources.run(call.project_id, source_id))


@router.post("/sources/{source_id}/pause", operation_id="pause_source")
async def pause_source(call: DataWrite, source_id: str) -> Response:
    """Run it no more until it is resumed; a run under way ends. Its files stay."""
    return _answer(await call.services.sources.pause(call.project_id, source_id))


@router.post("/sources/{source_id}/resume", operation_id="resume_source")
async def resume_source(call: DataWrite, source_id: str) -> Response:
    """Run it now, and as it was scheduled."""
    return _answer(await call.services.sources.resume(call.project_id, source_id))


@router.delete("/sources/{source_id}", operation_id="delete_source")
async def delete_source(
    call: DataWrite,
    source_id: str,
    files: Annotated[
        str | None, Query(description="`true` deletes its files too; else they stay.")
    ] = None,
) -> Response:
    """Remove a source."""
    with_files = flag("files", files)
    await call.services.sources.remove(call.project_id, source_id, with_files=with_files)
    return Response(status_code=200)


@router.get("/sources/{source_id}/runs", operation_id="list_source_runs")
async def list_source_runs(
    call: DataRead,
    source_id: str,
    asked: Annotated[PageRequest, Depends(page_request)],
) -> Response:
    """What its runs did, newest first."""
    page = await _runs(call, source_id, asked)
    return json_response(
        ListSourceRunsResponse(
            runs=[render.run(run) for run in page.items], pagination=pagination(page)
        )
    )


async def _runs(call: Call, source_id: str, asked: PageRequest) -> ListPage[SourceRun]:
    async def fetch(limit: int, after: str | None) -> ListPage[SourceRun]:
        return await call.services.sources.runs(
            call.project_id, source_id, limit=limit, after=after
        )

    return await read_page(
        fetch, kind="source_runs", asked=asked, version=PAGED, limits=call.services.limits
    )


def _answer(found: tuple[Source, str]) -> Response:
    answer: SourceModel = render.source(*found)
    return json_response(answer)


def _seconds(count: int) -> timedelta:
    try:
        return timedelta(seconds=count)
    except OverflowError:
        raise InvalidRequest(f"Invalid every_seconds {count}: it is too long") from None


def _rules(given: CrawlRulesRequest | None) -> CrawlRules:
    values: dict[str, Any] = {} if given is None else given.model_dump(exclude_none=True)
    return replace(CrawlRules(), **values)
