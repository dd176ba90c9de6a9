"""Port: work that one process at a time does."""

from datetime import timedelta
from typing import Protocol


class LeaderLease(Protocol):
    """A turn that one holder has, as long as it asks again."""

    async def take_turn(self, name: str, holder: str, *, lease: timedelta) -> bool:
        """Whether `holder` may do now what one process at a time should do.

        Who has the turn keeps it by asking again within `lease`; after that anybody gets it.
        """
        ...
