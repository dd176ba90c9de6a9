"""Usage of keys by day, in memory."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.model import DailyUsage, ProjectTotals


class MemoryUsageStore:
    """`UsageStore` over the database of a `MemoryCatalog`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def add(self, entries: Collection[DailyUsage]) -> None:
        for entry in entries:
            place = (entry.day, entry.key_id, entry.project_id)
            known = self._database.usage.get(place)
            self._database.usage[place] = entry if known is None else _sum(known, entry)

    async def read(self, project_id: str, *, since: date) -> Sequence[DailyUsage]:
        return [
            entry
            for (day, _, project), entry in sorted(self._database.usage.items())
            if project == project_id and day >= since
        ]

    async def forget(self, before: date) -> None:
        for place in [place for place in self._database.usage if place[0] < before]:
            del self._database.usage[place]

    async def totals(self, project_id: str) -> ProjectTotals:
        database = self._database
        own = {a.id for a in database.assistants.values() if a.project_id == project_id}
        sizes = [row.file.upload.size for (a, _), row in database.files.items() if a in own]
        statuses = [row.operation.status for (a, _), row in database.operations.items() if a in own]
        return ProjectTotals(
            assistants=len(own), files=len(sizes), bytes=sum(sizes), operations=Counter(statuses)
        )


def _sum(one: DailyUsage, other: DailyUsage) -> DailyUsage:
    return replace(
        one,
        requests=one.requests + other.requests,
        prompt_tokens=one.prompt_tokens + other.prompt_tokens,
        completion_tokens=one.completion_tokens + other.completion_tokens,
    )
