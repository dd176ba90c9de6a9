"""From separate rankings to one. Pure.

Scores of different engines are made comparable by standardising each ranking (z-scores over its
first 200), not by ranks: how far ahead a hit is says more than that it is ahead.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lodgepole.model import FileVersion, Hit, PassageKey
from lodgepole.ports import Rankings

Key = TypeVar("Key", PassageKey, FileVersion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each ranking counts; measured on filings, articles, handbooks, six languages."""

    dense: float = 0.5  # words get the rest
    dense_foreign: float = 0.3  # when the query is in no language that the embedder knows
    file_body: float = 0.3  # added to every passage of the file, when several are searched
    file_lead: float = 0.2


DEFAULT_WEIGHTS = Weights()


def fuse(
    rankings: Rankings,
    *,
    foreign: bool = False,
    several_files: bool = True,
    weights: Weights = DEFAULT_WEIGHTS,
) -> list[Hit]:
    """Every passage of either ranking, best first; ties in key order.

    Args:
        rankings: As the index gave them. What one of them lacks gets that ranking's lowest
            z-score: it is known only to be no better than the last one listed.
        foreign: The query is in a language the embedder does not know.
        several_files: Apply the file prior.
        weights: What each ranking counts.
    """
    dense = _standardised((hit.key, hit.score) for hit in rankings.dense)
    words = _standardised((hit.key, hit.score) for hit in rankings.words)
    share = weights.dense_foreign if foreign else weights.dense
    if not words:
        share = 1.0
    elif not dense:
        share = 0.0
    priors = _file_priors(rankings, weights) if several_files else {}
    lowest_dense, lowest_words = _lowest(dense), _lowest(words)
    hits = [
        Hit(
            key,
            share * dense.get(key, lowest_dense)
            + (1 - share) * words.get(key, lowest_words)
            + priors.get(key.version, 0.0),
        )
        for key in dense.keys() | words.keys()
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.key))


def _file_priors(rankings: Rankings, weights: Weights) -> dict[FileVersion, float]:
    """What belonging to each file adds to a passage's score."""
    body, lead = _standardised(rankings.file_body), _standardised(rankings.file_lead)
    files = {hit.key.version for hits in (rankings.dense, rankings.words) for hit in hits}
    lowest_body, lowest_lead = _lowest(body), _lowest(lead)
    return {
        version: weights.file_body * body.get(version, lowest_body)
        + weights.file_lead * lead.get(version, lowest_lead)
        for version in files
    }


def _standardised(ranking: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    """Scores less their mean, in standard deviations; all 0 where they do not differ."""
    pairs: Sequence[tuple[Key, float]] = list(ranking)
    if not pairs:
        return {}
    mean = math.fsum(score for _, score in pairs) / len(pairs)
    deviation = math.sqrt(math.fsum((score - mean) ** 2 for _, score in pairs) / len(pairs))
    if deviation < 1e-9:
        return dict.fromkeys((key for key, _ in pairs), 0.0)
    return {key: (score - mean) / deviation for key, score in pairs}


def _lowest(scores: Mapping[Key, float]) -> float:
    return min(scores.values(), default=0.0)


def squash(score: float) -> float:
    """A fused score as a number in [0, 1] that keeps the order; 0 becomes ½."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score)) / 2))
