"""Fair queue for parser processes: which file is read next.

A place is held for as long as a file takes, which may be minutes. So the owner who holds the
fewest has the next one, and one place beyond the usual is kept for small files of owners who hold
none: those that take long keep nobody else waiting.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class _Waiting:
    owner: str
    small: bool
    granted: asyncio.Future[bool]
    """Its result says whether it is the place that is kept for small files."""


class Turns:
    """So many places, and one more for what is small; an owner is whoever a file belongs to."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._kept_free = True
        self._held: Counter[str] = Counter()
        self._waiting: list[_Waiting] = []  # in the order in which they came
        self._nobody = asyncio.Event()
        self._nobody.set()

    @asynccontextmanager
    async def place(self, owner: str, *, small: bool) -> AsyncGenerator[None]:
        """Hold a place once it is this owner's turn."""
        waiting = _Waiting(owner, small, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._nobody.clear()
        self._grant()
        try:
            await waiting.granted
            yield
        finally:
            self._leave(waiting)

    async def nobody(self) -> None:
        """Return once no place is held, nor waited for."""
        await self._nobody.wait()

    def _leave(self, waiting: _Waiting) -> None:
        if waiting in self._waiting:
            self._waiting.remove(waiting)
        elif waiting.granted.done() and not waiting.granted.cancelled():
            self._held[waiting.owner] -= 1
            if not self._held[waiting.owner]:
                del self._held[waiting.owner]
            if waiting.granted.result():
                self._kept_free = True
            else:
                self._free += 1
        self._grant()
        if not self._held and not self._waiting:
            self._nobody.set()

    def _grant(self) -> None:
        """Give places to those whose turn it is, while there are any."""
        while (waiting := self._next()) is not None:
            kept = not self._free
            if kept:
                self._kept_free = False
            else:
                self._free -= 1
            self._waiting.remove(waiting)
            self._held[waiting.owner] += 1
            waiting.granted.set_result(kept)

    def _next(self) -> _Waiting | None:
        if self._free:
            able = [each for each in self._waiting if not each.granted.cancelled()]
        elif self._kept_free:
            able = [
                each
                for each in self._waiting
                if each.small and not self._held[each.owner] and not each.granted.cancelled()
            ]
        else:
            return None
        return min(able, key=lambda each: self._held[each.owner], default=None)
