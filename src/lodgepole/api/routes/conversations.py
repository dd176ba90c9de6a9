"""Conversations, kept for the key that asks. Below `/lodgepole`, no part of the published API."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from lodgepole.api import answers, turns
from lodgepole.api import conversations as shown
from lodgepole.api.auth import Call, DataRead
from lodgepole.api.given_messages import given_turns
from lodgepole.api.json_response import json_response
from lodgepole.api.pagination import PageRequest, page_request, pagination, read_page
from lodgepole.api.requests import read_json
from lodgepole.api.schemas.context import ContextOptions
from lodgepole.api.schemas.conversations import (
    AskRequest,
    CreateConversationRequest,
    ListConversationsResponse,
    RateAnswerRequest,
    RenameConversationRequest,
)
from lodgepole.api.versions import NEWEST, wire_version
from lodgepole.chat.requests import ChatRequest
from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.library.conversation_export import as_markdown
from lodgepole.library.conversation_records import Conversation, Rating, Turn
from lodgepole.library.conversations import Wanted, history
from lodgepole.model import Assistant, ListPage, Message

router = APIRouter(tags=["Conversations"])
PAGED = wire_version(NEWEST)


@router.get("/conversations", operation_id="list_conversations")
async def list_conversations(
    call: DataRead,
    asked: Annotated[PageRequest, Depends(page_request)],
    assistant: Annotated[str | None, Query(description="With this assistant alone.")] = None,
    search: Annotated[
        str | None, Query(description="Words that title or messages must have, all of them.")
    ] = None,
) -> Response:
    """The key's own conversations, the one used last first."""
    services = call.services
    of = await services.assistants.get_ready(call.project_id, assistant) if assistant else None
    wanted = Wanted(assistant=of, words=search or "")

    async def fetch(limit: int, after: str | None) -> ListPage[Conversation]:
        return await services.conversations.list(call.key, wanted, limit=limit, after=after)

    page = await read_page(
        fetch, kind="conversations", asked=asked, version=PAGED, limits=services.limits
    )
    there: dict[str, bool] = {}
    for one in page.items:
        if one.assistant_id not in there:
            there[one.assistant_id] = await _has_assistant(call, one)
    visible = [one for one in page.items if there[one.assistant_id]]
    return json_response(
        ListConversationsResponse(
            conversations=[shown.conversation(one) for one in visible],
            kept=services.conversations.kept,
            pagination=pagination(page),
        )
    )


@router.post("/conversations", operation_id="create_conversation")
async def create_conversation(call: DataRead) -> Response:
    """Begin a conversation with an assistant, or go on with one that is brought along."""
    body = await read_json(call.request, CreateConversationRequest, call.services.limits)
    conversations = call.services.conversations
    assistant = await turns.ready(call, body.assistant)
    said = await given_turns(call, assistant, body.messages or ())
    made = await conversations.create(call.key, assistant, title=body.title or "")
    for turn in said:
        await conversations.keep(call.key, made.id, turn)
    if said:
        made = await conversations.get(call.key, made.id)
    return json_response(shown.conversation(made))


@router.get("/conversations/{conversation_id}", operation_id="describe_conversation")
async def describe_conversation(call: DataRead, conversation_id: str) -> Response:
    """One conversation, with its messages."""
    found, _ = await _found(call, conversation_id)
    said = await call.services.conversations.turns(found)
    return json_response(shown.whole_conversation(found, list(said)))


@router.patch("/conversations/{conversation_id}", operation_id="rename_conversation")
async def rename_conversation(call: DataRead, conversation_id: str) -> Response:
    """Give it another title."""
    body = await read_json(call.request, RenameConversationRequest, call.services.limits)
    renamed = await call.services.conversations.rename(call.key, conversation_id, body.title)
    return json_response(shown.conversation(renamed))


@router.delete("/conversations/{conversation_id}", operation_id="delete_conversation")
async def delete_conversation(call: DataRead, conversation_id: str) -> Response:
    """Delete it; for some time it can be restored, then it is gone."""
    return json_response(
        shown.deleted(await call.services.conversations.delete(call.key, conversation_id))
    )


