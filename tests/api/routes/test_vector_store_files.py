"""Files of vector stores over HTTP, one by one and in batches."""

import httpx2
import pytest
from tests.api.conftest import REPORT, House

STORE = "/v1/vector_stores/vs_s"


@pytest.fixture
async def store(new: httpx2.AsyncClient) -> str:
    await new.post("/v1/vector_stores", json={"name": "s"})
    return STORE


async def upload(client, name="report.pdf", data=REPORT.encode()) -> str:
    answer = await client.post(
        "/v1/files", data={"purpose": "assistants"}, files={"file": (name, data)}
    )
    return answer.json()["id"]


async def attach(client, file_id, **body):
    answer = await client.post(f"{STORE}/files", json={"file_id": file_id, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_file_is_taken_up_read_and_searched(house: House, new, store):
    id_ = await upload(new)
    file = await attach(
        new,
        id_,
        attributes={"year": 2024, "final": True},
        chunking_strategy={"type": "static", "static": {"max_chunk_size_tokens": 800}},
    )
    assert {k: file[k] for k in ("id", "object", "vector_store_id", "status", "last_error")} == {
        "id": id_,
        "object": "vector_store.file",
        "vector_store_id": "vs_s",
        "status": "in_progress",
        "last_error": None,
    }
    assert file["chunking_strategy"] == {"type": "other"}
    assert file["attributes"] == {"year": 2024, "final": True}
    await house.work()
    polled = await new.get(f"{store}/files/{id_}")
    assert polled.json()["status"] == "completed"
    assert int(polled.headers["openai-poll-after-ms"]) > 0
    found = await new.post(f"{store}/search", json={"query": "revenue"})
    assert found.json()["data"][0]["file_id"] == id_
    text = (await new.get(f"{store}/files/{id_}/content")).json()
    assert text["object"] == "vector_store.file_content.page"
    assert [part["type"] for part in text["data"]] == ["text", "text"]
    assert "12 percent" in text["data"][0]["text"]
    assert "freight" in text["data"][1]["text"]
    assert (text["has_more"], text["next_page"]) == (False, None)


async def test_attributes_are_replaced_at_once(house: House, new, store):
    id_ = await upload(new)
    await attach(new, id_, attributes={"a": 1})
    await house.work()
    changed = await new.post(f"{store}/files/{id_}", json={"attributes": {"b": "x"}})
    assert (changed.status_code, changed.json()["attributes"]) == (200, {"b": "x"})
    await house.work()
    assert (await new.get(f"{store}/files/{id_}")).json()["attributes"] == {"b": "x"}
    cleared = await new.post(f"{store}/files/{id_}", json={"attributes": None})
    assert cleared.json()["attributes"] == {}
    refused = await new.post(f"{store}/files/{id_}", json={"attributes": {"b": {"c": 1}}})
    assert refused.status_code in (400, 409)


async def test_a_file_removed_from_a_store_stays_uploaded(house: House, new, store):
    id_ = await upload(new)
    await attach(new, id_)
    await house.work()
    removed = await new.delete(f"{store}/files/{id_}")
    assert removed.json() == {"id": id_, "object": "vector_store.file.deleted", "deleted": True}
    await house.work()
    assert (await new.get(f"{store}/files/{id_}")).status_code == 404
    assert (await new.get(f"/v1/files/{id_}")).status_code == 200


async def test_a_file_that_cannot_be_read_says_why(house: House, new, store):
    id_ = await upload(new, "a.txt", b" ")
    await attach(new, id_)
    await house.work()
    file = (await new.get(f"{store}/files/{id_}")).json()
    assert file["status"] == "failed"
    assert file["last_error"]["code"] == "invalid_file"
    assert "text" in file["last_error"]["message"]
    counts = (await new.get(STORE)).json()["file_counts"]
    assert (counts["failed"], counts["total"]) == (1, 1)
    unread = await new.get(f"{store}/files/{id_}/content")
    assert unread.status_code == 409


async def test_files_are_listed_in_pages_and_by_status(house: House, new, store):
    ids = [await upload(new) for _ in range(3)]
    for id_ in ids[:2]:
        await attach(new, id_)
    await house.work()
    await attach(new, ids[2])

    async def listed(**asked):
        answer = (await new.get(f"{store}/files", params=asked)).json()
        return [file["id"] for file in answer["data"]], answer["has_more"]

    assert await listed() == (ids[::-1], False)
    assert await listed(order="asc", limit=2) == (ids[:2], True)
    assert await listed(filter="in_progress") == ([ids[2]], False)
    assert await listed(filter="completed", after=ids[1]) == ([ids[0]], False)
    assert (await new.get(f"{store}/files", params={"filter": "x"})).status_code == 400


async def test_what_is_not_there_is_a_404(new, store):
    for answer in (
        await new.post(f"{store}/files", json={"file_id": "file-x"}),
        await new.get(f"{store}/files/file-x"),
        await new.post(f"{store}/files/file-x", json={"attributes": {}}),
        await new.delete(f"{store}/files/file-x"),
        await new.get(f"{store}/files/file-x/content"),
        await new.get(f"{store}/file_batches/vsfb_x"),
        await new.post(f"{store}/file_batches/vsfb_x/cancel"),
        await new.get(f"{store}/file_batches/vsfb_x/files"),
        await new.get("/v1/vector_stores/vs_nobody/files"),
    ):
        assert answer.status_code == 404
        assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_a_batch_is_counted_until_it_is_done(house: House, new, store):
    ids = [await upload(new) for _ in range(2)]
    made = await new.post(
        f"{store}/file_batches", json={"file_ids": ids, "attributes": {"year": 2024}}
    )
    assert made.status_code == 200, made.text
    batch = made.json()
    assert (batch["object"], batch["status"]) == ("vector_store.files_batch", "in_progress")
    assert batch["file_counts"] == {
        "in_progress": 2,
        "completed": 0,
        "failed": 0,
        "cancelled": 0,
        "total": 2,
    }
    await house.work()
    path = f"{store}/file_batches/{batch['id']}"
    done = (await new.get(path)).json()
    assert (done["status"], done["file_counts"]["completed"]) == ("completed", 2)
    files = (await new.get(f"{path}/files")).json()
    assert [file["id"] for file in files["data"]] == ids[::-1]
    assert files["data"][0]["attributes"] == {"year": 2024}
    await new.delete(f"{store}/files/{ids[0]}")
    await house.work()
    assert (await new.get(path)).json()["file_counts"]["cancelled"] == 1


async def test_a_batch_of_files_with_attributes_of_their_own_is_cancelled(new, store):
    ids = [await upload(new) for _ in range(2)]
    entries = [{"file_id": id_, "attributes": {"n": n}} for n, id_ in enumerate(ids)]
    batch = (await new.post(f"{store}/file_batches", json={"files": entries})).json()
    assert [(await new.get(f"{store}/files/{id_}")).json()["attributes"] for id_ in ids] == [
        {"n": 0},
        {"n": 1},
    ]
    cancelled = (await new.post(f"{store}/file_batches/{batch['id']}/cancel")).json()
    assert (cancelled["status"], cancelled["file_counts"]["cancelled"]) == ("cancelled", 2)


@pytest.mark.parametrize("body", [{}, {"file_ids": []}, {"file_ids": ["a"], "files": []}])
async def test_a_batch_of_nothing_is_refused(new, store, body):
    assert (await new.post(f"{store}/file_batches", json=body)).status_code == 400
