"""Request coalescing: identical requests in flight share one generation.

A client library that gives up waiting posts the same request again, several times over. The
second one joins the first one's generation instead of paying for another.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Generic, TypeVar

from lodgepole.concurrency.signal import Signal

T = TypeVar("T")


class _Generation(Generic[T]):
    """A running generation, what it gave so far, and how many follow it."""

    def __init__(self, events: AsyncGenerator[T]) -> None:
        self.given: list[T] = []
        self.followers = 0
        self._changed = Signal()
        self.task = asyncio.create_task(self._run(events), name="shared answer")
        self.task.add_done_callback(self._finished)

    async def _run(self, events: AsyncGenerator[T]) -> None:
        try:
            async for event in events:
                self.given.append(event)
                self._changed.give()
        finally:
            await events.aclose()

    def _finished(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()  # whoever follows raises it; nobody may be left to do so
        self._changed.give()

    async def follow(self) -> AsyncGenerator[T]:
        position = 0
        while True:
            while position < len(self.given):
                yield self.given[position]
                position += 1
            if self.task.done():
                self.task.result()
                return
            await self._changed.wait()


class SharedAnswers(Generic[T]):
    """Runs each generation once, whoever joins it.

    Args:
        linger_seconds: How long a generation that everybody left goes on, so that a client
            that posts again finds it. One that ended while it was followed is forgotten at
            once: it is never the answer to a later request.
    """

    def __init__(self, *, linger_seconds: float) -> None:
        self._linger_seconds = linger_seconds
        self._running: dict[str, _Generation[T]] = {}

    async def join(self, key: str, start: Callable[[], AsyncGenerator[T]]) -> AsyncGenerator[T]:
        """All events of the generation under `key`, from the first; started if there is none."""
        generation = self._running.get(key)
        if generation is None:
            generation = self._running[key] = _Generation(start())
        generation.followers += 1
        complete = False
        try:
            async for event in generation.follow():
                yield event
            complete = True
        finally:
            generation.followers -= 1
            if complete or generation.task.done():
                self._forget(key, generation)
            elif generation.followers == 0:
                loop = asyncio.get_running_loop()
                loop.call_later(self._linger_seconds, self._stop_alone, key, generation)

    def _stop_alone(self, key: str, generation: _Generation[T]) -> None:
        if generation.followers == 0:
            generation.task.cancel()
            self._forget(key, generation)

    def _forget(self, key: str, generation: _Generation[T]) -> None:
        if self._running.get(key) is generation:
            del self._running[key]
