"""Questions that the documents do not answer are told so, and seldom any other."""

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from lodgepole.chat.quoting.quote_selection import NOTHING_FOUND
from lodgepole.runtime import wiring
from lodgepole.runtime.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "examples"
SET = Path(__file__).with_name("absent_questions.jsonl")
LEAST_PRECISION, LEAST_RECALL = 0.9, 0.7
MODEL = "lodgepole-extractive"


async def _fill(client: httpx2.AsyncClient) -> None:
    (await client.post("/assistants", json={"name": "a"})).raise_for_status()
    for path in sorted(EXAMPLES.iterdir()):
        posted = await client.post("/files/a", files={"file": (path.name, path.read_bytes())})
        posted.raise_for_status()
    async with asyncio.timeout(120):
        while any(  # noqa: ASYNC110  the worker tells nobody but the catalog
            file["status"] == "Processing"
            for file in (await client.get("/files/a")).json()["files"]
        ):
            await asyncio.sleep(0.1)


@pytest.mark.live
async def test_absent_answers_are_told_with_precision_and_recall(tmp_path, capsys):
    rows = [json.loads(line) for line in SET.read_text("utf-8").splitlines()]
    wrong = []
    told = right = absent = 0
    async with wiring.running(Settings(data_dir=tmp_path)) as runtime:
        headers = {"Api-Key": runtime.api_key_made, "X-Pinecone-Api-Version": "2026-04"}
        transport = httpx2.ASGITransport(app=runtime.app)
        base = "http://127.0.0.1:8080/assistant"
        async with httpx2.AsyncClient(
            transport=transport, base_url=base, headers=headers, timeout=60
        ) as client:
            await _fill(client)
            for row in rows:
                messages = [{"role": "user", "content": row["question"]}]
                body = {"messages": messages, "model": MODEL}
                answer = (await client.post("/chat/a", json=body)).raise_for_status().json()
                says_absent = NOTHING_FOUND in answer["message"]["content"]
                told += says_absent
                absent += not row["present"]
                right += says_absent and not row["present"]
                if says_absent == row["present"]:
                    wrong.append(row["question"])
    precision, recall = right / told, right / absent
    with capsys.disabled():
        print(f"\nabsent: precision {precision:.3f}, recall {recall:.3f}")  # noqa: T201  the numbers are wanted
    assert precision >= LEAST_PRECISION, wrong
    assert recall >= LEAST_RECALL, wrong
