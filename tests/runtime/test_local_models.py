"""A model that runs on this machine becomes the default, by a word."""

from dataclasses import replace

import pytest
from tests.adapters.chat_models.openai.test_discovery import LM_STUDIO, OLLAMA
from tests.support.http_answers import answering

from lodgepole.adapters.chat_models.openai import discovery
from lodgepole.adapters.chat_models.openai.discovery import PLACES, FoundServer
from lodgepole.errors import InvalidRequest
from lodgepole.runtime.local_models import (
    how_to_use,
    pull_language_model,
    pulled_models,
    with_found_model,
    with_model_of_this_machine,
    with_weights,
)
from lodgepole.runtime.settings import ModelConfig, Settings


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A look at servers here ends with their answers, however busy the machine is."""
    monkeypatch.setattr(discovery, "LOOK_SECONDS", 30.0)


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


# --- weights ----------------------------------------------------------------------------------


def weights(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"GGUF\x03")
    return path


def test_a_file_of_weights_is_a_model_of_its_name(tmp_path):
    path = weights(tmp_path / "tiny.gguf")
    found = with_weights(Settings(data_dir=tmp_path, default_model=str(path)))
    assert (found.default_model, found.models[0].path) == ("tiny", path)


def test_a_model_that_was_pulled_is_served_by_its_name(tmp_path):
    settings = Settings(data_dir=tmp_path, cache_dir=tmp_path, default_model="qwen3-4b")
    with pytest.raises(InvalidRequest, match="models pull qwen3-4b"):
        with_weights(settings)
    path = weights(pulled_models(settings) / "qwen3-4b.gguf")
    assert with_weights(settings).models[0].path == path


def test_other_names_are_left_to_those_who_serve_them(tmp_path):
    served = Settings(data_dir=tmp_path, cache_dir=tmp_path, default_model="qwen3-4b",
                      openai_base_url="http://127.0.0.1:9/v1")  # fmt: skip
    assert with_weights(served) is served
    listed = Settings(
        data_dir=tmp_path, default_model="x.gguf", models=(ModelConfig(name="x.gguf"),)
    )
    assert with_weights(listed) is listed
    assert with_weights(Settings(data_dir=tmp_path)).models == ()


async def test_both_ways_are_asked_for_by_the_default_model(tmp_path):
    path = weights(tmp_path / "tiny.gguf")
    found = await with_model_of_this_machine(Settings(data_dir=tmp_path, default_model=str(path)))
    assert found.default_model == "tiny"


def test_only_what_is_listed_can_be_pulled(tmp_path):
    settings = Settings(data_dir=tmp_path, cache_dir=tmp_path)
    with pytest.raises(InvalidRequest, match=r"qwen3-4b.*--model FILE\.gguf"):
        pull_language_model(settings, "nobody", lambda done, size: None)
    path = weights(pulled_models(settings) / "qwen3-4b.gguf")
    assert pull_language_model(settings, "qwen3-4b", lambda done, size: None) == path
