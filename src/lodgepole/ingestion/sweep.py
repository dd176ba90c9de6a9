"""Removes what no catalog row accounts for: what crashes left between two durable steps.

Something without a row may be about to get one (an upload's blob is stored before its operation
is accepted), so it is removed only when it is still unaccounted for after a grace.
"""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lodgepole.library.blob_keys import assistant_prefix, given_version, version_of, version_prefix
from lodgepole.limits import Limits
from lodgepole.model import FileVersion
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.clock import Clock
from lodgepole.ports.index import Index
from lodgepole.ports.live_content import LiveContent
from lodgepole.ports.operation_history import OperationHistory

GRACE = timedelta(minutes=10)
Place = Literal["index", "blobs"]


@dataclass(frozen=True, slots=True)
class _Orphan:
    """Stored content without a row: of a whole assistant, or of one version of a file."""

    place: Place
    assistant_id: str
    version: FileVersion | None = None


class Sweep:
    """Looks for orphans when it is run, and remembers since when it has seen each."""

    def __init__(
        self,
        *,
        history: OperationHistory,
        live: LiveContent,
        blobs: Blobs,
        index: Index,
        clock: Clock,
        limits: Limits,
        grace: timedelta = GRACE,
    ) -> None:
        self._history = history
        self._live = live
        self._blobs = blobs
        self._index = index
        self._clock = clock
        self._retention = timedelta(days=limits.operation_retention_days)
        self._grace = grace
        self._seen: dict[_Orphan, datetime] = {}

    async def run(self) -> int:
        """Remove orphans that are older than the grace; how many."""
        await self._history.forget_finished(self._clock.now() - self._retention)
        now = self._clock.now()
        orphans = await self._orphans()
        self._seen = {orphan: self._seen.get(orphan, now) for orphan in orphans}
        due = [orphan for orphan, since in self._seen.items() if now - since >= self._grace]
        for orphan in due:
            await self._remove(orphan)
            del self._seen[orphan]
        return len(due)

    async def _orphans(self) -> list[_Orphan]:
        """One assistant after the other, so that only what is dead of all is held at once."""
        # What is stored is listed before what is live: something that became live in between is
        # then seen as live.
        indexed = set(await self._index.assistants())
        dead: list[_Orphan] = []
        with_blobs: set[str] = set()
        async for assistant_id, stored in _by_assistant(self._blobs):
            dead += await self._dead(assistant_id, stored)
            with_blobs.add(assistant_id)
        for assistant_id in sorted(indexed - with_blobs):
            dead += await self._dead(assistant_id, ())
        gone = {*indexed, *with_blobs} - {*await self._live.live_assistants()}
        return [
            *(orphan for orphan in dead if orphan.assistant_id not in gone),
            *(_Orphan("index", assistant_id) for assistant_id in sorted(gone & indexed)),
            *(_Orphan("blobs", assistant_id) for assistant_id in sorted(gone & with_blobs)),
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

    async def _remove(self, orphan: _Orphan) -> None:
        assistant_id, version = orphan.assistant_id, orphan.version
        if orphan.place == "index":
            if version is None:
                await self._index.drop(assistant_id)
            else:
                await self._index.remove(assistant_id, [version])
            return
        await self._blobs.remove_prefix(
            assistant_prefix(assistant_id)
            if version is None
            else version_prefix(assistant_id, version)
        )


async def stored_versions(blobs: Blobs) -> dict[str, Collection[FileVersion]]:
    """What the blobs hold something of, by assistant."""
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
