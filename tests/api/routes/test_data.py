import asyncio
import json
from datetime import timedelta

import httpx2
import pytest
from tests.api.conftest import House, build, opened
from tests.wire.requirements import requirement

from lodgepole.api.schemas.files import (
    AssistantFileModel,
    ListFilesResponse,
    OperationList,
    OperationModel,
)
from lodgepole.limits import Limits


def message(response: httpx2.Response, status: int) -> str:
    assert response.status_code == status, response.text
    return response.json()["error"]["message"]


def txt(content: bytes = b"Some words.", name: str = "a.txt") -> dict:
    return {"file": (name, content)}


@pytest.fixture
async def a(new: httpx2.AsyncClient) -> str:
    await new.post("/assistants", json={"name": "a"})
    return "/assistant/files/a"


async def upload(client: httpx2.AsyncClient, **options) -> dict:
    response = await client.post("/files/a", **options)
    assert response.status_code in (200, 202), response.text
    return response.json()


# --- uploading --------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/assistant"])
@requirement(
    "path.prefix",
    "upload_file",
    "describe_operation",
    "describe_file",
    "operation.shape",
    "file.shape",
)
async def test_new_clients_upload_and_follow_the_operation(
    house: House, new: httpx2.AsyncClient, a: str, prefix: str
):
    form = {"file": ("bericht ü.txt", b"Words."), "metadata": (None, '{"n": 1, "tags": ["x"]}')}
    accepted = await new.post(f"{prefix}/files/a", files=form)
    assert accepted.status_code == 202
    OperationModel.model_validate_json(accepted.content)
    operation = accepted.json()
    assert set(operation) == {
        "id", "operation_type", "status", "created_on", "percent_complete", "file_id",
    }  # fmt: skip
    assert (operation["operation_type"], operation["status"]) == ("upload_file", "Processing")
    location = accepted.headers["location"]
    assert location == f"/assistant/operations/a/{operation['id']}"

    file = (await new.get(f"{prefix}/files/a/{operation['file_id']}")).json()
    assert (file["status"], file["percent_done"]) == ("Processing", 0.0)
    await house.work()
    done = await new.get(location)
    OperationModel.model_validate_json(done.content)
    assert done.json()["status"] == "Completed"
    assert done.json()["percent_complete"] == 100
    assert type(done.json()["percent_complete"]) is int
    assert done.json()["ingestion_units"] == 1.5
    assert done.json()["completed_on"].endswith("Z")
    got = await new.get(f"{prefix}/files/a/{operation['file_id']}")
    AssistantFileModel.model_validate_json(got.content)
    file = got.json()
    assert file["name"] == "bericht ü.txt"
    assert file["size"] == 6
    assert file["metadata"] == {"n": 1, "tags": ["x"]}
    assert (file["status"], file["percent_done"]) == ("Available", 1.0)
    assert file["crc32c_hash"]
    assert file["multimodal"] is False
    assert file["signed_url"] is None
    assert file["error_message"] is None


@requirement("upload_file", "form.metadata-query")
async def test_legacy_clients_are_answered_the_file(
    house: House, legacy: httpx2.AsyncClient, a: str
):
    response = await legacy.post(
        "/files/a", files=txt(), params={"metadata": json.dumps({"k": "ü"})}
    )
    assert response.status_code == 200
    AssistantFileModel.model_validate_json(response.content)
    file = response.json()
    assert file["status"] == "Processing"
    assert file["metadata"] == {"k": "ü"}
    assert "location" not in response.headers


@requirement("version.newer-fields")
async def test_legacy_clients_may_send_metadata_in_the_form_too(legacy: httpx2.AsyncClient, a: str):
    form = txt() | {"metadata": (None, '{"k": 1}')}
    assert (await upload(legacy, files=form))["metadata"] == {"k": 1}


@requirement("form.metadata-part")
async def test_metadata_may_be_a_file_part_and_come_first(new: httpx2.AsyncClient, a: str):
    parts = [
        ("metadata", ("blob", b'{"k": 1}', "application/json")),
        ("file", ("a.txt", b"Words.")),
    ]
    operation = await upload(new, files=parts)
    file = (await new.get(f"/files/a/{operation['file_id']}")).json()
    assert file["metadata"] == {"k": 1}


