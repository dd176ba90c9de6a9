from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.retrieval import file_named, hit, keyed, passages_of

from lodgepole.model import Hit
from lodgepole.retrieval.proximity import DEPTH, Proximity, keys_to_rescore, rescore

FILE = file_named("one")
VERSION = FILE.version
PLAIN = "alpha beta gamma delta"
IDF = {"pump": 3.0, "valv": 3.0, "pressur": 3.0, "limit": 3.0, "rare": 5.0, "often": 0.5}


def closer(query: str, texts: list[str], hits: list[Hit], **options) -> list[Hit]:
    """`texts` are the passages of one file, of four words each."""
    assert all(len(text.split()) == 4 for text in texts)
    passages = keyed(FILE, passages_of(" ".join(texts), 4))
    known = {key: passages[key] for key in keys_to_rescore(hits) if key in passages}
    return rescore(query, hits, known, languages={VERSION: "en"}, idf=IDF, **options)


def order(hits: list[Hit]) -> list[int]:
    return [found.key.ordinal for found in hits]


def equal(*ordinals: int) -> list[Hit]:
    return [hit(VERSION, ordinal, 1.0) for ordinal in ordinals]


def test_words_in_the_passage_before_count_as_its_own() -> None:
    texts = [PLAIN] * 12
    texts[7], texts[8] = "the pump has valves", "rated at pressure forty"
    # The row that answers has one word itself; another that has that word stands alone.
    texts[2] = "low pressure over land"
    assert order(closer("pressure of the pump valves", texts, equal(2, 8, 11))) == [8, 2, 11]


def test_a_neighbour_counts_and_what_is_further_off_does_not() -> None:
    texts = [PLAIN] * 20
    texts[1] = texts[8] = texts[16] = "a rare word here"
    found = closer("rare", texts, equal(0, 6, 13))
    assert order(found) == [0, 6, 13]
    assert found[0].score > found[1].score == found[2].score


def test_a_rare_word_counts_more_than_a_frequent_one() -> None:
    texts = ["often often often often", PLAIN, PLAIN, PLAIN, PLAIN, "rare as it is"]
    assert order(closer("often rare", texts, equal(0, 5))) == [5, 0]


def test_words_that_stand_together_in_both_count_more() -> None:
    texts = ["limit of the pressure", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, "pressure limit of pump"]
    apart = "pressure one two three four five six limit"
    passages = keyed(FILE, passages_of(apart + " " + " ".join(texts[1:]), 8))
    hits = equal(0, 3)
    found = rescore(
        "pressure limit", hits, passages, languages={VERSION: "en"}, idf=IDF,
        proximity=Proximity(words=0.0),
    )  # fmt: skip
    assert order(found) == [3, 0]


def test_what_is_over_a_passage_counts() -> None:
    passages = passages_of(" ".join([PLAIN] * 12), 4)
    passages[9] = replace(passages[9], header="Pumps")
    over = keyed(FILE, passages)
    found = rescore("pump", equal(1, 9), over, languages={VERSION: "en"}, idf=IDF)
    assert order(found) == [9, 1]


def test_a_lead_that_is_large_stays() -> None:
    texts = [PLAIN] * 10
    texts[9] = "pump valves pressure limit"
    hits = [hit(VERSION, 0, 9.0), hit(VERSION, 9, 1.0)]
    assert order(closer("pump valve pressure limit", texts, hits)) == [0, 9]


def test_words_without_a_rarity_and_nothing_at_all_change_nothing() -> None:
    hits = [hit(VERSION, 3, 2.0), hit(VERSION, 0, 1.0)]
    assert closer("unheard of words", [PLAIN] * 4, hits) == hits
    assert closer("pump", [PLAIN], []) == []


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=2 * DEPTH), st.randoms())
def test_no_hit_is_lost_and_the_order_is_that_of_the_scores(scores, random) -> None:
    texts = [
        random.choice([PLAIN, "pump of low pressure", "rare often limit valve"]) for _ in scores
    ]
    hits = [hit(VERSION, place, score) for place, score in enumerate(sorted(scores, reverse=True))]
    found = closer("pump pressure often rare", texts, hits)
    assert sorted(order(found)) == order(hits)
    assert [again.score for again in found] == sorted((h.score for h in found), reverse=True)
    assert order(found)[DEPTH:] == order(hits)[DEPTH:]


def test_the_scores_of_one_question_keep_their_scale() -> None:
    texts = [PLAIN] * 8
    texts[4] = "pump pump pump pump"
    found = closer("pump", texts, equal(0, 4, 7), proximity=Proximity(words=0.3, pairs=0.1))
    assert sum(again.score for again in found) / 3 == pytest.approx(1.0)
