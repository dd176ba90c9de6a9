"""Keys, usage, and the text of documents."""

import pytest

from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.api.schemas.extensions import (
    CreatedKeyModel,
    DocumentTextModel,
    ListKeysResponse,
    PassagesModel,
    UsageReportModel,
)
from lodgepole.documents.stored_documents import as_stored, save_document
from lodgepole.library import passage_exports, supplied_passages
from lodgepole.model import File, Role


async def test_a_key_is_made_used_and_revoked(house, new):
    made = (await new.post("/lodgepole/keys", json={"name": "ci", "role": "data_read"})).json()
    assert made["role"] == "data_read"
    async with house.client(key=made["api_key"]) as other:
        assert (await other.get("/lodgepole/me")).json()["id"] == made["id"]
        assert (await new.delete(f"/lodgepole/keys/{made['id']}")).status_code == 200
        assert (await other.get("/lodgepole/me")).status_code == 401
    assert (await new.delete(f"/lodgepole/keys/{made['id']}")).status_code == 404


async def test_a_list_of_keys_holds_no_secret(new):
    made = (await new.post("/lodgepole/keys", json={"name": "ci"})).json()
    listed = await new.get("/lodgepole/keys")
    assert made["api_key"] not in listed.text
    assert [key["name"] for key in listed.json()["keys"]] == ["seeded by the operator", "ci"]
    assert set(listed.json()["keys"][0]) == {"id", "name", "role", "project", "created_at"}


async def test_a_key_cannot_revoke_itself(new):
    own = (await new.get("/lodgepole/me")).json()["id"]
    refused = await new.delete(f"/lodgepole/keys/{own}")
    assert refused.status_code == 409
    assert (await new.get("/lodgepole/me")).status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ALL])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "keys"), ("POST", "keys"), ("DELETE", "keys/id1"), ("GET", "usage")],
)
async def test_keys_and_usage_are_for_whoever_may_do_everything(house, role, method, path):
    async with house.client(key=await house.key(role)) as client:
        body = {"name": "mine"} if method == "POST" else None
        refused = await client.request(method, f"/lodgepole/{path}", json=body)
    assert refused.status_code == 403
    assert str(role) in refused.json()["error"]["message"]


async def test_a_project_sees_its_own_keys_and_usage_alone(house, new):
    mine = (await new.post("/lodgepole/keys", json={"name": "mine"})).json()
    async with house.client(key=await house.key(Role.ALL, project="other")) as other:
        assert [k["name"] for k in (await other.get("/lodgepole/keys")).json()["keys"]] == ["all"]
        assert (await other.delete(f"/lodgepole/keys/{mine['id']}")).status_code == 404
        usage = (await other.get("/lodgepole/usage")).json()
    assert (usage["project"], usage["assistants"]) == ("other", 0)
    assert sum(day["requests"] for day in usage["days"]) == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": " "},
        {"name": "x" * 101},
        {"name": "a\nb"},
        {"name": "a", "role": "god"},
        {"name": "a", "role": ""},
    ],
)
async def test_a_key_needs_a_name_and_a_role_that_exists(new, body):
    refused = await new.post("/lodgepole/keys", json=body)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "INVALID_ARGUMENT"


