"""Vector stores of the OpenAI API over HTTP: assistants under another name."""

import httpx2
import pytest
from tests.api.conftest import House

from lodgepole.model import Role


async def create(client, **body):
    answer = await client.post("/v1/vector_stores", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_store_is_an_assistant_of_its_name(new: httpx2.AsyncClient):
    store = await create(new, name="handbook", metadata={"team": "sales"})
    assert store["id"] == "vs_handbook"
    assert (store["object"], store["name"], store["status"]) == (
        "vector_store",
        "handbook",
        "completed",
    )
    assert store["metadata"] == {"team": "sales"}
    assert store["file_counts"]["total"] == store["usage_bytes"] == 0
    assert (await new.get("/assistant/assistants/handbook")).json()["metadata"] == {"team": "sales"}
    for id_ in ("vs_handbook", "handbook"):
        assert (await new.get(f"/v1/vector_stores/{id_}")).json() == store


@pytest.mark.parametrize(
    ("wanted", "begins"),
    [("Financial Statements", "vs_Financial-Statements"), ("日本", "vs_vector-store"), ("", "vs_")],
)
async def test_any_name_is_shown_as_it_was_given(new: httpx2.AsyncClient, wanted, begins):
    first, second = await create(new, name=wanted), await create(new, name=wanted)
    assert first["id"] != second["id"]
    assert first["id"].startswith(begins)
    shown = wanted or "vector-store"
    assert [first["name"], second["name"]] == [shown, shown]
    assert first["metadata"] == {}


async def test_a_store_is_changed_and_deleted(new: httpx2.AsyncClient):
    store = await create(new, name="a", description="All of it", metadata={"k": "v"})
    path = f"/v1/vector_stores/{store['id']}"
    renamed = (await new.post(path, json={"name": "B b"})).json()
    assert (renamed["id"], renamed["name"], renamed["description"], renamed["metadata"]) == (
        store["id"],
        "B b",
        "All of it",
        {"k": "v"},
    )
    changed = (await new.post(path, json={"metadata": {"n": "1"}})).json()
    assert (changed["name"], changed["metadata"]) == ("B b", {"n": "1"})
    assert (await new.post(path, json={})).json() == changed
    deleted = await new.delete(path)
    assert deleted.json() == {"id": store["id"], "object": "vector_store.deleted", "deleted": True}
    missing = await new.get(path)
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "not_found"


async def test_stores_are_listed_in_pages_either_way(new: httpx2.AsyncClient):
    ids = [(await create(new, name=f"s{n}"))["id"] for n in range(4)]

    async def listed(**asked):
        answer = (await new.get("/v1/vector_stores", params=asked)).json()
        return [store["id"] for store in answer["data"]], answer["has_more"]

    assert await listed() == (ids[::-1], False)
    assert await listed(order="asc", limit=3) == (ids[:3], True)
    assert await listed(after=ids[2], limit=1) == ([ids[1]], True)
    assert await listed(before=ids[1], limit=1) == ([ids[2]], True)
    assert await listed(order="asc", before=ids[1]) == ([ids[0]], False)
    for wrong in ({"limit": 101}, {"limit": 0}, {"order": "x"}, {"after": "vs_nobody"}):
        assert (await new.get("/v1/vector_stores", params=wrong)).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"expires_after": {"anchor": "last_active_at", "days": 1}},
        {"name": "x" * 257},
        {"metadata": {"k": "v" * 513}},
        {"metadata": {str(n): "v" for n in range(17)}},
        {"metadata": {"k": 1}},
        {"name": 1},
    ],
)
async def test_what_a_store_cannot_be_is_refused(new: httpx2.AsyncClient, body):
    assert (await new.post("/v1/vector_stores", json=body)).status_code == 400
    assert (await new.get("/v1/vector_stores")).json()["data"] == []


async def test_a_store_begins_with_files_or_is_not_made(house: House, new: httpx2.AsyncClient):
    missing = await new.post("/v1/vector_stores", json={"name": "a", "file_ids": ["file-x"]})
    assert missing.status_code == 404
    assert (await new.get("/v1/vector_stores")).json()["data"] == []
    file = await new.post(
        "/v1/files", data={"purpose": "assistants"}, files={"file": ("a.txt", b"Forty tonnes.")}
    )
    store = await create(new, name="a", file_ids=[file.json()["id"]])
    assert (store["status"], store["file_counts"]["in_progress"]) == ("in_progress", 1)
    await house.work()
    done = (await new.get(f"/v1/vector_stores/{store['id']}")).json()
    assert (done["status"], done["file_counts"]["completed"], done["usage_bytes"]) == (
        "completed",
        1,
        13,
    )


