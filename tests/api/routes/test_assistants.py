"""Assistants with their default models: set, changed, and answering where a request names none."""

import httpx2
import pytest
from tests.api.conftest import House

from lodgepole.api.schemas.assistants import (
    ListCountedAssistantsResponse,
    WholeAssistantModel,
)
from lodgepole.model.access import Role

HOME = "/lodgepole/assistants"
QUESTION = {"messages": [{"role": "user", "content": "How much did revenue grow?"}]}


async def set_model(client: httpx2.AsyncClient, name: str, assistant: str = "filled"):
    return await client.patch(f"{HOME}/{assistant}", json={"default_model": name})


async def test_an_assistant_is_made_with_a_default_model(new: httpx2.AsyncClient):
    body = {"name": "made", "instructions": "Be brief.", "default_model": "gpt-4o"}
    created = await new.post(HOME, json=body)
    shown = WholeAssistantModel.model_validate_json(created.content)
    assert (shown.default_model, shown.instructions, shown.status) == (
        "gpt-4o",
        "Be brief.",
        "Ready",
    )
    assert (await new.get(f"{HOME}/made")).json() == created.json()
    published = (await new.get("/assistant/assistants/made")).json()
    assert published == {k: v for k, v in created.json().items() if k != "default_model"}


async def test_the_default_model_is_changed_and_cleared_alone(new: httpx2.AsyncClient, filled: str):
    before = (await new.get(f"{HOME}/{filled}")).json()
    assert before["default_model"] is None
    changed = (await set_model(new, "scripted")).json()
    assert changed["default_model"] == "scripted"
    told = (await new.patch(f"{HOME}/{filled}", json={"instructions": "Be brief."})).json()
    assert (told["default_model"], told["instructions"]) == ("scripted", "Be brief.")
    await new.patch(f"/assistant/assistants/{filled}", json={"metadata": {"a": 1}})
    assert (await new.get(f"{HOME}/{filled}")).json()["default_model"] == "scripted"
    assert (await set_model(new, "")).json()["default_model"] is None


async def test_an_environment_is_refused_as_in_the_published_api(new: httpx2.AsyncClient):
    refused = await new.post(HOME, json={"name": "n", "environment": {}})
    assert refused.status_code == 400
    assert "`environment` is not supported" in refused.json()["error"]["message"]


@pytest.mark.parametrize("body", [{}, {"default_model": None}, {"default_model": 3}])
async def test_nothing_to_change_is_refused(new: httpx2.AsyncClient, filled: str, body):
    assert (await new.patch(f"{HOME}/{filled}", json=body)).status_code == 400


async def test_a_model_that_is_not_configured_is_refused(new: httpx2.AsyncClient, filled: str):
    refused = await set_model(new, "gpt-99")
    assert refused.status_code == 400
    assert "gpt-99" in refused.json()["error"]["message"]
    assert (await new.post(HOME, json={"name": "n", "default_model": "x"})).status_code == 400
    assert (await new.get(f"{HOME}/n")).status_code == 404
    assert (await set_model(new, "gpt-99", assistant="missing")).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/assistant/chat/filled", QUESTION),
        ("/assistant/chat/filled/chat/completions", QUESTION),
        ("/v1/chat/completions", {**QUESTION, "model": "filled"}),
        ("/v1/responses", {"model": "filled", "input": "How much did revenue grow?"}),
    ],
)
async def test_it_answers_where_a_request_names_none(
    house: House, new: httpx2.AsyncClient, filled: str, path: str, body
):
    assert (await new.post(path, json=body)).status_code == 200
    assert not house.scripted.requests
    await set_model(new, "scripted")
    assert (await new.post(path, json=body)).status_code == 200
    assert len(house.scripted.requests) == 1


async def test_a_model_that_the_request_names_wins(house: House, new, filled: str):
    await set_model(new, "scripted")
    await new.post("/assistant/chat/filled", json={**QUESTION, "model": "gpt-4o"})
    await new.post("/v1/chat/completions", json={**QUESTION, "model": "filled/gpt-4o"})
    assert not house.scripted.requests


async def test_a_default_that_was_taken_away_is_told_and_nothing_takes_its_place(
    house: House, new: httpx2.AsyncClient, filled: str
):
    found = await house.services.assistants.get("default", filled)
    await house.services.assistants.update(
        "default", found.name, instructions=None, metadata=None, default_model="gone"
    )
    refused = await new.post("/assistant/chat/filled", json=QUESTION)
    assert refused.status_code == 400
    assert "`gone`, the default model of this assistant" in refused.json()["error"]["message"]
    named = await new.post("/assistant/chat/filled", json={**QUESTION, "model": "scripted"})
    assert named.status_code == 200


async def test_models_show_it(new: httpx2.AsyncClient, filled: str):
    await new.post("/assistant/assistants", json={"name": "other"})
    await set_model(new, "scripted")
    shown = {
        one["id"]: one.get("default_model") for one in (await new.get("/v1/models")).json()["data"]
    }
    assert shown == {"filled": "scripted", "other": None}
    assert (await new.get("/v1/models/filled")).json()["default_model"] == "scripted"
    assert "default_model" not in (await new.get("/v1/models/other")).json()
    below = (await new.get(f"/assistant/chat/{filled}/models")).json()["data"]
    assert all("default_model" not in one for one in below)


@pytest.mark.parametrize("role", [Role.CONTROL_READ, Role.DATA_READ, Role.DATA_WRITE])
async def test_only_who_may_change_assistants_sets_it(house: House, filled: str, role: Role):
    async with house.client(key=await house.key(role)) as client:
        assert (await client.get(f"{HOME}/{filled}")).status_code == 200
        assert (await set_model(client, "scripted")).status_code == 403
        assert (await client.post(HOME, json={"name": "n"})).status_code == 403


async def test_assistants_are_listed_with_how_many_files_they_have(
    new: httpx2.AsyncClient, filled: str
):
    await new.post(HOME, json={"name": "empty"})
    first = (await new.get(HOME, params={"limit": 1})).json()
    rest = await new.get(HOME, params={"pagination_token": first["pagination"]["next"]})
    shown = ListCountedAssistantsResponse.model_validate_json(rest.content).assistants
    listed = {one["name"]: one for one in first["assistants"]} | {
        one.name: one.model_dump() for one in shown
    }
    files = (await new.get(f"/assistant/files/{filled}")).json()["files"]
    assert listed[filled]["files"]["available"] == len(files) > 0
    assert listed[filled]["bytes"] == sum(file["size"] for file in files)
    assert listed["empty"]["bytes"] == 0
    assert sum(listed["empty"]["files"].values()) == 0
    assert rest.json().get("pagination") is None


async def test_a_token_of_another_list_is_refused(new: httpx2.AsyncClient, filled: str):
    await new.post(HOME, json={"name": "more"})
    token = (await new.get(HOME, params={"limit": 1})).json()["pagination"]["next"]
    published = await new.get("/assistant/assistants", params={"pagination_token": token})
    assert published.status_code == 400
