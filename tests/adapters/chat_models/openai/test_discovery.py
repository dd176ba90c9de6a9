"""Servers are known by what only they answer, within a limit of time."""

import socket
from dataclasses import replace

import pytest
from tests.support.http_answers import answering

from lodgepole.adapters.chat_models.openai import discovery
from lodgepole.adapters.chat_models.openai.discovery import PLACES, FoundServer, find_servers

OLLAMA = {
    "/api/version": {"version": "0.9.2"},
    "/api/tags": {
        "models": [
            {"name": "nomic-embed-text:latest", "details": {"family": "nomic-bert"}},
            {"name": "all-minilm:l6", "details": {"family": "bert"}},
            {"name": "llama3.2:3b", "details": {"family": "llama"}},
            {"name": "qwen3:4b", "details": {"family": "qwen3"}},
        ]
    },
    "/v1/models": {"object": "list", "data": [{"id": "llama3.2:3b", "owned_by": "library"}]},
}
LM_STUDIO = {
    "/api/v0/models": {
        "object": "list",
        "data": [
            {"id": "text-embedding-nomic", "type": "embeddings", "state": "loaded"},
            {"id": "gemma-3-4b", "type": "vlm", "state": "not-loaded"},
            {"id": "qwen3-4b", "type": "llm", "state": "loaded"},
        ],
    },
    "/v1/models": {"object": "list", "data": [{"id": "qwen3-4b", "owned_by": "organization"}]},
}
LLAMA_CPP = {
    "/props": {"default_generation_settings": {"n_ctx": 4096}, "total_slots": 1},
    "/v1/models": {"object": "list", "data": [{"id": "gemma.gguf", "owned_by": "llamacpp"}]},
}
VLLM = {"/v1/models": {"object": "list", "data": [{"id": "Qwen/Qwen3-4B", "owned_by": "vllm"}]}}
KINDS = {
    "Ollama": (OLLAMA, ("llama3.2:3b", "qwen3:4b")),
    "LM Studio": (LM_STUDIO, ("qwen3-4b", "gemma-3-4b")),
    "llama.cpp": (LLAMA_CPP, ("gemma.gguf",)),
    "vLLM": (VLLM, ("Qwen/Qwen3-4B",)),
}
OTHERS = {
    "another server of the format": {"/v1/models": {"data": [{"id": "m", "owned_by": "me"}]}},
    "Lodgepole": {"/v1/models": {"data": [{"id": "helper", "owned_by": "lodgepole"}]},
                  "/healthz": {"status": "ok"}},
    "an API with a version": {"/api/version": {"version": "1"}},
    "lists": {"/api/v0/models": {"data": []}, "/v1/models": {"data": []}, "/props": {}},
    "no objects": {"/api/version": [1], "/api/tags": "x", "/props": 3, "/v1/models": {"data": 7},
                   "/api/v0/models": {"data": [1]}},
}  # fmt: skip


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Time enough to answer, on a machine that is busy."""
    monkeypatch.setattr(discovery, "LOOK_SECONDS", 30.0)


def all_at(port):
    """Every kind, as if it listened there."""
    return [replace(place, port=port) for place in PLACES]


@pytest.mark.parametrize("kind", list(KINDS))
async def test_each_kind_is_known_from_the_others_with_its_chat_models(kind):
    answers, models = KINDS[kind]
    async with answering(answers) as port:
        found = await find_servers(all_at(port))
    assert found == [FoundServer(kind, f"http://127.0.0.1:{port}/v1", models)]


@pytest.mark.parametrize("answers", OTHERS.values(), ids=OTHERS)
async def test_nothing_else_is_taken_for_a_model_server(answers):
    async with answering(answers) as port:
        assert await find_servers(all_at(port)) == []


async def test_who_is_silent_or_not_there_is_passed_over(monkeypatch):
    monkeypatch.setattr(discovery, "LOOK_SECONDS", 2.0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # and does not listen
        async with answering(None) as silent, answering(VLLM) as spoken:
            ports = (silent, free.getsockname()[1], silent, spoken)
            places = [replace(p, port=port) for p, port in zip(PLACES, ports, strict=True)]
            found = await find_servers(places)
    assert [server.kind for server in found] == ["vLLM"]


async def test_our_own_port_is_not_asked():
    async with answering(VLLM) as port:
        assert await find_servers(all_at(port), besides=(port,)) == []


async def test_a_proxy_is_never_asked(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with answering(VLLM) as port:
        assert len(await find_servers(all_at(port))) == 1
