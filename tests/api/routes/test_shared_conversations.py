"""Conversations that are shared, over HTTP: by whom they are read, and what of them."""

import pytest
from tests.api.test_grants import bound, shelves  # noqa: F401  the fixture

from lodgepole.model import Role

PATH = "/lodgepole/conversations"
QUESTION = "What is the canteen of the board called?"


@pytest.fixture
async def talk(shelves, new):  # noqa: F811  the fixture
    """A conversation about a file that not everybody sees."""
    made = (await new.post(PATH, json={"assistant": "open"})).json()
    for question in (QUESTION, "When does the canteen open?"):
        asked = await new.post(f"{PATH}/{made['id']}/messages", json={"content": question})
        assert asked.status_code == 200, asked.text
    return made


async def share(client, talk):
    answer = await client.post(f"{PATH}/{talk['id']}/share")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_whoever_may_ask_the_assistant_reads_it_by_its_link(house, new, talk):
    link = await share(new, talk)
    assert link["url"] == f"http://lodgepole.test/console#/shared/{link['id']}"
    own = (await new.get(f"{PATH}/{talk['id']}")).json()
    assert own["share"] == link["id"]
    async with house.client(key=await house.key(Role.DATA_READ)) as reader:
        assert (await reader.get(f"{PATH}/{talk['id']}")).status_code == 404
        read = (await reader.get(f"/lodgepole/shared/{link['id']}")).json()
        assert [one["content"] for one in read["messages"]] == [
            one["content"] for one in own["messages"]
        ]
        assert read["messages"][1]["citations"] == own["messages"][1]["citations"]
        assert "withheld" not in read["messages"][1]
        for method, path in (
            ("POST", f"{PATH}/{talk['id']}/share"),
            ("DELETE", f"{PATH}/{talk['id']}/share"),
            ("PATCH", f"{PATH}/{talk['id']}"),
            ("POST", f"{PATH}/{talk['id']}/messages"),
            ("DELETE", f"/lodgepole/shared/{link['id']}"),
        ):
            changed = await reader.request(method, path, json={"content": "x", "title": "x"})
            assert changed.status_code in (404, 405), path


async def test_other_projects_other_roles_and_nobody_read_nothing(house, new, talk):
    link = await share(new, talk)
    path = f"/lodgepole/shared/{link['id']}"
    async with house.client(key=await house.key(Role.ALL, project="other")) as stranger:
        assert (await stranger.get(path)).status_code == 404
    async with house.client(key=await house.key(Role.CONTROL_READ)) as control:
        assert (await control.get(path)).status_code == 403
    async with house.client(key=None) as nobody:
        assert (await nobody.get(path)).status_code == 401


async def test_a_link_that_was_taken_back_leads_nowhere(house, new, talk):
    link = await share(new, talk)
    async with house.client(key=await house.key(Role.DATA_READ)) as reader:
        path = f"/lodgepole/shared/{link['id']}"
        assert (await reader.get(path)).status_code == 200
        assert (await new.delete(f"{PATH}/{talk['id']}/share")).status_code == 200
        assert (await reader.get(path)).status_code == 404
    assert "share" not in (await new.get(f"{PATH}/{talk['id']}")).json()


async def test_a_reader_sees_nothing_of_files_that_are_hidden(house, new, talk):
    link = await share(new, talk)
    key = await bound(house, role=Role.DATA_READ, filter={"team": "all"})
    async with house.client(key=key) as team:
        read = await team.get(f"/lodgepole/shared/{link['id']}")
        assert read.status_code == 200
        assert "Zanzibar" not in read.text
        assert "private.txt" not in read.text
        assert "at eight" not in read.text
        assert any(one.get("withheld") for one in read.json()["messages"])
    key = await bound(house, role=Role.DATA_READ, filter={"team": {"$exists": True}})
    async with house.client(key=key) as board:
        assert "Zanzibar" in (await board.get(f"/lodgepole/shared/{link['id']}")).text


async def test_a_reader_who_does_not_see_the_assistant_sees_nothing(house, new, talk):
    link = await share(new, talk)
    key = await bound(house, role=Role.DATA_READ, assistants=["closed"])
    async with house.client(key=key) as elsewhere:
        assert (await elsewhere.get(f"/lodgepole/shared/{link['id']}")).status_code == 404


async def test_it_ends_with_its_assistant_and_another_of_that_name_is_another(house, new, talk):
    link = await share(new, talk)
    await new.delete("/assistant/assistants/open")
    assert (await new.get(f"/lodgepole/shared/{link['id']}")).status_code == 404
    await house.work()
    await new.post("/assistant/assistants", json={"name": "open"})
    assert (await new.get(f"/lodgepole/shared/{link['id']}")).status_code == 404


async def test_sharing_stands_in_the_audit_log_without_the_link(new, talk):
    link = await share(new, talk)
    await new.delete(f"{PATH}/{talk['id']}/share")
    entries = (await new.get("/lodgepole/audit")).json()["entries"][:2]
    assert [one["action"] for one in entries] == ["unshare_conversation", "share_conversation"]
    assert link["id"] not in str(entries)
