"""Conversations over HTTP."""

import asyncio
import json

import pytest
from tests.api.conftest import build, opened

from lodgepole.errors import Unavailable
from lodgepole.library.conversations import Wanted
from lodgepole.model import ModelText, Role

PATH = "/lodgepole/conversations"
ASKED = {"content": "How much did revenue grow?", "model": "scripted"}


async def begun(client, **values):
    answer = await client.post(PATH, json={"assistant": "filled", **values})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ask(client, conversation, **values):
    return await client.post(f"{PATH}/{conversation['id']}/messages", json={**ASKED, **values})


async def described(client, conversation):
    answer = await client.get(f"{PATH}/{conversation['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_conversation_begins_empty(new, filled):
    made = await begun(new, title="Numbers")
    assert made == {
        "id": made["id"],
        "assistant": "filled",
        "title": "Numbers",
        "questions": 0,
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
        "expires_at": made["expires_at"],
    }
    assert await described(new, made) == {**made, "messages": []}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"assistant": "nobody"}, 404),
        ({"assistant": "filled", "title": "x" * 121}, 400),
        ({"assistant": "filled", "title": 1}, 400),
    ],
)
async def test_one_that_cannot_be_is_refused(new, filled, body, status):
    assert (await new.post(PATH, json=body)).status_code == status


async def test_an_answer_is_kept_with_its_citations_as_it_was_sent(new, filled):
    made = await begun(new)
    told = (await ask(new, made)).json()
    question, answer = (await described(new, made))["messages"]
    assert question["content"] == ASKED["content"]
    assert question["options"] == {"model": "scripted"}
    assert answer["id"] == told["id"]
    assert answer["content"] == told["message"]["content"]
    assert answer["status"] == "completed"
    assert answer["usage"] == told["usage"]
    for citation in told["citations"]:
        for reference in citation["references"]:
            reference["file"]["signed_url"] = None
    assert answer["citations"] == told["citations"]
    assert answer["citations"][0]["references"][0]["highlight"]["content"]
    assert (await described(new, made))["title"] == ASKED["content"]


async def test_a_question_is_asked_with_what_was_said_before(house, new, filled):
    made = await begun(new)
    await ask(new, made)
    await ask(new, made, content="And in the year before?")
    words = " ".join(message.content for message in house.scripted.requests[-1].messages)
    assert ASKED["content"] in words
    assert "12 percent" in words


async def test_it_is_streamed_as_the_chat_is_and_stored_before_its_end(house, new, filled):
    made = await begun(new)
    streamed = await ask(new, made, stream=True)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    assert streamed.text.count('"type":"message_end"') == 1
    assert (await described(new, made))["messages"][1]["status"] == "completed"


async def test_the_last_question_is_asked_again_or_otherwise(new, filled):
    made = await begun(new)
    await ask(new, made, content="First?")
    first = (await described(new, made))["messages"]
    again = await new.post(
        f"{PATH}/{made['id']}/messages", json={"replace_last": True, "model": "scripted"}
    )
    assert again.status_code == 200, again.text
    second = (await described(new, made))["messages"]
    assert second[0] == first[0]
    assert second[1]["id"] == again.json()["id"] != first[1]["id"]
    await ask(new, made, content="Second?", replace_last=True)
    third = (await described(new, made))["messages"]
    assert [message["content"] for message in third[::2]] == ["Second?"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"content": " "}, 400),
        ({"content": 1}, 400),
        ({"replace_last": True}, 400),
        ({"content": "a", "model": ["x"]}, 400),
        ({"content": "a", "temperature": 9}, 400),
        ({"content": "a", "filter": {"$bad": 1}}, 400),
        ({"content": "x" * 100_001}, 400),
    ],
)
async def test_a_question_that_cannot_be_asked_leaves_nothing(new, filled, body, status):
    made = await begun(new)
    answer = await new.post(f"{PATH}/{made['id']}/messages", json=body)
    assert answer.status_code == status, answer.text
    assert (await described(new, made))["messages"] == []


async def test_an_answer_that_breaks_off_is_kept_as_failed():
    house = await opened(build(script=("Revenue grew ", Unavailable("The model is gone"))))
    async with house.client() as client:
        await client.post("/assistant/assistants", json={"name": "filled"})
        files = {"file": ("a.txt", b"Revenue grew by 12 percent.")}
        await client.post("/assistant/files/filled", files=files)
        await house.work()
        made = await begun(client)
        assert (await ask(client, made)).status_code == 503
        answer = (await described(client, made))["messages"][1]
    assert answer["status"] == "failed"
    assert answer["content"].strip() == "Revenue grew"
    assert answer["error_message"] == "The model is gone"


async def test_another_key_sees_nothing_of_it(house, new, filled):
    made = await begun(new, title="mine")
    async with house.client(key=await house.key(Role.ALL)) as other:
        assert (await other.get(PATH)).json()["conversations"] == []
        path = f"{PATH}/{made['id']}"
        for answer in (
            await other.get(path),
            await other.patch(path, json={"title": "theirs"}),
            await other.delete(path),
            await other.post(f"{path}/restore"),
            await other.post(f"{path}/messages", json=ASKED),
            await other.put(f"{path}/messages/m/rating", json={"rating": "up"}),
            await other.get(f"{path}/export"),
        ):
            assert answer.status_code == 404, answer.text


