"""The worker: claims operations, keeps their leases alive, retries what may succeed later.

A worker that is killed leaves leases that run out and work that is safe to run again. One that is
stopped takes no new work, finishes what it has within a grace, and gives back the rest.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lodgepole.concurrency.waiting import first_of
from lodgepole.errors import ClaimLost, LodgepoleError, Unavailable, WorkersDied
from lodgepole.ingestion.index_rebuild import Rebuilding
from lodgepole.ingestion.pipeline import Pipeline, Retired
from lodgepole.ingestion.reembedding import Reembedding
from lodgepole.ingestion.slots import LARGE_WEIGHT, SMALL_BYTES, Slots, SlowAssistants, weight_of
from lodgepole.ingestion.sweep import Sweep
from lodgepole.limits import Limits
from lodgepole.model import Claim, Operation, OperationType
from lodgepole.ports.clock import Clock
from lodgepole.ports.leader_lease import LeaderLease
from lodgepole.ports.operation_queue import OperationQueue, QuickWork
from lodgepole.ports.operation_signals import OperationSignals
from lodgepole.telemetry.stages import Stages

log = logging.getLogger(__name__)

POLL = timedelta(seconds=5)
"""How long new work of another process may go unnoticed."""
STOP_GRACE = timedelta(seconds=10)
SWEEP_EVERY = timedelta(minutes=15)
SWEEP_SHARE = 20
"""A sweep that takes long comes less often: one part of so many of the time is enough for it."""
LEADER = "house"
LEADER_LEASE = timedelta(minutes=2)
LEADER_RENEWED = timedelta(seconds=30)
"""One process at a time sweeps and re-embeds; another one does when that is gone."""
RETIRE_AFTER = timedelta(seconds=5)
"""Longer than any reader needs from choosing what to search to having read it."""
BACKOFF_FIRST = timedelta(seconds=2)
BACKOFF_MOST = timedelta(minutes=5)
HEARTBEATS_PER_LEASE = 3
SUSPECT_LATER = timedelta(seconds=5)
PROGRESS_EVERY = 0.5
"""Seconds between two reports on one file; each is a transaction, and most are done sooner."""
SLOW_SECONDS = 20.0
"""A file that takes longer lets others of its assistant have no part in the slot for quick ones."""
DELETIONS = frozenset({OperationType.DELETE_FILE, OperationType.DELETE_ASSISTANT})


@dataclass(slots=True)
class _Running:
    """Work in this process, so that a deletion can end it before it begins its own."""

    operation: Operation
    task: asyncio.Task[Retired | None]


class Worker:
    """Runs operations: while some wait for a parser others embed.

    `slots` large files at a time, or up to eight times as many small ones; when these are taken,
    one more that is quickly done, of an assistant that has none under way, so that files that take
    minutes keep nobody else waiting.
    """

    def __init__(
        self,
        *,
        queue: OperationQueue,
        signals: OperationSignals,
        leader_lease: LeaderLease,
        pipeline: Pipeline,
        sweep: Sweep,
        clock: Clock,
        limits: Limits,
        worker_id: str,
        slots: int = 2,
        stop_grace: timedelta = STOP_GRACE,
        reembedding: Reembedding | None = None,
        rebuilding: Rebuilding | None = None,
        stages: Stages | None = None,
        on_idle: Callable[[], object] = lambda: None,
    ) -> None:
        """`on_idle` is called in a thread whenever work has ended and no more is under way."""
        self._queue = queue
        self._signals = signals
        self._leader_lease = leader_lease
        self._pipeline = pipeline
        self._sweep = sweep
        self._clock = clock
        self._limits = limits
        self._worker_id = worker_id
        self._slots = slots
        self._stop_grace = stop_grace
        self._reembedding = reembedding
        self._rebuilding = rebuilding
        self._stages = stages or Stages()
        self._on_idle = on_idle
        self._trim_due = False
        self._lease = timedelta(seconds=limits.operation_lease_seconds)
        self._running: list[_Running] = []
        self._house = asyncio.Event()
        self._retired: deque[tuple[datetime, Retired]] = deque()
        self._slow = SlowAssistants()

    @property
    def incomplete_assistants(self) -> int:
        """Number of assistants that are not searched until their index is made again."""
        return self._rebuilding.assistants_left if self._rebuilding is not None else 0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. Cancelling instead is like being killed: nothing is lost."""
        await self._guarded(lambda: self._queue.take_back(self._worker_id))
        async with asyncio.TaskGroup() as group:
            slots = Slots(self._slots)
            for _ in range(self._slots * LARGE_WEIGHT):
                group.create_task(self._slot(stop, slots))
            group.create_task(self._quick_slot(stop, slots))
            group.create_task(self._keep_house(stop))
            if self._reembedding is not None:
                group.create_task(self._reembed(self._reembedding, stop))
            if self._rebuilding is not None:
                group.create_task(self._until(stop, self._rebuilding.run))

    async def drain(self) -> int:
        """Run what is due, one after the other, until nothing is; how many claims it took."""
        claims = 0
        never = asyncio.Event()
        while claim := await self._queue.claim(self._worker_id, lease=self._lease):
            await self._work(claim, never)
            claims += 1
        await self._remove_retired(self._clock.now() + RETIRE_AFTER)
        return claims

    async def _slot(self, stop: asyncio.Event, slots: Slots) -> None:
        while await slots.look(stop):
            weight, claim = 0, None
            try:
                claim = await self._next(stop)
                weight = 0 if claim is None else weight_of(claim.operation)
            finally:
                slots.found(weight)
            if claim is not None:
                try:
                    await self._work(claim, stop)
                finally:
                    slots.give(weight)

    async def _quick_slot(self, stop: asyncio.Event, slots: Slots) -> None:
        while await slots.all_taken(stop):
            under_way = {running.operation.assistant_id for running in self._running}
            quick = QuickWork(most_bytes=SMALL_BYTES, not_of=self._slow.now() | under_way)
            claim = await self._next(stop, quick)
            if claim is not None:
                await self._work(claim, stop)

    async def _next(self, stop: asyncio.Event, quick: QuickWork | None = None) -> Claim | None:
        try:
            claim = await self._queue.claim(self._worker_id, lease=self._lease, quick=quick)
            if claim is None:
                await first_of(self._signals.wait(POLL), stop)
        except LodgepoleError as error:
            log.warning("The operation log: %s Trying again in %s", error, POLL)
            await first_of(asyncio.sleep(POLL.total_seconds()), stop)
            return None
        return claim

    # --- one operation ------------------------------------------------------------------------

    async def _work(self, claim: Claim, stop: asyncio.Event) -> None:
        operation = claim.operation
        try:
            if self._stops_us(operation) and not _is_deletion(operation):
                await self._pipeline.give_up(claim, self._stopped_us_message(operation))
                return
            if operation.unreturned > 1 and self._has_suspect():
                # Of those beside which a process died, one at a time: or all would be the cause.
                await self._queue.release(claim, due_at=self._clock.now() + SUSPECT_LATER)
                return
            await self._end_what_it_deletes(operation)
            retired = await self._run(claim, stop)
            if retired is not None:
                self._retired.append((self._clock.now() + RETIRE_AFTER, retired))
        except ClaimLost:
            self._count(operation, "lost")
            log.info("Operation %s was taken over or cancelled", operation.id)
            # A deletion that ran in another process meanwhile did not see what came after it.
            await self._guarded(lambda: self._pipeline.remove_if_dead(operation))
        except WorkersDied as error:
            log.warning("Operation %s: %s", operation.id, error)
            await self._try_again(claim, str(error), attempts=self._limits.operation_deaths)
        except Unavailable as error:
            # Not the file's fault: a store that is away for an hour must fail no file.
            log.warning("Operation %s: %s", operation.id, error)
            await self._try_again(claim, str(error), attempts=self._limits.operation_claims)
        except LodgepoleError as error:
            log.warning("Operation %s: %s", operation.id, error)
            await self._try_again(claim, str(error))
        except Exception:
            # The one place where a bug in ours or in a library must not end the worker.
            log.exception("Operation %s failed unexpectedly", operation.id)
            await self._try_again(
                claim, f"an internal error, recorded in the server's log under {operation.id}"
            )

    async def _run(self, claim: Claim, stop: asyncio.Event) -> Retired | None:
        """The pipeline with a heartbeat beside it; released when stopped in the middle."""
        loop = asyncio.get_running_loop()
        reported = loop.time()

        async def progress(percent: int) -> None:
            nonlocal reported
            if loop.time() - reported >= PROGRESS_EVERY:
                reported = loop.time()
                await self._queue.report_progress(claim, percent)

        task = asyncio.create_task(self._traced(claim, progress))
        running = _Running(claim.operation, task)
        self._running.append(running)
        slow = loop.call_later(SLOW_SECONDS, self._slow.add, claim.operation.assistant_id)
        heartbeat = asyncio.create_task(self._heartbeat(claim, task))
        stopping = asyncio.create_task(self._stop_after_grace(stop, task))
        try:
            return await task
        except asyncio.CancelledError:
            own = asyncio.current_task()
            if own is not None and own.cancelling():
                raise
            if stop.is_set():
                await self._queue.release(claim, due_at=self._clock.now())
                return None
            raise ClaimLost(f"Operation {claim.operation.id} was ended from outside") from None
        finally:
            slow.cancel()
            self._running.remove(running)
            self._trim_due = True
            heartbeat.cancel()
            stopping.cancel()
            await asyncio.gather(heartbeat, stopping, return_exceptions=True)

    async def _traced(
        self, claim: Claim, progress: Callable[[int], Awaitable[None]]
    ) -> Retired | None:
        with self._stages.operation(str(claim.operation.type), claim.operation.id):
            return await self._pipeline.run(claim, progress)

    def _count(self, operation: Operation, outcome: str) -> None:
        self._stages.count("operations_total", type=str(operation.type), outcome=outcome)

    async def _heartbeat(self, claim: Claim, task: asyncio.Task[Retired | None]) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / HEARTBEATS_PER_LEASE)
            try:
                await self._queue.extend(claim, lease=self._lease)
            except ClaimLost:
                task.cancel()
                return
            except LodgepoleError as error:
                # The lease outlives a missed beat or two; after that others may take over, and
                # every write of ours is checked.
                log.warning("Heartbeat of operation %s: %s", claim.operation.id, error)

    async def _stop_after_grace(
        self, stop: asyncio.Event, task: asyncio.Task[Retired | None]
    ) -> None:
        await stop.wait()
        await asyncio.sleep(self._stop_grace.total_seconds())
        task.cancel()

    async def _end_what_it_deletes(self, operation: Operation) -> None:
        """End cancelled work on the same thing here, so that it writes nothing afterwards."""
        if not _is_deletion(operation):
            return
        doomed = [
            running.task
            for running in self._running
            if running.operation.assistant_id == operation.assistant_id
            and operation.file_id in (None, running.operation.file_id)
        ]
        for task in doomed:
            task.cancel()
        if doomed:
            await asyncio.wait(doomed)

    async def _try_again(self, claim: Claim, reason: str, *, attempts: int | None = None) -> None:
        """Give it back for later, or give up on it after too many attempts."""
        operation = claim.operation
        most = self._limits.operation_attempts if attempts is None else attempts
        try:
            if operation.attempts < most or _is_deletion(operation):
                await self._queue.release(
                    claim, due_at=self._clock.now() + backoff(operation.attempts)
                )
                self._count(operation, "again")
                return
            await self._pipeline.give_up(
                claim,
                f"{_name(operation)} could not be processed after {operation.attempts} attempts: "
                f"{reason.rstrip('.')}. Upload it again later.",
            )
        except ClaimLost:
            log.info("Operation %s was taken over or cancelled", operation.id)
        except LodgepoleError as error:
            # Nothing is lost: the lease runs out and the operation is claimed again.
            log.warning("Operation %s could not be given back: %s", operation.id, error)

    def _has_suspect(self) -> bool:
        return any(running.operation.unreturned > 1 for running in self._running)

    def _stops_us(self, operation: Operation) -> bool:
        deaths, claims = self._limits.operation_deaths, self._limits.operation_claims
        return operation.unreturned > deaths or operation.attempts > claims

    def _stopped_us_message(self, operation: Operation) -> str:
        times = min(operation.unreturned, operation.attempts) - 1
        return (
            f"{_name(operation)} could not be processed: the server stopped in the middle "
            f"{times} times. Split it, or save it anew, and upload it again."
        )

    # --- housekeeping -------------------------------------------------------------------------

    async def _keep_house(self, stop: asyncio.Event) -> None:
        turn_at = sweep_at = self._clock.now()
        pause = SWEEP_EVERY
        while not stop.is_set():
            now = self._clock.now()
            # A time further off than was ever asked for: the clock was set back.
            turn_at, sweep_at = min(turn_at, now + LEADER_RENEWED), min(sweep_at, now + pause)
            if now >= turn_at:
                await self._guarded(self._ask_for_house)
                turn_at = self._clock.now() + LEADER_RENEWED
            if self._house.is_set() and self._clock.now() >= sweep_at:
                began = self._clock.now()
                await self._guarded(self._sweep.run)
                took = max(timedelta(), self._clock.now() - began)
                pause = max(SWEEP_EVERY, SWEEP_SHARE * took)
                sweep_at = self._clock.now() + pause
            await self._remove_retired(self._clock.now())
            if self._trim_due and not self._running:
                self._trim_due = False
                await asyncio.to_thread(self._on_idle)
            await first_of(asyncio.sleep(RETIRE_AFTER.total_seconds()), stop)
        await self._remove_retired(self._clock.now() + RETIRE_AFTER)

    async def _ask_for_house(self) -> None:
        if await self._leader_lease.take_turn(LEADER, self._worker_id, lease=LEADER_LEASE):
            self._house.set()
        else:
            self._house.clear()

    async def _reembed(self, reembedding: Reembedding, stop: asyncio.Event) -> None:
        await first_of(self._house.wait(), stop)
        await self._until(stop, reembedding.run)

    async def _until(self, stop: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
        # Ended in the middle, the next start goes on from the last file that was done.
        await self._guarded(lambda: first_of(work(), stop))

    async def _remove_retired(self, until: datetime) -> None:
        while self._retired and not until < self._retired[0][0] <= until + RETIRE_AFTER:
            _, retired = self._retired.popleft()
            await self._guarded(lambda retired=retired: self._pipeline.remove(retired))

    async def _guarded(self, work: Callable[[], Awaitable[object]]) -> None:
        """Housekeeping that does not succeed now is done by a later sweep."""
        try:
            await work()
        except LodgepoleError as error:
            log.warning("Housekeeping is put off to the next sweep: %s", error)
        except Exception:
            log.exception("Housekeeping failed; the next sweep tries again")


def backoff(attempts: int) -> timedelta:
    """Return the wait in seconds after an attempt, counted from 1: 2 s, doubled up to 5 minutes."""
    return min(BACKOFF_FIRST * 2 ** min(attempts - 1, 16), BACKOFF_MOST)


def _is_deletion(operation: Operation) -> bool:
    return operation.type in DELETIONS


def _name(operation: Operation) -> str:
    return operation.upload.name if operation.upload else "The file"
