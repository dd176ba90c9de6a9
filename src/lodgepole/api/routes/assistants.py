"""Assistants with what the published API does not know of them; below `/lodgepole`."""

from fastapi import APIRouter, Response

from lodgepole.api import render
from lodgepole.api.auth import AnyKey, Call, ControlWrite
from lodgepole.api.json_response import json_response
from lodgepole.api.requests import read_json
from lodgepole.api.schemas.assistants import (
    CreateWholeAssistantRequest,
    UpdateWholeAssistantRequest,
)

router = APIRouter(tags=["Assistants"])
DEFAULT_REGION = "us"


@router.post("/assistants", operation_id="create_whole_assistant")
async def create_assistant(call: ControlWrite) -> Response:
    """A new assistant, usable by the next request."""
    body = await read_json(call.request, CreateWholeAssistantRequest, call.services.limits)
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
