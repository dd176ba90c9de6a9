"""Port: accepted changes as work, claimed by one worker at a time."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from lodgepole.model import Claim

LONGEST_PUT_OFF = timedelta(minutes=10)
"""Of an operation that is tried again, twice what is ever asked for; see `ingestion/worker`."""


def overdue_horizon(now: datetime, lease: timedelta) -> datetime:
    """Beyond it nothing can be due or leased, unless the clock was set back since."""
    return now + max(LONGEST_PUT_OFF, 2 * lease)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickWork:
    """What may be claimed where only what is quickly done is wanted."""

    most_bytes: int  # of an upload
    not_of: AbstractSet[str] = frozenset()
    """Ids of assistants whose uploads others come before; what they delete is claimed."""

    def includes(self, assistant_id: str, upload_bytes: int | None) -> bool:
        """Return whether an operation is; one without an upload has no bytes."""
        if upload_bytes is None:
            return True
        return upload_bytes <= self.most_bytes and assistant_id not in self.not_of


class OperationQueue(Protocol):
    """The work queue that accepted changes make.

    Operations and the catalog live in one database, so a method here changes both in one
    transaction. Statuses move Processing → Completed | Failed and never again.
    """

    async def claim(
        self, worker_id: str, *, lease: timedelta, quick: QuickWork | None = None
    ) -> Claim | None:
        """Take the next operation that is due, or None.

        Oldest first within an assistant; the assistants of the project with the fewest claims
        running come first, and of these the one with the fewest, so that nobody's uploads starve
        others. With `quick`, of assistants alone whose oldest one is. Counts an attempt,
        and one that is `unreturned` until it is released.
        An operation whose lease ran out is due again,
        and so is one that would be due later than anything is put off: the clock was set back.
        """
        ...

    async def take_back(self, worker_id: str) -> None:
        """Make due at once whatever a worker of this id still holds.

        For a worker to call before its first claim, when nobody else can be running under its
        id: what it finds was held when it was killed.
        """
        ...

    async def extend(self, claim: Claim, *, lease: timedelta) -> Claim:
        """Heartbeat. Raises ClaimLost when someone else holds it or it is finished."""
        ...

    async def report_progress(self, claim: Claim, percent: int) -> None:
        """Set percent_complete, on the operation and on a file that is Processing. ClaimLost."""
        ...

    async def release(self, claim: Claim, *, due_at: datetime) -> None:
        """Give it back, to be claimed again from `due_at`. ClaimLost."""
        ...

    async def complete(
        self,
        claim: Claim,
        *,
        notice: str | None = None,
        page_count: int | None = None,
        ingestion_units: float | None = None,
    ) -> None:
        """Finish it in one transaction with what it means for readers.

        Uploads and upserts: the file becomes Available with the operation's generation and
        upload. Deletions: the file's or assistant's rows are removed, and earlier operations on
        the file lose what they say of its content. ClaimLost.
        """
        ...

    async def fail(self, claim: Claim, error_message: str) -> None:
        """Finish it as Failed; a file without a published generation becomes ProcessingFailed."""
        ...
