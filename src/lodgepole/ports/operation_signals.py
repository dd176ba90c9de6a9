"""Port: waiting for work, and for its end."""

from datetime import timedelta
from typing import Protocol


class OperationSignals(Protocol):
    """Wakes who waits; a signal of another process comes a little later, or is lost."""

    async def wait(self, timeout: timedelta) -> None:
        """Return when there may be work, at the latest after `timeout`."""
        ...

    async def wait_finished(self, timeout: timedelta) -> None:
        """Return when an operation may have finished, at the latest after `timeout`."""
        ...
