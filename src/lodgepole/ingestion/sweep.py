"""Removes what no catalog row accounts for: what crashes left between two durable steps.

Something without a row may be about to get one (an upload's blob is stored before its operation
is accepted), so it is removed only when it is still unaccounted for after a grace.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lodgepole.blob_keys import assistant_prefix, given_version, version_of, version_prefix
from lodgepole.limits import Limits
from lodgepole.model import FileVersion
from lodgepole.ports import Blobs, Clock, Index, OperationLog

GRACE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Orphan:
    """Stored content without a row: of a whole assistant, or of one version of a file."""

    place: Literal["index", "blobs"]
    assistant_id: str
    version: FileVersion | None = None


class Sweep:
    """Looks for orphans when it is run, and remembers since when it has seen each."""

    def __init__(
        self,
        *,
        log: OperationLog,
        blobs: Blobs,
        index: Index,
        clock: Clock,
        limits: Limits,
        grace: timedelta = GRACE,
    ) -> None:
        self._log = log
        self._blobs = blobs
        self._index = index
        self._clock = clock
        self._retention = timedelta(days=limits.operation_retention_days)
        self._grace = grace
        self._seen: dict[_Orphan, datetime] = {}

    async def run(self) -> int:
        """Remove orphans that are older than the grace; how many."""
        await self._log.forget_finished(self._clock.now() - self._retention)
        now = self._clock.now()
        orphans = await self._orphans()
        self._seen = {orphan: self._seen.get(orphan, now) for orphan in orphans}
        due = [orphan for orphan, since in self._seen.items() if now - since >= self._grace]
        for orphan in due:
            await self._remove(orphan)
            del self._seen[orphan]
        return len(due)

    async def _orphans(self) -> list[_Orphan]:
        # What is stored is listed before what is live: something that became live in between is
        # then seen as live.
        indexed = {
            assistant_id: await self._index.versions(assistant_id)
            for assistant_id in await self._index.assistants()
        }
        stored = await stored_versions(self._blobs)
        alive = await self._log.live_assistants()
        orphans: list[_Orphan] = []
        for assistant_id in sorted({*indexed, *stored}):
            live = await self._log.live_versions(assistant_id) if assistant_id in alive else None
            orphans += _dead("index", assistant_id, indexed.get(assistant_id), live)
            orphans += _dead("blobs", assistant_id, stored.get(assistant_id), live)
        return orphans

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
    found: dict[str, set[FileVersion]] = {}
    async for key in blobs.keys(""):
        version = version_of(key)
        if version is not None:
            found.setdefault(version[0], set()).add(version[1])
    return dict(found)


def _dead(
    place: Literal["index", "blobs"],
    assistant_id: str,
    stored: Collection[FileVersion] | None,
    live: Collection[FileVersion] | None,
) -> list[_Orphan]:
    """What of `stored` is not `live`; all of it as one where the assistant itself is gone."""
    if stored is None:
        return []
    if live is None:
        return [_Orphan(place, assistant_id)]
    known = accounted_for(live)
    return [_Orphan(place, assistant_id, version) for version in sorted({*stored} - known)]


def accounted_for(live: Collection[FileVersion]) -> set[FileVersion]:
    """The live versions, and what clients brought along for files that have one."""
    return {*live, *(given_version(version.file_id) for version in live)}