async def test_a_search_finds_passages_with_their_pages(new: httpx2.AsyncClient, filled: str):
    answer = await new.post(
        f"/v1/vector_stores/vs_{filled}/search",
        json={"query": "revenue growth", "max_num_results": 1, "rewrite_query": True},
    )
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["object"] == "vector_store.search_results.page"
    assert (page["search_query"], page["has_more"], page["next_page"]) == (
        ["revenue growth"],
        False,
        None,
    )
    (result,) = page["data"]
    assert (result["filename"], result["attributes"]) == ("report.pdf", {"year": 2024})
    assert "12 percent" in result["content"][0]["text"]
    assert 1 in result["pages"]
    assert 0 <= result["score"] <= 1
    several = await new.post(
        f"/v1/vector_stores/{filled}/search", json={"query": ["revenue", "freight costs"]}
    )
    assert len(several.json()["data"]) >= 1


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"type": "eq", "key": "year", "value": 2024}, True),
        ({"type": "ne", "key": "year", "value": 2024}, False),
        ({"type": "gt", "key": "year", "value": 2024}, False),
        ({"type": "gte", "key": "year", "value": 2024}, True),
        ({"type": "lt", "key": "year", "value": 2025}, True),
        ({"type": "lte", "key": "year", "value": 2023}, False),
        ({"type": "in", "key": "year", "value": [2023, 2024]}, True),
        ({"type": "nin", "key": "year", "value": [2024]}, False),
        (
            {
                "type": "or",
                "filters": [
                    {"type": "eq", "key": "year", "value": 1},
                    {"type": "and", "filters": [{"type": "eq", "key": "year", "value": 2024}]},
                ],
            },
            True,
        ),
        ({}, True),
    ],
)
async def test_filters_choose_files_by_attributes(new, filled, filters, found):
    answer = await new.post(
        f"/v1/vector_stores/{filled}/search", json={"query": "revenue", "filters": filters}
    )
    assert answer.status_code == 200, answer.text
    assert bool(answer.json()["data"]) is found


@pytest.mark.parametrize(
    "body",
    [
        {"query": ""},
        {"query": []},
        {"query": ["a"] * 5},
        {"query": "a", "max_num_results": 0},
        {"query": "a", "max_num_results": 51},
        {"query": "a", "filters": {"type": "like", "key": "a", "value": 1}},
        {"query": "a", "filters": {"type": "eq", "key": "a"}},
        {"query": "a", "filters": {"type": "eq", "key": "$a", "value": 1}},
        {"query": "a", "filters": {"type": "eq", "key": "a", "value": [1]}},
        {"query": "a", "filters": {"type": "and", "filters": []}},
        {"query": "a", "filters": {"type": "and", "filters": [1]}},
        {"query": 5},
        {},
    ],
)
async def test_a_search_that_cannot_be_is_refused(new, filled, body):
    refused = await new.post(f"/v1/vector_stores/{filled}/search", json=body)
    assert refused.status_code == 400, refused.text


async def test_filters_nested_beyond_measure_are_refused(new, filled):
    filters = {"type": "eq", "key": "a", "value": 1}
    for _ in range(200):
        filters = {"type": "and", "filters": [filters]}
    refused = await new.post(
        f"/v1/vector_stores/{filled}/search", json={"query": "a", "filters": filters}
    )
    assert refused.status_code == 400


async def test_an_empty_store_has_nothing_to_be_found(new: httpx2.AsyncClient):
    await create(new, name="empty")
    answer = await new.post("/v1/vector_stores/empty/search", json={"query": "anything"})
    assert answer.json()["data"] == []


async def test_results_below_the_threshold_are_left_out(new, filled):
    body = {"query": "revenue", "ranking_options": {"ranker": "auto", "score_threshold": 1.1}}
    assert (await new.post(f"/v1/vector_stores/{filled}/search", json=body)).json()["data"] == []


async def test_roles_are_those_of_assistants(house: House, new: httpx2.AsyncClient, filled: str):
    async with house.client(key=await house.key(Role.DATA_READ)) as reader:
        assert (await reader.post("/v1/vector_stores", json={})).status_code == 403
        assert (await reader.delete(f"/v1/vector_stores/{filled}")).status_code == 403
        searched = await reader.post(
            f"/v1/vector_stores/{filled}/search", json={"query": "revenue"}
        )
        assert searched.status_code == 200


@pytest.mark.parametrize(("year", "found"), [(2024, True), (1999, False)])
async def test_a_key_that_is_bound_to_files_searches_those_alone(house, new, filled, year, found):
    bound = {"name": "bound", "role": "data_read", "filter": {"year": year}}
    made = (await new.post("/lodgepole/keys", json=bound)).json()
    async with house.client(key=made["api_key"]) as reader:
        answer = await reader.post(f"/v1/vector_stores/{filled}/search", json={"query": "revenue"})
        assert answer.status_code == 200, answer.text
        assert bool(answer.json()["data"]) is found
        for refused in (
            await reader.get("/v1/files"),
            await reader.get("/v1/vector_stores"),
            await reader.get("/v1/responses/resp_1"),
        ):
            assert refused.status_code == 403


@pytest.mark.parametrize("query", ["", " ", [""], ["What?", " "], []])
async def test_an_empty_question_is_refused_whatever_the_store_holds(
    new: httpx2.AsyncClient, query
):
    made = (await new.post("/v1/vector_stores", json={"name": "empty"})).json()
    path = f"/v1/vector_stores/{made['id']}/search"
    assert (await new.post(path, json={"query": query})).status_code == 400


async def test_a_description_has_a_limit(new: httpx2.AsyncClient):
    for length, status in ((1024, 200), (1025, 400)):
        body = {"name": "described", "description": "x" * length}
        assert (await new.post("/v1/vector_stores", json=body)).status_code == status
