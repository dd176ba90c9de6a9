"""Parses the input of a Responses request: messages, its tool, and what is unsupported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from lodgepole.api.schemas.responses import CreateResponseRequest
from lodgepole.api.turns import ROLES_OF_OTHER_NAMES
from lodgepole.errors import InvalidRequest
from lodgepole.model import Message, MessageRole

FILE_SEARCH = "file_search"
RESULTS = "file_search_call.results"
HARMLESS_INCLUDES = (RESULTS, "reasoning.encrypted_content")
"""Those that are done, and those of things that no answer here has."""
PASSED_OVER = ("file_search_call", "reasoning")
"""Items of earlier answers that clients send back, and that say nothing by themselves."""
TEXT_PARTS = ("input_text", "output_text", "text")
MOST_RESULTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearch:
    """The one tool that a response has."""

    vector_store_id: str
    filters: Mapping[str, Any] | None
    most: int | None


def read_input(raw: object) -> tuple[Message, ...]:
    """The messages of `input`.

    Raises:
        InvalidRequest: Nothing, or items that are no messages of text.
    """
    if isinstance(raw, str):
        return (Message("user", raw),)
    if not isinstance(raw, list) or not raw:
        raise InvalidRequest("`input` must be a text or a list of items")
    items = cast("list[object]", raw)
    said = [_message(item, f"input[{number}]") for number, item in enumerate(items)]
    return tuple(message for message in said if message is not None)


def _message(raw: object, at: str) -> Message | None:
    if not isinstance(raw, dict):
        raise InvalidRequest(f"`{at}` must be an object")
    item = cast("dict[str, object]", raw)
    type_ = item.get("type", "message")
    if type_ in PASSED_OVER:
        return None
    if type_ != "message":
        raise InvalidRequest(f"`{at}` has the type {type_!r:.60}: only messages are supported")
    role = str(item.get("role") or "")
    word = ROLES_OF_OTHER_NAMES.get(role, role)
    text = _text(item.get("content"), at)
    if word == "assistant" and not text.strip():
        return None
    return Message(cast("MessageRole", word), text)  # the chat refuses what is no role


def _text(raw: object, at: str) -> str:
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, list):
        raise InvalidRequest(f"`{at}.content` must be a text or a list of parts")
    parts: list[str] = []
    for part in cast("list[object]", raw):
        known = cast("dict[str, object]", part) if isinstance(part, dict) else {}
        text = known.get("text")
        if known.get("type") not in TEXT_PARTS or not isinstance(text, str):
            raise InvalidRequest(f"`{at}.content` may only have parts of text")
        parts.append(text)
    return "".join(parts)


def read_tool(body: CreateResponseRequest) -> FileSearch | None:
    """The search that is asked for; None where no tool is given.

    Raises:
        InvalidRequest: Another tool, two of them, several stores, or a choice against searching.
    """
    choice = body.tool_choice
    if choice == "none" or not _is_choice(choice):
        raise InvalidRequest(
            "`tool_choice` is not supported as it is given: leave it out, files are searched always"
        )
    tools = body.tools or []
    for tool in tools:
        if tool.get("type") != FILE_SEARCH:
            raise InvalidRequest(
                f"Tools of the type {tool.get('type')!r:.60} are not supported: there is only "
                f"{FILE_SEARCH}"
            )
    if not tools:
        return None
    stores = tools[0].get("vector_store_ids")
    if len(tools) > 1 or not isinstance(stores, list) or len(cast("list[object]", stores)) != 1:
        raise InvalidRequest(f"Give one {FILE_SEARCH} tool with one id in `vector_store_ids`")
    (store,) = cast("list[object]", stores)
    filters, most = tools[0].get("filters"), tools[0].get("max_num_results")
    if not isinstance(store, str) or not (filters is None or isinstance(filters, dict)):
        raise InvalidRequest(f"The {FILE_SEARCH} tool has an id or filters of the wrong type")
    if most is not None and (
        not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= MOST_RESULTS
    ):
        raise InvalidRequest(f"max_num_results must be between 1 and {MOST_RESULTS}")
    return FileSearch(
        vector_store_id=store,
        filters=cast("Mapping[str, Any] | None", filters),
        most=most,
    )


def _is_choice(choice: object) -> bool:
    if choice is None or choice in ("auto", "required"):
        return True
    return isinstance(choice, dict) and cast("dict[str, object]", choice).get("type") == FILE_SEARCH


def check(body: CreateResponseRequest) -> None:
    """Raises InvalidRequest for what cannot be done."""
    for name in ("conversation", "prompt"):
        if getattr(body, name) is not None:
            raise InvalidRequest(f"`{name}` is not supported: leave it out")
    if body.background:
        raise InvalidRequest("`background` is not supported: stream the answer instead")
    if body.top_logprobs:
        raise InvalidRequest("`top_logprobs` is not supported: leave it out")
    for word in body.include or ():
        if word not in HARMLESS_INCLUDES:
            raise InvalidRequest(f"`include` of {word!r:.80} is not supported: only {RESULTS} is")
    if body.max_output_tokens is not None and body.max_output_tokens < 1:
        raise InvalidRequest(f"max_output_tokens must be at least 1, got {body.max_output_tokens}")
    if body.top_p is not None and not 0 <= body.top_p <= 1:
        raise InvalidRequest(f"top_p must be between 0 and 1, got {body.top_p:g}")


def asked_items(response_id: str, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The request's own messages as they are listed later."""
    return [
        {
            "id": f"msg_{response_id.removeprefix('resp_')}_{number}",
            "type": "message",
            "status": "completed",
            "role": message.role,
            "content": [
                {
                    "type": "output_text" if message.role == "assistant" else "input_text",
                    "text": message.content,
                }
            ],
        }
        for number, message in enumerate(messages)
    ]
