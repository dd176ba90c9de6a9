"""Answers without a language model, follow-ups and the judge, in languages other than English.

The documents about a kettle were looked at while the lists of words were written; those about a
library came after, and nothing was changed for them.
"""

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from lodgepole.chat.citing.claim_verification import REJECTED, SourceText
from lodgepole.chat.conversation.query_planning import standalone_question
from lodgepole.chat.localised_phrases import phrases
from lodgepole.model import Message
from lodgepole.runtime import wiring
from lodgepole.runtime.settings import Settings
from lodgepole.text.words import content_stems, is_negated, numbers, words

CASES = json.loads(Path(__file__).with_name("other_languages.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("denied", "affirmed"),
    [
        ("雑誌は貸し出しできません。", "雑誌は貸し出しできます。"),
        ("保险不包括牙科治疗。", "保险包括牙科治疗。"),
        ("Страховка не покрывает зубы.", "Страховка покрывает зубы."),
        ("لا يغطي التأمين علاج الأسنان.", "يغطي التأمين علاج الأسنان."),
        ("잡지는 빌릴 수 없습니다.", "잡지는 빌릴 수 있습니다."),
        ("Les soins ne sont pas couverts.", "Les soins sont couverts."),
    ],
)
def test_a_negation_is_seen_and_what_it_denies_is_not_cited(denied, affirmed):
    assert is_negated(words(denied))
    assert not is_negated(words(affirmed))
    assert SourceText(denied).verify(affirmed).kind == REJECTED
    assert SourceText(denied).verify(denied).kind == "verbatim"


@pytest.mark.parametrize(
    ("text", "other"),
    [("保修两年。", "保修三年。"), ("dos años", "tres años"), ("два года", "три года"),
     ("أربعة أسابيع", "ثلاثة أسابيع"), ("vier Euro", "fünf Euro")],
)  # fmt: skip
def test_small_numbers_are_numbers_in_words_too(text, other):
    assert numbers(words(text))
    assert not numbers(words(text)) & numbers(words(other))


@pytest.mark.parametrize(
    ("a", "b"),
    [("гарантия чайника", "гарантию чайников"), ("الضمان", "ضمان"), ("المكتبة", "بالمكتبة")],
)
def test_forms_of_a_word_are_one_word(a, b):
    assert content_stems(words(a)) == content_stems(words(b))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_follow_up_carries_what_it_leaves_unsaid(case):
    first, answer, second = case["follow_up"]
    said = [Message("user", first), Message("assistant", answer), Message("user", second)]
    question = standalone_question(said)
    if (
        case["document"][0] < "\u0590" or case["document"][0] > "\u05ff"
    ):  # no list of Hebrew's words
        assert question != second
    assert question.startswith(second)
    assert standalone_question(said[:1]) == first


async def _ask(client, name, case):
    """What was answered wrongly, each with what was said."""
    (await client.post("/assistants", json={"name": name})).raise_for_status()
    for file, text in ((f"{name}.txt", case["document"]), ("en.txt", "The garden has roses.")):
        await client.post(f"/files/{name}", files={"file": (file, text.encode())})
    async with asyncio.timeout(60):
        while any(  # noqa: ASYNC110  the worker tells nobody but the catalog
            file["status"] == "Processing"
            for file in (await client.get(f"/files/{name}")).json()["files"]
        ):
            await asyncio.sleep(0.1)
    wrong = []
    for row in case["questions"]:
        asked = {"messages": [{"role": "user", "content": row["question"]}]}
        answer = (await client.post(f"/chat/{name}", json=asked)).json()
        text, gold = answer["message"]["content"], row["answer_holds"]
        cited, only_near = bool(answer["citations"]), text.startswith(phrases(text).unclear)
        if (not cited or gold not in text) if gold else (cited and not only_near):
            wrong.append((row["question"], text))
    for row in case["judged"]:
        told = {"question": row["question"], "answer": row["answer"],
                "ground_truth_answer": row["truth"]}  # fmt: skip
        judged = (await client.post("/evaluation/metrics/alignment", json=told)).json()
        got = [fact["entailment"] for fact in judged["reasoning"]["evaluated_facts"]]
        if got != [row["is"]]:
            wrong.append((row["answer"], row["truth"], got))
    return wrong


@pytest.mark.live
async def test_answers_refusals_and_judgements_are_right(tmp_path):
    async with wiring.running(Settings(data_dir=tmp_path)) as runtime:
        headers = {"Api-Key": runtime.api_key_made, "X-Pinecone-Api-Version": "2026-04"}
        transport = httpx2.ASGITransport(app=runtime.app)
        base = "http://127.0.0.1:8080/assistant"
        async with httpx2.AsyncClient(
            transport=transport, base_url=base, headers=headers, timeout=60
        ) as client:
            wrong = {
                name: found
                for name, case in CASES.items()
                if (found := await _ask(client, name.replace(" ", "-"), case))
            }
    assert wrong == {}
