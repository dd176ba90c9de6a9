"""Usage of each key: counted in memory, and written to the database every few seconds."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lodgepole.access.assistant_usage import AssistantDay, AssistantUsage
from lodgepole.errors import LodgepoleError
from lodgepole.model import ApiKey, Assistant, DailyUsage, ProjectTotals, Usage
from lodgepole.ports.clock import Clock
from lodgepole.ports.usage_store import UsageStore

log = logging.getLogger(__name__)

WRITTEN_EVERY_SECONDS = 10.0
"""A crash loses so much of the counts; they are for looking at, not for bills."""
KEPT_DAYS = 400
PLACES = 10_000
"""Keys and days held in memory; counts of further ones are dropped until the next write."""
Place = tuple[str, str, date]  # project, key, day


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectUsage:
    """What a project has, and the usage of its keys since a day."""

    totals: ProjectTotals
    since: date
    entries: Sequence[DailyUsage]  # by day
    by_assistant: Sequence[AssistantDay] = ()


class UsageMeter:
    """Counts requests and tokens by key and day."""

    def __init__(
        self,
        usage_store: UsageStore,
        clock: Clock,
        *,
        assistants: AssistantUsage | None = None,
    ) -> None:
        self._usage_store = usage_store
        self._assistants = assistants
        self._clock = clock
        self._counts: dict[Place, list[int]] = {}  # requests, prompt and completion tokens
        self._writing: asyncio.Task[None] | None = None
        self._cleaned: date | None = None

    def count_request(self, key: ApiKey) -> None:
        """One request was made with this key."""
        self._count(key, 1, 0, 0)

    def count_tokens(self, key: ApiKey, usage: Usage, assistant: Assistant | None = None) -> None:
        """A request made with this key was answered at this cost, by this assistant."""
        if assistant is not None and self._assistants is not None:
            self._assistants.count(assistant, usage)
        self._count(key, 0, usage.prompt_tokens, usage.completion_tokens)

    async def report(self, project_id: str, *, days: int) -> ProjectUsage:
        """Return the usage of a project, this process's last seconds included.

        Args:
            project_id: Whose.
            days: How many to look back, today included; from 1.
        """
        await self._write()
        since = self._clock.now().date() - timedelta(days=days - 1)
        return ProjectUsage(
            totals=await self._usage_store.totals(project_id),
            since=since,
            entries=await self._usage_store.read(project_id, since=since),
            by_assistant=await self._by_assistant(project_id, since),
        )

    async def _by_assistant(self, project_id: str, since: date) -> Sequence[AssistantDay]:
        if self._assistants is None:
            return ()
        await self._assistants.note_holdings(project_id)
        return await self._assistants.read(project_id, since=since)

    async def close(self) -> None:
        """Write what is left."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait([self._writing])
        await self._write_or_say()

    def _count(self, key: ApiKey, *numbers: int) -> None:
        place = (key.project_id, key.id, self._clock.now().date())
        counts = self._counts.get(place)
        if counts is None:
            if len(self._counts) >= PLACES:
                return
            counts = self._counts[place] = [0, 0, 0]
        for index, number in enumerate(numbers):
            counts[index] += number
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_later())

    async def _write_later(self) -> None:
        await asyncio.sleep(WRITTEN_EVERY_SECONDS)
        self._writing = None  # what is counted from here on has a task of its own
        await self._write_or_say()

    async def _write_or_say(self) -> None:
        try:
            await self._write()
        except LodgepoleError as error:
            log.warning("The counts of requests and tokens were not written: %s", error)

    async def _write(self) -> None:
        counts, self._counts = self._counts, {}
        entries = [
            DailyUsage(
                project_id=project_id,
                key_id=key_id,
                day=day,
                requests=requests,
                prompt_tokens=prompt,
                completion_tokens=completion,
            )
            for (project_id, key_id, day), (requests, prompt, completion) in counts.items()
        ]
        try:
            await self._usage_store.add(entries)
        except LodgepoleError:
            for place, numbers in counts.items():
                known = self._counts.setdefault(place, [0, 0, 0])
                self._counts[place] = [a + b for a, b in zip(known, numbers, strict=True)]
            raise
        if self._assistants is not None:
            await self._assistants.write()
        today = self._clock.now().date()
        if entries and self._cleaned != today:
            self._cleaned = today
            await self._usage_store.forget(today - timedelta(days=KEPT_DAYS))
