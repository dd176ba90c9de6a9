"""How many requests a project may make, counted in this process."""

from lodgepole.errors import RateLimited
from lodgepole.limits import Limits
from lodgepole.ports import Clock

WINDOW_SECONDS = 60.0


class RequestRates:
    """A bucket per project that holds one minute's requests and refills evenly."""

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._most = limits.requests_per_minute
        self._buckets: dict[str, tuple[float, float]] = {}  # project: (tokens, seconds)

    def spend(self, project_id: str) -> None:
        """Count one request. Raises RateLimited when the bucket is empty."""
        if self._most <= 0:
            return
        now = self._clock.now().timestamp()
        tokens, then = self._buckets.get(project_id, (float(self._most), now))
        per_second = self._most / WINDOW_SECONDS
        tokens = min(float(self._most), tokens + max(0.0, now - then) * per_second)
        if tokens < 1.0:
            self._buckets[project_id] = (tokens, now)
            raise RateLimited(
                f"More than {self._most} requests in a minute, try again later",
                retry_after=(1.0 - tokens) / per_second,
            )
        self._buckets[project_id] = (tokens - 1.0, now)
