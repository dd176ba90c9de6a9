"""Concurrency slots of a worker, weighted by file size, and slow assistants."""

import asyncio

from lodgepole.concurrency.signal import Signal
from lodgepole.concurrency.waiting import first_of
from lodgepole.model import Operation

SMALL_BYTES = 256 * 1024
LARGE_WEIGHT = 8
"""A large file counts for this many small ones, which share commits of the index when they are
under way together."""
REMEMBERED_SECONDS = 600.0
"""That an assistant counts as slow after one of its files took long."""


class Slots:
    """Room for so many large files, or eight times as many small ones.

    What is claimed next may always be large, so whoever looks for work holds room for that.
    """

    def __init__(self, large: int) -> None:
        self._free = large * LARGE_WEIGHT
        self._looking = 0
        self._changed = Signal()
        self._turn = asyncio.Lock()

    async def look(self, stop: asyncio.Event) -> bool:
        """Wait for room for a large file, and take it; False once `stop` is set."""
        async with self._turn:  # one looks whenever something is given, the others after it
            while not stop.is_set():
                changed = self._changed.listen()
                if self._free >= LARGE_WEIGHT:
                    self._free -= LARGE_WEIGHT
                    self._looking += 1
                    return True
                await first_of(changed.wait(), stop)
        return False

    def found(self, weight: int) -> None:
        """Keep as much as the work that was found weighs, 0 for none."""
        self._looking -= 1
        self.give(LARGE_WEIGHT - weight)

    def give(self, weight: int) -> None:
        self._free += weight
        self._changed.give()

    async def all_taken(self, stop: asyncio.Event) -> bool:
        """Wait until all who may look have work; False once `stop` is set."""
        while not stop.is_set():
            changed = self._changed.listen()
            if not self._looking:
                return True
            await first_of(changed.wait(), stop)
        return False


def weight_of(operation: Operation) -> int:
    """What an operation counts for; a deletion reads nothing."""
    small = operation.upload is None or operation.upload.size <= SMALL_BYTES
    return 1 if small else LARGE_WEIGHT


class SlowAssistants:
    """Assistants of which a file took long, for a while; times are those of the event loop."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def add(self, assistant_id: str) -> None:
        self._until[assistant_id] = asyncio.get_running_loop().time() + REMEMBERED_SECONDS

    def now(self) -> frozenset[str]:
        """Return their ids, without those whose time is over."""
        now = asyncio.get_running_loop().time()
        self._until = {id_: until for id_, until in self._until.items() if until > now}
        return frozenset(self._until)
