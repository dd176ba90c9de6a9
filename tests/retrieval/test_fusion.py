import pytest

from lodgepole.model import FileVersion, Hit, PassageKey
from lodgepole.ports.index import Rankings
from lodgepole.retrieval.fusion import Weights, fuse, sigmoid

A, B = FileVersion("a", 1), FileVersion("b", 1)


def hits(version: FileVersion, *scores: float) -> list[Hit]:
    return [Hit(PassageKey(version, ordinal), score) for ordinal, score in enumerate(scores)]


def order(found: list[Hit]) -> list[int]:
    return [hit.key.ordinal for hit in found]


def test_nothing_fused_is_nothing() -> None:
    assert fuse(Rankings()) == []


def test_scales_do_not_matter_but_distances_do() -> None:
    dense, words = hits(A, 0.9, 0.8, 0.1), hits(A, 1.0, 30.0, 2.0)
    rankings = Rankings(dense=dense, words=words)
    scaled = Rankings(
        dense=dense, words=[Hit(hit.key, 5 + hit.score * 100) for hit in rankings.words]
    )
    assert order(fuse(rankings)) == order(fuse(scaled)) == [1, 0, 2]
    assert [hit.score for hit in fuse(rankings)] == pytest.approx(
        [hit.score for hit in fuse(scaled)]
    )


def test_one_ranking_alone_decides() -> None:
    assert order(fuse(Rankings(dense=hits(A, 1.0, 3.0, 2.0)))) == [1, 2, 0]
    assert order(fuse(Rankings(words=hits(A, 1.0, 3.0, 2.0)))) == [1, 2, 0]


def test_what_the_vectors_lack_is_taken_to_be_their_last() -> None:
    rankings = Rankings(
        dense=hits(A, 0.9, 0.2),
        words=[Hit(PassageKey(B, 0), 8.0), Hit(PassageKey(A, 0), 8.0), Hit(PassageKey(A, 1), 8.0)],
    )
    found = {hit.key: hit.score for hit in fuse(rankings)}
    assert found[PassageKey(A, 0)] == pytest.approx(0.5)
    assert found[PassageKey(A, 1)] == found[PassageKey(B, 0)] == pytest.approx(-0.5)


def test_the_only_passage_with_a_word_is_ahead_of_what_is_merely_near() -> None:
    near = [Hit(PassageKey(A, ordinal), 0.5 - ordinal / 100) for ordinal in range(30)]
    rankings = Rankings(dense=near, words=[Hit(PassageKey(A, 20), 3.0)])
    assert order(fuse(rankings))[0] == 20


def test_a_foreign_query_trusts_words_more() -> None:
    rankings = Rankings(dense=hits(A, 0.9, 0.1), words=hits(A, 1.0, 9.0))
    assert order(fuse(rankings, weights=Weights(dense=0.6, dense_foreign=0.3))) == [0, 1]
    assert order(fuse(rankings, foreign=True, weights=Weights(dense=0.6, dense_foreign=0.3))) == [
        1,
        0,
    ]


def test_the_file_prior_lifts_passages_of_the_better_file() -> None:
    rankings = Rankings(
        dense=[Hit(PassageKey(A, 0), 0.52), Hit(PassageKey(B, 0), 0.5), Hit(PassageKey(B, 1), 0.1)],
        file_body=[(B, 9.0), (A, 1.0)],
        file_lead=[(B, 9.0)],
    )
    assert fuse(rankings)[0].key.version == B
    assert fuse(rankings, several_files=False)[0].key.version == A


def test_ties_are_in_key_order() -> None:
    rankings = Rankings(dense=[*hits(B, 0.5, 0.5), *hits(A, 0.5, 0.5)])
    assert [hit.key for hit in fuse(rankings)] == sorted(hit.key for hit in rankings.dense)


def test_squashed_scores_lie_between_0_and_1_in_the_same_order() -> None:
    scores = [sigmoid(score) for score in (-1e9, -2.0, 0.0, 0.1, 5.0, 1e9)]
    assert scores == sorted(scores)
    assert scores[0] >= 0.0
    assert scores[2] == 0.5
    assert scores[-1] <= 1.0


def test_a_limit_cuts_the_same_ranking() -> None:
    rankings = Rankings(dense=hits(A, 1.0, 3.0, 2.0, 2.0), words=hits(B, 4.0, 1.0))
    assert fuse(rankings, limit=3) == fuse(rankings)[:3]


def test_the_file_that_the_query_names_is_preferred_among_several() -> None:
    rankings = Rankings(
        dense=[Hit(PassageKey(A, 0), 0.9), Hit(PassageKey(B, 0), 0.8), Hit(PassageKey(A, 1), 0.1)]
    )
    assert fuse(rankings)[0].key.version == A
    assert fuse(rankings, named={B: 3.0})[0].key.version == B
    assert fuse(rankings, named={B: 3.0}, several_files=False)[0].key.version == A
