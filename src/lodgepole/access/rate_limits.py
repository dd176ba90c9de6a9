"""Limits on the requests of a project, over all processes together."""

from lodgepole.errors import RateLimited
from lodgepole.limits import Limits
from lodgepole.ports.rate_limit_buckets import RateLimitBuckets

TAKEN_PER_MINUTE = 60
"""A process takes a second's worth at a time, so that most requests ask nobody. What it has taken
and not used is what a project may be short of while its requests go to several processes."""


class RequestRates:
    """Spends what `RateLimitBuckets` has."""

    def __init__(self, buckets: RateLimitBuckets, limits: Limits) -> None:
        self._buckets = buckets
        self._most = limits.requests_per_minute
        self._taken: dict[str, int] = {}

    async def spend(self, project_id: str) -> None:
        """Count one request. Raises RateLimited when none is left."""
        if self._most <= 0:
            return
        if not self._taken.get(project_id):
            wanted = max(1, self._most // TAKEN_PER_MINUTE)
            taken, seconds = await self._buckets.take(project_id, wanted, per_minute=self._most)
            if not taken:
                raise RateLimited(
                    f"More than {self._most} requests in a minute, try again later",
                    retry_after=seconds,
                )
            self._taken[project_id] = self._taken.get(project_id, 0) + taken
        self._taken[project_id] -= 1