@router.post("/conversations/{conversation_id}/restore", operation_id="restore_conversation")
async def restore_conversation(call: DataRead, conversation_id: str) -> Response:
    """Undo its deletion."""
    back = await call.services.conversations.restore(call.key, conversation_id)
    return json_response(shown.conversation(back))


@router.post("/conversations/{conversation_id}/messages", operation_id="ask_in_conversation")
async def ask_in_conversation(call: DataRead, conversation_id: str) -> Response:
    """Ask in a conversation. The answer is stored before its end is sent."""
    body = await read_json(call.request, AskRequest, call.services.limits)
    found, assistant = await _found(call, conversation_id)
    before = list(await call.services.conversations.turns(found))
    turn, replaces = _turn(call, body, before)
    conversations, key = call.services.conversations, call.key

    async def keep(now: Turn) -> None:
        await conversations.keep(key, found.id, now)

    async def forget() -> None:
        await conversations.forget_turn(key, found.id, turn.id)

    events = turns.counted(
        call,
        assistant,
        shown.kept(
            call.services.chat.answer(assistant, _asked(call, body, turn, before)),
            turn,
            keep=keep,
            forget=None if replaces else forget,
        ),
    )
    link = turns.link_of(call)
    if body.stream:
        idle = answers.IdleFrame()
        frames = answers.chat_frames(events, link, call.version, idle)
        return await turns.streamed(call, events, frames, idle)
    answer = await turns.whole(call, events)
    return json_response(answers.chat(answer, link, call.version))


@router.put(
    "/conversations/{conversation_id}/messages/{answer_id}/rating", operation_id="rate_answer"
)
async def rate_answer(call: DataRead, conversation_id: str, answer_id: str) -> Response:
    """Say what you think of an answer."""
    body = await read_json(call.request, RateAnswerRequest, call.services.limits)
    rated = await call.services.conversations.rate(
        call.key,
        conversation_id,
        answer_id,
        rating=None if body.rating is None else Rating(body.rating),
        comment=body.comment,
    )
    return json_response(shown.answer(rated))


@router.get("/conversations/{conversation_id}/export", operation_id="export_conversation")
async def export_conversation(call: DataRead, conversation_id: str) -> Response:
    """The conversation as Markdown, with file, page and quote of each source."""
    found, _ = await _found(call, conversation_id)
    text = as_markdown(found, await call.services.conversations.turns(found))
    return Response(
        text,
        media_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="conversation.md"'},
    )


async def _found(call: Call, conversation_id: str) -> tuple[Conversation, Assistant]:
    """The conversation and its assistant. Raises NotFound, also where that one is gone."""
    found = await call.services.conversations.get(call.key, conversation_id)
    assistant = await turns.ready(call, found.assistant_name)
    if assistant.id != found.assistant_id:
        raise NotFound(f"The assistant of conversation {found.id} was deleted.")
    return found, assistant


async def _has_assistant(call: Call, conversation: Conversation) -> bool:
    try:
        assistant = await turns.ready(call, conversation.assistant_name)
    except NotFound:
        return False
    return assistant.id == conversation.assistant_id


def _turn(call: Call, body: AskRequest, before: list[Turn]) -> tuple[Turn, bool]:
    """The turn that is asked, and whether it replaces the last one, which leaves `before`."""
    replaces = bool(body.replace_last)
    if replaces and not before:
        raise InvalidRequest("There is no question to replace yet")
    last = before.pop() if replaces else None
    content = body.content if body.content is not None or last is None else last.question
    options = body.model_dump(
        include={"model", "temperature", "filter", "context_options", "deep"}, exclude_none=True
    )
    turn = call.services.conversations.new_turn(content or "", options)
    return (turn if last is None else turn.in_place_of(last)), replaces


def _asked(call: Call, body: AskRequest, turn: Turn, before: list[Turn]) -> ChatRequest:
    options = body.context_options or ContextOptions()
    return ChatRequest(
        messages=(*history(before), Message("user", turn.question)),
        model=body.model,
        temperature=body.temperature,
        filter=turns.filter_of(call, body.filter),
        include_highlights=True,
        top_k=options.top_k,
        snippet_tokens=options.snippet_size,
        multimodal=options.multimodal,
        include_binary_content=options.include_binary_content,
        deep=body.deep,
    )
