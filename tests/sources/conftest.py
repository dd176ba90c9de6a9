"""An origin in memory, and what runs it over memory adapters."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from lodgepole.adapters.telemetry.prometheus import PrometheusMetrics
from lodgepole.concurrency.signal import Signal
from lodgepole.errors import InvalidRequest, LodgepoleError
from lodgepole.ports.origin import Found, NotTaken, OriginEvent, ReadToEnd, Unchanged
from lodgepole.ports.source_store import Source, SourceItem, SourceKind, SourceRun
from lodgepole.sources.registry import Sources
from lodgepole.sources.scheduler import SourceRunner
from lodgepole.sources.sync import Sync
from lodgepole.telemetry.stages import Stages


@dataclass
class Shelf:
    """`Origin` of what a test puts on it; counts what is opened."""

    files: dict[str, bytes] = field(default_factory=dict)
    more: list[OriginEvent] = field(default_factory=list)  # told after the files
    ends: bool = True
    error: LodgepoleError | None = None
    broken: dict[str, LodgepoleError] = field(default_factory=dict)  # raised when it is opened
    misses_allowed: int = 0
    can_wait: bool = True
    cursor: str | None = None
    opened: list[str] = field(default_factory=list)
    cursors: list[str | None] = field(default_factory=list)  # that it was asked with
    metadata: dict[str, Any] = field(default_factory=dict)
    step: Any = lambda _: None

    def check(self, source: Source) -> None:
        if "refused" in source.url:
            raise InvalidRequest("No such address.")

    async def read(
        self, source: Source, known: Mapping[str, SourceItem]
    ) -> AsyncGenerator[OriginEvent]:
        self.cursors.append(source.cursor)
        for key, data in list(self.files.items()):
            self.step(key)
            if key in known and known[key].fingerprint == repr(data):
                yield Unchanged(key=key)
            else:
                yield self.found(key, data)
        for event in self.more:
            yield event
        if self.error is not None:
            raise self.error
        if self.ends:
            yield ReadToEnd(cursor=self.cursor, misses_allowed=self.misses_allowed)

    def found(self, key: str, data: bytes) -> Found:
        async def content() -> AsyncIterator[bytes]:
            self.opened.append(key)
            if key in self.broken:
                raise self.broken[key]
            yield data

        return Found(
            key=key,
            name=key.rpartition("/")[2],
            fingerprint=repr(data),
            content=content,
            metadata={"path": key, **self.metadata},
            can_wait=self.can_wait,
        )

    def skip(self, key: str, reason: str) -> None:
        self.more.append(NotTaken(key=key, reason=reason))


@dataclass
class Desk:
    """The features of sources over a house in memory, with an assistant."""

    house: Any
    assistant: Any
    shelf: Shelf = field(default_factory=Shelf)
    wake: Signal = field(default_factory=Signal)
    metrics: PrometheusMetrics = field(default_factory=PrometheusMetrics)

    kind: SourceKind = SourceKind.FOLDER

    @property
    def origins(self) -> dict[SourceKind, Any]:
        return {self.kind: self.shelf}

    @property
    def sources(self) -> Sources:
        return Sources(
            store=self.house.sources,
            origins=self.origins,
            clock=self.house.clock,
            new_id=self.house.new_id,
            limits=self.house.limits,
            wake=self.wake,
        )

    def runner(self, worker_id: str = "w") -> SourceRunner:
        return SourceRunner(
            store=self.house.sources,
            sync=Sync(
                store=self.house.sources,
                files=self.house.files,
                catalog=self.house.catalog,
                limits=self.house.limits,
            ),
            origins=self.origins,
            clock=self.house.clock,
            limits=self.house.limits,
            worker_id=worker_id,
            new_id=self.house.new_id,
            wake=self.wake,
            stages=Stages(self.metrics),
        )

    async def add(self, **values: Any) -> Source:
        return await self.sources.add(self.assistant, **{"url": "/srv/documents", **values})

    async def run(self, source: Source) -> SourceRun:
        """Run it and ingest what it uploaded; the run."""
        if (await self.sources.get("p", source.id))[0].due_at != source.due_at:
            await self.sources.run("p", source.id)
        await self.runner().drain()
        await self.house.worker().drain()
        return await self.last(source)

    async def last(self, source: Source) -> SourceRun:
        page = await self.sources.runs("p", source.id, limit=1, after=None)
        return page.items[0]

    async def names(self) -> dict[str, str]:
        """Paths of the assistant's files, with their ids."""
        page = await self.house.catalog.list_files(self.assistant.id, limit=100, after=None)
        return {file.upload.metadata["path"]: file.id for file in page.items}

    async def operations(self) -> int:
        page = await self.house.log.list(
            self.assistant.id, types=(), statuses=(), limit=100, after=None
        )
        return len(page.items)


@pytest.fixture
async def desk(house) -> Desk:
    return Desk(house, await house.assistant())
