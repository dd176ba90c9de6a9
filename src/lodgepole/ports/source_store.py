"""Port: sources, what each of their origins held, and their runs.

A *source* says where documents of an assistant come from. A *run* compares its origin with what is
known, and makes the assistant's files follow. An *item* is one thing of an origin that became a
file. All of it lives in the database of the catalog.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from lodgepole.model import Assistant, ListPage, Metadata

RUNS_KEPT = 50
"""Of each source, the newest."""


class SourceKind(StrEnum):
    FOLDER = "folder"
    WEB = "web"
    GIT = "git"
    BUCKET = "bucket"


class SourceState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    DELETING = "deleting"  # with its files; a run removes them, then the source


class RunStatus(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"  # the origin could not be read to its end; nothing that was unseen is removed
    INTERRUPTED = "interrupted"  # by the end of the process, a pause or a change


class ItemChange(StrEnum):
    """Change that a run made for one thing of the origin."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"  # no file is to be made of it
    FAILED = "failed"  # it could not be read now; what was made of it before stays


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRules:
    """Bounds on how much of a web site is read."""

    crawl: bool = False  # also the pages that pages link to, below the address
    depth: int = 3  # links from the first page
    pages: int = 1000
    bytes: int = 1_000_000_000  # as received, of one run
    requests_per_second: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Origin of documents of one assistant, and when it is looked at again."""

    id: str
    assistant_id: str
    url: str  # without any secret
    kind: SourceKind
    state: SourceState
    every: timedelta | None  # None runs only when it is asked for
    include: tuple[str, ...] = ()  # none takes everything
    exclude: tuple[str, ...] = ()
    metadata: Metadata | None = None  # of each file
    rules: CrawlRules = field(default_factory=CrawlRules)
    credential: str | None = None  # its name in the settings
    created_at: datetime
    due_at: datetime | None  # when it runs next; None when nobody asked and there is no schedule
    running: bool = False
    failures: int = 0  # runs in a row that did not complete
    cursor: str | None = None  # of its origin, e.g. a commit


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceItem:
    """One thing of an origin, and the file that it became."""

    key: str  # its path or address, unique within the source
    file_id: str
    sha256: str  # of the bytes that were uploaded
    fingerprint: str  # the origin's own word for this content; equal means unchanged
    misses: int = 0  # runs in a row that did not find it


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNote:
    """Outcome of one thing in a run, and its reason where that is not plain."""

    key: str
    change: ItemChange
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRun:
    id: str
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None = None
    counts: Mapping[ItemChange, int] = field(default_factory=dict[ItemChange, int])
    notes: tuple[RunNote, ...] = ()  # the first ones, of all but what is unchanged
    error_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceClaim:
    """A lease on a source. Writes under a claim that was overtaken are refused."""

    source: Source  # as it was claimed
    assistant: Assistant
    run_id: str
    worker_id: str
    number: int  # rises with each claim of the source; the fencing token


class SourceStore(Protocol):
    """The sources of all assistants. One that is held is run by nobody else."""

    async def add_source(self, source: Source) -> None:
        """Raises NotFound when the assistant is gone or Terminating."""
        ...

    async def find_source(self, project_id: str, source_id: str) -> tuple[Source, str] | None:
        """The source and the name of its assistant; None also when that is Terminating."""
        ...

    async def list_sources(
        self, project_id: str, *, assistant_id: str | None, limit: int, after: str | None
    ) -> ListPage[tuple[Source, str]]:
        """Newest first, each with the name of its assistant."""
        ...

    async def scheduled_sources(self, kind: SourceKind) -> Sequence[Source]:
        """Those of all projects of this kind that run by a schedule and are not paused."""
        ...

    async def count_sources(self, assistant_id: str) -> int: ...

    async def set_state(
        self, source: Source, state: SourceState, *, due_at: datetime | None
    ) -> None:
        """Change the state, and when it is due. A run under way loses its claim."""
        ...

    async def request_run(self, source: Source, now: datetime) -> None:
        """Make it due now; where it runs already, once more after that."""
        ...

    async def remove_source(self, assistant_id: str, source_id: str) -> None:
        """Remove it with its items and runs; a run under way loses its claim. None is no error."""
        ...

    async def runs(self, source: Source, *, limit: int, after: str | None) -> ListPage[SourceRun]:
        """Newest first."""
        ...

    # --- running --------------------------------------------------------------------------------

    async def claim_source(
        self, worker_id: str, run_id: str, *, now: datetime, lease: timedelta
    ) -> SourceClaim | None:
        """Take the source that has been due longest, or None.

        Its last run is Interrupted where that never ended, and a new one is Running. A source
        whose lease ran out is due again. Counts a failure, which a run that completes takes back.
        """
        ...

    async def take_back_sources(self, worker_id: str, now: datetime) -> None:
        """Let go of what a worker of this id held when it was killed."""
        ...

    async def extend_source(self, claim: SourceClaim, run: SourceRun, until: datetime) -> None:
        """Heartbeat, with what the run has done so far. Raises ClaimLost."""
        ...

    async def items(self, claim: SourceClaim) -> Sequence[SourceItem]:
        """All that is known of its origin."""
        ...

    async def put_item(
        self, claim: SourceClaim, item: SourceItem, *, instead_of: str | None = None
    ) -> None:
        """Keep what is known of one thing, in place of another key where it moved. ClaimLost."""
        ...

    async def remove_item(self, claim: SourceClaim, key: str) -> None:
        """Raises ClaimLost."""
        ...

    async def finish_run(
        self,
        claim: SourceClaim,
        run: SourceRun,
        *,
        due_at: datetime | None,
        cursor: str | None,
    ) -> None:
        """Record how it ended and let go of the source. ClaimLost.

        Due at once where somebody asked for a run meanwhile.
        """
        ...

    async def oldest_success(self) -> datetime | None:
        """When the source that has waited longest for a completed run had its last one.

        Of those alone that run by a schedule and are not paused; one that had none counts from
        when it was added. None where there is none.
        """
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next source is to be claimed, or its lease runs out; None for none."""
        ...
