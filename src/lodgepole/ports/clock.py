"""Port: time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time as a dependency, so that tests own it."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...
