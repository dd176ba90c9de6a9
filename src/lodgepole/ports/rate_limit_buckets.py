"""Port: token buckets of requests, one for each project."""

from typing import Protocol


class RateLimitBuckets(Protocol):
    """Token bucket of requests for each project, over all processes together."""

    async def take(self, project_id: str, wanted: int, *, per_minute: int) -> tuple[int, float]:
        """`(requests, seconds)`: up to `wanted`, and where none is left, when one will be.

        A bucket holds one minute's requests, is full at first and refills evenly.
        """
        ...
