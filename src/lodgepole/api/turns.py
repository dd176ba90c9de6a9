"""A chat turn over HTTP: the code that all answering routes share."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

from fastapi import Response

from lodgepole.api import answers, render
from lodgepole.api.answers import IdleFrame
from lodgepole.api.auth import Call
from lodgepole.api.schemas.context import ContextRequest
from lodgepole.api.schemas.messages import MessageRequest
from lodgepole.api.signed_urls import signed_url
from lodgepole.api.sse import HEARTBEAT, HEARTBEAT_SECONDS, EventStream, started, unless_gone
from lodgepole.errors import InvalidRequest
from lodgepole.metadata_filter import MetadataFilter, parse_filter
from lodgepole.model import (
    AnswerEnded,
    AnswerEvent,
    Assistant,
    File,
    Message,
    MessageRole,
    ToolCall,
)

ROLES_OF_OTHER_NAMES = {"developer": "system"}
"""What OpenAI's clients call the system's role when they speak to its newer models."""


async def ready(call: Call, assistant_name: str) -> Assistant:
    return await call.services.assistants.get_ready(call.project_id, assistant_name)


def figures_wanted(call: Call, body: ContextRequest) -> bool | None:
    """Clients that know no figures get text, unless they ask for more than they know of."""
    asked = body.multimodal is not None or body.include_binary_content is not None
    return body.multimodal if asked or call.version.takes_figures_unasked else False


def link_of(call: Call) -> render.Link:
    def link(file: File) -> str:
        return signed_url(call.services.files, file, call.base_url)

    return link


def filter_of(call: Call, raw: dict[str, Any] | None) -> MetadataFilter | None:
    return parse_filter(raw, call.services.limits) if raw else None


def messages_of(bodies: Sequence[MessageRequest]) -> tuple[Message, ...]:
    """The conversation; roles and emptiness are checked by the chat itself.

    Raises:
        InvalidRequest: Content that is neither text nor a list of text parts.
    """
    said = (
        Message(
            _role(body.role),
            _text(body.content),
            tool_calls=calls_of(body.tool_calls),
            tool_call_id=None if body.tool_call_id is None else str(body.tool_call_id),
        )
        for body in bodies
    )
    # Some clients send turns of the assistant with nothing in them.
    return tuple(
        one for one in said if one.role != "assistant" or one.content.strip() or one.tool_calls
    )


def calls_of(raw: object) -> tuple[ToolCall, ...]:
    """The calls of a turn of the assistant. Raises InvalidRequest for those of another form."""
    if raw is None:
        return ()
    calls: list[ToolCall] = []
    for item in cast("list[object]", raw) if isinstance(raw, list) else [raw]:
        call = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        function = call.get("function")
        named = cast("dict[str, object]", function) if isinstance(function, dict) else {}
        id_, name, arguments = call.get("id"), named.get("name"), named.get("arguments")
        if not (isinstance(id_, str) and isinstance(name, str) and isinstance(arguments, str)):
            raise InvalidRequest("tool_calls need an id, and a function with name and arguments")
        calls.append(ToolCall(id_, name, arguments))
    return tuple(calls)


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


async def counted(
    call: Call, assistant: Assistant, events: AsyncGenerator[AnswerEvent]
) -> AsyncGenerator[AnswerEvent]:
    """The same events; what the answer cost is put down to the key and the assistant."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, AnswerEnded):
                call.services.usage_meter.count_tokens(call.key, event.usage, assistant)
            yield event


async def whole(call: Call, events: AsyncGenerator[AnswerEvent]) -> answers.Answer:
    """The collected answer; the generation stops when the client leaves."""
    async with aclosing(events):
        return await unless_gone(answers.collect(events), call.request.receive)


async def streamed(
    call: Call,
    events: AsyncGenerator[AnswerEvent],
    frames: AsyncGenerator[bytes, None],
    idle: IdleFrame,
) -> Response:
    """A response that has begun: what failed before its first byte was raised instead.

    Where comments would break the client, `idle` is what is sent when there is nothing else.
    """
    comments = call.version.takes_heartbeats
    closing = _closing(events, frames)
    within = HEARTBEAT_SECONDS if comments else None
    begun = await unless_gone(started(closing, within=within), call.request.receive)
    return EventStream(
        begun,
        heartbeat_seconds=HEARTBEAT_SECONDS,
        heartbeat=(lambda: HEARTBEAT) if comments else idle,
    )


async def _closing(
    events: AsyncGenerator[AnswerEvent], frames: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """The same frames; closing it closes them, then the events, and so the model's stream."""
    async with aclosing(events), aclosing(frames):
        async for chunk in frames:
            yield chunk
