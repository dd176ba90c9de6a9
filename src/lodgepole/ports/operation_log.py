"""Port: the durable log of accepted changes, which is also the work queue."""

from collections.abc import (
    Collection,
)
from datetime import datetime, timedelta
from typing import Protocol

from lodgepole.model import (
    Claim,
    File,
    FileVersion,
    ListPage,
    Operation,
    OperationStatus,
    OperationType,
)


class OperationLog(Protocol):
    """The durable log of accepted changes: the work queue and the public record in one.

    The log and the catalog live in one database, so a method here changes both in one
    transaction. Statuses move Processing → Completed | Failed and never again.
    """

    async def reserve_generation(self, assistant_id: str) -> int:
        """A number above all that contents of this assistant have had, never given out again.

        So two upserts of one id at a time, or one after a deletion, never share a key.
        Raises NotFound.
        """
        ...

    async def append(self, operation: Operation, *, file: File | None = None) -> None:
        """Accept a change; durable on return.

        - UPLOAD_FILE and UPSERT_FILE of a new id: inserts `file` (Processing).
        - UPSERT_FILE of an existing id: leaves the file as readers see it. One that was never
          Available begins again as `file` (Processing). An operation with the generation that
          is published keeps the content and changes only what the upload says of it.
        - DELETE_FILE: the file becomes Deleting, and an unfinished operation on it becomes Failed.
        - DELETE_ASSISTANT: the assistant becomes Terminating, its files Deleting, and every
          unfinished operation on them Failed.

        Raises:
            NotFound: The assistant is gone or Terminating, or there is no file to delete.
            Conflict: The file has an unfinished operation, is Deleting, has content of a higher
                generation, or was deleted by an operation of a higher one.
        """
        ...

    async def find(self, assistant_id: str, operation_id: str) -> Operation | None: ...

    async def list(
        self,
        assistant_id: str,
        *,
        types: Collection[OperationType],
        statuses: Collection[OperationStatus],
        limit: int,
        after: str | None,
        file_id: str | None = None,
    ) -> ListPage[Operation]:
        """Newest first; empty `types` or `statuses` mean all, as does no `file_id`."""
        ...

    async def claim(self, worker_id: str, *, lease: timedelta) -> Claim | None:
        """Take the next operation that is due, or None.

        Oldest first within an assistant; between assistants, the one with the fewest claims
        running first, so that one large upload does not starve the others. Counts an attempt.
        An operation whose lease ran out is due again.
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

    async def forget_finished(self, before: datetime) -> int:
        """Remove finished operations that completed before then; how many."""
        ...

    async def live_versions(self, assistant_id: str) -> Collection[FileVersion]:
        """Versions that are published or being made; whatever else is stored is garbage."""
        ...

    async def live_assistants(self) -> Collection[str]:
        """Ids of all assistants that have a row, Terminating ones included."""
        ...

    async def assistant_count(self) -> int:
        """How many those are."""
        ...

    async def wait(self, timeout: timedelta) -> None:
        """Return when there may be work, at the latest after `timeout`."""
        ...

    async def wait_finished(self, timeout: timedelta) -> None:
        """Return when an operation may have finished, at the latest after `timeout`."""
        ...

    async def take_turn(self, name: str, holder: str, *, lease: timedelta) -> bool:
        """Whether `holder` may do now what one process at a time should do.

        Who has the turn keeps it by asking again within `lease`; after that anybody gets it.
        """
        ...

    async def queue_depth(self) -> int:
        """Unfinished operations."""
        ...

    async def oldest_unfinished(self) -> datetime | None:
        """When the oldest of them was accepted; None where there is none."""
        ...
