"""Port: quarantine of stored bytes before they are removed for good."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol


class Quarantine(Protocol):
    """Quarantine of blobs that nothing accounts for, when the catalog may be wrong.

    What is in it has no key any more: it is found and put back by hand.
    """

    async def set_aside(self, prefix: str, day: date) -> None:
        """Move all that begins with `prefix`, which ends in `/`; none is no error."""
        ...

    async def set_aside_by_day(self) -> Mapping[date, int]:
        """Count the blobs set aside on each day that are still there."""
        ...

    async def remove_set_aside(self, day: date) -> None:
        """Remove for good what was set aside on that day."""
        ...
