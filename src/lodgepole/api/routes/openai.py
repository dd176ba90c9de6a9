"""Base URL for clients of the OpenAI API; each assistant is a model.

`/v1` is for all assistants of the project; below an assistant's own address its models are listed
for clients that ask before they chat.
"""

from dataclasses import replace

from fastapi import APIRouter, Response

from lodgepole.api import turns
from lodgepole.api.auth import Call, DataRead
from lodgepole.api.completions import complete
from lodgepole.api.json_response import json_response
from lodgepole.api.requests import read_json
from lodgepole.api.schemas.completions import AssistantCompletionsRequest
from lodgepole.api.schemas.openai import ListModelsResponse, ModelModel
from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.model import Assistant

router = APIRouter(tags=["Models"])
below_assistants = APIRouter(include_in_schema=False)
OWNER = "lodgepole"
SEPARATOR = "/"
"""Between an assistant and the model that answers, `handbook/gpt-4o`; no name has one in it."""


@router.get("/models", operation_id="list_models")
async def list_models(call: DataRead) -> Response:
    """The project's assistants, as models that can be chatted with."""
    models: list[ModelModel] = []
    after: str | None = None
    while True:
        page = await call.services.assistants.list(
            call.project_id, limit=call.services.limits.list_items, after=after
        )
        models += [_as_model(assistant) for assistant in page.items]
        after = page.next
        if after is None:
            return json_response(ListModelsResponse(object="list", data=models))


@router.get("/models/{model}", operation_id="retrieve_model")
async def retrieve_model(call: DataRead, model: str) -> Response:
    """One assistant, as a model."""
    found = await call.services.assistants.get(call.project_id, model)
    return json_response(_as_model(found))


@router.post("/chat/completions", operation_id="create_chat_completion")
async def create_chat_completion(call: DataRead) -> Response:
    """An answer of the assistant that `model` names, with citations in the text and as data.

    `assistant/model` also says which model answers; else it is the default one.
    """
    body = await read_json(call.request, AssistantCompletionsRequest, call.services.limits)
    if not body.model:
        raise InvalidRequest("`model` is missing: name one of your assistants")
    name, _, model = body.model.partition(SEPARATOR)
    assistant = await turns.ready(call, name)
    return await complete(call, assistant, body, model=model or None)


@below_assistants.get("/chat/{assistant_name}/models")
async def list_assistant_models(call: DataRead, assistant_name: str) -> Response:
    assistant = await turns.ready(call, assistant_name)
    models = [_named(call, assistant, name) for name in call.services.models.names]
    return json_response(ListModelsResponse(object="list", data=models))


@below_assistants.get("/chat/{assistant_name}/models/{model}")
async def retrieve_assistant_model(call: DataRead, assistant_name: str, model: str) -> Response:
    assistant = await turns.ready(call, assistant_name)
    return json_response(_named(call, assistant, model))


def _named(call: Call, assistant: Assistant, name: str) -> ModelModel:
    if name not in call.services.models.names:
        raise NotFound(f'Model "{name[:80]}" not found.')
    return _as_model(replace(assistant, name=name, default_model=None))


def _as_model(assistant: Assistant) -> ModelModel:
    created = int(assistant.created_at.timestamp())
    return ModelModel(
        id=assistant.name,
        object="model",
        created=created,
        owned_by=OWNER,
        default_model=assistant.default_model,
    )
