"""Assistants as models of the OpenAI API."""

import json

import httpx2
import pytest
from tests.api.conftest import House

ASK = {"messages": [{"role": "user", "content": "Revenue grew by how many percent in 2024?"}]}


async def test_assistants_are_listed_as_models(house: House, new: httpx2.AsyncClient, filled: str):
    await new.post("/assistants", json={"name": "second"})
    listed = (await new.get("/v1/models")).json()
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == [filled, "second"]
    one = (await new.get(f"/v1/models/{filled}")).json()
    assert one == listed["data"][0]
    assert (one["object"], one["owned_by"]) == ("model", "lodgepole")
    assert isinstance(one["created"], int)
    missing = await new.get("/v1/models/nobody")
    assert missing.status_code == 404
    assert missing.json()["error"]["message"] == 'Assistant "nobody" not found.'


@pytest.mark.parametrize("prefix", ["", "/assistant"])
async def test_below_an_assistant_its_models_are_listed(
    new: httpx2.AsyncClient, filled: str, prefix: str
):
    base = f"{prefix}/chat/{filled}/models"
    names = {model["id"] for model in (await new.get(base)).json()["data"]}
    assert {"scripted", "extractive", "gpt-4o"} <= names
    assert (await new.get(f"{base}/scripted")).json()["id"] == "scripted"
    assert (await new.get(f"{base}/unheard-of")).status_code == 404


async def test_the_model_is_the_assistant_that_answers(
    house: House, new: httpx2.AsyncClient, filled: str
):
    answer = await new.post("/v1/chat/completions", json={**ASK, "model": filled})
    assert answer.status_code == 200, answer.text
    assert "12 percent" in answer.json()["choices"][0]["message"]["content"]
    assert not house.scripted.requests
    chosen = await new.post("/v1/chat/completions", json={**ASK, "model": f"{filled}/scripted"})
    assert chosen.json()["model"] == "scripted"
    assert len(house.scripted.requests) == 1


@pytest.mark.parametrize(
    ("model", "status"), [("nobody", 404), ("", 400), (None, 400), ("filled/unheard-of", 400)]
)
async def test_a_model_that_is_none_is_refused(new: httpx2.AsyncClient, filled, model, status):
    body = ASK if model is None else {**ASK, "model": model}
    assert (await new.post("/v1/chat/completions", json=body)).status_code == status


async def test_a_key_is_needed(house: House):
    async with house.client(key=None) as client:
        for answer in (
            await client.get("/v1/models"),
            await client.post("/v1/chat/completions", json={**ASK, "model": "filled"}),
        ):
            assert answer.status_code == 401


async def test_the_document_of_these_routes_is_served(new: httpx2.AsyncClient):
    document = (await new.get("/openapi/openai.json")).json()
    assert {"/models", "/models/{model}", "/chat/completions"} < set(document["paths"])
    assert "AnnotationModel" in json.dumps(document["components"]["schemas"])
