"""Clock that moves only when told to, for tests."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


class MemoryClock:
    """`Clock` owned by a test. `tick` moves it by itself at every reading, to keep order."""

    def __init__(self, now: datetime = START, *, tick: timedelta = timedelta()) -> None:
        self._now = now
        self._tick = tick

    def now(self) -> datetime:
        self._now += self._tick
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by
