"""Journal of one run: counts of all outcomes, notes on the first changes."""

from collections import Counter
from datetime import datetime

from lodgepole.ports.source_store import ItemChange, RunNote, RunStatus, SourceRun

NOTES = 200
"""Of one run; more are counted and not named."""
REASON_CHARS = 300
KEY_CHARS = 1000


class Journal:
    """Written by one run, read by its heartbeat."""

    def __init__(self, run_id: str, started_at: datetime) -> None:
        self._run_id = run_id
        self._started_at = started_at
        self._counts: Counter[ItemChange] = Counter()
        self._notes: list[RunNote] = []

    def count(self, change: ItemChange, number: int = 1) -> None:
        self._counts[change] += number

    def note(self, key: str, change: ItemChange, reason: str | None = None) -> None:
        """Count one thing, and say what happened to it."""
        self.count(change)
        if len(self._notes) < NOTES:
            cut = None if reason is None else reason[:REASON_CHARS]
            self._notes.append(RunNote(key=key[:KEY_CHARS], change=change, reason=cut))

    def __getitem__(self, change: ItemChange) -> int:
        return self._counts[change]

    def as_run(
        self,
        status: RunStatus = RunStatus.RUNNING,
        *,
        finished_at: datetime | None = None,
        error_message: str | None = None,
    ) -> SourceRun:
        return SourceRun(
            id=self._run_id,
            status=status,
            started_at=self._started_at,
            finished_at=finished_at,
            counts={change: number for change, number in self._counts.items() if number},
            notes=tuple(self._notes),
            error_message=error_message,
        )
