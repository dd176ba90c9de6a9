"""Runs folders when something in them changes, instead of at their next turn alone.

A notice is a hint: what it misses the schedule finds, and what it says is read as always.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime, timedelta
from pathlib import PurePath

from lodgepole.concurrency.signal import Signal
from lodgepole.errors import LodgepoleError
from lodgepole.ports.clock import Clock
from lodgepole.ports.source_store import SourceKind, SourceStore

log = logging.getLogger(__name__)

GAP = timedelta(seconds=30)
"""Between two runs of a folder that never rests."""

Changes = Callable[[asyncio.Event], AsyncIterator[Collection[str]]]
"""Paths that changed, again and again until the event is set; none where a while has passed."""


class FolderWatch:
    """Asks for a run of each folder with a schedule in which something changed."""

    def __init__(self, changes: Changes, *, store: SourceStore, clock: Clock, wake: Signal) -> None:
        """`wake` is given when a run is due now."""
        self._changes = changes
        self._store = store
        self._clock = clock
        self._wake = wake
        self._changed: set[str] = set()  # ids of sources that are still to be run
        self._asked: dict[str, datetime] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set."""
        try:
            async for paths in self._changes(stop):
                if paths or self._changed:
                    await self._ask(paths)
        except OSError as error:
            log.warning("Folders are not watched, but run by their schedule: %s", error)

    async def _ask(self, paths: Collection[str]) -> None:
        try:
            sources = await self._store.scheduled_sources(SourceKind.FOLDER)
            now, asked = self._clock.now(), False
            places = [PurePath(path) for path in paths]
            for source in sources:
                if any(place.is_relative_to(source.url) for place in places):
                    self._changed.add(source.id)
                last = self._asked.get(source.id)
                if source.id in self._changed and not (
                    last is not None and last <= now < last + GAP
                ):
                    await self._store.request_run(source, now)
                    self._changed.discard(source.id)
                    self._asked[source.id], asked = now, True
            known = {source.id for source in sources}
            self._changed &= known
            self._asked = {id_: at for id_, at in self._asked.items() if id_ in known}
            if asked:
                self._wake.give()
        except LodgepoleError as error:
            log.warning("A change in a folder waits for its schedule: %s", error)
