"""The two tables of what language models do, held against the API in every wire format."""

import json
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.api.conftest import build, opened
from tests.support.model_provider import NAMES, Provider, make_model
from tests.support.model_tables import (
    FAILURES,
    FILE,
    FORMATS,
    MAKE,
    OTHER,
    SAID,
    SOURCES,
    STYLES,
    Failure,
    filled,
)

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat import retries
from lodgepole.chat.answer import Chat
from lodgepole.chat.model_directory import ConfiguredModel, ModelDirectory
from lodgepole.chat.requests import ChatRequest
from lodgepole.chat.retries import RetryingChatModel
from lodgepole.errors import LodgepoleError
from lodgepole.limits import Limits
from lodgepole.model import AnswerText, Message

pytestmark = pytest.mark.slow

QUESTION = "How long is the warranty, and when does the office open?"
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def answering(kind, *replies, **options):
    """Ask in one piece or as a stream; what the provider was sent can be looked at."""
    async with Provider(*replies) as provider:
        model = make_model(kind, provider, **options)
        house = await opened(build())
        configured = ConfiguredModel(
            name="m", upstream=NAMES[kind], model=RetryingChatModel(model), attribute=True
        )
        search = house.services.chat._search
        directory = ModelDirectory(configured)
        chat = Chat(search, directory, MemoryTokenizer(), new_id=lambda: "i", limits=Limits())
        house.services = replace(house.services, chat=chat)
        async with house.client() as client:
            await client.post("/assistant/assistants", json={"name": "a"})
            for name, text in SOURCES.items():
                form = {"file": (name, text.encode())}
                assert (await client.post("/assistant/files/a", files=form)).status_code == 202
            await house.work()

            async def ask(*, stream=False):
                body = {"messages": [{"role": "user", "content": QUESTION}], "stream": stream,
                        "include_highlights": True}  # fmt: skip
                return await client.post("/assistant/chat/a", json=body)

            async def events():
                """Those of an answer below HTTP, and whether it came to its end."""
                assistant = await house.services.assistants.get_ready("default", "a")
                request = ChatRequest(messages=(Message("user", QUESTION),))
                seen = []
                try:
                    async for event in house.services.chat.answer(assistant, request):
                        seen.append(event)  # noqa: PERF401  what came before the failure counts
                except LodgepoleError:
                    return seen, False
                return seen, True

            ask.events = events
            yield ask, provider
        await model.close()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(retries, "FIRST_WAIT_SECONDS", 0.0)


def numbers(request) -> tuple[int, int]:
    """Those of the two sources, as the prompt has them."""
    sent = json.dumps(request).replace('\\"', '"')
    first, second = (sent.index(f'file="{name}"') for name in SOURCES)
    return (1, 2) if first < second else (2, 1)


@pytest.mark.parametrize("kind", list(FORMATS))
async def test_every_style_is_a_citation_in_every_format(kind):
    make = MAKE[kind]
    wrong = {}
    async with answering(kind, make()) as (ask, provider):
        await ask()
        first, second = numbers(provider.requests[-1][2])
        for style in STYLES:
            text = filled(style.written, SAID, first, second)
            provider.replies = (make(words=[text[i : i + 3] for i in range(0, len(text), 3)]),)
            body = (await ask()).json()
            cited = [r["file"]["name"] for c in body["citations"] for r in c["references"]]
            found = (body["message"]["content"], cited)
            if found != (filled(style.read, SAID, first, second), [FILE]):
                wrong[style.written] = found
    assert wrong == {}


async def test_two_sentences_with_their_sources_beneath_are_each_cited():
    async with answering("openai", MAKE["openai"]()) as (ask, provider):
        text = f"{SAID}. {OTHER}.\n\nSources:\n1. hours.txt\n2. {FILE}"
        provider.replies = (MAKE["openai"](words=[text]),)
        body = (await ask()).json()
    assert body["message"]["content"] == f"{SAID}. {OTHER}."
    cited = [r["file"]["name"] for c in body["citations"] for r in c["references"]]
    assert cited == [FILE, "hours.txt"]


@pytest.mark.parametrize("kind", list(FORMATS))
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
async def test_every_failure_is_told_alike_in_every_format(kind, failure: Failure):
    limits = {"total_seconds": 2.0} if failure.begun else {"first_event_seconds": 0.3}
    async with answering(kind, MAKE[kind](), **limits) as (ask, provider):
        await ask()  # the provider's library is loaded outside the limits of time
        provider.requests.clear()
        provider.replies = failure.replies[kind]
        response = await ask()
        assert response.status_code == failure.status, response.text
        assert len(provider.requests) == failure.asked
        body = response.json()
        if failure.status == 200:
            assert body["finish_reason"] == failure.code
            assert body["message"]["content"]
        else:
            assert body["error"]["code"] == failure.code
            assert failure.says in body["error"]["message"]
            assert "sk-secret" not in response.text
            assert response.headers.get("retry-after") == failure.retry_after
        provider.requests.clear()
        if failure.begun:
            seen, whole = await ask.events()
            assert any(isinstance(event, AnswerText) for event in seen)
            assert not whole
        else:
            streamed = await ask(stream=True)
            assert streamed.status_code == failure.status
            assert ("message_end" in streamed.text) == (failure.status == 200)


def test_the_page_shows_the_tables(tmp_path):
    fresh = tmp_path / "language-models.md"
    script = ROOT / "scripts" / "docs" / "model_tables.py"
    subprocess.run([sys.executable, str(script), str(fresh)], check=True, timeout=60)
    written = (ROOT / "docs" / "reference" / "language-models.md").read_text("utf-8")
    assert written == fresh.read_text("utf-8"), "run scripts/docs/model_tables.py"
