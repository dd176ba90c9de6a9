"""Chat completions of the OpenAI API: request checks and the answer.

What a request asks for reaches the model or is refused; nothing is passed over that would change
the answer.
"""

from collections.abc import Mapping
from typing import Any, cast

import orjson
from fastapi import Response

from lodgepole.api import answers, turns
from lodgepole.api.auth import Call
from lodgepole.api.json_response import json_response
from lodgepole.api.schemas.completions import CompletionsRequest
from lodgepole.chat.requests import ChatRequest
from lodgepole.errors import InvalidRequest
from lodgepole.model import Assistant, Message, Sampling, Tools

MOST_STOPS = 4
TOOL_CHOICES = ("none", "auto", "required")
JSON_TYPES = ("json_object", "json_schema")
SCHEMA_RULE = "Answer with one JSON object that follows this JSON Schema:\n"
NOT_SUPPORTED: dict[str, tuple[Any, ...]] = {
    "n": (1,),
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
    tools = _tools(body)
    as_json, rule, schema = json_rule(
        None if body.response_format is None else body.response_format.model_dump()
    )
    asked = ChatRequest(
        messages=(*rule, *turns.messages_of(body.messages or ())),
        model=model,
        temperature=body.temperature,
        filter=turns.filter_of(call, body.filter),
        json_response=as_json,
        json_schema=schema,
        tools=tools,
        include_highlights=True,
        max_output_tokens=_most_tokens(body),
        sampling=Sampling(top_p=body.top_p, seed=body.seed, stop=_stops(body.stop)),
        client=None if body.stream else call.key.id,
    )
    created = int(call.services.clock.now().timestamp())
    events = turns.counted(call, assistant, call.services.chat.answer(assistant, asked))
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


def _tools(body: CompletionsRequest) -> Tools | None:
    """The caller's functions; `none` is as if there were none. Raises InvalidRequest."""
    raw, choice = body.tools, body.tool_choice
    if raw is not None and (
        not isinstance(raw, list)
        or not all(_is_function(tool) for tool in cast("list[object]", raw))
    ):
        raise InvalidRequest("tools must be a list of functions, each with a name")
    if not (choice is None or choice in TOOL_CHOICES or _is_function(choice)):
        raise InvalidRequest(
            f"Invalid tool_choice: must be one of {', '.join(TOOL_CHOICES)}, or name a function"
        )
    if choice == "none" or (not raw and choice in (None, "auto")):
        return None
    if not raw:
        raise InvalidRequest("tool_choice asks for a tool, and `tools` has none")
    definitions = tuple(cast("list[dict[str, Any]]", raw))
    parallel = body.parallel_tool_calls
    return Tools(
        definitions=definitions,
        choice=choice,
        parallel=parallel if isinstance(parallel, bool) else None,
    )


def _is_function(raw: object) -> bool:
    tool = cast("dict[str, object]", raw) if isinstance(raw, dict) else {}
    function = tool.get("function")
    named = cast("dict[str, object]", function) if isinstance(function, dict) else {}
    return tool.get("type") == "function" and isinstance(named.get("name"), str)


def json_rule(raw: object) -> tuple[bool, tuple[Message, ...], Mapping[str, Any] | None]:
    """Whether JSON is wanted, what tells the model which, and its schema; for a format.

    Completions have the schema below `json_schema`, responses beside the type. What the model is
    told counts as a part of the conversation. Raises InvalidRequest.
    """
    if raw is None:
        return False, (), None
    wanted = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    type_ = wanted.get("type")
    if type_ == "text":
        return False, (), None
    if type_ not in JSON_TYPES:
        known = ", ".join(("text", *JSON_TYPES))
        raise InvalidRequest(f"Invalid response_format {str(type_)[:40]!r}: must be one of {known}")
    inner = wanted.get("json_schema")
    named = cast("dict[str, Any]", inner) if isinstance(inner, dict) else wanted
    schema = named.get("schema")
    if type_ != "json_schema" or schema is None:
        return True, (), None
    if not isinstance(schema, dict):
        raise InvalidRequest("The schema of response_format must be an object")
    rule = Message("system", SCHEMA_RULE + orjson.dumps(schema).decode())
    return True, (rule,), cast("dict[str, Any]", schema)
