"""The three figures of a judged answer, with all the ways in which a fact may be missing."""

import pytest

from lodgepole.evaluation.judged import JudgedFact, score
from lodgepole.model import Usage

USAGE = Usage(3, 4)


def facts(letters):
    names = {"e": "entailed", "c": "contradicted", "n": "neutral"}
    return tuple(JudgedFact(str(place), names[letter]) for place, letter in enumerate(letters))


@pytest.mark.parametrize(
    ("judged", "correctness", "completeness", "alignment"),
    [
        ("ecn", 1 / 2, 1 / 3, 0.4),  # the published example
        ("eee", 1.0, 1.0, 1.0),
        ("een", 1.0, 2 / 3, 0.8),
        ("ccc", 0.0, 0.0, 0.0),
        ("nnn", 0.0, 0.0, 0.0),
        ("", 0.0, 0.0, 0.0),
    ],
)
def test_precision_recall_and_their_harmonic_mean(judged, correctness, completeness, alignment):
    result = score(facts(judged), USAGE)
    assert (result.correctness, result.completeness) == (correctness, completeness)
    assert result.alignment == pytest.approx(alignment)
    assert (result.facts, result.usage) == (facts(judged), USAGE)


def test_what_is_neutral_costs_completeness_alone():
    assert score(facts("ec"), USAGE).correctness == score(facts("ecnnnn"), USAGE).correctness
    assert score(facts("ec"), USAGE).completeness > score(facts("ecn"), USAGE).completeness
