"""Sources over HTTP."""

import pytest

from lodgepole.model import Role

PATH = "/lodgepole/sources"


@pytest.fixture
async def client(house):
    async with house.client() as client:
        await client.post("/assistant/assistants", json={"name": "docs"})
        yield client


async def add(client, **values):
    body = {"assistant": "docs", "url": "/srv/documents", **values}
    return await client.post(PATH, json=body)


async def test_a_source_is_added_and_described(client):
    answer = await add(
        client,
        every_seconds=3600,
        include=["*.pdf"],
        exclude=["drafts/"],
        metadata={"team": "x"},
        rules={"crawl": True, "requests_per_second": 1},
        credential="docs",
    )
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made == {
        "id": made["id"],
        "assistant": "docs",
        "url": "/srv/documents",
        "kind": "folder",
        "state": "active",
        "running": False,
        "every_seconds": 3600,
        "include": ["*.pdf"],
        "exclude": ["drafts/"],
        "metadata": {"team": "x"},
        "rules": {
            "crawl": True,
            "depth": 3,
            "pages": 1000,
            "bytes": 1_000_000_000,
            "requests_per_second": 1.0,
        },
        "credential": "docs",
        "created_at": made["created_at"],
        "due_at": made["created_at"],
        "failures": 0,
    }
    assert (await client.get(f"{PATH}/{made['id']}")).json() == made


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"url": "/etc"}, 403),
        ({"url": "https://user:secret@example.org/"}, 400),
        ({"url": ""}, 400),
        ({"url": 1}, 400),
        ({"assistant": "nobody"}, 404),
        ({"every_seconds": 1}, 400),
        ({"every_seconds": 10**30}, 400),
        ({"rules": {"depth": 1000}}, 400),
        ({"metadata": {"a": {"b": 1}}}, 400),
        ({"include": [""]}, 400),
        ({"credential": "x" * 65}, 400),
        ({"credential": "a b"}, 400),
    ],
)
async def test_what_cannot_be_used_is_refused(client, values, status):
    answer = await add(client, **values)
    assert answer.status_code == status, answer.text
    assert "secret" not in answer.text


async def test_lists_come_in_pages_and_by_assistant(client):
    await client.post("/assistant/assistants", json={"name": "other"})
    ids = [(await add(client)).json()["id"] for _ in range(3)]
    ids.append((await add(client, assistant="other")).json()["id"])
    first = (await client.get(PATH, params={"limit": 3})).json()
    token = first["pagination"]["next"]
    rest = (await client.get(PATH, params={"limit": 3, "pagination_token": token})).json()
    assert {s["id"] for s in first["sources"] + rest["sources"]} == set(ids)
    assert "pagination" not in rest
    own = (await client.get(PATH, params={"assistant": "other"})).json()
    assert [s["id"] for s in own["sources"]] == ids[-1:]
    assert (await client.get(PATH, params={"assistant": "nobody"})).status_code == 404
    assert (await client.get(PATH, params={"limit": 0})).status_code == 400


async def test_pausing_resuming_running_and_removing(client):
    path = f"{PATH}/{(await add(client)).json()['id']}"
    assert (await client.post(f"{path}/pause")).json()["state"] == "paused"
    refused = await client.post(f"{path}/run")
    assert refused.status_code == 409
    assert (await client.post(f"{path}/resume")).json()["state"] == "active"
    assert (await client.post(f"{path}/run")).status_code == 200
    assert (await client.get(f"{path}/runs")).json() == {"runs": []}
    assert (await client.delete(path, params={"files": "perhaps"})).status_code == 400
    assert (await client.delete(path, params={"files": "true"})).status_code == 200
    assert (await client.get(path)).json()["state"] == "deleting"
    other = f"{PATH}/{(await add(client)).json()['id']}"
    assert (await client.delete(other)).status_code == 200
    for method, end in (("GET", ""), ("GET", "/runs"), ("POST", "/run"), ("DELETE", "")):
        assert (await client.request(method, other + end)).status_code == 404


async def test_readers_read_and_writers_write(client, house):
    path = f"{PATH}/{(await add(client)).json()['id']}"
    async with house.client(key=await house.key(Role.DATA_READ)) as reader:
        assert (await reader.get(path)).status_code == 200
        assert (await reader.get(f"{path}/runs")).status_code == 200
        assert (await add(reader)).status_code == 403
        assert (await reader.post(f"{path}/run")).status_code == 403
        assert (await reader.delete(path)).status_code == 403
    async with house.client(key=await house.key(Role.CONTROL_WRITE)) as manager:
        assert (await manager.get(path)).status_code == 403


async def test_another_project_sees_none_of_it(client, house):
    source_id = (await add(client)).json()["id"]
    async with house.client(key=await house.key(Role.ALL, project="other")) as stranger:
        assert (await stranger.get(PATH)).json() == {"sources": []}
        assert (await stranger.get(f"{PATH}/{source_id}")).status_code == 404
        assert (await stranger.delete(f"{PATH}/{source_id}")).status_code == 404
