"""Scores of retrieval and citations, against values worked out by hand."""

import math

import pytest

from lodgepole.evaluation.question_set import Question
from lodgepole.evaluation.scoring import citation_scores, retrieval_scores, summary


def snippet(name, text="Some words.", pages=()):
    file = {"id": f"id-{name}", "name": name}
    return {"content": text, "reference": {"file": file, "pages": list(pages)}}


def test_a_passage_is_found_on_its_page_with_its_words():
    question = Question(question="?", files=("a",), pages=(2,), excerpt="opens at  nine")
    found = [
        snippet("b", "It opens at nine.", (2,)),
        snippet("a", "It opens at nine.", (1,)),
        snippet("a", "It Opens\nat nine.", (2, 3)),
        snippet("a", "It opens at nine.", (2,)),
    ]
    scores = retrieval_scores(question, found)
    assert scores["hit@1"] == 0
    assert scores["hit@4"] == scores["recall@4"] == 1
    assert scores["MRR"] == pytest.approx(1 / 3)
    assert scores["nDCG@10"] == pytest.approx(1 / math.log2(4))


def test_of_several_files_each_counts_once():
    question = Question(question="?", files=("a", "b"))
    scores = retrieval_scores(question, [snippet("a"), snippet("a"), snippet("b")])
    assert scores["recall@1"] == 0.5
    assert scores["recall@4"] == 1
    assert scores["nDCG@10"] == pytest.approx((1 + 0.5) / (1 + 1 / math.log2(3)))


def test_a_citation_holds_when_its_words_are_in_what_was_found():
    def citation(position, words, name="a"):
        highlight = {"type": "text", "content": words} if words else None
        reference = {"file": {"id": f"id-{name}"}, "highlight": highlight}
        return {"position": position, "references": [reference]}

    found = [snippet("a", "The door opens at nine.")]
    answer = {
        "message": {"content": "At nine."},
        "citations": [
            citation(8, "opens at nine"),
            citation(8, None),
            citation(9, "opens at nine"),
            citation(8, "opens at ten"),
            citation(8, "opens at nine", name="b"),
        ],
    }
    assert citation_scores(answer, found) == {"citations": 5, "valid citations": 0.4}
    assert citation_scores({**answer, "citations": []}, found) == {"citations": 0}


def test_the_summary_is_of_those_that_have_the_score():
    rows = [
        {"scores": {"MRR": 1.0, "correctness": 0.5}, "seconds": 1.0},
        {"scores": {"MRR": 0.0}, "seconds": 3.0},
        {"scores": {}, "error": "no"},
    ]
    assert summary(rows) == {
        "MRR": 0.5,
        "correctness": 0.5,
        "seconds (median)": 2.0,
        "seconds (95 %)": 3.0,
        "failed": 1.0,
    }
