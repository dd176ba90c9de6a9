"""Port: leader lease, for work that one process at a time does."""

from datetime import timedelta
from typing import Protocol


class LeaderLease(Protocol):
    """A turn that one holder has, as long as it asks again."""

    async def take_turn(self, name: str, holder: str, *, lease: timedelta) -> bool:
        """Take or renew the lease; return whether `holder` has it now.

        Who has the turn keeps it by asking again within `lease`; after that anybody gets it.
        """
        ...