@requirement("form.chunked")
async def test_an_upload_may_come_in_chunks_without_a_length(new: httpx2.AsyncClient, a: str):
    request = new.build_request("POST", "/files/a", files=txt(b"x" * 15_000))
    body = request.read()

    async def chunks():
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    kind = {"Content-Type": request.headers["content-type"]}
    response = await new.post("/files/a", content=chunks(), headers=kind)
    assert response.status_code == 202


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        ({"files": txt(name="a.exe")}, 400, "must end in one of"),
        ({"files": txt(name="noending")}, 400, "must end in one of"),
        ({"files": txt(b"x" * 20_001)}, 413, "larger than the 20000 bytes"),
        ({"files": txt(), "params": {"multimodal": "true"}}, 400, "PDF"),
        ({"files": txt(), "params": {"multimodal": "maybe"}}, 400, "`multimodal`"),
        ({"files": txt(), "params": {"metadata": "{}"}}, 400, "field of the form"),
        ({"files": txt() | {"metadata": (None, "{")}}, 400, "not valid JSON"),
        ({"files": txt() | {"metadata": (None, "[]")}}, 400, "JSON object"),
        ({"files": txt() | {"metadata": (None, '{"$a": 1}')}}, 400, "`$`"),
        ({"files": txt() | {"metadata": (None, '{"a": {"b": 1}}')}}, 400, "'a'"),
        ({"files": txt() | {"metadata": (None, json.dumps({"a": "x" * 17_000}))}}, 400, "16384"),
        ({"json": {}}, 400, "multipart/form-data"),
        ({"files": {"other": ("a.txt", b"x")}}, 400, "no part named `file`"),
    ],
)
@requirement("file.kind", "file.metadata-flat", "form.metadata-query-new", "form.broken")
async def test_uploads_that_cannot_be_taken_are_refused_in_words(
    house: House, new: httpx2.AsyncClient, a: str, *, options: dict, status: int, words: str
):
    assert words in message(await new.post("/files/a", **options), status)
    assert (await new.get("/files/a")).json() == {"files": []}
    assert not [key async for key in house.services.blobs.keys("")]


@pytest.mark.parametrize(("figures", "limit"), [(False, 40_000), (True, 30_000)])
@requirement("file.sizes")
async def test_pdfs_have_limits_of_their_own(
    new: httpx2.AsyncClient, a: str, figures: bool, limit: int
):
    params = {"multimodal": str(figures).lower()}
    fits = await new.post("/files/a", files=txt(b"x" * limit, "a.pdf"), params=params)
    assert fits.status_code == 202
    over = await new.post("/files/a", files=txt(b"x" * (limit + 1), "a.pdf"), params=params)
    assert f"{limit} bytes" in message(over, 413)


async def test_nothing_is_read_for_an_assistant_that_is_not_there(new: httpx2.AsyncClient):
    async def body():
        raise AssertionError("the body was read")
        yield b""

    for method, path in (("POST", "/files/nope"), ("PUT", "/files/nope/f")):
        response = await new.request(method, path, content=body())
        assert message(response, 404) == 'Assistant "nope" not found.'


@requirement("file.unreadable")
async def test_a_file_that_cannot_be_read_is_accepted_and_fails(
    house: House, new: httpx2.AsyncClient, legacy: httpx2.AsyncClient, a: str
):
    operation = await upload(new, files=txt(b" "))
    await house.work()
    failed = (await new.get(f"/operations/a/{operation['id']}")).json()
    assert failed["status"] == "Failed"
    assert failed["error_message"]
    assert failed["completed_on"]
    file = (await legacy.get(f"/files/a/{operation['file_id']}")).json()
    assert file["status"] == "ProcessingFailed"
    assert file["error_message"] == failed["error_message"]


# --- upserting --------------------------------------------------------------------------------


@requirement("upsert_file", "file.conflict", "file.upsert-atomic")
async def test_upserting_creates_then_replaces_under_the_clients_id(
    house: House, new: httpx2.AsyncClient, a: str
):
    first = await new.put("/files/a/my-id_1", files=txt(b"Old words."))
    assert first.status_code == 202
    assert first.json()["file_id"] == "my-id_1"
    assert first.json()["operation_type"] == "upsert_file"
    assert first.headers["location"].endswith(first.json()["id"])
    clash = await new.put("/files/a/my-id_1", files=txt(b"Other."))
    assert clash.json()["error"]["code"] == "ABORTED"
    assert clash.status_code == 409
    await house.work()
    form = txt(b"New words entirely.", "b.md") | {"metadata": (None, '{"v": 2}')}
    await new.put("/files/a/my-id_1", files=form)
    before = (await new.get("/files/a/my-id_1")).json()
    assert (before["status"], before["name"]) == ("Available", "a.txt")
    await house.work()
    after = (await new.get("/files/a/my-id_1")).json()
    assert (after["name"], after["size"], after["metadata"]) == ("b.md", 19, {"v": 2})


