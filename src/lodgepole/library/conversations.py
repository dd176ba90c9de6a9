"""Conversations, kept for the key that has them, until they were not used for some time."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

from lodgepole.concurrency.long_texts import read_apart
from lodgepole.errors import InvalidRequest, NotFound, PermissionDenied
from lodgepole.library.conversation_records import (
    RANDOM_CHARS,
    Conversation,
    Rating,
    Turn,
    TurnStatus,
    checked_title,
    conversation_record,
    id_prefix,
    read_conversation,
    read_turn,
    title_of,
    turn_record,
    turn_records_of,
)
from lodgepole.limits import Limits
from lodgepole.model import ApiKey, Assistant, ListPage, Message, Record, RecordKind
from lodgepole.ports.clock import Clock
from lodgepole.ports.records import Records, place_of, record_at

COMMENT_CHARS = 4000
SEARCH_CHARS = 200
SHARES = 10
"""Of all conversations of a project, with one of which a key takes no more room from others."""
READ_AT_ONCE = 100  # records
LOOKED_THROUGH = 2000  # conversations for one page; what is left is for the next one
SEARCHED_CHARS = 4_000_000  # of turns for one page; a tenth of a second
HISTORY_TURNS = 40
HISTORY_CHARS = 40_000
"""Of the turns before that a question is asked with. Most models' windows hold less; what a
client may send is more, so that tokens of any script pass."""
ANSWERING_FOR = timedelta(minutes=15)
"""After that an answer that never ended is taken to be stopped: the server was, meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which conversations a list is of: of one assistant, with all the words, or all."""

    assistant: Assistant | None = None
    words: str = ""


class Conversations:
    """Use cases of a key on its conversations."""

    def __init__(
        self,
        *,
        records: Records,
        clock: Clock,
        new_id: Callable[[], str],
        limits: Limits,
        kept: bool = True,
    ) -> None:
        """`kept` is whether new ones may begin; what there is can be read and deleted anyhow."""
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._limits = limits
        self.kept = kept
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def create(self, key: ApiKey, assistant: Assistant, *, title: str = "") -> Conversation:
        """Begin one. Raises InvalidRequest, and PermissionDenied where none are kept."""
        self._check_kept()
        now = self._clock.now()
        prefix = id_prefix(assistant.id, key.id)
        await self._make_room(key.project_id, prefix)
        made = Conversation(
            id=prefix + self._random(),
            project_id=key.project_id,
            key_id=key.id,
            assistant_id=assistant.id,
            assistant_name=assistant.name,
            title=checked_title(title),
            created_at=now,
            updated_at=now,
            expires_at=now + self._retention,
        )
        await self._records.put(conversation_record(made))
        return made

    async def list(
        self, key: ApiKey, wanted: Wanted, *, limit: int, after: str | None
    ) -> ListPage[Conversation]:
        """Those of the key, the one used last first; a page may be short, and not the last one.

        Raises:
            InvalidRequest: Too many characters to search for, or a token that is not ours.
        """
        if len(wanted.words) > SEARCH_CHARS:
            raise InvalidRequest(f"Search for at most {SEARCH_CHARS} characters")
        words = wanted.words.casefold().split()
        place = None if after is None else record_at(key.project_id, RecordKind.CONVERSATION, after)
        found: list[Conversation] = []
        looked = chars = 0
        of = wanted.assistant
        prefix = "" if of is None else id_prefix(of.id, key.id)
        async for record in self._records_of(key.project_id, prefix, place):
            conversation = read_conversation(record)
            if len(found) == limit or looked == LOOKED_THROUGH or chars > SEARCHED_CHARS:
                return ListPage(tuple(found), None if place is None else place_of(place))
            looked, place = looked + 1, record
            if not self._is_shown(key, conversation):
                continue
            if words:
                has, read = await self._has(conversation, words)
                chars += read
                if not has:
                    continue
            found.append(conversation)
        return ListPage(tuple(found))

    async def get(self, key: ApiKey, conversation_id: str) -> Conversation:
        """Raises NotFound, also for those of other keys."""
        found = await self._find(key, conversation_id)
        if found.deleted_at is not None:
            raise NotFound(
                f"Conversation {conversation_id[:80]!r} was deleted. It can be had back until "
                f"{found.expires_at:%Y-%m-%d %H:%M} UTC."
            )
        return found

    async def turns(self, conversation: Conversation) -> Sequence[Turn]:
        """Its turns, the oldest first."""
        found: dict[str, Turn] = {}
        ids = conversation.turn_ids
        for start in range(0, len(ids), READ_AT_ONCE):
            part = ids[start : start + READ_AT_ONCE]
            for record in await self._records.find_all(conversation.project_id, part):
                found[record.id] = self._ended(read_turn(record))
        return [found[id_] for id_ in ids if id_ in found]

    async def rename(self, key: ApiKey, conversation_id: str, title: str) -> Conversation:
        """Raises NotFound, and InvalidRequest for a title that is empty or too long."""
        if not title.strip():
            raise InvalidRequest("The title is empty")
        return await self.change(
            key, conversation_id, lambda now: replace(now, title=checked_title(title))
        )

    async def change(
        self, key: ApiKey, conversation_id: str, change: Callable[[Conversation], Conversation]
    ) -> Conversation:
        """Store what `change` makes of it, which is given it as it is. Raises NotFound."""
        async with self._changed(key, conversation_id) as now:
            changed = change(now)
            await self._records.put(conversation_record(changed))
        return changed

    async def delete(self, key: ApiKey, conversation_id: str) -> Conversation:
        """Show it no more; until it expires, `restore` brings it back. Raises NotFound."""
        now = self._clock.now()
        undo = timedelta(seconds=self._limits.conversation_undo_seconds)
        gone = {"deleted_at": now, "expires_at": now + undo}
        return await self.change(key, conversation_id, lambda found: replace(found, **gone))

    async def restore(self, key: ApiKey, conversation_id: str) -> Conversation:
        """Undo a deletion; of one that is not deleted nothing changes. Raises NotFound."""
        found = await self._find(key, conversation_id)
        if found.deleted_at is None:
            return found
        back = replace(found, deleted_at=None, expires_at=self._clock.now() + self._retention)
        await self._records.put(conversation_record(back))
        return back

    async def forget_key(self, project_id: str, key_id: str) -> None:
        """Remove all that a key had, when it is revoked."""
        async for record in self._records_of(project_id, ""):
            if record.body["key_id"] == key_id:
                await remove_conversation(self._records, record)

    # --- turns --------------------------------------------------------------------------------

    def new_turn(self, question: str, options: Mapping[str, Any]) -> Turn:
        """Raises InvalidRequest for a question that is empty or too long, and PermissionDenied."""
        self._check_kept()
        most = self._limits.query_chars
        if not question.strip() or len(question) > most:
            raise InvalidRequest(f"Ask with 1 to {most} characters; these are {len(question)}")
        id_ = f"turn_{self._random()}{self._random()}"
        return Turn(
            id=id_,
            question=question,
            status=TurnStatus.ANSWERING,
            created_at=self._clock.now(),
            answer_id=id_,
            options=options,
        )

    async def keep(self, key: ApiKey, conversation_id: str, turn: Turn) -> None:
        """Store a turn, in the place of the one that has its id; durable on return.

        Of a conversation that was deleted meanwhile nothing is stored.

        Raises:
            InvalidRequest: The conversation has as many turns as it may.
            PermissionDenied: No conversations are kept.
        """
        self._check_kept()
        try:
            async with self._changed(key, conversation_id) as found:
                new = turn.id not in found.turn_ids
                if new and len(found.turn_ids) >= self._limits.conversation_turns:
                    raise InvalidRequest(
                        f"The conversation has {len(found.turn_ids)} questions, as many as it "
                        "may: begin another one"
                    )
                now = self._clock.now()
                await self._records.put(turn_record(key.project_id, turn))
                used = replace(
                    found,
                    title=found.title or title_of(turn.question),
                    updated_at=now,
                    expires_at=now + self._retention,
                    turn_ids=(*found.turn_ids, turn.id) if new else found.turn_ids,
                )
                await self._records.put(conversation_record(used))
        except NotFound:
            await self._records.remove(key.project_id, turn.id)

    async def forget_turn(self, key: ApiKey, conversation_id: str, turn_id: str) -> None:
        """Remove a turn as if it had not been asked. Raises NotFound."""
        async with self._changed(key, conversation_id) as found:
            left = tuple(id_ for id_ in found.turn_ids if id_ != turn_id)
            await self._records.put(conversation_record(replace(found, turn_ids=left)))
            await self._records.remove(key.project_id, turn_id)

    async def rate(
        self,
        key: ApiKey,
        conversation_id: str,
        answer_id: str,
        *,
        rating: Rating | None,
        comment: str | None,
    ) -> Turn:
        """Keep what a reader thinks of an answer; None takes it back.

        Raises:
            NotFound: No such conversation, or no such answer in it.
            InvalidRequest: The comment is too long.
        """
        if comment is not None and len(comment) > COMMENT_CHARS:
            raise InvalidRequest(f"A comment has at most {COMMENT_CHARS} characters")
        async with self._changed(key, conversation_id) as found:
            for turn in await self.turns(found):
                if turn.answer_id == answer_id:
                    rated = replace(turn, rating=rating, comment=comment or None)
                    await self._records.put(turn_record(key.project_id, rated))
                    return rated
        raise NotFound(f"There is no answer {answer_id[:80]!r} in this conversation.")

    # --- within -------------------------------------------------------------------------------

    @property
    def _retention(self) -> timedelta:
        return timedelta(days=self._limits.conversation_retention_days)

    def _random(self) -> str:
        return self._new_id().replace("-", "")[-RANDOM_CHARS:]

    def _check_kept(self) -> None:
        if not self.kept:
            raise PermissionDenied(
                "This server keeps no conversations: its operator switched them off. Ask by "
                "/chat, and send the messages before along."
            )

    def _ended(self, turn: Turn) -> Turn:
        late = self._clock.now() - turn.created_at > ANSWERING_FOR
        if turn.status is TurnStatus.ANSWERING and late:
            return replace(turn, status=TurnStatus.STOPPED)
        return turn

    def _is_shown(self, key: ApiKey, conversation: Conversation) -> bool:
        return (
            conversation.key_id == key.id
            and conversation.deleted_at is None
            and self._lasts(conversation)
        )

    def _lasts(self, conversation: Conversation) -> bool:
        return conversation.expires_at is None or conversation.expires_at > self._clock.now()

    async def _find(self, key: ApiKey, conversation_id: str) -> Conversation:
        record = await self._records.find(key.project_id, conversation_id)
        if record is not None and record.kind is RecordKind.CONVERSATION:
            found = read_conversation(record)
            if found.key_id == key.id and self._lasts(found):
                return found
        raise NotFound(
            f"Conversation {conversation_id[:80]!r} not found. Each key sees its own ones, for "
            f"{self._limits.conversation_retention_days} days after they were last used."
        )

    @asynccontextmanager
    async def _changed(self, key: ApiKey, conversation_id: str) -> AsyncGenerator[Conversation]:
        """The conversation as it is, which nobody else of this process changes meanwhile."""
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        async with lock:
            yield await self.get(key, conversation_id)

    async def _page(self, project_id: str, prefix: str, after: Record | None) -> Sequence[Record]:
        return await self._records.list(
            project_id,
            RecordKind.CONVERSATION,
            limit=READ_AT_ONCE,
            after=after,
            newest_first=True,
            id_prefix=prefix,
        )

    async def _records_of(
        self, project_id: str, prefix: str, place: Record | None = None
    ) -> AsyncIterator[Record]:
        while records := await self._page(project_id, prefix, place):
            for record in records:
                yield record
            place = records[-1]

    async def _has(self, conversation: Conversation, words: Sequence[str]) -> tuple[bool, int]:
        """Whether title and messages have all the words, and how many characters were read."""
        left = [word for word in words if word not in conversation.title.casefold()]
        if not left:
            return True, len(conversation.title)
        turns = await self.turns(conversation)
        said = "\n".join(f"{turn.question}\n{turn.text}" for turn in turns)

        def all_there() -> bool:
            folded = said.casefold()
            return all(word in folded for word in left)

        return await read_apart(len(said), all_there), len(said)

    async def _make_room(self, project_id: str, prefix: str) -> None:
        """Where a key has its share with one assistant already, its own make room."""
        kind, most = RecordKind.CONVERSATION, self._limits.conversations_per_project
        over = await self._records.count(project_id, kind) - most + 1
        if over <= 0:
            return
        share = max(over, most // SHARES)
        own = await self._records.list(
            project_id, kind, limit=share, after=None, newest_first=False, id_prefix=prefix
        )
        oldest = (
            own[:over]
            if len(own) == share
            else await self._records.list(
                project_id, kind, limit=over, after=None, newest_first=False
            )
        )
        for record in oldest:
            await remove_conversation(self._records, record)


def history(turns: Sequence[Turn]) -> tuple[Message, ...]:
    """What was said before, as a question is asked with it: the last turns, as far as they fit."""
    kept: list[Message] = []
    chars = 0
    for turn in list(turns)[: -HISTORY_TURNS - 1 : -1]:
        chars += len(turn.question) + len(turn.text)
        if chars > HISTORY_CHARS:
            break
        if turn.text.strip():
            kept += [Message("assistant", turn.text), Message("user", turn.question)]
    return tuple(reversed(kept))


async def remove_conversation(records: Records, record: Record) -> None:
    """Remove a conversation's record, and its turns before, so that none is left behind."""
    for turn_id in turn_records_of(record):
        await records.remove(record.project_id, turn_id)
    await records.remove(record.project_id, record.id)


async def remove_of_assistant(records: Records, assistant_id: str) -> None:
    """Remove all conversations with an assistant, whosever they are."""
    kind, prefix = RecordKind.CONVERSATION, id_prefix(assistant_id)
    while found := await records.with_prefix(kind, prefix, limit=READ_AT_ONCE):
        for record in found:
            await remove_conversation(records, record)