async def test_reading_keys_have_conversations_too_and_control_keys_none(house, filled):
    async with house.client(key=await house.key(Role.DATA_READ)) as reader:
        made = await begun(reader)
        assert (await ask(reader, made)).status_code == 200
        assert (await reader.delete(f"{PATH}/{made['id']}")).status_code == 200
    async with house.client(key=await house.key(Role.CONTROL_READ)) as other:
        assert (await other.get(PATH)).status_code == 403


async def test_lists_are_by_assistant_in_pages_and_searched(house, new, filled):
    await new.post("/assistant/assistants", json={"name": "empty"})
    for title in ("a", "b"):
        await begun(new, title=title)
    await begun(new, title="of the other", assistant="empty")

    async def titles(**asked):
        answer = (await new.get(PATH, params=asked)).json()
        return [one["title"] for one in answer["conversations"]], answer.get("pagination")

    assert await titles() == (["of the other", "b", "a"], None)
    assert await titles(assistant="filled") == (["b", "a"], None)
    assert await titles(search="OTHER") == (["of the other"], None)
    page, more = await titles(limit=2)
    assert page == ["of the other", "b"]
    assert await titles(limit=2, pagination_token=more["next"]) == (["a"], None)
    assert (await new.get(PATH, params={"assistant": "nobody"})).status_code == 404
    assert (await new.get(PATH, params={"pagination_token": "x"})).status_code == 400


async def test_of_an_assistant_that_was_deleted_nothing_is_seen(house, new, filled):
    made = await begun(new)
    await new.delete("/assistant/assistants/filled")
    assert (await new.get(PATH)).json()["conversations"] == []
    assert (await new.get(f"{PATH}/{made['id']}")).status_code == 404
    await house.work()
    await new.post("/assistant/assistants", json={"name": "filled"})
    assert (await new.get(PATH)).json()["conversations"] == []
    assert (await new.get(f"{PATH}/{made['id']}")).status_code == 404


async def test_it_is_renamed_deleted_and_had_back(new, filled):
    made = await begun(new, title="old")
    path = f"{PATH}/{made['id']}"
    assert (await new.patch(path, json={"title": "new"})).json()["title"] == "new"
    gone = (await new.delete(path)).json()
    assert gone == {"id": made["id"], "restorable_until": gone["restorable_until"]}
    assert (await new.get(path)).status_code == 404
    assert (await new.post(f"{path}/restore")).json()["title"] == "new"
    assert (await new.get(path)).status_code == 200


async def test_an_answer_is_rated(new, filled):
    made = await begun(new)
    told = (await ask(new, made)).json()
    path = f"{PATH}/{made['id']}/messages/{told['id']}/rating"
    rated = await new.put(path, json={"rating": "down", "comment": "Which year?"})
    assert rated.status_code == 200, rated.text
    assert rated.json() == (await described(new, made))["messages"][1]
    assert (rated.json()["rating"], rated.json()["comment"]) == ("down", "Which year?")
    assert (await new.put(path, json={})).json()["rating"] is None
    assert (await new.put(path, json={"rating": "so so"})).status_code == 400


async def test_it_is_exported_with_its_sources(new, filled):
    made = await begun(new, title="Numbers")
    await ask(new, made)
    answer = await new.get(f"{PATH}/{made['id']}/export")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.text.startswith("# Numbers\n")
    assert "1. report.pdf, page 1: “" in answer.text


async def test_a_revoked_key_takes_its_conversations_along(house, new, filled):
    secret, key = await house.services.keys.create("default", name="k", role=Role.ALL)
    async with house.client(key=secret) as other:
        await begun(other)
    mine = await begun(new)
    await new.delete(f"/lodgepole/keys/{key.id}")
    stored = await house.services.conversations.list(key, Wanted(), limit=9, after=None)
    assert stored.items == ()
    assert (await new.get(f"{PATH}/{mine['id']}")).status_code == 200


async def test_where_none_are_kept_none_begin_and_lists_say_so():
    house = await opened(build(kept=False))
    async with house.client() as client:
        await client.post("/assistant/assistants", json={"name": "filled"})
        assert (await client.get(PATH)).json() == {"conversations": [], "kept": False}
        refused = await client.post(PATH, json={"assistant": "filled"})
        assert refused.status_code == 403
        assert "switched them off" in refused.text


async def test_a_client_that_leaves_halfway_leaves_what_was_said(house, new, filled):
    made = await begun(new)
    left = asyncio.Event()

    async def endless(request):
        yield ModelText("Revenue grew by 12 percent in 2024. ")
        yield ModelText("And then")
        await asyncio.Event().wait()

    house.scripted.stream = endless
    body = json.dumps({**ASKED, "stream": True}).encode()
    received = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict:
        if received:
            return received.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        if b"Revenue grew" in message.get("body", b""):
            left.set()

    path = f"{PATH}/{made['id']}/messages"
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1",
        "server": ("localhost", 80), "asgi": {"version": "3.0"},
        "headers": [(key.lower(), value) for key, value in new.headers.raw],
    }  # fmt: skip
    async with asyncio.timeout(5):
        await new._transport.app(scope, receive, send)
    answer = (await described(new, made))["messages"][1]
    assert answer["status"] == "stopped"
    assert answer["content"].startswith("Revenue grew by 12 percent")
