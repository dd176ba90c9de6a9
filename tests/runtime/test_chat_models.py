"""Which model answers to which name, for what operators set."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.chat.model_directory import WIRE_NAMES, ModelDirectory
from lodgepole.errors import InvalidRequest
from lodgepole.model import Usage
from lodgepole.runtime import chat_models
from lodgepole.runtime.chat_models import (
    EXTRACTIVE,
    check_models,
    describe_default,
    model_directory,
)
from lodgepole.runtime.settings import Settings

PROVIDER_VARIABLES = [
    f"{provider}_{name}"
    for provider in ("OPENAI", "ANTHROPIC", "GOOGLE", "GEMINI")
    for name in ("API_KEY", "API_KEY_FILE", "BASE_URL")
]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for variable in PROVIDER_VARIABLES:
        monkeypatch.delenv(variable, raising=False)


QUOTES = ScriptedChatModel([["quote"]])


async def choose():
    async with AsyncExitStack() as stack:
        return model_directory(Settings(), QUOTES, stack)


async def test_without_any_setting_every_wire_name_is_answered_with_quotes():
    models = await choose()
    for name in (None, EXTRACTIVE, *WIRE_NAMES):
        assert models.resolve(name).model is QUOTES
    assert models.resolve("gpt-4o").name == "gpt-4o"
    with pytest.raises(InvalidRequest, match="Invalid model `gpt-9`"):
        models.resolve("gpt-9")


@pytest.mark.parametrize(
    ("variable", "default", "upstream", "other"),
    [
        ("OPENAI_API_KEY", "gpt-4o", "gpt-4o", "claude-sonnet-4-5"),
        ("ANTHROPIC_API_KEY", "claude-sonnet-4-5", "claude-sonnet-4-6", "gpt-4o"),
        ("GOOGLE_API_KEY", "gemini-2.5-pro", "gemini-3.8-flash", "gpt-4o"),
        ("GEMINI_API_KEY", "gemini-2.5-pro", "gemini-3.8-flash", "gpt-4o"),
    ],
)
async def test_a_providers_key_alone_sends_its_names_and_the_default_there(
    monkeypatch, variable, default, upstream, other
):
    monkeypatch.setenv(variable, "sk-1")
    models = await choose()
    assert models.resolve(None).name == default
    assert models.resolve(default).upstream == upstream
    assert models.resolve(default).model is not QUOTES
    assert models.resolve(other).model is models.resolve(default).model
    assert models.resolve(other).name == other
    assert models.resolve(EXTRACTIVE).model is QUOTES


async def test_two_providers_each_answer_to_their_own_names(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-2")
    models = await choose()
    assert models.resolve("claude-sonnet-4").model is not models.resolve("gpt-4o").model
    assert models.resolve(None).name == "gpt-4o"
    assert models.resolve("gpt-4.1").context_tokens > 1_000_000
    assert not models.resolve("o4-mini").takes_temperature


async def test_an_address_and_a_name_are_enough_for_a_local_server(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")
    monkeypatch.setenv("LODGEPOLE_DEFAULT_MODEL", "llama3.1:8b")
    models = await choose()
    for name in (None, "gpt-4o", "claude-sonnet-4-5", "llama3.1:8b"):
        assert models.resolve(name).upstream == "llama3.1:8b"
    assert models.resolve("gpt-4o").name == "gpt-4o"


async def test_models_of_the_configuration_file_win(tmp_path):
    (tmp_path / "lodgepole.toml").write_text(
        """
        default_model = "house"
        openai_api_key = "sk-1"
        [[models]]
        name = "house"
        model = "qwen3:32b"
        base_url = "http://127.0.0.1:11434/v1"
        aliases = ["gpt-4o"]
        context_tokens = 40000
        takes_temperature = true
        prompt_price = 0.5
        completion_price = 2.0
        attribute = true
        """
    )
    models = await choose()
    assert models.resolve(None).upstream == "qwen3:32b"
    assert models.resolve("gpt-4o").upstream == "qwen3:32b"
    assert models.resolve("gpt-4o").context_tokens == 40000
    assert models.resolve("gpt-4o").cost(Usage(1_000_000, 500_000)) == 1.5
    assert models.resolve("gpt-4o").attribute
    assert not models.resolve("gpt-4.1").attribute
    assert models.resolve("gpt-4.1").cost(Usage(1_000_000, 500_000)) == 0
    assert models.resolve("gpt-4.1").upstream == "gpt-4.1"
    assert models.resolve("gpt-4.1").model is not models.resolve("gpt-4o").model


async def test_a_default_that_nothing_serves_is_refused(monkeypatch):
    monkeypatch.setenv("LODGEPOLE_DEFAULT_MODEL", "llama")
    with pytest.raises(InvalidRequest, match="llama"):
        await choose()


async def test_quotes_may_stay_the_default_beside_a_provider(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.setenv("LODGEPOLE_DEFAULT_MODEL", EXTRACTIVE)
    models = await choose()
    assert models.resolve(None).model is QUOTES
    assert models.resolve("gpt-4o").model is not QUOTES


async def test_keys_may_stand_in_files_and_are_never_shown(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("sk-from-file\n")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-hidden")
    settings = Settings()
    assert settings.endpoints[0].api_key == "sk-from-file"
    assert "sk-hidden" not in repr(settings)
    assert "sk-hidden" not in repr(settings.endpoints)


async def test_who_answers_is_told_with_the_variable_that_decided_it_and_without_its_key(
    monkeypatch,
):
    assert describe_default(Settings(), await choose()).startswith("quotes from your documents")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-stray")
    assert describe_default(Settings(), await choose()) == (
        "gpt-4o at api.openai.com (OPENAI_API_KEY)"
    )
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://user:secret@127.0.0.1:11434/v1")
    monkeypatch.setenv("LODGEPOLE_DEFAULT_MODEL", "qwen3")
    said = describe_default(Settings(), await choose())
    assert said == "qwen3 at 127.0.0.1:11434 (OPENAI_BASE_URL)"
    monkeypatch.delenv("OPENAI_BASE_URL")
    listed = [{"name": "qwen3", "base_url": "http://10.0.0.5/v1", "aliases": ["q"]}]
    monkeypatch.setenv("LODGEPOLE_MODELS", json.dumps(listed))
    assert describe_default(Settings(), await choose()) == "qwen3 at 10.0.0.5 ([[models]])"


class Endpoint:
    """Answers every request for a completion with one status, or with the word yes."""

    def __init__(self, status=200, *, word="yes", usage=None, whole=False):
        self.status, self.word, self.usage, self.whole = status, word, usage, whole
        self.asked = []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(self, *_):
        self.server.close()
        await asyncio.wait_for(self.server.wait_closed(), 5)

    async def _serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        self.asked.append(json.loads(await reader.readexactly(length)))
        message = "message" if self.whole else "delta"
        choice = {"index": 0, message: {"content": self.word}, "finish_reason": "stop"}
        event = json.dumps({"choices": [choice], "usage": self.usage})
        kind = "application/json" if self.whole else "text/event-stream"
        body = event if self.whole else f"data: {event}\n\ndata: [DONE]\n\n"
        answer = body if self.status == 200 else json.dumps({"error": {"message": "internal"}})
        writer.write(
            f"HTTP/1.1 {self.status} X\r\nconnection: close\r\n"
            f"content-type: {kind}\r\n"
            f"content-length: {len(answer)}\r\n\r\n{answer}".encode()
        )
        await writer.drain()
        writer.close()


async def test_each_configured_model_is_tried_and_what_is_wrong_is_said_without_keys(monkeypatch):
    async with Endpoint() as good, Endpoint(401) as bad:
        listed = [
            {"name": "fine", "base_url": good.url, "model": "qwen3", "aliases": ["gpt-4o"]},
            {"name": "locked", "base_url": bad.url, "api_key": "sk-hidden"},
        ]
        monkeypatch.setenv("LODGEPOLE_MODELS", json.dumps(listed))
        checked = await check_models(Settings(), QUOTES)
    assert [(c.name, c.upstream, c.problem is None) for c in checked] == [
        ("fine", "qwen3", True),
        ("locked", "locked", False),
    ]
    assert "key is not valid" in (checked[1].problem or "")
    assert "sk-hidden" not in repr(checked)
    assert good.asked[0]["max_tokens"] == 16


async def checked_at(endpoint, monkeypatch, *, fill_window=False, **config):
    async with endpoint:
        listed = [{"name": "m", "base_url": endpoint.url, **config}]
        monkeypatch.setenv("LODGEPOLE_MODELS", json.dumps(listed))
        (checked,) = await check_models(Settings(), QUOTES, fill_window=fill_window)
    return checked


async def test_where_nothing_answers_the_setting_to_look_at_is_named(monkeypatch):
    listed = [{"name": "m", "base_url": "http://127.0.0.1:9/v1"}]  # nobody listens there
    monkeypatch.setenv("LODGEPOLE_MODELS", json.dumps(listed))
    (checked,) = await check_models(Settings(), QUOTES)
    assert "cannot be reached" in (checked.problem or "")
    assert "base_url" in (checked.problem or "")


async def test_a_model_that_answers_with_nothing_does_not_answer(monkeypatch):
    checked = await checked_at(Endpoint(word=""), monkeypatch)
    assert "empty answer" in (checked.problem or "")


async def test_what_is_worth_knowing_of_a_model_that_answers_is_noted(monkeypatch):
    checked = await checked_at(Endpoint(whole=True), monkeypatch)
    assert checked.problem is None
    assert ["does not stream" in note for note in checked.notes] == [True]
    checked = await checked_at(Endpoint(), monkeypatch, context_tokens=2000)
    assert checked.problem is None
    assert ["set context_tokens" in note for note in checked.notes] == [True]


async def test_a_server_that_cuts_prompts_off_is_found_by_filling_the_window(monkeypatch):
    usage = {"prompt_tokens": 4096, "completion_tokens": 1}
    options = {"context_tokens": 32_768, "max_output_tokens": 2_768}
    endpoint = Endpoint(usage=usage)
    checked = await checked_at(endpoint, monkeypatch, fill_window=True, **options)
    assert "of about 27000 tokens it has read 4096" in (checked.problem or "")
    assert endpoint.asked[0]["messages"][0]["content"].count("word ") == 27_000 + 1
    checked = await checked_at(Endpoint(usage=usage), monkeypatch, **options)
    assert checked.problem is None
    whole = Endpoint(usage={"prompt_tokens": 27_010, "completion_tokens": 1})
    checked = await checked_at(whole, monkeypatch, fill_window=True, **options)
    assert checked.problem is None


async def test_without_a_language_model_there_is_nothing_to_try():
    assert await check_models(Settings(), QUOTES) == []


# --- weights on this machine ------------------------------------------------------------------


async def directory_of(path, monkeypatch, **options):
    monkeypatch.setenv(
        "LODGEPOLE_MODELS", json.dumps([{"name": "tiny", "path": str(path), **options}])
    )
    async with AsyncExitStack() as closing:
        return model_directory(Settings(), QUOTES, closing)


async def test_weights_are_a_model_of_ones_own_with_a_window_that_fits(monkeypatch, tmp_path):
    monkeypatch.setattr(chat_models, "find_spec", lambda _: object())
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF")
    found = (await directory_of(path, monkeypatch)).default
    assert (found.name, found.context_tokens, found.attribute) == ("tiny", 8192, True)
    assert found.budget is not None
    assert found.server is None
    found = (await directory_of(path, monkeypatch, context_tokens=4096)).default
    assert found.context_tokens == 4096
    settings = Settings()
    assert describe_default(settings, ModelDirectory(found)) == f"tiny on this machine ({path})"


async def test_weights_that_cannot_be_run_are_told_at_the_start(monkeypatch, tmp_path):
    path = tmp_path / "tiny.gguf"
    with pytest.raises(InvalidRequest, match="is no file of weights"):
        await directory_of(path, monkeypatch)
    path.write_bytes(b"GGUF")
    monkeypatch.setattr(chat_models, "find_spec", lambda _: None)
    with pytest.raises(InvalidRequest, match=r"lodgepole\[local\]"):
        await directory_of(path, monkeypatch)
