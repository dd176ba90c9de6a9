import asyncio

import httpx2
import pytest
from tests.api.conftest import House
from tests.wire.requirements import requirement

from lodgepole.api.schemas.assistants import (
    AssistantModel,
    ListAssistantsResponse,
    UpdateAssistantResponse,
)
from lodgepole.model import Role

BOTH = pytest.mark.parametrize("version", [None, "2025-10", "2026-07"])


def message(response: httpx2.Response, status: int) -> str:
    assert response.status_code == status, response.text
    return response.json()["error"]["message"]


@BOTH
@pytest.mark.parametrize("prefix", ["", "/assistant"])
@requirement(
    "path.prefix",
    "create_assistant",
    "get_assistant",
    "delete_assistant",
    "assistant.initializing",
    "assistant.terminating",
    "assistant.missing",
)
async def test_an_assistant_lives_and_dies(house: House, version: str | None, prefix: str):
    async with house.client(version) as client:
        body = {"name": "Tax-Helper1", "instructions": "Be brief.", "metadata": {"team": ["a"]}}
        created = (await client.post(f"{prefix}/assistants", json=body)).json()
        AssistantModel.model_validate_json(
            (await client.get(f"{prefix}/assistants/Tax-Helper1")).content
        )
        assert created["status"] == "Initializing"
        assert created["region"] == "us"
        assert created["host"] == "http://lodgepole.test"
        assert created["created_at"].endswith("Z")
        got = (await client.get(f"{prefix}/assistants/Tax-Helper1")).json()
        assert got == created | {"status": "Ready"}
        assert got["metadata"] == {"team": ["a"]}

        deleted = await client.delete(f"{prefix}/assistants/Tax-Helper1")
        assert (deleted.status_code, deleted.content) == (200, b"")
        dying = (await client.get(f"{prefix}/assistants/Tax-Helper1")).json()
        assert dying["status"] == "Terminating"
        again = await client.post(f"{prefix}/assistants", json=body)
        assert again.json()["error"]["code"] == "ALREADY_EXISTS"
        await house.work()
        gone = await client.get(f"{prefix}/assistants/Tax-Helper1")
        assert message(gone, 404) == 'Assistant "Tax-Helper1" not found.'
        assert message(await client.delete(f"{prefix}/assistants/Tax-Helper1"), 404)


async def test_newer_clients_are_told_of_an_assistants_end_at_once(
    house: House, new: httpx2.AsyncClient
):
    await new.post("/assistants", json={"name": "a"})
    await new.delete("/assistants/a")
    looking = asyncio.create_task(new.get("/assistants/a"))
    done, _ = await asyncio.wait({looking}, timeout=0.05)
    assert not done
    await house.work()
    async with asyncio.timeout(5):
        assert message(await looking, 404)


@requirement("assistant.unset-is-null")
async def test_what_is_not_set_is_null(new: httpx2.AsyncClient):
    await new.post("/assistants", json={"name": "bare", "metadata": {}, "instructions": ""})
    got = (await new.get("/assistants/bare")).json()
    assert got["metadata"] is None
    assert got["instructions"] is None


@BOTH
@requirement("update_assistant", "assistant.update-semantics")
async def test_updating_answers_the_whole_assistant(house: House, version: str | None):
    async with house.client(version) as client:
        await client.post(
            "/assistants", json={"name": "a", "instructions": "i", "metadata": {"k": 1}}
        )
        response = await client.patch(
            "/assistants/a", json={"instructions": "new", "metadata": None}
        )
        UpdateAssistantResponse.model_validate_json(response.content)
        updated = response.json()
        assert updated["assistant_name"] == updated["name"] == "a"
        assert (updated["instructions"], updated["metadata"]) == ("new", {"k": 1})
        cleared = (
            await client.patch("/assistants/a", json={"instructions": "", "metadata": {}})
        ).json()
        assert (cleared["instructions"], cleared["metadata"]) == (None, None)
        assert message(await client.patch("/assistants/a", json={}), 400) == "No updates provided"
        assert "not found" in message(await client.patch("/assistants/nope", json={}), 404)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": ""}, "Invalid assistant name"),
        ({"name": "-a"}, "Invalid assistant name"),
        ({"name": "a_b"}, "Invalid assistant name"),
        ({"name": "a" * 64}, "Invalid assistant name"),
        ({"name": "a", "region": "mars"}, "Invalid region: Valid options are us, eu"),
        ({"name": "a", "region": ""}, "Invalid region: Valid options are us, eu"),
        ({"name": "a", "environment": "prod"}, "`environment` is not supported"),
        ({"name": "a", "instructions": "x" * 16_385}, "Instructions"),
        ({"name": "a", "metadata": {"k": "x" * 16_384}}, "maximum length of 16384 bytes"),
    ],
)
@requirement("assistant.name", "assistant.region", "assistant.environment", "assistant.sizes")
async def test_what_cannot_be_created_is_refused_in_words(
    new: httpx2.AsyncClient, body: dict, words: str
):
    response = await new.post("/assistants", json=body)
    assert words in message(response, 400)
    assert response.json()["error"]["code"] == "INVALID_ARGUMENT"


