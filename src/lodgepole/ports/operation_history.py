"""Port: the public record of accepted changes."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Protocol

from lodgepole.model import ListPage, Operation, OperationStatus, OperationType

OperationMatcher = Callable[[Operation], Awaitable[bool]]
"""Which operations a listing shows."""


class OperationHistory(Protocol):
    """Operations looked up, under way and finished."""

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
        matching: OperationMatcher | None = None,
    ) -> ListPage[Operation]:
        """Newest first; empty `types` or `statuses` mean all, as does no `file_id`.

        What does not match takes no place on a page, and no page's token is of it.
        """
        ...

    async def forget_finished(self, before: datetime) -> int:
        """Remove finished operations that completed before then; how many."""
        ...
