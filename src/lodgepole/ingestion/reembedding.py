"""Re-embeds stored passages with the configured embedder while searches go on.

Assistant by assistant, file by file: the new vectors are set aside until every file has them, then
one transaction makes them the ones that are searched. Until then the old ones are. What is done is
durable after each file; cut short anywhere, the next run goes on with the files that are lacking.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

from lodgepole.errors import LodgepoleError
from lodgepole.model import FileVersion, PassageKey
from lodgepole.ports.backlog import Backlog
from lodgepole.ports.clock import Clock
from lodgepole.ports.embedder import Embedder, Vectors
from lodgepole.ports.index import Index
from lodgepole.ports.operation_signals import OperationSignals
from lodgepole.ports.telemetry import Metrics
from lodgepole.ports.vector_replacement import VectorReplacement

log = logging.getLogger(__name__)

BATCH = 64
GIVE_WAY = timedelta(seconds=2)
"""While operations wait, one batch is embedded for each that ends, or in this time."""
TELL_EVERY = timedelta(seconds=30)
TRY_AGAIN_SECONDS = 30.0
FILE_ATTEMPTS = 3
Step = Callable[[str], None]


class Reembedding:
    """Finds what was embedded by others and embeds it anew, behind all other work."""

    def __init__(
        self,
        *,
        index: Index,
        vectors: VectorReplacement,
        backlog: Backlog,
        signals: OperationSignals,
        embedder: Embedder,
        clock: Clock,
        metrics: Metrics | None = None,
        step: Step = lambda _: None,
    ) -> None:
        self._index = index
        self._vectors = vectors
        self._backlog = backlog
        self._signals = signals
        self._embedder = embedder
        self._clock = clock
        self._metrics = metrics
        self._step = step
        self._left = 0
        self._told: datetime = clock.now()

    @property
    def passages_left(self) -> int:
        """Number of passages yet to be embedded; 0 when nothing is under way."""
        return self._left

    async def run(self) -> None:
        """Until all is done. An error of the index or the embedder is waited out."""
        while True:
            try:
                await self.once()
            except LodgepoleError as error:
                log.warning(
                    "Re-embedding pauses for %g s, %d passages are left: %s",
                    TRY_AGAIN_SECONDS,
                    self._left,
                    error,
                )
                await asyncio.sleep(TRY_AGAIN_SECONDS)
            else:
                return

    async def once(self) -> None:
        """All that is to do, without a second attempt. Raises LodgepoleError."""
        identity = self._embedder.identity
        assistants = sorted(await self._vectors.unlike(identity))
        self._note(0)
        for assistant_id in assistants:
            lacking = await self._vectors.lacking(assistant_id, identity)
            self._note(self._left + sum(lacking.values()))
        if not assistants:
            return
        log.info(
            "Re-embedding %d passages of %d assistants by %s (%s); until an assistant is done, it "
            "is searched as before",
            self._left,
            len(assistants),
            identity.model,
            identity.engine,
        )
        self._told = self._clock.now()
        for assistant_id in assistants:
            await self._assistant(assistant_id)
        self._note(0)
        log.info("Re-embedding is done")

    async def _assistant(self, assistant_id: str) -> None:
        identity = self._embedder.identity
        tried: Counter[FileVersion] = Counter()
        while True:
            lacking = await self._vectors.lacking(assistant_id, identity)
            for version, passages in lacking.items():
                await self._file(assistant_id, version, passages)
                self._note(max(0, self._left - passages))
            self._step("embedded")
            if await self._vectors.switch(assistant_id, identity):
                self._step("switched")
                log.info("Assistant %s is searched by %s now", assistant_id, identity.model)
                return
            # Files came meanwhile, or changed under our hands; but not the same ones for ever.
            tried.update(lacking.keys())
            if max(tried.values(), default=0) == FILE_ATTEMPTS:
                log.error(
                    "Vectors of assistant %s cannot be stored, so it is searched by the former "
                    "ones until the next start",
                    assistant_id,
                )
                return

    async def _file(self, assistant_id: str, version: FileVersion, passages: int) -> None:
        batches: list[Vectors] = [np.empty((0, self._embedder.identity.dimension), np.float32)]
        for start in range(0, passages, BATCH):
            await self._give_way()
            ordinals = range(start, min(start + BATCH, passages))
            keys = [PassageKey(version, ordinal) for ordinal in ordinals]
            found = await self._index.passages(assistant_id, keys)
            if not found:
                return  # it was removed
            texts = [found[key].text if key in found else "" for key in keys]
            batches.append(await self._embedder.embed_passages(texts))
            self._tell(done=start + len(keys))
        self._step("file embedded")
        await self._vectors.set_aside(
            assistant_id, version, self._embedder.identity, np.concatenate(batches)
        )
        self._step("file set aside")

    async def _give_way(self) -> None:
        if await self._backlog.queue_depth():
            await self._signals.wait_finished(GIVE_WAY)

    def _tell(self, *, done: int) -> None:
        """Now and then, how far it is; `done` is of the file at hand."""
        now = self._clock.now()
        if now - self._told >= TELL_EVERY:
            self._told = now
            log.info("Re-embedding: %d passages are left", max(0, self._left - done))

    def _note(self, left: int) -> None:
        self._left = left
        if self._metrics is not None:
            self._metrics.gauge("reembedding_passages_left", left)
