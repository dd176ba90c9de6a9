"""Routes that answer: chat, OpenAI-shaped completions, and context."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

from fastapi import APIRouter, Response

from lodgepole.api import answers, render
from lodgepole.api.auth import Call, DataRead
from lodgepole.api.json_response import json_response
from lodgepole.api.requests import read_json
from lodgepole.api.schemas import chat as schemas
from lodgepole.api.signed_urls import signed_url
from lodgepole.api.sse import (
    HEARTBEAT_SECONDS,
    EventStream,
    started,
    unless_gone,
)
from lodgepole.chat.answer import ChatRequest, ContextRequest
from lodgepole.errors import InvalidRequest
from lodgepole.metadata_filter import MetadataFilter, parse_filter
from lodgepole.model import AnswerEnded, AnswerEvent, Assistant, File, Message, MessageRole

router = APIRouter(tags=["Chat"])
ROLES_OF_OTHER_NAMES = {"developer": "system"}
"""What OpenAI's clients call the system's role when they speak to its newer models."""


@router.post("/chat/{assistant_name}", operation_id="chat_assistant")
async def chat(call: DataRead, assistant_name: str) -> Response:
    """An answer from the assistant's files, with citations."""
    body = await read_json(call.request, schemas.ChatRequest, call.services.limits)
    if body.stream and body.json_response:
        raise InvalidRequest("json_response cannot be used together with stream")
    assistant = await _ready(call, assistant_name)
    options = body.context_options or schemas.ContextOptions()
    asked = ChatRequest(
        messages=_messages(body.messages or ()),
        model=body.model,
        temperature=body.temperature,
        filter=_filter(call, body.filter),
        json_response=bool(body.json_response),
        include_highlights=bool(body.include_highlights),
        top_k=options.top_k,
        snippet_tokens=options.snippet_size,
        multimodal=options.multimodal,
        include_binary_content=options.include_binary_content,
        # A client that gives up waiting posts again; one that streams has its answer already.
        client=None if body.stream else call.key.id,
    )
    events = _counted(call, call.services.chat.answer(assistant, asked))
    if body.stream:
        return await _stream(call, events, answers.chat_frames(events, _link(call), call.version))
    answer = await _whole(call, events)
    return json_response(answers.chat(answer, _link(call), call.version))


@router.post("/chat/{assistant_name}/chat/completions", operation_id="chat_completion_assistant")
async def completions(call: DataRead, assistant_name: str) -> Response:
    """The same in the shape of the OpenAI API, with citations in the text."""
    body = await read_json(call.request, schemas.CompletionsRequest, call.services.limits)
    assistant = await _ready(call, assistant_name)
    asked = ChatRequest(
        messages=_messages(body.messages or ()),
        model=body.model,
        temperature=body.temperature,
        filter=_filter(call, body.filter),
        client=None if body.stream else call.key.id,
    )
    created = int(call.services.clock.now().timestamp())
    events = _counted(call, call.services.chat.answer(assistant, asked))
    if body.stream:
        include_usage = body.stream_options is not None and bool(body.stream_options.include_usage)
        frames = answers.completion_frames(events, created=created, include_usage=include_usage)
        return await _stream(call, events, frames)
    answer = await _whole(call, events)
    return json_response(answers.completion(answer, created=created))


@router.post("/chat/{assistant_name}/context", operation_id="context_assistant")
async def context(call: DataRead, assistant_name: str) -> Response:
    """What an answer would be made from: the best snippets of the assistant's files."""
    body = await read_json(call.request, schemas.ContextRequest, call.services.limits)
    assistant = await _ready(call, assistant_name)
    asked = ContextRequest(
        query=body.query,
        messages=None if body.messages is None else _messages(body.messages),
        filter=_filter(call, body.filter),
        top_k=body.top_k,
        snippet_tokens=body.snippet_size,
        multimodal=_figures_wanted(call, body),
        include_binary_content=body.include_binary_content,
    )
    found = await call.services.chat.context(assistant, asked)
    call.services.usage_meter.count_tokens(call.key, found.usage)
    return json_response(render.context(found, _link(call)))


# --- what several routes need -----------------------------------------------------------------


async def _ready(call: Call, assistant_name: str) -> Assistant:
    return await call.services.assistants.get_ready(call.project_id, assistant_name)


def _figures_wanted(call: Call, body: schemas.ContextRequest) -> bool | None:
    """Clients that know no figures get text, unless they ask for more than they know of."""
    asked = body.multimodal is not None or body.include_binary_content is not None
    return body.multimodal if asked or call.version.takes_figures_unasked else False


def _link(call: Call) -> render.Link:
    def link(file: File) -> str:
        return signed_url(call.services.files, file, call.base_url)

    return link


def _filter(call: Call, raw: dict[str, Any] | None) -> MetadataFilter | None:
    return parse_filter(raw, call.services.limits) if raw else None


def _messages(bodies: Sequence[schemas.MessageRequest]) -> tuple[Message, ...]:
    """The conversation; roles and emptiness are checked by the chat itself.

    Raises:
        InvalidRequest: Content that is neither text nor a list of text parts.
    """
    return tuple(Message(_role(body.role), _text(body.content)) for body in bodies)


def _role(raw: object) -> MessageRole:
    # Any word passes: the chat refuses those that are no roles, in the API's words.
    word = "user" if raw is None else str(raw)
    return cast("MessageRole", ROLES_OF_OTHER_NAMES.get(word, word))


def _text(raw: object) -> str:
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, list):
        return "".join(_part(part) for part in cast("list[object]", raw))
    raise InvalidRequest("Message content must be a string")


def _part(raw: object) -> str:
    """One part of a message as OpenAI clients send it."""
    if isinstance(raw, dict):
        part = cast("dict[str, object]", raw)
        text = part.get("text")
        if part.get("type") == "text" and isinstance(text, str):
            return text
    raise InvalidRequest("Message content may only have parts of type `text`")


async def _counted(call: Call, events: AsyncGenerator[AnswerEvent]) -> AsyncGenerator[AnswerEvent]:
    """The same events; what the answer cost is put down to the key."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, AnswerEnded):
                call.services.usage_meter.count_tokens(call.key, event.usage)
            yield event


async def _whole(call: Call, events: AsyncGenerator[AnswerEvent]) -> answers.Answer:
    """The collected answer; the generation stops when the client leaves."""
    async with aclosing(events):
        return await unless_gone(answers.collect(events), call.request.receive)


async def _stream(
    call: Call,
    events: AsyncGenerator[AnswerEvent],
    frames: AsyncGenerator[bytes, None],
) -> Response:
    """A response that has begun: what failed before its first byte was raised instead."""
    heartbeat = HEARTBEAT_SECONDS if call.version.takes_heartbeats else None
    closing = _closing(events, frames)
    begun = await unless_gone(started(closing, within=heartbeat), call.request.receive)
    return EventStream(begun, heartbeat_seconds=heartbeat)


async def _closing(
    events: AsyncGenerator[AnswerEvent], frames: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """The same frames; closing it closes them, then the events, and so the model's stream."""
    async with aclosing(events), aclosing(frames):
        async for chunk in frames:
            yield chunk
