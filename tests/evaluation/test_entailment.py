"""Facts are judged as a person would.

Each further set was written when the judge did well on those before: 16 of the 20 cases of the
second were right then, and 14 of the 20 of the third. What it cannot know stays in the sets: who
did what to whom, and that Monday to Friday leaves out weekends.
"""

import json
from pathlib import Path

import pytest

from lodgepole.evaluation.entailment import Statement, entailment, yes_or_no
from lodgepole.runtime import wiring
from lodgepole.runtime.settings import Settings

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
        ("How long?", "It takes 24 months.", "It takes two years.", "entailed"),
        ("How long?", "It takes 14 days.", "It takes 2 weeks.", "entailed"),
        ("How long?", "It takes 14 weeks.", "It takes 14 days.", "contradicted"),
        ("Wie lange?", "Es dauert 48 Stunden.", "Es dauert zwei Tage.", "entailed"),
        ("How heavy may it be?", "It carries up to 530 kg.", "At most 630 kg.", "contradicted"),
        ("Is it hot?", "No, it is not hot at all.", "The tea is hot.", "contradicted"),
        ("¿Está incluido?", "No, no está incluido.", "Está incluido en el precio.", "contradicted"),
        ("Who may enter?", "Only members may enter.", "Non-members may not enter.", "entailed"),
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