@pytest.mark.parametrize("file_id", ["a b", "ü", "a.b", "x" * 129])
@requirement("file.id")
async def test_ids_outside_the_alphabet_are_refused(new: httpx2.AsyncClient, a: str, file_id: str):
    assert "Invalid file id" in message(await new.put(f"/files/a/{file_id}", files=txt()), 400)


@requirement("upsert_file", "list_operations", "describe_operation")
async def test_legacy_clients_know_no_upsert_and_no_operations(legacy: httpx2.AsyncClient, a: str):
    assert "2026" in message(await legacy.put("/files/a/x", files=txt()), 404)
    assert "2026" in message(await legacy.get("/operations/a"), 404)
    assert "2026" in message(await legacy.get("/operations/a/x"), 404)


# --- finding and deleting ---------------------------------------------------------------------


@requirement("list_files", "list.pages", "list.end", "list.legacy-whole")
async def test_files_are_listed_newest_first_by_page_and_filter(
    house: House, new: httpx2.AsyncClient, legacy: httpx2.AsyncClient, a: str
):
    for n in range(5):
        form = txt(name=f"{n}.txt") | {"metadata": (None, json.dumps({"even": n % 2 == 0}))}
        await upload(new, files=form)
    response = await new.get("/files/a", params={"limit": 3})
    ListFilesResponse.model_validate_json(response.content)
    first = response.json()
    assert [f["name"] for f in first["files"]] == ["4.txt", "3.txt", "2.txt"]
    token = first["pagination"]["next"]
    rest = (await new.get("/files/a", params={"limit": 3, "pagination_token": token})).json()
    assert [f["name"] for f in rest["files"]] == ["1.txt", "0.txt"]
    assert "pagination" not in rest
    for client in (new, legacy):
        even = (await client.get("/files/a", params={"filter": '{"even": true}'})).json()
        assert [f["name"] for f in even["files"]] == ["4.txt", "2.txt", "0.txt"]
        assert set(even) == {"files"}
    assert len((await legacy.get("/files/a", params={"limit": 1})).json()["files"]) == 5


@pytest.mark.parametrize(
    "text", ["{", "5", '"x"', '{"a": {"$eq": ["x"]}}', '{"$nope": []}', '{"a": ["x"]}']
)
@requirement("filter.refused", "filter.same-everywhere")
async def test_bad_filters_are_refused_in_words(new: httpx2.AsyncClient, a: str, text: str):
    assert message(await new.get("/files/a", params={"filter": text}), 400)


@requirement("delete_file", "file.deleting", "file.missing")
async def test_deleting_shows_deleting_and_then_nothing(
    house: House, new: httpx2.AsyncClient, legacy: httpx2.AsyncClient, a: str
):
    for client in (new, legacy):
        operation = await upload(new, files=txt())
        path = f"/files/a/{operation['file_id']}"
        await house.work()
        deleted = await client.delete(path)
        if client is new:
            assert deleted.status_code == 202
            assert deleted.json()["operation_type"] == "delete_file"
            assert deleted.headers["location"].endswith(deleted.json()["id"])
            again = await client.delete(path)
            assert again.json()["id"] == deleted.json()["id"]
        else:
            assert (deleted.status_code, deleted.content) == (200, b"")
        assert (await client.get(path)).json()["status"] == "Deleting"
        await house.work()
        id_ = operation["file_id"]
        words = f"File with id {id_}  not found in provided assistant"
        assert message(await client.get(path), 404) == words
        assert message(await client.delete(path), 404) == words


# --- operations -------------------------------------------------------------------------------


@requirement("list_operations", "list.pages")
async def test_operations_are_listed_by_type_and_status(
    house: House, new: httpx2.AsyncClient, a: str
):
    first = await upload(new, files=txt())
    await house.work()
    await new.delete(f"/files/a/{first['file_id']}")
    await upload(new, files=txt())

    async def listed(**params) -> list[tuple[str, str]]:
        response = await new.get("/operations/a", params=params)
        OperationList.model_validate_json(response.content)
        return [(o["operation_type"], o["status"]) for o in response.json()["operations"]]

    assert await listed() == [
        ("upload_file", "Processing"),
        ("delete_file", "Processing"),
        ("upload_file", "Completed"),
    ]
    assert await listed(operation_type="delete_file") == [("delete_file", "Processing")]
    assert await listed(status="Completed") == [("upload_file", "Completed")]
    assert await listed(operation_type="upload_file", status="Processing") == [
        ("upload_file", "Processing")
    ]
    assert await listed(status="Failed") == []
    page = (await new.get("/operations/a", params={"limit": 2})).json()
    assert len(page["operations"]) == 2
    assert page["pagination"]["next"]


