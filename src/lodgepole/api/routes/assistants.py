"""Assistants with what the published API does not know of them; below `/lodgepole`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from lodgepole.api import render
from lodgepole.api.auth import AnyKey, Call, ControlRead, ControlWrite
from lodgepole.api.json_response import json_response
from lodgepole.api.pagination import PageRequest, page_request, pagination, read_page
from lodgepole.api.requests import read_json
from lodgepole.api.schemas.assistants import (
    CreateWholeAssistantRequest,
    ListCountedAssistantsResponse,
    UpdateWholeAssistantRequest,
)
from lodgepole.api.versions import NEWEST, wire_version
from lodgepole.errors import InvalidRequest

router = APIRouter(tags=["Assistants"])
DEFAULT_REGION = "us"
PAGED = wire_version(NEWEST)


@router.get("/assistants", operation_id="list_counted_assistants")
async def list_counted_assistants(
    call: ControlRead, asked: Annotated[PageRequest, Depends(page_request)]
) -> Response:
    """The project's assistants, oldest first, with how many files each has and their size."""
    page = await read_page(
        lambda limit, after: call.services.assistants.list(
            call.project_id, limit=limit, after=after
        ),
        kind="counted assistants",
        asked=asked,
        version=PAGED,
        limits=call.services.limits,
    )
    items = [
        render.counted_assistant(
            item, await call.services.catalog.files_by_status(item.id), host=call.base_url
        )
        for item in page.items
    ]
    return json_response(
        ListCountedAssistantsResponse(assistants=items, pagination=pagination(page))
    )


@router.post("/assistants", operation_id="create_whole_assistant")
async def create_assistant(call: ControlWrite) -> Response:
    """A new assistant, usable by the next request."""
    body = await read_json(call.request, CreateWholeAssistantRequest, call.services.limits)
    if body.environment is not None:
        raise InvalidRequest("`environment` is not supported: leave it out, or choose a region")
    _check_model(call, body.default_model)
    created = await call.services.assistants.create(
        call.project_id,
        name=body.name,
        instructions=body.instructions,
        metadata=body.metadata,
        region=DEFAULT_REGION if body.region is None else body.region,
        default_model=body.default_model,
    )
    return json_response(render.whole_assistant(created, host=call.base_url))


@router.get("/assistants/{assistant_name}", operation_id="get_whole_assistant")
async def get_assistant(call: AnyKey, assistant_name: str) -> Response:
    """One assistant, with the model that answers where a request names none."""
    found = await call.services.assistants.get(call.project_id, assistant_name)
    return json_response(render.whole_assistant(found, host=call.base_url))


@router.patch("/assistants/{assistant_name}", operation_id="update_whole_assistant")
async def update_assistant(call: ControlWrite, assistant_name: str) -> Response:
    """Change instructions, metadata or the default model; the whole assistant is answered."""
    body = await read_json(call.request, UpdateWholeAssistantRequest, call.services.limits)
    await call.services.assistants.get_ready(call.project_id, assistant_name)
    _check_model(call, body.default_model)
    updated = await call.services.assistants.update(
        call.project_id,
        assistant_name,
        instructions=body.instructions,
        metadata=body.metadata,
        default_model=body.default_model,
    )
    return json_response(render.whole_assistant(updated, host=call.base_url))


def _check_model(call: Call, name: str | None) -> None:
    """Raises InvalidRequest for a name that no model answers to; none and `""` name none."""
    if name:
        call.services.models.resolve(name)
