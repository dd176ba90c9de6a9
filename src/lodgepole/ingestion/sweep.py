"""Garbage collection: removes blobs and passages that no catalog row refers to.

Something without a row may be about to get one (an upload's blob is stored before its operation
is accepted), so it is removed only when it is still unaccounted for after a grace. Where most of
all blobs are unaccounted for, the catalog is what is wrong: they are set aside instead, for weeks.
"""

import logging
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lodgepole.library.blob_keys import (
    assistant_prefix,
    given_version,
    held_prefix,
    version_of,
    version_prefix,
)
from lodgepole.library.conversations import remove_conversation
from lodgepole.limits import Limits
from lodgepole.model import FileVersion, RecordKind
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.clock import Clock
from lodgepole.ports.index import Index
from lodgepole.ports.live_content import LiveContent
from lodgepole.ports.operation_history import OperationHistory
from lodgepole.ports.quarantine import Quarantine
from lodgepole.ports.records import Records

GRACE = timedelta(minutes=10)
MOST_REMOVED = 0.5
"""Of all contents stored, at once. Crashes leave a few; a catalog that is old leaves most."""
SET_ASIDE_FOR = timedelta(days=30)
ASSISTANTS_NAMED = 20
MOST_EXPIRED = 1000  # records a run; what is left is for the next one
HOLDING_BYTES = (RecordKind.FILE, RecordKind.PASSING_FILE)
Place = Literal["index", "blobs"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Orphan:
    """Stored content without a row: of a whole assistant, or of one version of a file."""

    place: Place
    assistant_id: str
    version: FileVersion | None = None
    contents: int = 1


class Sweep:
    """Looks for orphans when it is run, and remembers since when it has seen each."""

    def __init__(
        self,
        *,
        history: OperationHistory,
        live: LiveContent,
        blobs: Blobs,
        quarantine: Quarantine,
        index: Index,
        records: Records,
        clock: Clock,
        limits: Limits,
        grace: timedelta = GRACE,
    ) -> None:
        self._history = history
        self._live = live
        self._blobs = blobs
        self._quarantine = quarantine
        self._stored = 0
        self._index = index
        self._records = records
        self._clock = clock
        self._retention = timedelta(days=limits.operation_retention_days)
        self._grace = grace
        self._seen: dict[_Orphan, datetime] = {}

    async def run(self) -> int:
        """Remove orphans that are older than the grace, or set them aside; how many."""
        await self._forget_set_aside()
        await self._history.forget_finished(self._clock.now() - self._retention)
        await self._forget_expired()
        now = self._clock.now()
        orphans = await self._orphans()
        self._seen = {orphan: min(self._seen.get(orphan, now), now) for orphan in orphans}
        due = [orphan for orphan, since in self._seen.items() if now - since >= self._grace]
        contents = [orphan for orphan in due if orphan.place == "blobs"]
        aside = sum(orphan.contents for orphan in contents) > MOST_REMOVED * self._stored
        if aside:
            self._tell(contents)
        for orphan in due:
            await self._remove(orphan, aside=aside)
            del self._seen[orphan]
        return len(due)

    def _tell(self, orphans: Collection[_Orphan]) -> None:
        log.error(
            "%d of %d stored contents have no row in the catalog, which may be an old one. They "
            "are not removed but set aside for %d days, below %s in the blobs. Restore the "
            "catalog if files are missing; assistants concerned: %s",
            sum(orphan.contents for orphan in orphans),
            self._stored,
            SET_ASIDE_FOR.days,
            ".quarantine",
            ", ".join(sorted({orphan.assistant_id for orphan in orphans})[:ASSISTANTS_NAMED]),
        )

    async def _forget_set_aside(self) -> None:
        oldest = (self._clock.now() - SET_ASIDE_FOR).date()
        for day in await self._quarantine.set_aside_by_day():
            if day < oldest:
                await self._quarantine.remove_set_aside(day)

    async def _forget_expired(self) -> None:
        """Remove records whose time has come, the bytes of files first."""
        for record in await self._records.expired(self._clock.now(), limit=MOST_EXPIRED):
            if record.kind in HOLDING_BYTES:
                await self._blobs.remove_prefix(held_prefix(record.id))
            await remove_conversation(self._records, record)

    async def _orphans(self) -> list[_Orphan]:
        """One assistant after the other, so that only what is dead of all is held at once."""
        # What is stored is listed before what is live: something that became live in between is
        # then seen as live.
        indexed = set(await self._index.assistants())
        dead: list[_Orphan] = []
        with_blobs: dict[str, int] = {}
        async for assistant_id, stored in _by_assistant(self._blobs):
            dead += await self._dead(assistant_id, stored)
            with_blobs[assistant_id] = len(stored)
        for assistant_id in sorted(indexed - {*with_blobs}):
            dead += await self._dead(assistant_id, ())
        self._stored = sum(with_blobs.values())
        gone = {*indexed, *with_blobs} - {*await self._live.live_assistants()}
        return [
            *(orphan for orphan in dead if orphan.assistant_id not in gone),
            *(_Orphan("index", assistant_id) for assistant_id in sorted(gone & indexed)),
            *(
                _Orphan("blobs", assistant_id, contents=with_blobs[assistant_id])
                for assistant_id in sorted(gone & {*with_blobs})
            ),
        ]

    async def _dead(self, assistant_id: str, stored: Collection[FileVersion]) -> list[_Orphan]:
        indexed = await self._index.versions(assistant_id)
        known = accounted_for(await self._live.live_versions(assistant_id))
        places: dict[Place, Collection[FileVersion]] = {"index": indexed, "blobs": stored}
        return [
            _Orphan(place, assistant_id, version)
            for place, versions in places.items()
            for version in sorted({*versions} - known)
        ]

    async def _remove(self, orphan: _Orphan, *, aside: bool) -> None:
        assistant_id, version = orphan.assistant_id, orphan.version
        if orphan.place == "index":
            if version is None:
                await self._index.drop(assistant_id)
            else:
                await self._index.remove(assistant_id, [version])
            return
        prefix = (
            assistant_prefix(assistant_id)
            if version is None
            else version_prefix(assistant_id, version)
        )
        if aside:
            await self._quarantine.set_aside(prefix, self._clock.now().date())
        else:
            await self._blobs.remove_prefix(prefix)


async def stored_versions(blobs: Blobs) -> dict[str, Collection[FileVersion]]:
    """Return the file versions that have blobs, by assistant."""
    return {assistant_id: stored async for assistant_id, stored in _by_assistant(blobs)}


async def _by_assistant(blobs: Blobs) -> AsyncIterator[tuple[str, Collection[FileVersion]]]:
    assistant_id, found = "", set[FileVersion]()
    async for key in blobs.keys(""):
        version = version_of(key)
        if version is None:
            continue
        if version[0] != assistant_id:
            if found:
                yield assistant_id, found
            assistant_id, found = version[0], set()
        found.add(version[1])
    if found:
        yield assistant_id, found


def accounted_for(live: Collection[FileVersion]) -> set[FileVersion]:
    """The live versions, and what clients brought along for files that have one."""
    return {*live, *(given_version(version.file_id) for version in live)}
