"""Responses of the OpenAI API: answers from a vector store, kept so that they can be continued."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Response

from lodgepole.api import turns
from lodgepole.api import vector_stores as family
from lodgepole.api.answers import IdleFrame
from lodgepole.api.auth import Call, DataRead
from lodgepole.api.completions import json_rule
from lodgepole.api.cursors import CursorRequest, cursor_request, window
from lodgepole.api.json_response import json_bytes, json_response
from lodgepole.api.requests import read_json
from lodgepole.api.response_input import asked_items, check, read_input, read_tool
from lodgepole.api.responses import Asked, response, response_frames
from lodgepole.api.routes.openai import SEPARATOR
from lodgepole.api.routes.vector_stores import LISTED, MOST_LISTED, found_store
from lodgepole.api.schemas.responses import (
    CreateResponseRequest,
    InputItemModel,
    ListInputItemsResponse,
    ResponseModel,
)
from lodgepole.api.schemas.vector_stores import DeletedModel
from lodgepole.chat.requests import ChatRequest
from lodgepole.errors import InvalidRequest
from lodgepole.library.responses import StoredResponse
from lodgepole.metadata_filter import MetadataFilter
from lodgepole.model import Assistant, Message, Sampling

router = APIRouter(tags=["Responses"])


@router.post("/responses", operation_id="create_response")
async def create_response(call: DataRead) -> Response:
    """An answer from the files of a vector store, with citations as annotations."""
    body = await read_json(call.request, CreateResponseRequest, call.services.limits)
    check(body)
    said = read_input(body.input)
    assistant, model, wanted, most = await _meant(call, body)
    before = await _before(call, body.previous_response_id)
    as_json, rule, schema = json_rule((body.text or {}).get("format"))
    instructions = (Message("system", body.instructions),) if body.instructions else ()
    asked = ChatRequest(
        messages=(*instructions, *rule, *before, *said),
        model=model,
        temperature=body.temperature,
        filter=wanted,
        json_response=as_json,
        json_schema=schema,
        include_highlights=True,
        top_k=most,
        max_output_tokens=body.max_output_tokens,
        sampling=Sampling(top_p=body.top_p),
    )
    events = turns.counted(call, assistant, call.services.chat.answer(assistant, asked))
    told = Asked(
        body=body,
        created=int(call.services.clock.now().timestamp()),
        model=body.model or assistant.name,
    )

    async def keep(whole: ResponseModel) -> None:
        if whole.store:
            await _keep(call, whole, (*before, *said), said)

    if body.stream:
        frames = response_frames(events, told, keep)
        return await turns.streamed(call, events, frames, IdleFrame())
    whole = response(await turns.whole(call, events), told)
    await keep(whole)
    return json_response(whole)


@router.get("/responses/{response_id}", operation_id="retrieve_response")
async def retrieve_response(call: DataRead, response_id: str) -> Response:
    """A response as it was answered."""
    stored = await call.services.responses.get(call.project_id, response_id)
    return json_response(dict(stored.shown))


@router.delete("/responses/{response_id}", operation_id="delete_response")
async def delete_response(call: DataRead, response_id: str) -> Response:
    """Forget a response; what went on from it goes on."""
    await call.services.responses.delete(call.project_id, response_id)
    return json_response(DeletedModel(id=response_id, object="response", deleted=True))


@router.get("/responses/{response_id}/input_items", operation_id="list_input_items")
async def list_input_items(
    call: DataRead,
    response_id: str,
    asked: Annotated[CursorRequest, Depends(cursor_request)],
) -> Response:
    """What the request of a response said, the last item first."""
    stored = await call.services.responses.get(call.project_id, response_id)
    items = [InputItemModel.model_validate(dict(item)) for item in stored.asked]
    if asked.newest_first:
        items.reverse()
    most = asked.most(default=LISTED, maximum=MOST_LISTED)
    part = window(items, asked, lambda item: item.id, most=most)
    return json_response(
        ListInputItemsResponse(
            object="list",
            data=list(part.items),
            first_id=part.items[0].id if part.items else None,
            last_id=part.items[-1].id if part.items else None,
            has_more=part.has_more,
        )
    )


async def _meant(
    call: Call, body: CreateResponseRequest
) -> tuple[Assistant, str | None, MetadataFilter | None, int | None]:
    """Whose files are searched, which model answers, and what of the files is wanted."""
    tool = read_tool(body)
    if tool is not None:
        assistant = await found_store(call, tool.vector_store_id)
        wanted = family.read_filter(tool.filters, call.services.limits)
        return assistant, body.model, wanted, tool.most
    if not body.model:
        raise InvalidRequest("Name an assistant as `model`, or give the tool file_search")
    name, _, model = body.model.partition(SEPARATOR)
    return await turns.ready(call, name), model or None, None, None


async def _before(call: Call, response_id: str | None) -> tuple[Message, ...]:
    if response_id is None:
        return ()
    return (await call.services.responses.get(call.project_id, response_id)).messages


async def _keep(
    call: Call, whole: ResponseModel, messages: tuple[Message, ...], said: tuple[Message, ...]
) -> None:
    text = "".join(
        part.text for item in whole.output if item.type == "message" for part in item.content
    )
    answered = (Message("assistant", text),) if text.strip() else ()
    await call.services.responses.keep(
        call.project_id,
        whole.id,
        StoredResponse(
            shown=orjson.loads(json_bytes(whole)),
            asked=asked_items(whole.id, said),
            messages=(*messages, *answered),
        ),
    )
