"""What a reranker changes, and what its absence does not."""

import asyncio
import logging
from datetime import timedelta

import pytest

from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.errors import Unavailable
from lodgepole.model import FileVersion, Hit, Passage, PassageKey
from lodgepole.retrieval.reranking import Reranking, reranked

VERSION = FileVersion("file", 1)
KEYS = [PassageKey(VERSION, i) for i in range(5)]
HITS = [Hit(key, 5.0 - i) for i, key in enumerate(KEYS)]
PASSAGES = {
    key: Passage(ordinal=i, start=0, end=1, text=str(i), page=None) for i, key in enumerate(KEYS)
}


class Backwards:
    """Prefers what was last; tells what it was asked."""

    def __init__(self):
        self.asked = []

    async def rerank(self, query, texts):
        self.asked.append((query, list(texts)))
        return [float(text) * 100 for text in texts]


class Broken:
    async def rerank(self, query, texts):
        raise Unavailable("The rerank endpoint cannot be reached.")


class Stuck:
    async def rerank(self, query, texts):
        await asyncio.Event().wait()


class Counted:
    def __init__(self):
        self.counts = []

    def count(self, name, value=1.0, **labels):
        self.counts.append((name, labels))

    def observe(self, name, seconds, **labels):
        raise AssertionError("nothing is timed")

    gauge = observe


def order(hits):
    return [hit.key.ordinal for hit in hits]


async def test_the_first_hits_are_reranked_and_the_others_stay_behind():
    reranker = Backwards()
    found = await Reranking(reranker, MemoryClock(), top_n=3).ordered("q", HITS, PASSAGES)

    assert order(found) == [2, 1, 0, 3, 4]
    assert reranker.asked == [("q", ["0", "1", "2"])]


async def test_scores_stay_those_of_the_fusion_whatever_the_rerankers_scale():
    found = await Reranking(Backwards(), MemoryClock(), top_n=3).ordered("q", HITS, PASSAGES)

    assert [hit.score for hit in found] == [5.0, 4.0, 3.0, 2.0, 1.0]


async def test_hits_without_a_passage_are_not_asked_about():
    passages = {key: PASSAGES[key] for key in KEYS if key.ordinal != 1}
    found = await Reranking(Backwards(), MemoryClock(), top_n=2).ordered("q", HITS, passages)

    assert order(found) == [2, 0, 1, 3, 4]


@pytest.mark.parametrize("hits", [[], HITS[:1]])
async def test_one_hit_needs_no_reranker(hits):
    assert list(await Reranking(Broken(), MemoryClock()).ordered("q", hits, PASSAGES)) == hits


def test_equal_scores_keep_their_order():
    assert order(reranked(HITS, [1, 2, 1, 2, 1])) == [1, 3, 0, 2, 4]


async def test_without_an_answer_the_fused_order_is_served_and_told_once_a_minute(caplog):
    clock, metrics = MemoryClock(), Counted()
    reranking = Reranking(Broken(), clock, metrics=metrics)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert await reranking.ordered("q", HITS, PASSAGES) == HITS
        assert len(caplog.messages) == 1
        clock.advance(timedelta(minutes=1))
        assert await reranking.ordered("q", HITS, PASSAGES) == HITS
    assert len(caplog.messages) == 2
    assert "2 times since" in caplog.messages[1]
    assert metrics.counts == [("rerankings_total", {"outcome": "failed"})] * 4


async def test_who_is_too_slow_is_not_waited_for():
    reranking = Reranking(Stuck(), MemoryClock(), timeout_seconds=0.01)
    async with asyncio.timeout(5):
        assert await reranking.ordered("q", HITS, PASSAGES) == HITS


async def test_an_answer_is_counted():
    metrics = Counted()
    await Reranking(Backwards(), MemoryClock(), metrics=metrics).ordered("q", HITS, PASSAGES)
    assert metrics.counts == [("rerankings_total", {"outcome": "answered"})]