@pytest.mark.parametrize(
    "params",
    [{"operation_type": "delete_assistant"}, {"operation_type": "x"}, {"status": "x"},
     {"limit": 101}, {"limit": 0}],
)  # fmt: skip
@requirement("list_operations")
async def test_bad_operation_filters_are_refused(new: httpx2.AsyncClient, a: str, params: dict):
    assert message(await new.get("/operations/a", params=params), 400)


@requirement("operation.missing")
async def test_an_unknown_operation_is_not_found(new: httpx2.AsyncClient, a: str):
    assert message(await new.get("/operations/a/nope"), 404) == "Operation nope not found."


@requirement("operation.held")
async def test_a_look_waits_a_moment_for_an_end_that_is_near(
    house: House, new: httpx2.AsyncClient, legacy: httpx2.AsyncClient, a: str
):
    operation = await upload(new, files=txt())
    looking = asyncio.create_task(new.get(f"/operations/a/{operation['id']}"))
    watching = asyncio.create_task(legacy.get(f"/files/a/{operation['file_id']}"))
    done, _ = await asyncio.wait({looking, watching}, timeout=0.05)
    assert not done
    await house.work()
    async with asyncio.timeout(5):
        assert (await looking).json()["status"] == "Completed"
        assert (await watching).json()["status"] == "Available"


# --- downloads --------------------------------------------------------------------------------


async def link(client: httpx2.AsyncClient, path: str) -> str:
    return (await client.get(path, params={"include_url": "true"})).json()["signed_url"]


@requirement("link.works")
async def test_a_signed_url_downloads_without_a_key_until_it_expires(
    house: House, new: httpx2.AsyncClient, a: str
):
    content = b"0123456789"
    operation = await upload(new, files=txt(content, "bericht ü.txt"))
    await house.work()
    url = await link(new, f"/files/a/{operation['file_id']}")
    assert url.startswith("http://lodgepole.test/signed/")
    async with house.client(key=None) as anyone:
        got = await anyone.get(url)
        assert (got.status_code, got.content) == (200, content)
        assert got.headers["content-type"] == "text/plain; charset=utf-8"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert "bericht%20%C3%BC.txt" in got.headers["content-disposition"]
        for asked, status, expected in [
            ("bytes=2-4", 206, b"234"),
            ("bytes=7-", 206, b"789"),
            ("bytes=-2", 206, b"89"),
            ("bytes=0-99", 206, content),
            ("bytes=10-", 416, b""),
            ("bytes=a-b", 200, content),
            (f"bytes=0-{'9' * 5000}", 200, content),
            ("bytes=1-2,4-5", 200, content),
        ]:
            part = await anyone.get(url, headers={"Range": asked})
            assert (part.status_code, part.content) == (status, expected), asked
        forged = url.replace("/signed/", "/signed/A")
        assert (await anyone.get(forged)).status_code == 403
        house.clock.advance(timedelta(seconds=3601))
        assert "expired" in message(await anyone.get(url), 403)


@requirement("link.deleted")
async def test_the_link_to_a_deleted_file_is_dead(house: House, new: httpx2.AsyncClient, a: str):
    operation = await upload(new, files=txt())
    await house.work()
    path = f"/files/a/{operation['file_id']}"
    url = await link(new, path)
    await new.delete(path)
    assert message(await new.get(url), 404)
    await house.work()
    assert message(await new.get(url), 404)


async def test_html_is_never_served_as_html(house: House, new: httpx2.AsyncClient, a: str):
    operation = await upload(new, files=txt(b"<script>alert(1)</script>", "a.html"))
    await house.work()
    got = await new.get(await link(new, f"/files/a/{operation['file_id']}"))
    assert got.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("text", ["false", "False", ""])
@requirement("link.null")
async def test_no_url_is_made_unless_asked_for(new: httpx2.AsyncClient, a: str, text: str):
    operation = await upload(new, files=txt())
    path = f"/files/a/{operation['file_id']}"
    assert (await new.get(path, params={"include_url": text})).json()["signed_url"] is None
    assert message(await new.get(path, params={"include_url": "maybe"}), 400)


@requirement("file.quota")
async def test_an_assistant_holds_so_many_files():
    house = await opened(build(Limits(files_per_assistant=1)))
    async with house.client() as client:
        await client.post("/assistants", json={"name": "a"})
        await upload(client, files=txt())
        response = await client.post("/files/a", files=txt())
        assert response.status_code == 429
        assert response.headers["retry-after"]
