"""Conversations that their owner shares by a link, with others who may ask the same assistant.

A link opens nothing that its reader does not see otherwise: what an answer says from files that are
hidden from the reader is left out, with its citations.
"""

import hmac
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from lodgepole.errors import NotFound
from lodgepole.library.conversation_records import (
    Conversation,
    Turn,
    read_conversation,
)
from lodgepole.library.conversations import Conversations
from lodgepole.model import ApiKey, RecordKind
from lodgepole.ports.clock import Clock
from lodgepole.ports.records import Records

SHARE_BYTES = 16
LEFT_OUT = "[…]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTurn:
    """A turn as somebody else sees it; `withheld` says that some of the answer is left out."""

    turn: Turn
    withheld: bool


class SharedConversations:
    """Use cases of who shares a conversation, and of who has the link."""

    def __init__(self, conversations: Conversations, *, records: Records, clock: Clock) -> None:
        self._conversations = conversations
        self._records = records
        self._clock = clock

    async def share(self, key: ApiKey, conversation_id: str) -> Conversation:
        """Make the link, or return the one that there is. Raises NotFound."""
        made = secrets.token_urlsafe(SHARE_BYTES)
        return await self._conversations.change(
            key, conversation_id, lambda now: replace(now, share=now.share or made)
        )

    async def unshare(self, key: ApiKey, conversation_id: str) -> None:
        """Let the link lead nowhere, for good: another one is another one. Raises NotFound."""
        await self._conversations.change(key, conversation_id, lambda now: replace(now, share=None))

    async def open(self, project_id: str, share: str) -> Conversation:
        """The conversation that a link of this project leads to. Raises NotFound."""
        id_, _, secret = share.partition(".")
        record = await self._records.find(project_id, id_)
        if record is not None and record.kind is RecordKind.CONVERSATION:
            found = read_conversation(record)
            lasts = found.expires_at is None or found.expires_at > self._clock.now()
            same = hmac.compare_digest((found.share or "").encode(), secret.encode())
            if found.share is not None and same and lasts and found.deleted_at is None:
                return found
        raise NotFound("This link leads nowhere: the conversation is not shared any more, or gone.")


def share_id(conversation: Conversation) -> str | None:
    """What a link is made of; None where the conversation is not shared."""
    return None if conversation.share is None else f"{conversation.id}.{conversation.share}"


def cited_files(turns: Sequence[Turn]) -> frozenset[str]:
    """The ids of all files that the answers cite."""
    return frozenset(
        id_ for turn in turns for citation in turn.citations for id_ in _files_of(citation)
    )


def as_seen(turn: Turn, hidden: Collection[str] | None) -> SeenTurn:
    """The turn for somebody from whom these files are hidden; with None, no file is.

    Of an answer there stays what ends in a citation of files that are seen: words that cite
    nothing may be from any file. What the owner thought of it is the owner's alone.
    """
    own = replace(turn, options=None, rating=None, comment=None)
    if hidden is None:
        return SeenTurn(turn=own, withheld=False)
    pieces: list[str] = []
    citations: list[Mapping[str, Any]] = []
    done = length = 0
    for at, group in _by_position(turn):
        if not any(id_ in hidden for citation in group for id_ in _files_of(citation)):
            pieces.append(turn.text[done:at])
            length += len(pieces[-1])
            citations += [{**citation, "position": length} for citation in group]
        elif at > done:
            pieces.append(LEFT_OUT)
            length += len(LEFT_OUT)
        done = at
    rest = turn.text[done:]
    pieces.append(LEFT_OUT if any(map(str.isalnum, rest)) else rest)
    text = "".join(pieces)
    whole = len(citations) == len(turn.citations) and text == turn.text
    return SeenTurn(
        turn=replace(own, text=text, citations=citations, error=None), withheld=not whole
    )


def _by_position(turn: Turn) -> Iterator[tuple[int, Sequence[Mapping[str, Any]]]]:
    """Where citations stand in the answer, in order, and those that stand there."""
    ordered = sorted(turn.citations, key=_position)
    for position, group in groupby(ordered, key=_position):
        yield min(max(position, 0), len(turn.text)), list(group)


def _position(citation: Mapping[str, Any]) -> int:
    return citation["position"]


def _files_of(citation: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(reference["file"]["id"]) for reference in citation["references"])
