"""Fusion of separate rankings into one. Pure.

Scores of different engines are made comparable by standardising each ranking (z-scores over its
first 200), not by ranks: how far ahead a hit is says more than that it is ahead.
"""

import heapq
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from lodgepole.model import FileVersion, Hit, PassageKey
from lodgepole.ports.index import Rankings

Key = TypeVar("Key", PassageKey, FileVersion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each ranking counts; measured on filings, articles, handbooks, six languages."""

    dense: float = 0.5  # words get the rest
    dense_foreign: float = 0.3  # when the query is in no language that the embedder knows
    file_body: float = 0.3  # added to every passage of the file, when several are searched
    file_lead: float = 0.2
    file_name: float = 0.2  # of how strongly the query names the file, which is 0 for most


DEFAULT_WEIGHTS = Weights()
_FULL = 200  # a shorter ranking by words is whole
_NOTHING_MOST = 9  # a single hit is then as far ahead of the rest as the first of a full ranking


def fuse(
    rankings: Rankings,
    *,
    foreign: bool = False,
    several_files: bool = True,
    named: Mapping[FileVersion, float] | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
    limit: int | None = None,
) -> list[Hit]:
    """Every passage of either ranking, or the best `limit`, best first; ties in key order.

    Args:
        rankings: As the index gave them. What the dense one lacks gets its lowest z-score:
            it is known only to be no better than the last one listed. What words did not find
            has a score of 0 there, unless that ranking is full.
        foreign: The query is in a language the embedder does not know.
        several_files: Apply the file prior.
        named: How strongly the query names files; part of that prior.
        weights: What each ranking counts.
        limit: How many are wanted.
    """
    dense, lowest_dense = standardised(rankings.dense)
    found = {key for key, _ in rankings.dense} | {key for key, _ in rankings.words}
    words, lowest_words = standardised(rankings.words, among=len(found))
    share = weights.dense_foreign if foreign else weights.dense
    if not words:
        share = 1.0
    elif not dense:
        share = 0.0
    rest = 1 - share
    # Only what is wanted becomes a hit: most of the time would go there.
    scored = [
        (-share * dense.get(key, lowest_dense) - rest * words.get(key, lowest_words), key)
        for key in found
    ]
    if several_files:
        priors = _file_priors(rankings, weights, {key.version for key in found}, named or {})
        scored = [(score - priors[key.version], key) for score, key in scored]
    best = sorted(scored) if limit is None else heapq.nsmallest(limit, scored)
    return [Hit(key, -score) for score, key in best]


def _file_priors(
    rankings: Rankings,
    weights: Weights,
    files: Collection[FileVersion],
    named: Mapping[FileVersion, float],
) -> dict[FileVersion, float]:
    """What belonging to each of `files` adds to a passage's score."""
    body, lowest_body = standardised(rankings.file_body, among=len(files))
    lead, lowest_lead = standardised(rankings.file_lead, among=len(files))
    return {
        version: weights.file_body * body.get(version, lowest_body)
        + weights.file_lead * lead.get(version, lowest_lead)
        + weights.file_name * named.get(version, 0.0)
        for version in files
    }


def standardised(
    ranking: Iterable[tuple[Key, float]], *, among: int = 0
) -> tuple[dict[Key, float], float]:
    """Scores less their mean, in standard deviations, and that of what is not in the ranking.

    All are 0 where they do not differ.

    A ranking by words that is not full names everything that has a word of the query. If that is
    fewer than the `among` to choose from, the others have a score of 0 and count as such, a few of
    them: else a single hit, of a word that is nowhere else, would be worth nothing.
    """
    pairs = list(ranking)
    if not pairs:
        return {}, 0.0
    nothing = max(0, min(_NOTHING_MOST, among - len(pairs))) if len(pairs) < _FULL else 0
    count = len(pairs) + nothing
    scores = [score for _, score in pairs]
    mean = math.fsum(scores) / count
    squares = math.fsum([(score - mean) ** 2 for score in scores]) + nothing * mean**2
    deviation = math.sqrt(squares / count)
    if deviation < 1e-9:
        return dict.fromkeys([key for key, _ in pairs], 0.0), 0.0
    lowest = 0.0 if nothing else min(scores)
    return {key: (score - mean) / deviation for key, score in pairs}, (lowest - mean) / deviation


def sigmoid(score: float) -> float:
    """A fused score as a number in [0, 1] that keeps the order; 0 becomes ½."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score)) / 2))
