"""Runs sources when they are due: claimed, with a heartbeat, within limits, never twice at once.

A process that is killed leaves a lease that runs out, or is taken back by the next start, and a
run that is safe to begin again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from lodgepole.concurrency.signal import Signal
from lodgepole.concurrency.waiting import first_of, wait_until
from lodgepole.errors import ClaimLost, LodgepoleError
from lodgepole.limits import Limits
from lodgepole.ports.clock import Clock
from lodgepole.ports.origin import Origin
from lodgepole.ports.source_store import (
    RunStatus,
    Source,
    SourceClaim,
    SourceKind,
    SourceState,
    SourceStore,
)
from lodgepole.sources.journal import Journal
from lodgepole.sources.sync import Sync
from lodgepole.telemetry.stages import Stages

log = logging.getLogger(__name__)

POLL = timedelta(seconds=15)
"""How long a run that was asked for through another process may go unnoticed."""
HEARTBEATS_PER_LEASE = 3
BACKOFF_FIRST = timedelta(minutes=1)
BACKOFF_MOST = timedelta(hours=6)
INTERNAL = "An internal error, recorded in the server's log under this run's id."


class SourceRunner:
    """Claims sources that are due and runs them, a few at a time."""

    def __init__(
        self,
        *,
        store: SourceStore,
        sync: Sync,
        origins: Mapping[SourceKind, Origin],
        clock: Clock,
        limits: Limits,
        worker_id: str,
        new_id: Callable[[], str],
        wake: Signal,
        stages: Stages | None = None,
    ) -> None:
        """`wake` is given when something is due now."""
        self._stages = stages or Stages()
        self._store = store
        self._sync = sync
        self._origins = origins
        self._clock = clock
        self._limits = limits
        self._worker_id = worker_id
        self._new_id = new_id
        self._wake = wake
        self._lease = timedelta(seconds=limits.operation_lease_seconds)

    async def run(self, stop: asyncio.Event) -> None:
        """Run what is due until `stop` is set; runs under way are then interrupted."""
        await self._guarded(
            lambda: self._store.take_back_sources(self._worker_id, self._clock.now())
        )
        async with asyncio.TaskGroup() as group:
            for _ in range(self._limits.source_runs_at_once):
                group.create_task(self._slot(stop))

    async def drain(self) -> int:
        """Run what is due, one after the other, until nothing is; how many runs it took."""
        runs = 0
        never = asyncio.Event()
        while (claim := await self._claim()) is not None:
            await self._work(claim, never)
            runs += 1
        return runs

    async def _slot(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            woken = self._wake.listen()
            claim = None
            pause = POLL
            try:
                claim = await self._claim()
                if claim is None:
                    pause = await self._until_due()
            except LodgepoleError as error:
                log.warning("Sources: %s Trying again in %s", error, POLL)
            if claim is not None:
                await self._work(claim, stop)
                continue
            await first_of(wait_until(woken, pause.total_seconds()), stop)

    async def _claim(self) -> SourceClaim | None:
        now = self._clock.now()
        return await self._store.claim_source(
            self._worker_id, self._new_id(), now=now, lease=self._lease
        )

    async def _until_due(self) -> timedelta:
        due_at = await self._store.next_due()
        left = POLL if due_at is None else due_at - self._clock.now()
        return min(POLL, max(left, timedelta(milliseconds=10)))

    # --- one run --------------------------------------------------------------------------------

    async def _work(self, claim: SourceClaim, stop: asyncio.Event) -> None:
        journal = Journal(claim.run_id, self._clock.now())
        task = asyncio.create_task(self._read(claim, journal))
        heartbeat = asyncio.create_task(self._heartbeat(claim, journal, task))
        try:
            await first_of(asyncio.wait([task]), stop)
        finally:
            # Also where this process is ended in the middle: the next start goes on.
            for each in (heartbeat, task):
                each.cancel()
            await asyncio.gather(heartbeat, task, return_exceptions=True)
        await self._guarded(lambda: self._finish(claim, journal, task, stopped=stop.is_set()))

    async def _read(self, claim: SourceClaim, journal: Journal) -> str | None:
        if claim.source.state is SourceState.DELETING:
            await self._sync.remove_files(claim, journal)
            return None
        origin = self._origins.get(claim.source.kind)
        if origin is None:
            raise LodgepoleError(f"This server reads no origin of the kind `{claim.source.kind}`.")
        try:
            async with asyncio.timeout(self._limits.source_run_seconds):
                return await self._sync.run(claim, origin, journal)
        except TimeoutError:
            raise LodgepoleError(
                f"The run took longer than the {self._limits.source_run_seconds:.0f} seconds "
                "allowed: read less of the origin, or raise `limits.source_run_seconds`."
            ) from None

    async def _heartbeat(
        self, claim: SourceClaim, journal: Journal, task: "asyncio.Task[str | None]"
    ) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / HEARTBEATS_PER_LEASE)
            try:
                until = self._clock.now() + self._lease
                await self._store.extend_source(claim, journal.as_run(), until)
            except ClaimLost:
                task.cancel()
                return
            except LodgepoleError as error:
                log.warning("Heartbeat of source %s: %s", claim.source.id, error)

    async def _finish(
        self,
        claim: SourceClaim,
        journal: Journal,
        task: "asyncio.Task[str | None]",
        *,
        stopped: bool,
    ) -> None:
        source, now = claim.source, self._clock.now()
        status, message, cursor = RunStatus.COMPLETED, None, source.cursor
        due_at = next_run(source, now)
        error = None if task.cancelled() else task.exception()
        if task.cancelled():
            if not stopped:
                return  # the claim was lost, and whoever took it said so
            status, due_at = RunStatus.INTERRUPTED, now
        elif isinstance(error, ClaimLost):
            return
        elif error is not None:
            status, message = RunStatus.FAILED, str(error)
            if not isinstance(error, LodgepoleError):
                message = INTERNAL
                log.error("Run %s of source %s", claim.run_id, source.id, exc_info=error)
            due_at = retry(source, now)
        else:
            cursor = task.result()
            if source.state is SourceState.DELETING:
                return  # it went with its runs
        run = journal.as_run(status, finished_at=now, error_message=message)
        await self._store.finish_run(claim, run, due_at=due_at, cursor=cursor)
        self._stages.count("source_runs_total", kind=str(source.kind), outcome=str(status))
        for change, number in run.counts.items():
            self._stages.count("source_items_total", number, change=str(change))
        log.info("Run %s of source %s: %s", claim.run_id, source.id, status)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except ClaimLost:
            pass  # it was paused, changed or removed as it ended
        except LodgepoleError as error:
            # Nothing is lost: the lease runs out and the source is claimed again.
            log.warning("Sources: %s", error)


def next_run(source: Source, now: datetime) -> datetime | None:
    """When it runs after one that completed."""
    return None if source.every is None else now + source.every


def retry(source: Source, now: datetime) -> datetime | None:
    """When it runs after one that failed; what has no schedule waits to be asked."""
    scheduled = source.every is not None or source.state is SourceState.DELETING
    return now + backoff(source.failures) if scheduled else None


def backoff(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: 1 minute, doubled up to 6 hours."""
    return min(BACKOFF_FIRST * 2 ** min(max(failures - 1, 0), 16), BACKOFF_MOST)
