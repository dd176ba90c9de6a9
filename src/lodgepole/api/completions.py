"""Chat completions in the shape of the OpenAI API: what is asked, checked, and the answer to it.

What a request asks for reaches the model or is refused; nothing is passed over that would change
the answer.
"""

from typing import Any, cast

import orjson
from fastapi import Response

from lodgepole.api import answers, turns
from lodgepole.api.auth import Call
from lodgepole.api.json_response import json_response
from lodgepole.api.schemas.chat import CompletionsRequest
from lodgepole.chat.answer import ChatRequest
from lodgepole.errors import InvalidRequest
from lodgepole.model import Assistant, Message, Sampling

MOST_STOPS = 4
JSON_TYPES = ("json_object", "json_schema")
SCHEMA_RULE = "Answer with one JSON object that follows this JSON Schema:\n"
NOT_SUPPORTED: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "tool_choice": ("none", "auto"),
    "function_call": ("none", "auto"),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "audio": (),
    "prediction": (),
    "web_search_options": (),
}
"""Parameters that we cannot do, with the values that ask for nothing."""


async def complete(
    call: Call, assistant: Assistant, body: CompletionsRequest, *, model: str | None
) -> Response:
    """The answer, whole or as a stream.

    Args:
        call: Who asks.
        assistant: What is asked.
        body: The request; its own `model` may name the assistant.
        model: What answers; None is the default.

    Raises:
        InvalidRequest: Something is asked for that cannot be done.
    """
    _check(body)
    as_json, rule = json_rule(
        None if body.response_format is None else body.response_format.model_dump()
    )
    asked = ChatRequest(
        messages=(*rule, *turns.messages_of(body.messages or ())),
        model=model,
        temperature=body.temperature,
        filter=turns.filter_of(call, body.filter),
        json_response=as_json,
        include_highlights=True,
        max_output_tokens=_most_tokens(body),
        sampling=Sampling(top_p=body.top_p, seed=body.seed, stop=_stops(body.stop)),
        client=None if body.stream else call.key.id,
    )
    created = int(call.services.clock.now().timestamp())
    events = turns.counted(call, call.services.chat.answer(assistant, asked))
    link = turns.link_of(call)
    if body.stream:
        include_usage = body.stream_options is not None and bool(body.stream_options.include_usage)
        idle = answers.IdleFrame()
        frames = answers.completion_frames(
            events,
            link,
            created=created,
            include_usage=include_usage,
            marks=not as_json,
            idle=idle,
        )
        return await turns.streamed(call, events, frames, idle)
    answer = await turns.whole(call, events)
    return json_response(answers.completion(answer, link, created=created, marks=not as_json))


def _check(body: CompletionsRequest) -> None:
    for name, harmless in NOT_SUPPORTED.items():
        value = getattr(body, name)
        if value is not None and not any(_is_same(value, one) for one in harmless):
            words = " or ".join(orjson.dumps(one).decode() for one in harmless)
            rest = f"leave it out, or send {words}" if words else "leave it out"
            raise InvalidRequest(f"`{name}` is not supported as it is given: {rest}")
    if body.top_p is not None and not 0 <= body.top_p <= 1:
        raise InvalidRequest(f"top_p must be between 0 and 1, got {body.top_p:g}")


def _is_same(value: object, other: object) -> bool:
    """Whether two values of JSON are one: `false` is no 0."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _most_tokens(body: CompletionsRequest) -> int | None:
    for most in (body.max_tokens, body.max_completion_tokens):
        if most is not None and most < 1:
            raise InvalidRequest(f"max_tokens must be at least 1, got {most}")
    return body.max_tokens if body.max_completion_tokens is None else body.max_completion_tokens


def _stops(raw: object) -> tuple[str, ...]:
    stops = [raw] if isinstance(raw, str) else [] if raw is None else raw
    if not isinstance(stops, list):
        raise InvalidRequest("stop must be a text or a list of texts")
    texts = cast("list[object]", stops)
    if len(texts) > MOST_STOPS or not all(isinstance(text, str) and text for text in texts):
        raise InvalidRequest(f"stop must be up to {MOST_STOPS} texts that are not empty")
    return tuple(cast("list[str]", texts))


def json_rule(raw: object) -> tuple[bool, tuple[Message, ...]]:
    """Whether JSON is wanted, and what tells the model which; for a format of that API.

    Completions have the schema below `json_schema`, responses beside the type. What the model is
    told counts as a part of the conversation. Raises InvalidRequest.
    """
    if raw is None:
        return False, ()
    wanted = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    type_ = wanted.get("type")
    if type_ == "text":
        return False, ()
    if type_ not in JSON_TYPES:
        known = ", ".join(("text", *JSON_TYPES))
        raise InvalidRequest(f"Invalid response_format {str(type_)[:40]!r}: must be one of {known}")
    inner = wanted.get("json_schema")
    named = cast("dict[str, Any]", inner) if isinstance(inner, dict) else wanted
    schema = named.get("schema")
    if type_ != "json_schema" or schema is None:
        return True, ()
    return True, (Message("system", SCHEMA_RULE + orjson.dumps(schema).decode()),)
