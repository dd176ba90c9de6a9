"""Answers in conversations: stored as they are sent, and listed again."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import orjson

from lodgepole.api import render
from lodgepole.api.json_response import json_bytes
from lodgepole.api.render import timestamp
from lodgepole.api.schemas import conversations as schemas
from lodgepole.api.schemas.wire import word
from lodgepole.errors import LodgepoleError
from lodgepole.library.conversation_records import Conversation, Turn, TurnStatus
from lodgepole.library.shared_conversations import SeenTurn, share_id
from lodgepole.model import (
    AnswerCitation,
    AnswerEnded,
    AnswerEvent,
    AnswerStarted,
    AnswerStep,
    AnswerText,
    Citation,
)

Keep = Callable[[Turn], Awaitable[None]]
"""Stores a turn in the place of the one with its id; durable on return."""
UNEXPECTED = "The answer broke off by a failure of the server."


async def kept(
    events: AsyncGenerator[AnswerEvent],
    turn: Turn,
    *,
    keep: Keep,
    forget: Callable[[], Awaitable[None]] | None,
) -> AsyncGenerator[AnswerEvent]:
    """The same events; the turn is stored before the last one is passed on.

    When the client leaves or the answer breaks off, what was said so far is stored, marked so.

    Args:
        events: The answer.
        turn: The question.
        keep: Called at the beginning and at the end.
        forget: Removes the turn where the answer was refused before its start; None where the
            turn replaces one, which then stays as it is until there is an answer.
    """
    said = _Said(turn)
    over = False
    try:
        if forget is not None:
            await keep(turn)
        async with aclosing(events):
            async for event in events:
                said.take(event)
                if isinstance(event, AnswerEnded):
                    await keep(said.turn(TurnStatus.COMPLETED))
                    over = True
                yield event
    except Exception as error:
        over = True
        if said.begun:
            told = str(error) if isinstance(error, LodgepoleError) else UNEXPECTED
            await keep(replace(said.turn(TurnStatus.FAILED), error=told))
        elif forget is not None:
            await forget()
        raise
    finally:
        if not over and (forget is not None or said.begun):
            await keep(said.turn(TurnStatus.STOPPED))


class _Said:
    """What there is of an answer so far."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._texts: list[str] = []
        self._citations: list[dict[str, Any]] = []

    @property
    def begun(self) -> bool:
        return bool(self._texts)

    def take(self, event: AnswerEvent) -> None:
        match event:
            case AnswerStarted():
                self._turn = replace(
                    self._turn,
                    answer_id=event.id,
                    model=event.model,
                    snippet_count=event.snippet_count,
                )
            case AnswerText():
                self._texts.append(event.text)
            case AnswerCitation():
                self._citations.append(_without_links(event.citation))
            case AnswerEnded():
                usage: dict[str, Any] = orjson.loads(json_bytes(render.usage(event.usage)))
                self._turn = replace(self._turn, usage=usage, finish_reason=event.finish_reason)
            case AnswerStep():
                pass  # it is told while an answer is waited for, and no part of it

    def turn(self, status: TurnStatus) -> Turn:
        return replace(
            self._turn, status=status, text="".join(self._texts), citations=self._citations
        )


def _without_links(citation: Citation) -> dict[str, Any]:
    """The citation as it is sent; links are good for an hour, conversations are kept longer."""
    shown: dict[str, Any] = orjson.loads(json_bytes(render.citation(citation, lambda _: "")))
    for reference in shown["references"]:
        reference["file"]["signed_url"] = None
    return shown


# --- as models --------------------------------------------------------------------------------


def conversation(value: Conversation) -> schemas.ConversationModel:
    return schemas.ConversationModel(**_fields(value))


def whole_conversation(value: Conversation, turns: list[Turn]) -> schemas.WholeConversationModel:
    messages: list[schemas.QuestionModel | schemas.AnswerModel] = []
    for turn in turns:
        messages += [question(turn), answer(turn)]
    return schemas.WholeConversationModel(**_fields(value), messages=messages)


def shared_conversation(
    value: Conversation, seen: Sequence[SeenTurn]
) -> schemas.WholeConversationModel:
    """As others are shown it: without what its owner thought of the answers."""
    messages: list[schemas.QuestionModel | schemas.AnswerModel] = []
    for each in seen:
        shown = answer(each.turn).model_copy(update={"withheld": each.withheld or None})
        messages += [question(each.turn), shown]
    return schemas.WholeConversationModel(**_fields(value), messages=messages)


def deleted(value: Conversation) -> schemas.DeletedConversationModel:
    assert value.expires_at is not None, "what is deleted goes"
    return schemas.DeletedConversationModel(
        id=value.id, restorable_until=timestamp(value.expires_at)
    )


def question(turn: Turn) -> schemas.QuestionModel:
    return schemas.QuestionModel(
        role="user",
        id=turn.id,
        content=turn.question,
        created_at=timestamp(turn.created_at),
        options=dict(turn.options) if turn.options else None,
    )


def answer(turn: Turn) -> schemas.AnswerModel:
    return schemas.AnswerModel.model_validate(
        {
            "role": "assistant",
            "id": turn.answer_id,
            "content": turn.text,
            "status": word(turn.status),
            "citations": list(turn.citations),
            "model": turn.model,
            "finish_reason": turn.finish_reason,
            "usage": turn.usage,
            "context_snippet_count": turn.snippet_count,
            "error_message": turn.error,
            "rating": None if turn.rating is None else word(turn.rating),
            "comment": turn.comment,
        }
    )


def _fields(value: Conversation) -> dict[str, Any]:
    return {
        "id": value.id,
        "assistant": value.assistant_name,
        "title": value.title,
        "questions": len(value.turn_ids),
        "created_at": timestamp(value.created_at),
        "updated_at": timestamp(value.updated_at),
        "expires_at": None if value.expires_at is None else timestamp(value.expires_at),
        "share": share_id(value),
    }
