"""The window that each kind of server says its models have."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from lodgepole.adapters.chat_models.openai.model_server import OpenAiModelServer

LLAMA_CPP = {
    "/props": {"default_generation_settings": {"n_ctx": 8192}, "chat_template": "{{x}}"},
    "/v1/models": {"data": [{"id": "m", "meta": {"n_ctx_train": 131072}}]},
}
OLLAMA_LOADED = {"/api/ps": {"models": [{"name": "m", "model": "m", "context_length": 16384}]}}
OLLAMA_SET = {
    "/api/ps": {"models": []},
    "/api/show": {"parameters": 'stop "x"\nnum_ctx                        6144\n'},
}
OLLAMA_PLAIN = {
    "/api/ps": {"models": []},
    "/api/show": {"model_info": {"a.context_length": 131072}},
}
LM_STUDIO = {
    "/api/v0/models": {
        "data": [{"id": "m", "loaded_context_length": 10_000, "max_context_length": 131072}]
    }
}
VLLM = {
    "/v1/models": {
        "data": [{"id": "other", "max_model_len": 9}, {"id": "m", "max_model_len": 12_000}]
    }
}


@asynccontextmanager
async def serving(answers):
    asked = []

    async def serve(reader, writer):
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.decode().split(" ")[1]
            asked.append(path)
            answer = answers.get(path)
            if answer == "STALL":
                await reader.read()
                return
            body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            status = "404 X" if answer is None else "200 OK"
            writer.write(
                f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
            )
            await writer.drain()

    async def quietly(reader, writer):
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(quietly, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", asked
    finally:
        server.close()


@pytest.mark.parametrize(
    ("answers", "tokens"),
    [
        (LLAMA_CPP, 8192),
        (OLLAMA_LOADED, 16384),
        (OLLAMA_SET, 6144),
        (OLLAMA_PLAIN, 4096),
        (LM_STUDIO, 10_000),
        (VLLM, 12_000),
        ({}, None),
        ({"/props": "no JSON", "/v1/models": []}, None),
        ({"/props": {"default_generation_settings": {"n_ctx": -1}}}, None),
        ({"/v1/models": {"data": [{"id": "m", "max_model_len": "many"}]}}, None),
    ],
)
async def test_each_kind_of_server_is_understood(answers, tokens):
    async with serving(answers) as (url, _):
        server = OpenAiModelServer(url, api_key="secret")
        assert await server.context_tokens("m") == tokens
        await server.close()


async def test_a_server_is_asked_once_for_a_while():
    async with serving(VLLM) as (url, asked):
        server = OpenAiModelServer(url, api_key=None)
        assert [await server.context_tokens("m") for _ in range(3)] == [12_000] * 3
        await server.close()
    assert asked.count("/v1/models") == 1


async def test_nobody_there_and_a_stall_are_no_answer(monkeypatch):
    monkeypatch.setattr("lodgepole.adapters.chat_models.openai.model_server.ASK_SECONDS", 0.2)
    async with serving({"/props": "STALL"}) as (url, _):
        server = OpenAiModelServer(url, api_key=None)
        assert await server.context_tokens("m") is None
        await server.close()
    nobody = OpenAiModelServer(url, api_key=None)
    assert await nobody.context_tokens("m") is None
    await nobody.close()
