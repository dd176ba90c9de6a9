"""Responses of the OpenAI API over HTTP."""

import json
from datetime import timedelta

import httpx2
import pytest
from tests.api.conftest import House, build, opened

from lodgepole.errors import Unavailable
from lodgepole.model import Role

QUESTION = "Revenue grew by how many percent in 2024?"


def asking(of="vs_filled", **body):
    tool = {"type": "file_search", "vector_store_ids": [of]}
    return {"model": "scripted", "input": QUESTION, "tools": [tool], **body}


async def respond(client, **body):
    answer = await client.post("/v1/responses", json=asking(**body))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def events_of(client, **body):
    answer = await client.post("/v1/responses", json=asking(stream=True, **body))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = []
    for block in answer.text.strip().split("\n\n"):
        name, _, data = block.partition("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        events.append(event)
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    return events


async def test_an_answer_has_its_search_its_text_and_where_it_is_from(
    new: httpx2.AsyncClient, filled: str
):
    response = await respond(new)
    assert response["id"].startswith("resp_")
    assert {k: response[k] for k in ("object", "status", "error", "model", "store")} == {
        "object": "response",
        "status": "completed",
        "error": None,
        "model": "scripted",
        "store": True,
    }
    search, message = response["output"]
    assert (search["type"], search["status"], search["results"]) == (
        "file_search_call",
        "completed",
        None,
    )
    assert search["queries"] == [QUESTION]
    assert (message["type"], message["role"]) == ("message", "assistant")
    (part,) = message["content"]
    assert part["text"] == "Revenue grew by 12 percent in 2024. It will grow again."
    (citation,) = part["annotations"]
    assert (citation["type"], citation["filename"]) == ("file_citation", "report.pdf")
    assert citation["pages"] == [1]
    assert "12 percent" in citation["quote"]
    assert part["text"][: citation["index"]].endswith("2024.")
    usage = response["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


async def test_results_of_the_search_are_told_when_asked_for(new, filled):
    response = await respond(new, include=["file_search_call.results"])
    result = response["output"][0]["results"][0]
    assert (result["filename"], result["attributes"]) == ("report.pdf", {"year": 2024})
    assert "12 percent" in result["text"]


async def test_the_events_tell_the_same_as_the_whole(new, filled):
    events = await events_of(new, include=["file_search_call.results"])
    types = [event["type"] for event in events]
    assert types[:9] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.file_search_call.in_progress",
        "response.file_search_call.searching",
        "response.file_search_call.completed",
        "response.output_item.done",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert types[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert set(types[9:-4]) == {
        "response.output_text.delta",
        "response.output_text.annotation.added",
    }
    whole = events[-1]["response"]
    text = "".join(e["delta"] for e in events if e["type"] == "response.output_text.delta")
    assert text == whole["output"][1]["content"][0]["text"] == events[-4]["text"]
    added = [e["annotation"] for e in events if e["type"].endswith("annotation.added")]
    assert added == whole["output"][1]["content"][0]["annotations"]
    assert whole["output"][0] == events[6]["item"]
    assert whole["output"][1] == events[-2]["item"]
    assert events[0]["response"]["output"] == []
    assert (await new.get(f"/v1/responses/{whole['id']}")).json() == whole


async def test_a_conversation_goes_on_from_a_stored_answer(house: House, new, filled):
    first = await respond(new, instructions="Be brief.")
    second = await respond(new, input="And next year?", previous_response_id=first["id"])
    assert second["previous_response_id"] == first["id"]
    sent = [(m.role, m.content) for m in house.scripted.requests[-1].messages]
    assert ("user", QUESTION) in sent
    assert ("assistant", first["output"][1]["content"][0]["text"]) in sent
    assert not any("Be brief." in content for _, content in sent)
    assert any("Be brief." in m.content for m in house.scripted.requests[0].messages)
    third = await respond(new, input="Why?", previous_response_id=second["id"])
    listed = (await new.get(f"/v1/responses/{third['id']}/input_items")).json()
    assert [item["content"][0]["text"] for item in listed["data"]] == ["Why?"]


async def test_a_stored_answer_is_read_and_deleted_and_has_an_end(house: House, new, filled):
    response = await respond(new, metadata={"k": "v"})
    path = f"/v1/responses/{response['id']}"
    assert (await new.get(path)).json() == response
    assert response["metadata"] == {"k": "v"}
    deleted = (await new.delete(path)).json()
    assert deleted == {"id": response["id"], "object": "response", "deleted": True}
    for missing in (
        await new.get(path),
        await new.delete(path),
        await new.get(f"{path}/input_items"),
        await new.post("/v1/responses", json=asking(previous_response_id=response["id"])),
    ):
        assert missing.status_code == 404
    kept = await respond(new)
    house.clock.advance(timedelta(days=30))
    assert (await new.get(f"/v1/responses/{kept['id']}")).status_code == 404


async def test_what_is_not_to_be_stored_is_not(new, filled):
    response = await respond(new, store=False)
    assert response["store"] is False
    assert (await new.get(f"/v1/responses/{response['id']}")).status_code == 404
    streamed = (await events_of(new, store=False))[-1]["response"]
    assert (await new.get(f"/v1/responses/{streamed['id']}")).status_code == 404


async def test_answers_are_of_a_project(house: House, new, filled):
    response = await respond(new)
    async with house.client(key=await house.key(Role.ALL, project="other")) as stranger:
        assert (await stranger.get(f"/v1/responses/{response['id']}")).status_code == 404


async def test_filters_and_the_number_of_results_choose_what_is_read(house: House, new, filled):
    tool = {"type": "file_search", "vector_store_ids": ["filled"]}
    nothing = {**tool, "filters": {"type": "eq", "key": "year", "value": 1999}}
    refused = await new.post("/v1/responses", json=asking(tools=[nothing]))
    one = await respond(
        new,
        tools=[{**tool, "max_num_results": 1, "ranking_options": {"ranker": "auto"}}],
        include=["file_search_call.results"],
    )
    assert len(one["output"][0]["results"]) == 1
    assert refused.status_code in (200, 400)
    if refused.status_code == 200:
        assert refused.json()["output"][0]["results"] is None


async def test_without_a_tool_the_model_is_an_assistant(new, filled):
    for model in ("filled", "filled/scripted"):
        response = await respond(new, tools=[], model=model)
        assert response["model"] == model
        assert "12 percent" in response["output"][1]["content"][0]["text"]
    for model in ("gpt-4o", None):
        refused = await new.post("/v1/responses", json=asking(tools=None, model=model))
        assert refused.status_code in (400, 404)


async def test_items_are_read_as_clients_send_them(house: House, new, filled):
    first = await respond(new)
    items = [
        {"role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]},
        {"type": "message", "role": "user", "content": QUESTION},
        *first["output"],
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"role": "assistant", "content": ""},
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "And "},
                {"type": "input_text", "text": "why?"},
            ],
        },
    ]
    await respond(new, input=items)
    sent = [(m.role, m.content) for m in house.scripted.requests[-1].messages]
    assert sent[-1][1].endswith("And why?")
    assert ("assistant", first["output"][1]["content"][0]["text"]) in sent


