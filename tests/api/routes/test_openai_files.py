"""Uploaded files of the OpenAI API over HTTP."""

import httpx2
import pytest
from tests.api.conftest import House

from lodgepole.model import Role


async def upload(client, name="a.txt", data=b"The crane lifts 40 tonnes.", **fields):
    form = {"purpose": "assistants", **fields}
    return await client.post("/v1/files", data=form, files={"file": (name, data)})


async def test_a_file_is_uploaded_found_read_and_deleted(new: httpx2.AsyncClient):
    uploaded = await upload(new)
    assert uploaded.status_code == 200, uploaded.text
    file = uploaded.json()
    assert file["id"].startswith("file-")
    assert {k: file[k] for k in ("object", "bytes", "filename", "purpose", "status")} == {
        "object": "file",
        "bytes": 26,
        "filename": "a.txt",
        "purpose": "assistants",
        "status": "processed",
    }
    assert isinstance(file["created_at"], int)
    assert (await new.get(f"/v1/files/{file['id']}")).json() == file
    content = await new.get(f"/v1/files/{file['id']}/content")
    assert content.content == b"The crane lifts 40 tonnes."
    head = await new.head(f"/v1/files/{file['id']}/content")
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, "26", b"")
    deleted = await new.delete(f"/v1/files/{file['id']}")
    assert deleted.json() == {"id": file["id"], "object": "file", "deleted": True}
    assert (await new.get(f"/v1/files/{file['id']}")).status_code == 404


async def test_lists_are_newest_first_in_pages_and_by_purpose(new: httpx2.AsyncClient):
    ids = [(await upload(new, f"{n}.txt")).json()["id"] for n in range(3)]
    other = (await upload(new, "x.txt", purpose="user_data")).json()["id"]
    page = (await new.get("/v1/files", params={"limit": 2})).json()
    assert [file["id"] for file in page["data"]] == [other, ids[2]]
    assert (page["object"], page["first_id"], page["last_id"], page["has_more"]) == (
        "list",
        other,
        ids[2],
        True,
    )
    rest = (await new.get("/v1/files", params={"after": page["last_id"]})).json()
    assert [file["id"] for file in rest["data"]] == [ids[1], ids[0]]
    assert not rest["has_more"]
    ascending = (await new.get("/v1/files", params={"order": "asc"})).json()
    assert [file["id"] for file in ascending["data"]] == [*ids, other]
    chosen = (await new.get("/v1/files", params={"purpose": "user_data"})).json()
    assert [file["id"] for file in chosen["data"]] == [other]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"limit": 0}, 400),
        ({"limit": 10_001}, 400),
        ({"order": "sideways"}, 400),
        ({"before": "file-x"}, 400),
        ({"after": "file-x"}, 404),
    ],
)
async def test_lists_that_cannot_be_are_refused(new: httpx2.AsyncClient, asked, status):
    refused = await new.get("/v1/files", params=asked)
    assert refused.status_code == status
    error = refused.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"


async def test_a_file_may_be_let_expire(new: httpx2.AsyncClient):
    lasting = {"expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}
    file = (await upload(new, **lasting)).json()
    assert file["expires_at"] == file["created_at"] + 3600
    for wrong in (
        {**lasting, "expires_after[seconds]": "10"},
        {**lasting, "expires_after[seconds]": "soon"},
        {**lasting, "expires_after[seconds]": "9" * 400},
        {"expires_after[anchor]": "created_at"},
        {**lasting, "expires_after[anchor]": "last_active_at"},
    ):
        assert (await upload(new, **wrong)).status_code == 400


@pytest.mark.parametrize("purpose", ["", "x" * 65, " "])
async def test_a_purpose_is_needed(new: httpx2.AsyncClient, purpose):
    assert (await upload(new, purpose=purpose)).status_code == 400


async def test_what_cannot_be_read_is_refused_at_once(new: httpx2.AsyncClient):
    picture = await upload(new, "picture.png")
    assert picture.status_code == 400
    assert "must end in one of" in picture.json()["error"]["message"]
    large = await upload(new, data=b"x" * 20_001)
    assert large.status_code == 413
    assert large.json()["error"]["code"] == "out_of_range"
    assert (await new.get("/v1/files")).json()["data"] == []


async def test_a_file_of_an_assistant_is_found_too(new: httpx2.AsyncClient, filled: str):
    (file,) = (await new.get(f"/assistant/files/{filled}")).json()["files"]
    found = (await new.get(f"/v1/files/{file['id']}")).json()
    assert (found["filename"], found["bytes"]) == ("report.pdf", file["size"])
    content = await new.get(f"/v1/files/{file['id']}/content")
    assert len(content.content) == file["size"]
    assert (await new.delete(f"/v1/files/{file['id']}")).status_code == 200
    (left,) = (await new.get(f"/assistant/files/{filled}")).json()["files"]
    assert left["status"] == "Deleting"


async def test_roles_and_projects_are_kept_apart(house: House, new: httpx2.AsyncClient):
    id_ = (await upload(new)).json()["id"]
    async with house.client(key=await house.key(Role.DATA_READ)) as reader:
        assert (await reader.get(f"/v1/files/{id_}")).status_code == 200
        assert (await reader.delete(f"/v1/files/{id_}")).status_code == 403
        assert (await upload(reader)).status_code == 403
    async with house.client(key=await house.key(Role.ALL, project="other")) as stranger:
        assert (await stranger.get(f"/v1/files/{id_}")).status_code == 404
        assert (await stranger.delete(f"/v1/files/{id_}")).status_code == 404
    async with house.client(key="wrong") as nobody:
        refused = await nobody.get("/v1/files")
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "invalid_api_key"