async def test_usage_counts_what_keys_ask_for(house, new, filled):
    secret = await house.key(Role.DATA_READ)
    async with house.client(key=secret) as reader:
        me = (await reader.get("/lodgepole/me")).json()["id"]
        asked = {"messages": [{"role": "user", "content": "How did revenue grow?"}]}
        whole = (await reader.post(f"/assistant/chat/{filled}", json=asked)).json()
        streamed = await reader.post(f"/assistant/chat/{filled}", json={**asked, "stream": True})
        assert streamed.status_code == 200
        shaped = await reader.post(f"/assistant/chat/{filled}/chat/completions", json=asked)
        found = await reader.post(f"/assistant/chat/{filled}/context", json={"query": "revenue"})
    usage = (await new.get("/lodgepole/usage")).json()
    (own,) = [key for key in usage["keys"] if key["id"] == me]
    assert own["requests"] == 5
    assert own["prompt_tokens"] == (
        2 * whole["usage"]["prompt_tokens"]
        + shaped.json()["usage"]["prompt_tokens"]
        + found.json()["usage"]["prompt_tokens"]
    )
    assert own["completion_tokens"] >= 3 * whole["usage"]["completion_tokens"] > 0
    assert (usage["assistants"], usage["files"]) == (1, 1)
    assert usage["bytes"] > 0
    assert usage["operations"] == {"processing": 0, "completed": 1, "failed": 0}
    assert [day["day"] for day in usage["days"]] == [own["last_used_on"]]
    (day,) = usage["by_assistant"]
    assert (day["assistant"], day["requests"], day["files"]) == (filled, 4, 1)
    assert day["prompt_tokens"] == own["prompt_tokens"]
    assert day["bytes"] == usage["bytes"]


@pytest.mark.parametrize("days", ["0", "367", "x"])
async def test_usage_of_impossible_days_is_refused(new, days):
    assert (await new.get("/lodgepole/usage", params={"days": days})).status_code == 400


# --- the text of documents --------------------------------------------------------------------


@pytest.fixture
async def read(house, new, filled, tmp_path) -> File:
    """The one file of `filled`, whose document is stored as the pipeline stores it."""
    listed = (await new.get(f"/assistant/files/{filled}")).json()["files"]
    assistant = await house.services.assistants.get("default", filled)
    file = await house.services.files.get(assistant, listed[0]["id"])
    _, content = await house.services.files.open_content(house.services.files.content_token(file))
    path = tmp_path / "content"
    path.write_bytes(b"".join([chunk async for chunk in content]))
    document = await MemoryParser().parse(
        path, kind=file.upload.kind, name=file.upload.name, multimodal=False
    )
    await save_document(house.services.blobs, assistant.id, file.version, as_stored(document))
    return file


async def test_the_words_of_a_citation_are_marked_in_the_text(new, filled, read):
    quote = "Revenue grew by 12 percent in 2024"
    shown = await new.get(f"/lodgepole/files/{filled}/{read.id}/text", params={"quote": quote})
    body = shown.json()
    (mark,) = body["marks"]
    text = body["text"]
    assert text[mark["start"] - body["start"] : mark["end"] - body["start"]] == quote
    assert (body["page_count"], body["name"]) == (2, "report.pdf")
    assert {block["kind"] for block in body["blocks"]}


async def test_one_page_is_read_by_its_number(new, filled, read):
    path = f"/lodgepole/files/{filled}/{read.id}/text"
    second = (await new.get(path, params={"first_page": 2, "last_page": 2})).json()
    assert [page["number"] for page in second["pages"]] == [2]
    assert "Outlook" in second["text"]
    assert "Norway" not in second["text"]
    refused = await new.get(path, params={"first_page": 3})
    assert refused.status_code == 400
    assert "has 2" in refused.json()["error"]["message"]


async def test_a_text_needs_the_key_of_its_project_and_a_role_that_reads(house, filled, read):
    path = f"/lodgepole/files/{filled}/{read.id}/text"
    async with house.client(key=await house.key(Role.ALL, project="other")) as other:
        assert (await other.get(path)).status_code == 404
    async with house.client(key=await house.key(Role.CONTROL_READ)) as control:
        assert (await control.get(path)).status_code == 403
    async with house.client(key=None) as nobody:
        assert (await nobody.get(path)).status_code == 401


async def test_a_file_that_was_not_read_yet_has_no_text(new, filled):
    form = {"file": ("later.txt", b"Not read yet.")}
    accepted = (await new.post(f"/assistant/files/{filled}", files=form)).json()
    shown = await new.get(f"/lodgepole/files/{filled}/{accepted['file_id']}/text")
    assert shown.status_code == 404
    assert "Processing" in shown.json()["error"]["message"]


