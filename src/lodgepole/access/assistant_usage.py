"""Usage and holdings of each assistant by day, for looking back over time.

Each process keeps a record of its own for each day, so that none waits for another; what an
assistant holds is noted once a day, when somebody asks something or looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lodgepole.errors import LodgepoleError
from lodgepole.model import Assistant, Record, RecordKind, Usage
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock
from lodgepole.ports.records import Records

KEPT_DAYS = 400
MOST_NAMES = 1_000
"""Assistants of one record; what is beyond stands together under no name."""
STEP = 200
"""Records and assistants that are read at once."""
OTHERS = ""
USED = "usage"
HELD = "held"
Place = tuple[str, date]  # project, day


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantDay:
    """What one assistant was asked on one day, in UTC, and what it held then, where that is known.

    The empty name is of all assistants beyond the first thousand together.
    """

    day: date
    assistant: str
    requests: int = 0  # answers and contexts
    prompt_tokens: int = 0
    completion_tokens: int = 0
    files: int | None = None
    bytes: int | None = None


class AssistantUsage:
    """Counts answers and tokens by assistant and day.

    Args:
        records: Where the days are kept.
        catalog: What assistants hold.
        clock: Which day it is.
        process: Tells this process from all others, in up to 40 characters.
    """

    def __init__(self, records: Records, catalog: Catalog, clock: Clock, *, process: str) -> None:
        self._records = records
        self._catalog = catalog
        self._clock = clock
        self._process = process
        self._counts: dict[Place, dict[str, list[int]]] = {}
        self._changed: set[Place] = set()
        self._held: set[Place] = set()  # days whose holdings are noted

    def count(self, assistant: Assistant, usage: Usage) -> None:
        """Something asked of this assistant was answered at this cost."""
        place = (assistant.project_id, self._clock.now().date())
        names = self._counts.setdefault(place, {})
        name = assistant.name if len(names) < MOST_NAMES or assistant.name in names else OTHERS
        counts = names.setdefault(name, [0, 0, 0])
        for index, number in enumerate((1, usage.prompt_tokens, usage.completion_tokens)):
            counts[index] += number
        self._changed.add(place)

    async def write(self) -> None:
        """Keep what was counted. Raises Unavailable as the store does; nothing is lost then."""
        for place in sorted(self._changed):
            project_id, day = place
            self._changed.discard(place)
            try:
                await self._put(place, f"{USED}.{day}.{self._process}", self._counts[place])
            except LodgepoleError:
                self._changed.add(place)
                raise
            if place not in self._held:
                await self.note_holdings(project_id)
        today = self._clock.now().date()
        for place in [p for p in self._counts if p[1] < today and p not in self._changed]:
            del self._counts[place]
        self._held = {place for place in self._held if place[1] >= today}

    async def note_holdings(self, project_id: str) -> None:
        """Note what the assistants of the project hold today; a later note takes its place."""
        place = (project_id, self._clock.now().date())
        held: dict[str, list[int]] = {}
        after: str | None = None
        while True:
            page = await self._catalog.list_assistants(project_id, limit=STEP, after=after)
            for assistant in page.items:
                totals = (await self._catalog.files_by_status(assistant.id)).values()
                known = held.setdefault(
                    assistant.name if len(held) < MOST_NAMES else OTHERS, [0, 0]
                )
                known[0] += sum(total.files for total in totals)
                known[1] += sum(total.bytes for total in totals)
            after = page.next
            if after is None:
                break
        await self._put(place, f"{HELD}.{place[1]}", held)
        self._held.add(place)

    async def read(self, project_id: str, *, since: date) -> Sequence[AssistantDay]:
        """Return the days by day, then by name; of a day without questions there may be none."""
        used: dict[tuple[date, str], list[int]] = {}
        held: dict[tuple[date, str], list[int]] = {}
        for record in await self._since(project_id, since):
            what, day, *_ = record.id.split(".")
            for name, numbers in record.body["assistants"].items():
                sums = (used if what == USED else held).setdefault(
                    (date.fromisoformat(day), name), [0] * len(numbers)
                )
                for index, number in enumerate(numbers):
                    sums[index] += number
        return [_day(place, used, held) for place in sorted(used.keys() | held.keys())]

    async def _since(self, project_id: str, since: date) -> Sequence[Record]:
        found: list[Record] = []
        after: Record | None = None
        while True:
            page = await self._records.list(
                project_id, RecordKind.USAGE, limit=STEP, after=after, newest_first=True
            )
            found += [record for record in page if record.created_at.date() >= since]
            if len(page) < STEP or page[-1].created_at.date() < since:
                return found
            after = page[-1]

    async def _put(self, place: Place, id_: str, numbers: Mapping[str, Sequence[int]]) -> None:
        project_id, day = place
        begun = datetime.combine(day, time(), UTC)
        await self._records.put(
            Record(
                id=id_,
                project_id=project_id,
                kind=RecordKind.USAGE,
                created_at=begun,
                expires_at=begun + timedelta(days=KEPT_DAYS),
                body={"assistants": {name: [*counts] for name, counts in numbers.items()}},
            )
        )


def _day(
    place: tuple[date, str],
    used: Mapping[tuple[date, str], Sequence[int]],
    held: Mapping[tuple[date, str], Sequence[int]],
) -> AssistantDay:
    requests, prompt, completion = used.get(place, (0, 0, 0))
    files, size = held.get(place, (None, None))
    return AssistantDay(
        day=place[0],
        assistant=place[1],
        requests=requests,
        prompt_tokens=prompt,
        completion_tokens=completion,
        files=files,
        bytes=size,
    )
