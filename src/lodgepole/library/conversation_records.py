"""Conversations and their turns as records; pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from lodgepole.errors import InvalidRequest
from lodgepole.model import Record, RecordKind

ID_PREFIX = "conv_"
TITLE_CHARS = 120
TAG_CHARS = 12  # of a hash, in hex
RANDOM_CHARS = 16


class TurnStatus(StrEnum):
    ANSWERING = "answering"
    COMPLETED = "completed"
    STOPPED = "stopped"  # the client left, or the server ended; what was said is kept
    FAILED = "failed"


class Rating(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What is known of a conversation without its turns.

    Attributes:
        id: Begins with what `id_prefix` makes of its assistant and key.
        project_id: Whose assistants it is about.
        key_id: Whose it is; no other key sees it.
        assistant_id: What is asked; another assistant of the same name is another one.
        assistant_name: Its name, which does not change.
        title: Given, or made from the first question; empty before that.
        created_at: When it began.
        updated_at: When it was last used.
        turn_ids: Of its turns, the oldest first.
        deleted_at: When it was deleted, while it can be had back.
        expires_at: From then on nobody is shown it.
        share: The secret end of the link by which others of the project read it; None without one.
    """

    id: str
    project_id: str
    key_id: str
    assistant_id: str
    assistant_name: str
    title: str
    created_at: datetime
    updated_at: datetime
    turn_ids: tuple[str, ...] = ()
    deleted_at: datetime | None = None
    expires_at: datetime | None = None
    share: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and its answer.

    Attributes:
        id: Its record's.
        question: As it was asked.
        status: How far the answer has come.
        created_at: When it was asked.
        answer_id: The answer's, as it was streamed; the turn's own until it begins.
        text: The answer, or as much of it as was said.
        citations: As they were sent, with places in the text.
        model: Which answered.
        finish_reason: Why the answer ended.
        usage: Tokens, as they were sent.
        snippet_count: How many snippets it was made from.
        options: What else was asked for: model, temperature, filter, snippets.
        error: What went wrong, where it failed.
        rating: What its reader thinks of the answer.
        comment: In the reader's words.
    """

    id: str
    question: str
    status: TurnStatus
    created_at: datetime
    answer_id: str
    text: str = ""
    citations: Sequence[Mapping[str, Any]] = ()
    model: str | None = None
    finish_reason: str | None = None
    usage: Mapping[str, Any] | None = None
    snippet_count: int | None = None
    options: Mapping[str, Any] | None = None
    error: str | None = None
    rating: Rating | None = None
    comment: str | None = None

    def in_place_of(self, other: "Turn") -> "Turn":
        """The same question where another one was."""
        return replace(self, id=other.id, created_at=other.created_at)


def id_prefix(assistant_id: str, key_id: str | None = None) -> str:
    """How the ids of an assistant's conversations begin, and of one key's among them."""
    return ID_PREFIX + _tag(assistant_id) + ("" if key_id is None else _tag(key_id))


def conversation_record(value: Conversation) -> Record:
    # A record's place in lists is its creation: the conversation used last comes first.
    return Record(
        id=value.id,
        project_id=value.project_id,
        kind=RecordKind.CONVERSATION,
        created_at=value.updated_at,
        expires_at=value.expires_at,
        body={
            "key_id": value.key_id,
            "assistant_id": value.assistant_id,
            "assistant": value.assistant_name,
            "title": value.title,
            "created_at": value.created_at.isoformat(),
            "turns": list(value.turn_ids),
            "deleted_at": None if value.deleted_at is None else value.deleted_at.isoformat(),
            "share": value.share,
        },
    )


def read_conversation(record: Record) -> Conversation:
    body = record.body
    deleted = body["deleted_at"]
    return Conversation(
        id=record.id,
        project_id=record.project_id,
        key_id=body["key_id"],
        assistant_id=body["assistant_id"],
        assistant_name=body["assistant"],
        title=body["title"],
        created_at=datetime.fromisoformat(body["created_at"]),
        updated_at=record.created_at,
        turn_ids=tuple(body["turns"]),
        deleted_at=None if deleted is None else datetime.fromisoformat(deleted),
        expires_at=record.expires_at,
        share=body.get("share"),  # releases from before links have none
    )


def turn_record(project_id: str, value: Turn) -> Record:
    """The record of a turn, which goes when its conversation goes."""
    return Record(
        id=value.id,
        project_id=project_id,
        kind=RecordKind.TURN,
        created_at=value.created_at,
        expires_at=None,
        body={
            "question": value.question,
            "status": value.status.value,
            "answer_id": value.answer_id,
            "text": value.text,
            "citations": [dict(one) for one in value.citations],
            "model": value.model,
            "finish_reason": value.finish_reason,
            "usage": None if value.usage is None else dict(value.usage),
            "snippet_count": value.snippet_count,
            "options": None if value.options is None else dict(value.options),
            "error": value.error,
            "rating": None if value.rating is None else value.rating.value,
            "comment": value.comment,
        },
    )


def read_turn(record: Record) -> Turn:
    body = dict(record.body)
    rating = body.pop("rating")
    status = TurnStatus(body.pop("status"))
    return Turn(
        id=record.id,
        created_at=record.created_at,
        status=status,
        rating=None if rating is None else Rating(rating),
        **body,
    )


def turn_records_of(record: Record) -> Sequence[str]:
    """The ids of the records that go with this one; none where it is no conversation."""
    return record.body["turns"] if record.kind is RecordKind.CONVERSATION else ()


def _tag(id_: str) -> str:
    return hashlib.sha256(id_.encode()).hexdigest()[:TAG_CHARS]


def checked_title(given: str) -> str:
    """A title that may be kept. Raises InvalidRequest."""
    title = given.strip()
    if len(title) > TITLE_CHARS or not title.isprintable():
        raise InvalidRequest(
            f"Invalid title {title[:40]!r}: use at most {TITLE_CHARS} printable characters"
        )
    return title


def title_of(question: str) -> str:
    """The title of a conversation that begins with a question."""
    start = question[: 4 * TITLE_CHARS]
    words = "".join(sign if sign.isprintable() else " " for sign in start).split()
    title = " ".join(words)
    return title if len(title) <= TITLE_CHARS else f"{title[: TITLE_CHARS - 1].rstrip()}…"
