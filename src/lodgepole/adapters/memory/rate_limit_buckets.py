"""Buckets of requests in memory: those of one process."""

from lodgepole.ports.clock import Clock

WINDOW_SECONDS = 60.0


class MemoryRateLimitBuckets:
    """`RateLimitBuckets` of this process alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # project: (requests, seconds)

    async def take(self, project_id: str, wanted: int, *, per_minute: int) -> tuple[int, float]:
        now = self._clock.now().timestamp()
        held, then = self._buckets.get(project_id, (float(per_minute), now))
        per_second = per_minute / WINDOW_SECONDS
        held = min(float(per_minute), held + max(0.0, now - then) * per_second)
        taken = min(wanted, int(held))
        self._buckets[project_id] = (held - taken, now)
        return taken, 0.0 if taken else (1.0 - held) / per_second
