"""Port: requests and tokens by key and day."""

from collections.abc import (
    Collection,
    Sequence,
)
from datetime import date
from typing import Protocol

from lodgepole.model import (
    DailyUsage,
    ProjectTotals,
)


class UsageStore(Protocol):
    """Usage of each key on each day, in the database of the catalog."""

    async def add(self, entries: Collection[DailyUsage]) -> None:
        """Add to what is there, whoever else does so at the same time; committed on return."""
        ...

    async def read(self, project_id: str, *, since: date) -> Sequence[DailyUsage]:
        """Return the entries by day, then by key."""
        ...

    async def forget(self, before: date) -> None:
        """Remove what is of earlier days, in every project."""
        ...

    async def totals(self, project_id: str) -> ProjectTotals:
        """Return what the project has at this moment, whatever is being deleted included."""
        ...
