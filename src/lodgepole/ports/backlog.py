"""Port: how much accepted work is not done."""

from datetime import datetime
from typing import Protocol


class Backlog(Protocol):
    """Figures of the queue."""

    async def queue_depth(self) -> int:
        """Unfinished operations."""
        ...

    async def oldest_unfinished(self) -> datetime | None:
        """Return when the oldest of them was accepted; None where there is none."""
        ...
