"""What of all requests stands in the audit log."""

import httpx2

from lodgepole.model import Role


async def entries(new: httpx2.AsyncClient):
    return (await new.get("/lodgepole/audit")).json()["entries"]


async def test_changes_are_written_down_with_who_and_what(house, new):
    await new.post("/assistant/assistants", json={"name": "a"})
    files = {"file": ("secret plans.txt", b"The plan is to sing.")}
    uploaded = (await new.post("/assistant/files/a", files=files)).json()
    await house.work()
    await new.delete(f"/assistant/files/a/{uploaded['file_id']}")
    made = (await new.post("/lodgepole/keys", json={"name": "ci", "role": "data_read"})).json()
    await new.delete(f"/lodgepole/keys/{made['id']}")
    written = await entries(new)
    assert [entry["action"] for entry in written] == [
        *("revoke_key", "create_key", "delete_file", "upload_file", "create_assistant"),
    ]
    assert written[2]["target"] == {"assistant_name": "a", "assistant_file_id": uploaded["file_id"]}
    assert {entry["key_name"] for entry in written} == {"seeded by the operator"}
    assert all(entry["request_id"] and entry["status"] < 300 for entry in written)
    shown = str(written)
    assert "sing" not in shown
    assert "plans" not in shown
    assert made["api_key"] not in shown


async def test_what_only_asks_is_not(new):
    asked = {"messages": [{"role": "user", "content": "Who sings?"}]}
    await new.post("/assistant/assistants", json={"name": "a"})
    before = len(await entries(new))
    await new.get("/assistant/files/a")
    await new.post("/assistant/chat/a", json=asked)
    await new.post("/assistant/chat/a/context", json={"query": "Who sings?"})
    await new.post("/v1/chat/completions", json={"model": "a", **asked})
    assert len(await entries(new)) == before


async def test_who_is_refused_is(house, new):
    async with house.client(key="not a key") as nobody:
        await nobody.get("/assistant/assistants")
    async with house.client(key=await house.key(Role.DATA_READ)) as reader:
        await reader.post("/assistant/assistants", json={"name": "mine"})
    refused, unknown = (await entries(new))[:2]
    assert (refused["action"], refused["status"]) == ("create_assistant", 403)
    assert refused["key_name"] == Role.DATA_READ
    assert (unknown["action"], unknown["status"]) == ("list_assistants", 401)
    assert unknown["key_id"] is None


async def test_a_change_that_failed_is_no_change(new):
    before = len(await entries(new))
    assert (await new.delete("/assistant/assistants/none")).status_code == 404
    assert len(await entries(new)) == before


async def test_the_log_is_for_keys_that_may_do_everything(house):
    async with house.client(key=await house.key(Role.CONTROL_WRITE)) as other:
        assert (await other.get("/lodgepole/audit")).status_code == 403


async def test_the_log_comes_in_pages(new):
    for number in range(5):
        await new.post("/assistant/assistants", json={"name": f"a{number}"})
    first = (await new.get("/lodgepole/audit", params={"limit": 3})).json()
    token = first["pagination"]["next"]
    rest = (await new.get("/lodgepole/audit", params={"pagination_token": token})).json()
    assert len(first["entries"]) + len(rest["entries"]) == 5
