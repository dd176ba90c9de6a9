"""The deterministic judge agrees with the published examples and never contradicts itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.requirements import requirement

from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.errors import InvalidRequest
from lodgepole.evaluation.alignment import Alignment, split_facts
from lodgepole.evaluation.judged import JudgedFact, score
from lodgepole.limits import Limits
from lodgepole.model import Usage


async def judge(question, answer, truth):
    return await Alignment(MemoryEmbedder(), MemoryTokenizer(), Limits()).judge(
        question, answer, truth
    )


async def test_the_published_question_is_judged_as_published():
    result = await judge("What is the capital city of Spain?", "Barcelona.", "Madrid.")
    assert result.facts == (JudgedFact("Madrid.", "contradicted"),)
    assert (result.correctness, result.completeness, result.alignment) == (0.0, 0.0, 0.0)


@requirement("evaluation.example")
def test_the_published_three_facts_score_as_published():
    facts = tuple(JudgedFact("x", e) for e in ("entailed", "contradicted", "neutral"))
    result = score(facts, Usage())
    assert result.correctness == 1 / 2
    assert result.completeness == pytest.approx(1 / 3)
    assert result.alignment == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("question", "answer", "truth"),
    [
        ("What are the seats of Norway, Austria and Latvia?",
         "Oslo is the seat of Norway and Graz is the seat of Latvia.",
         "Oslo is the seat of Norway, Bern of Austria and Riga of Latvia."),
        ("Was sind die Sitze von Norwegen, Italien und Lettland?",
         "Oslo ist der Sitz von Norwegen und Graz ist der Sitz von Lettland.",
         "Oslo ist der Sitz von Norwegen, Bern von Italien und Riga von Lettland."),
        ("Quels sont les sièges de la Norvège, de l’Italie et de la Suisse ?",
         "Oslo est le siège de la Norvège et Graz est le siège de la Suisse.",
         "Oslo est le siège de la Norvège, Riga de l’Italie et Berne de la Suisse."),
        ("Quali sono le sedi della Norvegia, dell’Austria e di Malta?",
         "Oslo è la sede della Norvegia e Graz è la sede di Malta.",
         "Oslo è la sede della Norvegia, Berna dell’Austria e Riga di Malta."),
        ("Vilka är sätena i Norge, Italien och Lettland?",
         "Oslo är sätet i Norge och Graz är sätet i Lettland.",
         "Oslo är sätet i Norge, Bern i Italien och Riga i Lettland."),
    ],
)  # fmt: skip
async def test_facts_on_one_string_are_judged_one_by_one(question, answer, truth):
    result = await judge(question, answer, truth)
    assert [f.entailment for f in result.facts] == ["entailed", "neutral", "contradicted"]
    assert (result.correctness, round(result.completeness, 2)) == (0.5, 0.33)
    assert result.alignment == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("question", "answer", "truth", "expected"),
    [
        ("What is the capital of Spain?", "Madrid", "Madrid.", ["entailed"]),
        ("What is the capital of Spain?", "It is Madrid.", "Madrid is the capital.", ["entailed"]),
        ("When was it built?", "It was built in 1901.", "In 1889.", ["contradicted"]),
        ("Is dental care covered?", "Dental care is not covered.", "Dental care is covered.",
         ["contradicted"]),
        ("Who wrote it?", "The documents do not say.", "Jane Austen.", ["neutral"]),
        (
            "Describe the tower.",
            "The tower is 330 metres tall. It opened in 1901.",
            "The tower is 330 metres tall. It opened in 1889. Gustave Eiffel's company designed "
            "and built the iron structure.",
            ["entailed", "contradicted", "neutral"],
        ),
    ],
)  # fmt: skip
async def test_facts_are_judged(question, answer, truth, expected):
    result = await judge(question, answer, truth)
    assert [f.entailment for f in result.facts] == expected


async def test_a_negation_in_one_clause_does_not_negate_the_other():
    said = "A signed link to a file stays valid for one hour, and whoever has it needs no key."
    truth = "A signed link stays valid for one hour."
    result = await judge("How long does a signed link stay valid?", said, truth)
    assert [f.entailment for f in result.facts] == ["entailed"]
    result = await judge("Does whoever has it need a key?", said, "Whoever has it needs a key.")
    assert [f.entailment for f in result.facts] == ["contradicted"]


@given(text=st.text(alphabet="Madrid is. A;but, and\n1", min_size=1, max_size=80))
def test_facts_lose_no_word(text):
    facts = " ".join(split_facts(text))
    for word in text.replace(";", " ").replace(",", " ").split():
        assert word in facts or word in {"but", "and"} or not any(c.isalnum() for c in word)


async def test_an_answer_equal_to_the_truth_is_perfect():
    text = "Madrid has 3,200,000 inhabitants. It does not lie at the sea."
    result = await judge("Describe Madrid.", text, text)
    assert (result.correctness, result.completeness, result.alignment) == (1, 1, 1)
    assert result.usage.prompt_tokens > result.usage.completion_tokens > 0


@pytest.mark.parametrize("empty", [0, 1, 2])
async def test_an_empty_text_is_refused(empty):
    texts = ["a", "b", "c"]
    texts[empty] = " "
    with pytest.raises(InvalidRequest, match="cannot be empty"):
        await judge(*texts)


def test_facts_that_share_words_are_parted() -> None:
    text = "Oslo is the seat of Norway, Bern of Switzerland and Riga of Latvia."
    assert split_facts(text) == (
        "Oslo is the seat of Norway.",
        "Bern is the seat of Switzerland.",
        "Riga is the seat of Latvia.",
    )
