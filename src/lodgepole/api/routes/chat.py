"""Routes that answer: chat, OpenAI-shaped completions, and context."""

from fastapi import APIRouter, Response

from lodgepole.api import answers, render, turns
from lodgepole.api.auth import DataRead
from lodgepole.api.completions import complete
from lodgepole.api.json_response import json_response
from lodgepole.api.requests import read_json
from lodgepole.api.schemas import chat as schemas
from lodgepole.api.schemas import completions as completion_schemas
from lodgepole.api.schemas import context as context_schemas
from lodgepole.chat.requests import ChatRequest, ContextRequest
from lodgepole.errors import InvalidRequest

router = APIRouter(tags=["Chat"])


@router.post("/chat/{assistant_name}", operation_id="chat_assistant")
async def chat(call: DataRead, assistant_name: str) -> Response:
    """An answer from the assistant's files, with citations."""
    body = await read_json(call.request, schemas.ChatRequest, call.services.limits)
    if body.stream and body.json_response:
        raise InvalidRequest("json_response cannot be used together with stream")
    assistant = await turns.ready(call, assistant_name)
    options = body.context_options or context_schemas.ContextOptions()
    asked = ChatRequest(
        messages=turns.messages_of(body.messages or ()),
        model=body.model,
        temperature=body.temperature,
        filter=turns.filter_of(call, body.filter),
        json_response=bool(body.json_response),
        include_highlights=bool(body.include_highlights),
        top_k=options.top_k,
        snippet_tokens=options.snippet_size,
        multimodal=options.multimodal,
        include_binary_content=options.include_binary_content,
        deep=body.deep,
        # A client that gives up waiting posts again; one that streams has its answer already.
        client=None if body.stream else call.key.id,
    )
    events = turns.counted(call, assistant, call.services.chat.answer(assistant, asked))
    link = turns.link_of(call)
    if body.stream:
        idle = answers.IdleFrame()
        frames = answers.chat_frames(events, link, call.version, idle)
        return await turns.streamed(call, events, frames, idle)
    answer = await turns.whole(call, events)
    return json_response(answers.chat(answer, link, call.version))


@router.post("/chat/{assistant_name}/chat/completions", operation_id="chat_completion_assistant")
async def completions(call: DataRead, assistant_name: str) -> Response:
    """The same in the shape of the OpenAI API, with citations in the text."""
    body = await read_json(
        call.request, completion_schemas.CompletionsRequest, call.services.limits
    )
    assistant = await turns.ready(call, assistant_name)
    return await complete(call, assistant, body, model=body.model)


@router.post("/chat/{assistant_name}/context", operation_id="context_assistant")
async def context(call: DataRead, assistant_name: str) -> Response:
    """What an answer would be made from: the best snippets of the assistant's files."""
    body = await read_json(call.request, context_schemas.ContextRequest, call.services.limits)
    assistant = await turns.ready(call, assistant_name)
    asked = ContextRequest(
        query=body.query,
        messages=None if body.messages is None else turns.messages_of(body.messages),
        filter=turns.filter_of(call, body.filter),
        top_k=body.top_k,
        snippet_tokens=body.snippet_size,
        multimodal=turns.figures_wanted(call, body),
        include_binary_content=body.include_binary_content,
    )
    found = await call.services.chat.context(assistant, asked)
    call.services.usage_meter.count_tokens(call.key, found.usage, assistant)
    return json_response(render.context(found, turns.link_of(call)))
