"""Results of judging an answer, whoever judges."""

from dataclasses import dataclass
from typing import Literal

from lodgepole.model import Usage

Entailment = Literal["entailed", "contradicted", "neutral"]
MOST_FACTS = 64


@dataclass(frozen=True, slots=True)
class JudgedFact:
    """One fact of the ground truth and whether the answer states, denies or omits it."""

    fact: str
    entailment: Entailment


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentResult:
    """Shares in [0, 1]; `usage` is of two passes: finding the facts, then judging them."""

    correctness: float
    completeness: float
    alignment: float
    facts: tuple[JudgedFact, ...]
    usage: Usage


def score(facts: tuple[JudgedFact, ...], usage: Usage) -> AlignmentResult:
    """Correctness is precision over judged facts, completeness recall over all of them.

    Three facts, one each entailed, contradicted and neutral, give ½, ⅓ and their harmonic mean
    0.4, as in the published example.
    """
    entailed = sum(f.entailment == "entailed" for f in facts)
    contradicted = sum(f.entailment == "contradicted" for f in facts)
    correctness = entailed / (entailed + contradicted) if entailed else 0.0
    completeness = entailed / len(facts) if facts else 0.0
    both = correctness + completeness
    return AlignmentResult(
        correctness=correctness,
        completeness=completeness,
        alignment=2 * correctness * completeness / both if both else 0.0,
        facts=facts,
        usage=usage,
    )
