"""Routes of the control plane: assistants."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from lodgepole.api import render
from lodgepole.api.auth import AnyKey, Call, ControlRead, ControlWrite
from lodgepole.api.json_response import json_response
from lodgepole.api.pagination import PageRequest, page_request, pagination, read_page
from lodgepole.api.requests import read_json
from lodgepole.api.schemas.assistants import (
    CreateAssistantRequest,
    ListAssistantsResponse,
    UpdateAssistantRequest,
)
from lodgepole.errors import InvalidRequest
from lodgepole.model import Assistant, AssistantStatus

router = APIRouter(tags=["Assistants"])
DEFAULT_REGION = "us"
SETTLING_SECONDS = 2.0
"""How long a look at a dying assistant may wait for its end. Clients that deleted it look at
once and then every five seconds; the oldest ones must see it once before it is gone."""
LOOK_AGAIN = timedelta(milliseconds=250)


@router.get("/assistants", operation_id="list_assistants")
async def list_assistants(
    call: ControlRead, asked: Annotated[PageRequest, Depends(page_request)]
) -> Response:
    """The project's assistants, oldest first."""
    page = await read_page(
        lambda limit, after: call.services.assistants.list(
            call.project_id, limit=limit, after=after
        ),
        kind="assistants",
        asked=asked,
        version=call.version,
        limits=call.services.limits,
    )
    items = [render.assistant(item, host=call.base_url) for item in page.items]
    return json_response(ListAssistantsResponse(assistants=items, pagination=pagination(page)))


@router.post("/assistants", operation_id="create_assistant")
async def create_assistant(call: ControlWrite) -> Response:
    """A new assistant, usable by the next request."""
    body = await read_json(call.request, CreateAssistantRequest, call.services.limits)
    if body.environment is not None:
        raise InvalidRequest("`environment` is not supported: leave it out, or choose a region")
    created = await call.services.assistants.create(
        call.project_id,
        name=body.name,
        instructions=body.instructions,
        metadata=body.metadata,
        region=DEFAULT_REGION if body.region is None else body.region,
    )
    # Clients that do not wait expect to be told that it is being made.
    status = AssistantStatus.INITIALIZING
    return json_response(render.assistant(created, host=call.base_url, status=status))


@router.get("/assistants/{assistant_name}", operation_id="get_assistant")
async def get_assistant(call: AnyKey, assistant_name: str) -> Response:
    """One assistant, while it is being deleted too."""
    found = await call.services.assistants.get(call.project_id, assistant_name)
    if call.version.takes_early_404:
        found = await _unless_gone(call, found)
    return json_response(render.assistant(found, host=call.base_url))


@router.patch("/assistants/{assistant_name}", operation_id="update_assistant")
async def update_assistant(call: ControlWrite, assistant_name: str) -> Response:
    """Change instructions or metadata; the whole assistant is answered."""
    body = await read_json(call.request, UpdateAssistantRequest, call.services.limits)
    updated = await call.services.assistants.update(
        call.project_id,
        assistant_name,
        instructions=body.instructions,
        metadata=body.metadata,
    )
    return json_response(render.updated_assistant(updated, host=call.base_url))


@router.delete("/assistants/{assistant_name}", operation_id="delete_assistant")
async def delete_assistant(call: ControlWrite, assistant_name: str) -> Response:
    """Delete it with its files; from now on nothing of it is found."""
    await call.services.assistants.delete(call.project_id, assistant_name)
    return Response(status_code=200)


async def _unless_gone(call: Call, assistant: Assistant) -> Assistant:
    """The assistant if it is still there after a moment. Raises NotFound when it is gone."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SETTLING_SECONDS
    while assistant.status is AssistantStatus.TERMINATING and loop.time() < deadline:
        await call.services.signals.wait_finished(LOOK_AGAIN)
        assistant = await call.services.assistants.get(call.project_id, assistant.name)
    return assistant