@requirement("assistant.name", "assistant.region")
async def test_a_name_of_63_and_the_region_eu_are_fine(new: httpx2.AsyncClient):
    body = {"name": "a" * 63, "region": "eu", "environment": None, "unknown_field": 1}
    assert (await new.post("/assistants", json=body)).json()["region"] == "eu"


@requirement("assistant.duplicate")
async def test_a_name_is_taken_once(new: httpx2.AsyncClient):
    await new.post("/assistants", json={"name": "a"})
    response = await new.post("/assistants", json={"name": "a"})
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "ALREADY_EXISTS"


@requirement("list_assistants", "list.pages", "list.end")
async def test_new_clients_list_page_by_page(new: httpx2.AsyncClient):
    names = [f"a{n:02}" for n in range(5)]
    for name in names:
        await new.post("/assistants", json={"name": name})
    seen, params = [], {"limit": 2}
    for expected in (2, 2, 1):
        response = await new.get("/assistants", params=params)
        ListAssistantsResponse.model_validate_json(response.content)
        page = response.json()
        assert len(page["assistants"]) == expected
        seen += [a["name"] for a in page["assistants"]]
        params = {"limit": 2, "pagination_token": page.get("pagination", {}).get("next")}
    assert seen == names
    assert "pagination" not in page


@requirement("list_assistants", "list.legacy-whole", "list.pages")
async def test_legacy_clients_are_given_the_whole_list(
    new: httpx2.AsyncClient, legacy: httpx2.AsyncClient
):
    for n in range(120):
        await new.post("/assistants", json={"name": f"a{n}"})
    whole = (await legacy.get("/assistants", params={"limit": 3})).json()
    assert set(whole) == {"assistants"}
    assert len(whole["assistants"]) == 120
    assert len((await new.get("/assistants")).json()["assistants"]) == 50


@pytest.mark.parametrize("limit", ["0", "-1", "101", "x", "1.5", " "])
@requirement("list.pages")
async def test_limits_out_of_range_are_refused(new: httpx2.AsyncClient, limit: str):
    assert "limit" in message(await new.get("/assistants", params={"limit": limit}), 400)


async def test_an_empty_parameter_is_one_that_is_left_out(new: httpx2.AsyncClient):
    parameters = {"limit": "", "pagination_token": ""}
    assert (await new.get("/assistants", params=parameters)).status_code == 200
    assert (await new.get("/lodgepole/usage", params={"days": ""})).status_code == 200


@pytest.mark.parametrize("token", ["x", "§", "ZmlsZXM6eA==", "YXNzaXN0YW50czo=", "a" * 5000])
@requirement("list.bad-token")
async def test_tokens_that_are_not_ours_are_refused(new: httpx2.AsyncClient, token: str):
    response = await new.get("/assistants", params={"pagination_token": token})
    assert "pagination token" in message(response, 400)


@pytest.mark.parametrize(
    ("headers", "host"),
    [
        ({}, "http://lodgepole.test"),
        ({"Host": "127.0.0.1:8080"}, "http://127.0.0.1:8080"),
        ({"Host": "[::1]:8080"}, "http://[::1]:8080"),
        (
            {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "docs.example.com"},
            "https://docs.example.com",
        ),
        (
            {"X-Forwarded-Proto": "https,http", "X-Forwarded-Host": "a.example, b.example"},
            "https://a.example",
        ),
        ({"X-Forwarded-Host": "evil/path?x"}, "http://lodgepole.test"),
        ({"X-Forwarded-Proto": "javascript"}, "http://lodgepole.test"),
    ],
)
@requirement("assistant.host")
async def test_the_host_is_how_the_client_reached_us(
    new: httpx2.AsyncClient, headers: dict[str, str], host: str
):
    await new.post("/assistants", json={"name": "a"})
    assert (await new.get("/assistants/a", headers=headers)).json()["host"] == host


@requirement("assistant.host")
async def test_a_configured_address_wins(house: House, new: httpx2.AsyncClient):
    await new.post("/assistants", json={"name": "a"})
    house.public_url = "https://assistants.example.com/"
    async with house.client() as client:
        asked = await client.get("/assistants/a", headers={"X-Forwarded-Host": "x.example"})
    got = asked.json()
    assert got["host"] == "https://assistants.example.com"


async def test_data_keys_may_describe_an_assistant_to_learn_its_host(
    house: House, new: httpx2.AsyncClient
):
    await new.post("/assistants", json={"name": "a"})
    async with house.client(key=await house.key(Role.DATA_READ)) as client:
        assert (await client.get("/assistants/a")).status_code == 200
