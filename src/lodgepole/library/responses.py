"""Stored responses, by which a conversation is continued without sending it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lodgepole.errors import NotFound
from lodgepole.limits import Limits
from lodgepole.model import Message, Record, RecordKind
from lodgepole.ports.clock import Clock
from lodgepole.ports.records import Records

ID_PREFIX = "resp_"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """An answer as it was told.

    Attributes:
        shown: What its caller was answered, as JSON.
        asked: What the request said, as JSON: without what came before it.
        messages: The whole conversation, this answer included.
    """

    shown: Mapping[str, Any]
    asked: Sequence[Mapping[str, Any]]
    messages: tuple[Message, ...]


class StoredResponses:
    """Use cases of a project on its answers."""

    def __init__(self, *, records: Records, clock: Clock, limits: Limits) -> None:
        self._records = records
        self._clock = clock
        self._limits = limits

    async def keep(self, project_id: str, response_id: str, response: StoredResponse) -> None:
        """Store an answer; durable on return. Where there are too many the oldest go."""
        now = self._clock.now()
        await self._make_room(project_id)
        await self._records.put(
            Record(
                id=response_id,
                project_id=project_id,
                kind=RecordKind.RESPONSE,
                created_at=now,
                expires_at=now + timedelta(days=self._limits.response_retention_days),
                body={
                    "shown": dict(response.shown),
                    "asked": [dict(item) for item in response.asked],
                    "messages": [[message.role, message.content] for message in response.messages],
                },
            )
        )

    async def get(self, project_id: str, response_id: str) -> StoredResponse:
        """Raises NotFound, also when its time has passed."""
        record = await self._records.find(project_id, response_id)
        if (
            record is None
            or record.kind is not RecordKind.RESPONSE
            or (record.expires_at is not None and record.expires_at <= self._clock.now())
        ):
            raise NotFound(
                f"Response with id {response_id[:140]!r} not found. Responses are kept for "
                f"{self._limits.response_retention_days} days, where `store` is not false."
            )
        return StoredResponse(
            shown=record.body["shown"],
            asked=record.body["asked"],
            messages=tuple(Message(role, content) for role, content in record.body["messages"]),
        )

    async def delete(self, project_id: str, response_id: str) -> None:
        """Raises NotFound."""
        await self.get(project_id, response_id)
        await self._records.remove(project_id, response_id)

    async def _make_room(self, project_id: str) -> None:
        kind = RecordKind.RESPONSE
        most = self._limits.responses_per_project
        over = await self._records.count(project_id, kind) - most + 1
        if over > 0:
            oldest = await self._records.list(
                project_id, kind, limit=over, after=None, newest_first=False
            )
            for record in oldest:
                await self._records.remove(project_id, record.id)
