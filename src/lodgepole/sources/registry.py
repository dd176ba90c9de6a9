"""Sources as their users see them: add, list, run, pause, resume, remove, and what runs did."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from lodgepole.concurrency.signal import Signal
from lodgepole.errors import AlreadyExists, Conflict, InvalidRequest, NotFound, RateLimited
from lodgepole.library.uploads import check_metadata
from lodgepole.limits import Limits
from lodgepole.model import Assistant, ListPage, is_id
from lodgepole.path_patterns import check_patterns
from lodgepole.ports.clock import Clock
from lodgepole.ports.origin import Origin
from lodgepole.ports.source_store import (
    CrawlRules,
    Source,
    SourceKind,
    SourceRun,
    SourceState,
    SourceStore,
)
from lodgepole.sources.addresses import kind_of

EVERY_LEAST = timedelta(minutes=1)
EVERY_MOST = timedelta(days=30)
CREDENTIAL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ID_CHARS = 64
DEPTH_MOST = 20
PAGES_MOST = 10_000
REQUESTS_PER_SECOND_MOST = 50.0


class Sources:
    """Use cases of a project on its sources."""

    def __init__(
        self,
        *,
        store: SourceStore,
        origins: Mapping[SourceKind, Origin],
        clock: Clock,
        new_id: Callable[[], str],
        limits: Limits,
        wake: Signal,
    ) -> None:
        """`wake` is given when something is due now."""
        self._store = store
        self._origins = origins
        self._clock = clock
        self._new_id = new_id
        self._limits = limits
        self._wake = wake

    async def add(
        self,
        assistant: Assistant,
        *,
        url: str,
        every: timedelta | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        metadata: object = None,
        rules: CrawlRules | None = None,
        credential: str | None = None,
        paused: bool = False,
        source_id: str | None = None,
    ) -> Source:
        """Keep a source; its first run is due at once, unless it is paused.

        Raises:
            InvalidRequest: The address, a pattern, the metadata or a rule cannot be used.
            PermissionDenied: The operator does not allow the address.
            RateLimited: The assistant has as many as it may.
            NotFound: The assistant is being deleted.
            AlreadyExists: The project has a source of that id.
        """
        now = self._clock.now()
        source = Source(
            id=await self._check_id(assistant, source_id) if source_id else self._new_id(),
            assistant_id=assistant.id,
            url=url,
            kind=kind_of(url),
            state=SourceState.PAUSED if paused else SourceState.ACTIVE,
            every=_check_every(every),
            include=check_patterns(include),
            exclude=check_patterns(exclude),
            metadata=check_metadata(metadata, self._limits),
            rules=_check_rules(rules or CrawlRules()),
            credential=_check_credential(credential),
            created_at=now,
            due_at=None if paused else now,
        )
        origin = self._origins.get(source.kind)
        if origin is None:
            raise InvalidRequest(f"This server reads no origin of the kind `{source.kind}`")
        origin.check(source)
        most = self._limits.sources_per_assistant
        if await self._store.count_sources(assistant.id) >= most:
            raise RateLimited(
                f"The assistant has {most} sources, as many as it may: remove one first",
                retry_after=self._limits.quota_retry_seconds,
            )
        await self._store.add_source(source)
        self._wake.give()
        return source

    async def get(self, project_id: str, source_id: str) -> tuple[Source, str]:
        """The source and its assistant's name. Raises NotFound."""
        found = await self._store.find_source(project_id, source_id)
        if found is None:
            raise NotFound(f"Source {source_id[:140]} not found.")
        return found

    async def list(
        self, project_id: str, *, assistant: Assistant | None, limit: int, after: str | None
    ) -> ListPage[tuple[Source, str]]:
        """Newest first, of one assistant or of all; each with its assistant's name."""
        return await self._store.list_sources(
            project_id,
            assistant_id=None if assistant is None else assistant.id,
            limit=limit,
            after=after,
        )

    async def run(self, project_id: str, source_id: str) -> tuple[Source, str]:
        """Make it due now; where it runs already, once more after that.

        Raises:
            NotFound: There is none.
            Conflict: It is paused or being deleted.
        """
        source, _ = await self.get(project_id, source_id)
        if source.state is not SourceState.ACTIVE:
            raise Conflict(f"Source {source.id} is {source.state}: resume it first.")
        await self._store.request_run(source, self._clock.now())
        self._wake.give()
        return await self.get(project_id, source_id)

    async def pause(self, project_id: str, source_id: str) -> tuple[Source, str]:
        """Run it no more; a run under way ends. Raises NotFound, Conflict."""
        return await self._set_state(project_id, source_id, SourceState.PAUSED)

    async def resume(self, project_id: str, source_id: str) -> tuple[Source, str]:
        """Run it again, now and as it was scheduled. Raises NotFound, Conflict."""
        return await self._set_state(project_id, source_id, SourceState.ACTIVE)

    async def remove(self, project_id: str, source_id: str, *, with_files: bool) -> None:
        """Forget it. Its files stay, or are deleted one after the other before it goes.

        Raises NotFound.
        """
        source, _ = await self.get(project_id, source_id)
        if with_files:
            now = self._clock.now()
            await self._store.set_state(source, SourceState.DELETING, due_at=now)
            self._wake.give()
        else:
            await self._store.remove_source(source.assistant_id, source.id)

    async def runs(
        self, project_id: str, source_id: str, *, limit: int, after: str | None
    ) -> ListPage[SourceRun]:
        """What it did, newest first. Raises NotFound."""
        source, _ = await self.get(project_id, source_id)
        return await self._store.runs(source, limit=limit, after=after)

    async def oldest_success(self) -> datetime | None:
        """As in the store, over all projects."""
        return await self._store.oldest_success()

    async def _check_id(self, assistant: Assistant, source_id: str) -> str:
        """The id of a source that is brought along, such as from an export."""
        if not is_id(source_id) or len(source_id) > ID_CHARS:
            raise InvalidRequest(
                f"Invalid source id {source_id[:80]!r}: use 1 to {ID_CHARS} letters, digits, `_` "
                "or `-`"
            )
        if await self._store.find_source(assistant.project_id, source_id) is not None:
            raise AlreadyExists(f"Source {source_id} already exists.")
        return source_id

    async def _set_state(
        self, project_id: str, source_id: str, state: SourceState
    ) -> tuple[Source, str]:
        source, _ = await self.get(project_id, source_id)
        if source.state is SourceState.DELETING:
            raise Conflict(f"Source {source.id} is being deleted.")
        if source.state is not state:
            due_at = self._clock.now() if state is SourceState.ACTIVE else None
            await self._store.set_state(source, state, due_at=due_at)
            self._wake.give()
        return await self.get(project_id, source_id)


def _check_every(every: timedelta | None) -> timedelta | None:
    if every is not None and not EVERY_LEAST <= every <= EVERY_MOST:
        raise InvalidRequest(
            f"Invalid schedule of {every.total_seconds():.0f} seconds: must be between "
            f"{EVERY_LEAST.total_seconds():.0f} and {EVERY_MOST.total_seconds():.0f}"
        )
    return every


def _check_credential(name: str | None) -> str | None:
    if name is not None and not CREDENTIAL_NAME.fullmatch(name):
        raise InvalidRequest(
            f"Invalid credential {name[:80]!r}: name one of the server's settings by 1 to 64 "
            "letters, digits, `_` or `-`"
        )
    return name


def _check_rules(rules: CrawlRules) -> CrawlRules:
    for name, value, least, most in (
        ("depth", rules.depth, 0, DEPTH_MOST),
        ("pages", rules.pages, 1, PAGES_MOST),
        ("bytes", rules.bytes, 1, 10**12),
        ("requests_per_second", rules.requests_per_second, 0.01, REQUESTS_PER_SECOND_MOST),
    ):
        if not least <= value <= most:
            raise InvalidRequest(f"Invalid {name} {value}: must be between {least} and {most}")
    return rules
