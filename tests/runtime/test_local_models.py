"""A model that runs on this machine becomes the default, by a word."""

from dataclasses import replace

import pytest
from tests.adapters.chat_models.openai.test_discovery import LM_STUDIO, OLLAMA
from tests.support.http_answers import answering

from lodgepole.adapters.chat_models.openai.discovery import PLACES, FoundServer
from lodgepole.errors import InvalidRequest
from lodgepole.runtime.local_models import how_to_use, with_found_model
from lodgepole.runtime.settings import ModelConfig, Settings


def at(ollama, lm_studio=1):
    return [replace(PLACES[0], port=ollama), replace(PLACES[1], port=lm_studio)]


async def test_the_first_chat_model_is_the_default_and_keeps_what_is_configured(tmp_path):
    settings = Settings(data_dir=tmp_path, models=(ModelConfig(name="house"),))
    async with answering(OLLAMA) as port, answering(LM_STUDIO) as other:
        found = await with_found_model(settings, at(port, other))
        assert found.default_model == "llama3.2:3b"
        assert [m.name for m in found.models] == ["llama3.2:3b", "house"]
        assert found.models[0].base_url == f"http://127.0.0.1:{port}/v1"


async def test_a_server_without_a_chat_model_is_passed_over(tmp_path):
    settings = Settings(data_dir=tmp_path)
    async with answering({**OLLAMA, "/api/tags": {"models": []}}) as port:
        async with answering(LM_STUDIO) as other:
            found = await with_found_model(settings, at(port, other))
        assert found.default_model == "qwen3-4b"
        with pytest.raises(InvalidRequest, match=r"Ollama at .* has no chat model"):
            await with_found_model(settings, at(port))


async def test_where_nothing_runs_the_error_says_where_was_looked(tmp_path):
    async with answering({}) as port:
        with pytest.raises(InvalidRequest, match=rf"Ollama \({port}\)"):
            await with_found_model(Settings(data_dir=tmp_path), at(port))


async def test_our_own_port_is_nobody_elses(tmp_path):
    async with answering(OLLAMA) as port:
        with pytest.raises(InvalidRequest):
            await with_found_model(Settings(data_dir=tmp_path, port=port), at(port))


def test_one_line_says_how_to_use_what_was_found():
    found = [FoundServer("Ollama", "u", ()), FoundServer("vLLM", "u", ("m1", "m2"))]
    line = how_to_use(found)
    assert line is not None
    assert "vLLM" in line
    assert "m1" in line
    assert "--model auto" in line
    assert how_to_use(found[:1]) is None
    assert how_to_use([]) is None