async def test_answers_have_the_shapes_that_are_documented(new, filled, read):
    made = await new.post("/lodgepole/keys", json={"name": "ci"})
    CreatedKeyModel.model_validate_json(made.content)
    ListKeysResponse.model_validate_json((await new.get("/lodgepole/keys")).content)
    UsageReportModel.model_validate_json((await new.get("/lodgepole/usage")).content)
    shown = await new.get(f"/lodgepole/files/{filled}/{read.id}/text", params={"quote": "grew"})
    DocumentTextModel.model_validate_json(shown.content)


# --- passages ---------------------------------------------------------------------------------


async def test_passages_are_read_with_the_vectors_that_are_searched(new, filled, read, house):
    shown = await new.get(f"/lodgepole/files/{filled}/{read.id}/passages")
    PassagesModel.model_validate_json(shown.content)
    body = shown.json()
    assert [passage["ordinal"] for passage in body["passages"]] == [0, 1]
    assert [passage["page"] for passage in body["passages"]] == [1, 2]
    assert len(body["passages"][0]["vector"]) > 0
    assert body["embedder"]["dimension"] == house.embedder.identity.dimension
    assert "next_first" not in body


async def test_many_passages_are_read_in_parts(new, filled, read, monkeypatch):
    monkeypatch.setattr(passage_exports, "PASSAGES", 1)
    path = f"/lodgepole/files/{filled}/{read.id}/passages"
    one = (await new.get(path)).json()
    assert one["next_first"] == 1
    other = (await new.get(path, params={"first": 1})).json()
    assert [p["ordinal"] for p in (*one["passages"], *other["passages"])] == [0, 1]
    assert "next_first" not in other
    assert (await new.get(path, params={"first": 7})).json()["passages"] == []
    assert (await new.get(path, params={"first": -1})).status_code == 400


async def test_passages_are_given_by_whoever_may_upload(house, new, filled):
    path = f"/lodgepole/files/{filled}/mine/passages"
    assert (await new.put(path, content=b"lines")).status_code == 200
    assert (await new.put(f"/lodgepole/files/{filled}/a.b/passages")).status_code == 400
    assert (await new.put("/lodgepole/files/none/mine/passages")).status_code == 404
    async with house.client(key=await house.key(Role.DATA_READ)) as reader:
        assert (await reader.put(path, content=b"lines")).status_code == 403


async def test_more_passages_than_are_taken_are_refused(new, filled, monkeypatch):
    monkeypatch.setattr(supplied_passages, "MOST_BYTES", 4)
    refused = await new.put(f"/lodgepole/files/{filled}/mine/passages", content=b"lines")
    assert refused.status_code == 413


async def test_metadata_change_without_an_upload(house, new, filled):
    (file,) = (await new.get("/files/filled")).json()["files"]
    path = f"/lodgepole/files/filled/{file['id']}"
    accepted = await new.patch(path, json={"metadata": {"year": 2025, "tags": ["a"]}})
    assert accepted.status_code == 202, accepted.text
    operation = accepted.json()
    assert operation["operation_type"] == "update_file_metadata"
    assert accepted.headers["Location"].endswith(operation["id"])
    await house.work()
    changed = (await new.get(f"/files/filled/{file['id']}")).json()
    assert (changed["metadata"], changed["status"]) == ({"year": 2025, "tags": ["a"]}, "Available")
    listed = (await new.get("/operations/filled?operation_type=update_file_metadata")).json()
    assert [one["id"] for one in listed["operations"]] == [operation["id"]]


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"metadata": None}, 400), ({"metadata": {"$a": 1}}, 400), ({"metadata": 5}, 400)],
)
async def test_metadata_that_cannot_be_are_refused(new, filled, body, status):
    (file,) = (await new.get("/files/filled")).json()["files"]
    refused = await new.patch(f"/lodgepole/files/filled/{file['id']}", json=body)
    assert refused.status_code == status
    missing = await new.patch("/lodgepole/files/filled/nothing", json={"metadata": {}})
    assert missing.status_code == 404
