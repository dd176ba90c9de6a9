"""The whole server in front of a provider that misbehaves, by every route that answers."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx2
import pytest
from tests.support.model_provider import Provider, openai_reply, sse

from lodgepole.runtime import wiring
from lodgepole.runtime.settings import Settings

SAID = "The kettle has a warranty of two years from the purchase"
TEXT = f"The office opens at nine. {SAID}. As note [2] says [1], lids cost four euros.\n"
USAGE = {"prompt_tokens": 21, "completion_tokens": 9, "total_tokens": 30}
ROUTES = ("json", "stream", "completions", "completions stream")


def error(status, code, **headers):
    return (status, headers, {"error": {"message": "sk-secret", "code": code, "type": code}})


FILTERED = {"hate": {"filtered": True, "severity": "high"}}
ANSWERED = {
    "markers cut anywhere": (openai_reply([*SAID, " ", "[", "1", "]", "."]), f"{SAID}.", 1),
    "no marker": (openai_reply([SAID, "."]), f"{SAID}.", 1),
    "an invented marker": (openai_reply([f"{SAID} [7]."]), f"{SAID}.", 0),
    "a claim its source denies": (openai_reply(["The warranty is nine years [1]."]),
                                  "The warranty is nine years.", 0),
    "a quote with brackets": (openai_reply(["As note ⟦2⟧ says ⟦1⟧, lids cost four euros. [1]"]),
                              "As note [2] says [1], lids cost four euros.", 1),
    "no reason for its end": (sse({"choices": [{"delta": {"content": f"{SAID} [1]."}}]}, "[DONE]"),
                              f"{SAID}.", 1),
    "one piece": ((200, {}, {"choices": [{"message": {"content": f"{SAID} [1]."},
                                          "finish_reason": "stop"}], "usage": USAGE}),
                  f"{SAID}.", 1),
    "a filter": (openai_reply(["The ket"], finish="content_filter", filtered=FILTERED),
                 "The ket", 0),
}  # fmt: skip
REFUSED = {
    "its rate limit": (error(429, "rate_limit_exceeded", **{"retry-after": "7"}), 429, "7"),
    "a wrong key": (error(401, "invalid_api_key"), 502, None),
    "an outage": (error(500, "server_error"), 503, "5"),
    "no such model": (error(404, "model_not_found"), 502, None),
    "events that are no JSON": (sse("{no"), 503, "5"),
    "a drop at once": (["DROP"], 503, "5"),
}


@asynccontextmanager
async def asking(tmp_path, reply):
    """A function that asks by a route and gives status, headers and what was answered."""
    async with Provider(reply) as provider:
        settings = Settings(
            data_dir=tmp_path, openai_api_key="sk-secret", openai_base_url=f"{provider.url}/v1"
        )
        async with wiring.running(settings) as runtime:
            headers = {"Api-Key": runtime.api_key_made, "X-Pinecone-Api-Version": "2026-07"}
            transport = httpx2.ASGITransport(app=runtime.app)
            base = "http://127.0.0.1:8080/assistant"
            async with httpx2.AsyncClient(
                transport=transport, base_url=base, headers=headers, timeout=30
            ) as client:
                await client.post("/assistants", json={"name": "a"})
                await client.post("/files/a", files={"file": ("kettle.txt", TEXT.encode())})
                async with asyncio.timeout(30):
                    while "Processing" in (await client.get("/files/a")).text:  # noqa: ASYNC110  the worker tells nobody but the catalog
                        await asyncio.sleep(0.05)

                async def ask(route, **more):
                    path = "/chat/a/chat/completions" if "completions" in route else "/chat/a"
                    body = {"messages": [{"role": "user", "content": "How long is the warranty?"}],
                            "stream": "stream" in route, **more}  # fmt: skip
                    return await client.post(path, json=body)

                yield ask


def read(route, response):
    """The text, and how many citations there are; those of completions stand in the text."""
    if "stream" not in route:
        body = response.json()
        message = body.get("message") or body["choices"][0]["message"]
        return message["content"], len(body.get("citations", ()))
    events = [json.loads(e[5:]) for e in response.text.split("\n\n") if e]
    if "completions" in route:
        deltas = [c["delta"] for e in events for c in e["choices"]]
        return "".join(d.get("content", "") for d in deltas), 0
    text = "".join(e["delta"]["content"] for e in events if e["type"] == "content_chunk")
    return text, sum(e["type"] == "citation" for e in events)


@pytest.mark.live
@pytest.mark.parametrize(("reply", "text", "citations"), ANSWERED.values(), ids=ANSWERED)
async def test_what_it_says_is_answered_alike_by_every_route(tmp_path, reply, text, citations):
    async with asking(tmp_path, reply) as ask:
        for route in ROUTES:
            response = await ask(route)
            assert response.status_code == 200, response.text
            inline = " [1]" * citations if "completions" in route else ""
            found = 0 if "completions" in route else citations
            assert read(route, response) == (text + inline, found), route


@pytest.mark.live
@pytest.mark.parametrize(("reply", "status", "retry_after"), REFUSED.values(), ids=REFUSED)
async def test_what_it_refuses_is_a_typed_error_by_every_route(
    tmp_path, reply, status, retry_after
):
    async with asking(tmp_path, reply) as ask:
        for response in await asyncio.gather(*(ask(route) for route in ROUTES)):
            assert response.status_code == status, response.text
            assert response.headers.get("retry-after") == retry_after
            assert "sk-secret" not in response.text


@pytest.mark.live
async def test_a_model_that_writes_no_json_is_asked_once_more_and_then_refused(tmp_path):
    async with asking(tmp_path, openai_reply(["Gladly! ", "Two years [1]."])) as ask:
        response = await ask("json", json_response=True)
        assert response.status_code == 502
        assert "JSON object" in response.json()["error"]["message"]
