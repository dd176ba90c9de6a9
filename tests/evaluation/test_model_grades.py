"""Replies are graded by what they say and cite, and the advice follows from it."""

from pathlib import Path

import pytest

from lodgepole.evaluation.model_grades import (
    QUESTIONS,
    GradedQuestion,
    Reply,
    grade,
    graded,
)

FACT = GradedQuestion(said=("How long?",), facts=(("one hour", "60 minutes"),), file="a.txt")
ABSENT = GradedQuestion(said=("What does it cost?",), kind="refusal")
JSON = GradedQuestion(said=("Which port?",), kind="json", facts=(("8080",),))


def good(**more) -> Reply:
    return Reply(**{"text": "It is one hour.", "files": ("a.txt",), **more})


def test_there_are_ten_questions_of_every_kind():
    assert len(QUESTIONS) == 10
    assert {q.kind for q in QUESTIONS} == {"answer", "refusal", "json"}
    assert any(len(q.said) > 1 for q in QUESTIONS)
    names = {path.name for path in (Path(__file__).parents[2] / "examples").iterdir()}
    assert {q.file for q in QUESTIONS if q.kind == "answer"} <= names
    assert all(q.facts for q in QUESTIONS if q.kind != "refusal")


@pytest.mark.parametrize(
    ("reply", "right", "cited"),
    [
        (good(), True, True),
        (good(text="60 Minutes."), True, True),
        (good(text="About an hour."), False, True),
        (good(text="160 minutes"), False, True),
        (good(files=("b.txt",)), True, False),
        (Reply(problem="Too slow."), False, False),
    ],
)
def test_a_fact_must_be_said_and_cited(reply, right, cited):
    row = graded(FACT, reply)
    assert (row.right, row.cited) == (right, cited)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("The documents do not say.", True),
        ("I couldn't find it.", True),
        ("Dazu steht nichts in den Dokumenten.", True),
        ("It costs 40 euros.", False),
        ("It costs 40 euros. " * 30 + "It is not cheap.", False),
    ],
)
def test_what_no_document_says_must_be_refused(text, right):
    row = graded(ABSENT, Reply(text=text))
    assert (row.right, row.cited) == (right, None)


def test_parts_are_counted_apart():
    found = grade([
        (FACT, good(first_seconds=1.0)), (FACT, good(files=(), first_seconds=3.0)),
        (ABSENT, Reply(text="Not said.", first_seconds=2.0)), (JSON, Reply(text='{"port": 8080}')),
    ])  # fmt: skip
    assert (found.answers, found.citations) == ((2, 2), (1, 2))
    assert (found.refusals, found.json_answers) == ((1, 1), (1, 1))
    assert found.first_seconds == 2.0


def test_a_model_that_cites_nothing_is_told_of_attribution():
    found = grade([(FACT, good(files=()))])
    assert found.settings["attribute"] is True
    assert any("attribute = true" in sentence for sentence in found.advice)
    assert "attribute" not in grade([(FACT, good(files=()))], attributes=True).settings


def test_a_slow_model_is_given_less_and_a_fast_one_more():
    slow = grade([(FACT, good(first_seconds=40.0, prompt_tokens=2_800))])
    assert slow.settings["source_tokens"] == 512
    fast = grade([(FACT, good(first_seconds=0.5, prompt_tokens=2_800))], window=40_000)
    assert fast.settings["source_tokens"] == 19_968
    assert fast.settings["context_tokens"] == 40_000
    assert grade([(FACT, good(first_seconds=5.0, prompt_tokens=2_800))]).settings == {}


def test_what_goes_wrong_is_told():
    found = grade([
        (FACT, Reply(text="Two days.", finish_reason="length")),
        (FACT, Reply(problem="It took too long.")),
        (ABSENT, Reply(text="It costs 40 euros.")), (JSON, Reply(text="{}")),
    ])  # fmt: skip
    told = " ".join(found.advice)
    for words in ("larger model", "took too long", "restraint", "json_response", "cut off"):
        assert words in told


def test_the_model_that_quotes_has_nothing_to_set():
    found = grade([(FACT, good(files=(), first_seconds=0.1, prompt_tokens=9))], writes=False)
    assert (found.advice, found.settings) == ((), {})
