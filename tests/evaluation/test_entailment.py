"""Facts are judged as a person would.

The second set was written when the judge did well on the first: 16 of its 20 cases were right then.
What it cannot know stays in the sets: who did what to whom, and that 24 months are two years.
"""

import json
from pathlib import Path

import pytest

from lodgepole import wiring
from lodgepole.evaluation.entailment import Statement, entailment, yes_or_no
from lodgepole.settings import Settings

CASES = json.loads(Path(__file__).with_name("judged_cases.json").read_text("utf-8"))
LEAST_RIGHT = 0.85


def judged(question, answer, fact, *, cosine=0.6, alone=True):
    said = [Statement(s) for s in [answer, *yes_or_no(question, answer)]]
    return entailment(
        Statement(fact), said, [cosine] * len(said), Statement(question).content, alone=alone
    )


@pytest.mark.parametrize(
    ("question", "answer", "fact", "expected"),
    [
        ("Is it allowed?", "Yes.", "It is allowed.", "entailed"),
        ("Is it allowed?", "No.", "It is allowed.", "contradicted"),
        ("Ist es erlaubt?", "Nein, nie.", "Es ist nicht erlaubt.", "entailed"),
        ("The price?", "It is $1.2 million.", "$1,200,000", "entailed"),
        ("The price?", "It is 1200 euros.", "€1,300", "contradicted"),
        ("How did sales go?", "Sales fell by 4 percent.", "Sales rose by 4 %.", "contradicted"),
        ("How many came?", "About 500 came.", "512 came.", "entailed"),
        ("How many came?", "400 came.", "512 came.", "contradicted"),
        ("Who founded it?", "It was founded in 1843.", "Ada Lovelace founded it.", "neutral"),
    ],
)
def test_a_fact_is_judged_by_what_it_says(question, answer, fact, expected):
    assert judged(question, answer, fact) == expected


def test_what_is_said_of_another_thing_contradicts_nothing():
    asked, said = "What are the capitals of France and Italy?", "The capital of France is Paris."
    assert judged(asked, said, "Rome is the capital of Italy.", alone=False) == "neutral"
    assert judged(asked, said, "Lyon is the capital of France.", alone=False) == "contradicted"


@pytest.mark.live
@pytest.mark.parametrize("which", CASES)
async def test_most_cases_are_judged_as_a_person_would(which, tmp_path, capsys):
    wrong, cases = [], CASES[which]
    async with wiring.running(Settings(data_dir=tmp_path)) as runtime:
        for case in cases:
            result = await runtime.services.alignment.judge(
                case["question"], case["answer"], case["truth"]
            )
            got = [fact.entailment for fact in result.facts]
            if got != case["is"]:
                wrong.append((case["answer"], case["truth"], got))
    right = len(cases) - len(wrong)
    with capsys.disabled():
        print(f"\njudged right, {which}: {right} of {len(cases)}")  # noqa: T201  the numbers are wanted
    assert right >= LEAST_RIGHT * len(cases), wrong