@pytest.mark.parametrize(
    "wrong",
    [
        {"input": None},
        {"input": []},
        {"input": ""},
        {"input": 5},
        {"input": [5]},
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]},
        {"input": [{"role": "user", "content": None}]},
        {"input": [{"type": "item_reference", "id": "msg_1"}]},
        {"input": [{"role": "critic", "content": "no"}]},
        {"tools": [{"type": "web_search"}]},
        {"tools": [{"type": "file_search"}]},
        {"tools": [{"type": "file_search", "vector_store_ids": []}]},
        {"tools": [{"type": "file_search", "vector_store_ids": ["a", "b"]}]},
        {"tools": [{"type": "file_search", "vector_store_ids": [1]}]},
        {"tools": [{"type": "file_search", "vector_store_ids": ["filled"], "filters": 1}]},
        {"tools": [{"type": "file_search", "vector_store_ids": ["filled"], "max_num_results": 0}]},
        {"tool_choice": "none"},
        {"tool_choice": {"type": "function", "name": "f"}},
        {"include": ["message.output_text.logprobs"]},
        {"background": True},
        {"conversation": "conv_1"},
        {"prompt": {"id": "pmpt_1"}},
        {"top_logprobs": 2},
        {"max_output_tokens": 0},
        {"temperature": 3},
        {"top_p": 2},
        {"model": "unheard-of"},
        {"text": {"format": {"type": "xml"}}},
        {"text": {"format": 1}},
    ],
)
async def test_what_cannot_be_done_is_refused(new, filled, wrong):
    refused = await new.post("/v1/responses", json=asking(**wrong))
    assert refused.status_code == 400, refused.text
    assert refused.json()["error"]["message"]


async def test_a_store_that_is_not_there_is_a_404(new):
    refused = await new.post("/v1/responses", json=asking("vs_nobody"))
    assert refused.status_code == 404


async def failing(*script) -> House:
    house = await opened(build(script=script))
    async with house.client() as client:
        await client.post("/assistant/assistants", json={"name": "filled"})
        form = {"file": ("a.txt", b"Revenue grew by 12 percent in 2024.")}
        await client.post("/assistant/files/filled", files=form)
    await house.work()
    return house


async def test_a_failure_before_the_first_word_is_an_http_error():
    house = await failing(Unavailable("The model is asleep."))
    async with house.client() as client:
        for stream in (False, True):
            refused = await client.post("/v1/responses", json=asking(stream=stream))
            assert refused.status_code == 503
            assert refused.json()["error"]["type"] == "server_error"


async def test_a_failure_in_the_middle_is_told_as_one():
    house = await failing("Revenue ", "grew a lot. ", Unavailable("The model fell asleep."))
    async with house.client() as client:
        last = (await events_of(client))[-1]
        assert last["type"] == "response.failed"
        assert last["response"]["status"] == "failed"
        assert last["response"]["error"]["message"] == "The model fell asleep."
        stored = await client.get(f"/v1/responses/{last['response']['id']}")
        assert stored.status_code == 404


async def test_json_is_answered_where_it_is_wanted():
    house = await failing('{"grew": ', "12}")
    schema = {"type": "object", "properties": {"grew": {"type": "integer"}}}
    format_ = {"type": "json_schema", "name": "growth", "schema": schema, "strict": True}
    async with house.client() as client:
        response = await respond(client, text={"format": format_})
        assert json.loads(response["output"][1]["content"][0]["text"]) == {"grew": 12}
        assert response["text"] == {"format": format_}
    told = "".join(message.content for message in house.scripted.requests[0].messages)
    assert '"grew"' in told
