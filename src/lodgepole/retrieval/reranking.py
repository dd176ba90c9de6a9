"""Reranking within a time limit, with the unreranked order as fallback.

A reranker makes a good order better; it is never a reason to answer late or not at all. When it
does not answer, the fused order is served, which is counted each time and logged once a minute.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from lodgepole.errors import DeadlineExceeded, LodgepoleError
from lodgepole.model import Hit, Passage, PassageKey
from lodgepole.ports.clock import Clock
from lodgepole.ports.reranker import Reranker
from lodgepole.ports.telemetry import Metrics

log = logging.getLogger(__name__)

TOP_N = 50
TIMEOUT_SECONDS = 5.0
WARN_EVERY = timedelta(minutes=1)


class Reranking:
    """Puts the first hits into the order of a reranker, if that answers."""

    def __init__(
        self,
        reranker: Reranker,
        clock: Clock,
        *,
        top_n: int = TOP_N,
        timeout_seconds: float = TIMEOUT_SECONDS,
        metrics: Metrics | None = None,
    ) -> None:
        self._reranker = reranker
        self._clock = clock
        self._top_n = top_n
        self._timeout_seconds = timeout_seconds
        self._metrics = metrics
        self._warn_at: datetime | None = None
        self._unsaid = 0

    async def ordered(
        self, query: str, hits: Sequence[Hit], passages: Mapping[PassageKey, Passage]
    ) -> Sequence[Hit]:
        """All `hits`: the first `top_n` as reranked, the others behind them; or as they were.

        Args:
            query: What was asked.
            hits: Best first.
            passages: Those of the hits; hits without one are left out of the reranking.
        """
        head = [hit for hit in hits if hit.key in passages][: self._top_n]
        if len(head) < 2:
            return hits
        texts = [passages[hit.key].text for hit in head]
        try:
            scores = await self._scores(query, texts)
        except LodgepoleError as error:
            self._note(error)
            return hits
        self._count("answered")
        chosen = {hit.key for hit in head}
        return [*reranked(head, scores), *(hit for hit in hits if hit.key not in chosen)]

    async def _scores(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._reranker.rerank(query, texts)
        except TimeoutError as error:
            raise DeadlineExceeded(
                f"The reranker did not answer within {self._timeout_seconds:g} s."
            ) from error

    def _note(self, error: LodgepoleError) -> None:
        self._count("failed")
        now = self._clock.now()
        if self._warn_at is not None and now < self._warn_at:
            self._unsaid += 1
            return
        log.warning(
            "Reranking is left out and the fused order served: %s (and %d times since the last "
            "such line)",
            error,
            self._unsaid,
        )
        self._warn_at, self._unsaid = now + WARN_EVERY, 0

    def _count(self, outcome: str) -> None:
        if self._metrics is not None:
            self._metrics.count("rerankings_total", outcome=outcome)


def reranked(hits: Sequence[Hit], scores: Sequence[float]) -> list[Hit]:
    """The hits in the order of `scores`, equal ones in their own.

    They keep among them the fused scores, best to the first: rerankers' scores are of every
    scale, and what stays behind the reranked ones is scored by the fusion.
    """
    order = sorted(range(len(hits)), key=lambda i: (-scores[i], i))
    fused = sorted((hit.score for hit in hits), reverse=True)
    return [Hit(hits[i].key, score) for i, score in zip(order, fused, strict=True)]
