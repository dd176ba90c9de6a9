"""Operations as their callers see them: look one up, list them, wait a moment for the end."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

from lodgepole.errors import NotFound
from lodgepole.model import Assistant, ListPage, Operation, OperationStatus, OperationType
from lodgepole.ports.operation_history import OperationHistory
from lodgepole.ports.operation_signals import OperationSignals

NEAR_END_PERCENT = 70
"""Percentage from which an operation embeds its last batches or publishes: waiting pays."""
SOON_DONE_BYTES = 256 * 1024
"""Files up to this size take a second or two as a whole."""
PUBLIC_TYPES = frozenset(OperationType) - {OperationType.DELETE_ASSISTANT}
POLL = timedelta(milliseconds=250)
"""Only for ends in other processes; those in this one wake us."""


class Operations:
    """The public record of one assistant's changes."""

    def __init__(self, *, history: OperationHistory, signals: OperationSignals) -> None:
        self._history = history
        self._signals = signals

    async def get(self, assistant: Assistant, operation_id: str) -> Operation:
        """Raises NotFound, also for operations of other assistants."""
        operation = await self._history.find(assistant.id, operation_id)
        if operation is None or operation.type not in PUBLIC_TYPES:
            raise NotFound(f"Operation {operation_id} not found.")
        return operation

    async def list(
        self,
        assistant: Assistant,
        *,
        types: Collection[OperationType],
        statuses: Collection[OperationStatus],
        limit: int,
        after: str | None,
        file_id: str | None = None,
    ) -> ListPage[Operation]:
        """Newest first; empty `types` or `statuses` mean all, as does no `file_id`."""
        wanted = PUBLIC_TYPES & frozenset(types or PUBLIC_TYPES)
        if not wanted:
            return ListPage(())
        return await self._history.list(
            assistant.id,
            types=wanted,
            statuses=statuses,
            limit=limit,
            after=after,
            file_id=file_id,
        )

    async def settled(
        self, assistant: Assistant, operation_id: str, *, within: timedelta
    ) -> Operation:
        """Like `get`, but waits up to `within` for the end when it is near.

        Clients poll every five seconds, so a short wait here saves them a long one. Near is a
        deletion, an operation that has not begun, one on a file of at most `SOON_DONE_BYTES`, or
        one at `NEAR_END_PERCENT` and beyond.
        """
        operation = await self.get(assistant, operation_id)
        try:
            async with asyncio.timeout(within.total_seconds()):
                while _is_near_end(operation):
                    await self._signals.wait_finished(POLL)
                    operation = await self.get(assistant, operation_id)
        except TimeoutError:
            pass
        return operation


def _is_near_end(operation: Operation) -> bool:
    if operation.status is not OperationStatus.PROCESSING:
        return False
    if operation.upload is None or operation.upload.size <= SOON_DONE_BYTES:
        return True
    return operation.percent_complete == 0 or operation.percent_complete >= NEAR_END_PERCENT
