"""What the OpenAI shape asks for: done, or refused by name."""

import json

import httpx2
import pytest
from tests.api.conftest import House, build, opened

from lodgepole.model import ModelEnded, ToolCall, Tools, Usage

ASK = {
    "messages": [{"role": "user", "content": "Revenue grew by how many percent in 2024?"}],
    "model": "scripted",
}
PATH = "/chat/filled/chat/completions"


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"n": 2}, "n"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, "tool_choice"),
        ({"function_call": {"name": "f"}}, "function_call"),
        ({"logprobs": True}, "logprobs"),
        ({"logit_bias": {"50256": -100}}, "logit_bias"),
        ({"presence_penalty": 1.0}, "presence_penalty"),
        ({"frequency_penalty": -0.5}, "frequency_penalty"),
        ({"audio": {"voice": "alloy"}}, "audio"),
        ({"top_p": 1.5}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": -1}, "max_tokens"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"stop": [""]}, "stop"),
        ({"stop": 5}, "stop"),
        ({"response_format": {"type": "yaml"}}, "response_format"),
        ({"response_format": {}}, "response_format"),
    ],
)
async def test_what_cannot_be_done_is_refused_by_name(
    new: httpx2.AsyncClient, filled: str, asked: dict, name: str
):
    answer = await new.post(PATH, json=ASK | asked)
    assert answer.status_code == 400
    assert name in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "asked",
    [
        {"n": 1, "logprobs": False, "presence_penalty": 0, "frequency_penalty": 0.0},
        {"tool_choice": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
        {"tool_choice": "none", "logit_bias": {}, "user": "u", "stream_options": None},
        {"response_format": {"type": "text"}, "stop": None, "seed": None},
    ],
)
async def test_what_asks_for_nothing_else_is_answered(
    new: httpx2.AsyncClient, filled: str, asked: dict
):
    assert (await new.post(PATH, json=ASK | asked)).status_code == 200


@pytest.mark.parametrize("stop", ["END", ["END"]])
async def test_what_the_model_can_do_reaches_it(
    house: House, new: httpx2.AsyncClient, filled: str, stop
):
    asked = {"top_p": 0.5, "seed": 7, "stop": stop, "max_tokens": 5, "max_completion_tokens": 50}
    assert (await new.post(PATH, json=ASK | asked)).status_code == 200
    request = house.scripted.requests[-1]
    assert request.max_output_tokens == 50
    assert (request.sampling.top_p, request.sampling.seed) == (0.5, 7)
    assert request.sampling.stop == ("END",)


async def test_the_quoting_model_ends_where_it_is_told_to(new: httpx2.AsyncClient, filled: str):
    asked = ASK | {"model": "extractive"}
    whole = (await new.post(PATH, json=asked)).json()["choices"][0]
    assert "12 percent" in whole["message"]["content"]
    cut = (await new.post(PATH, json=asked | {"stop": "12 percent"})).json()["choices"][0]
    assert "12 percent" not in cut["message"]["content"]
    assert cut["finish_reason"] == "stop"
    short = (await new.post(PATH, json=asked | {"max_tokens": 1})).json()["choices"][0]
    assert short["finish_reason"] == "length"


# --- JSON -------------------------------------------------------------------------------------

FORMATS = [
    {"type": "json_object"},
    {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
]


@pytest.mark.parametrize("format", FORMATS, ids=["object", "schema"])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_response_format_is_the_json_mode(format: dict, stream: bool):
    house = await opened(build(script=('{"percent": 12,', ' "said": "Revenue grew [1]"}')))
    async with house.client() as client:
        await client.post("/assistants", json={"name": "filled"})
        form = {"file": ("report.txt", b"Revenue grew by 12 percent in 2024.")}
        await client.post("/files/filled", files=form)
        await house.work()
        asked = ASK | {"response_format": format, "stream": stream}
        answer = await client.post(PATH, json=asked)
    assert answer.status_code == 200, answer.text
    if stream:
        events = [json.loads(part[5:]) for part in answer.content.split(b"\n\n") if part]
        deltas = [choice["delta"] for event in events for choice in event["choices"]]
        content = "".join(delta.get("content") or "" for delta in deltas)
    else:
        content = answer.json()["choices"][0]["message"]["content"]
    assert json.loads(content)["percent"] == 12
    request = house.scripted.requests[-1]
    assert request.json_object
    told = any("JSON Schema" in message.content for message in request.messages)
    assert told == (format["type"] == "json_schema")


# --- citations as data ------------------------------------------------------------------------


async def test_citations_are_annotations_too(new: httpx2.AsyncClient, filled: str):
    message = (await new.post(PATH, json=ASK)).json()["choices"][0]["message"]
    (annotation,) = message["annotations"]
    cited = annotation["url_citation"]
    assert annotation["type"] == "url_citation"
    assert message["content"][cited["start_index"] : cited["end_index"]] == " [1, pp. 1]"
    assert cited["title"] == "report.pdf"
    assert cited["pages"] == [1]
    assert "12 percent" in cited["quote"]
    assert (await new.get(cited["url"])).status_code == 200


async def test_a_streams_annotations_are_those_of_the_whole_answer(
    new: httpx2.AsyncClient, filled: str
):
    whole = (await new.post(PATH, json=ASK)).json()["choices"][0]["message"]
    streamed = await new.post(PATH, json=ASK | {"stream": True})
    events = [json.loads(part[5:]) for part in streamed.content.split(b"\n\n") if part]
    found = [
        annotation["url_citation"]
        for event in events
        for choice in event["choices"]
        for annotation in choice["delta"].get("annotations", ())
    ]
    expected = [annotation["url_citation"] for annotation in whole["annotations"]]
    for one in (*found, *expected):
        one.pop("url")  # says when it expires
    assert found == expected


async def test_empty_turns_of_the_assistant_are_passed_over(
    house: House, new: httpx2.AsyncClient, filled: str
):
    empty = [{"role": "assistant", "content": content} for content in (None, "", " ", [])]
    messages = [{"role": "user", "content": "Hello"}, *empty, *ASK["messages"]]
    assert (await new.post(PATH, json=ASK | {"messages": messages})).status_code == 200
    roles = [message.role for message in house.scripted.requests[-1].messages]
    assert "assistant" not in roles
    only = await new.post(PATH, json=ASK | {"messages": empty})
    assert only.status_code == 400


# --- the caller's own tools -------------------------------------------------------------------

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALLS = (ToolCall("call_1", "weather", '{"place": "Oslo"}'), ToolCall("call_2", "weather", "{}"))
WANTS_TOOLS = ModelEnded(finish_reason="tool_calls", usage=Usage(5, 6), tool_calls=CALLS)


async def with_tools(*script) -> House:
    house = await opened(build(script=script, calls_tools=True))
    async with house.client() as client:
        await client.post("/assistant/assistants", json={"name": "filled"})
        form = {"file": ("a.txt", b"Revenue grew by 12 percent in 2024.")}
        await client.post("/assistant/files/filled", files=form)
    await house.work()
    return house


async def test_calls_that_the_model_wants_are_answered_and_its_tools_passed_on():
    house = await with_tools(WANTS_TOOLS)
    choice = {"type": "function", "function": {"name": "weather"}}
    asked = {**ASK, "tools": [TOOL], "tool_choice": choice, "parallel_tool_calls": False}
    async with house.client() as client:
        answer = (await client.post(PATH, json=asked)).json()["choices"][0]
        streamed = await client.post(PATH, json={**asked, "stream": True})
    assert answer["finish_reason"] == "tool_calls"
    assert answer["message"]["tool_calls"] == [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for call in CALLS
    ]
    chunks = [json.loads(line[5:]) for line in streamed.text.splitlines() if line]
    deltas = [chunk["choices"][0] for chunk in chunks if chunk["choices"]]
    (calls,) = [one["delta"]["tool_calls"] for one in deltas if "tool_calls" in one["delta"]]
    assert [(call["index"], call["id"]) for call in calls] == [(0, "call_1"), (1, "call_2")]
    assert deltas[-1]["finish_reason"] == "tool_calls"
    tools = house.scripted.requests[0].tools
    assert tools == Tools(definitions=(TOOL,), choice=choice, parallel=False)


async def test_results_of_calls_go_back_to_the_model():
    house = await with_tools("It rains.")
    messages = [
        *ASK["messages"],
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": "{}"},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": ""},
    ]
    async with house.client() as client:
        answer = await client.post(PATH, json={**ASK, "messages": messages, "tools": [TOOL]})
        assert answer.status_code == 200, answer.text
        assert answer.json()["choices"][0]["message"]["content"] == "It rains."
    sent = house.scripted.requests[0].messages[-2:]
    assert sent[0].tool_calls == (ToolCall("call_1", "weather", "{}"),)
    assert (sent[1].role, sent[1].tool_call_id) == ("tool", "call_1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"tools": "all"},
        {"tools": [{"type": "function"}]},
        {"tools": [{"type": "web_search"}]},
        {"tools": [TOOL], "tool_choice": "any"},
        {"tools": [TOOL], "tool_choice": {"type": "function"}},
        {"tool_choice": "required"},
        {"tools": [], "tool_choice": "required"},
        {"tools": [TOOL] * 129},
        {"messages": [{"role": "tool", "content": "5"}]},
        {"messages": [{"role": "assistant", "tool_calls": [{"id": "c"}]}]},
        {"messages": [{"role": "assistant", "tool_calls": 5}]},
    ],
)
async def test_tools_of_another_form_are_refused(wrong: dict):
    house = await with_tools("x")
    async with house.client() as client:
        refused = await client.post(PATH, json={**ASK, **wrong})
        assert refused.status_code == 400, refused.text
    assert not house.scripted.requests


async def test_no_choice_of_tools_passes_none_on():
    house = await with_tools("Twelve percent.")
    async with house.client() as client:
        await client.post(PATH, json={**ASK, "tools": [TOOL], "tool_choice": "none"})
        await client.post(PATH, json={**ASK, "tools": [], "tool_choice": "auto"})
    assert [request.tools for request in house.scripted.requests] == [None, None]


# --- a schema to follow -----------------------------------------------------------------------

SCHEMA = {
    "type": "object",
    "properties": {"percent": {"type": "integer"}},
    "required": ["percent"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "growth", "schema": SCHEMA}}


async def answered(house: House, **asked):
    async with house.client() as client:
        await client.post("/assistant/assistants", json={"name": "filled"})
        form = {"file": ("a.txt", b"Revenue grew by 12 percent in 2024.")}
        await client.post("/assistant/files/filled", files=form)
        await house.work()
        return await client.post(PATH, json={**ASK, "response_format": FORMAT, **asked})


async def test_an_answer_against_the_schema_is_asked_for_once_more():
    house = await opened(build(scripts=[['{"percent": "12"}'], ['{"percent": 12}']]))
    answer = await answered(house)
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.json()["choices"][0]["message"]["content"]) == {"percent": 12}
    assert "$.percent must be of type integer" in house.scripted.requests[1].messages[-1].content


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_never_follows_the_schema_is_a_failure(stream: bool):
    house = await opened(build(script=['{"growth": 12}']))
    answer = await answered(house, stream=stream)
    assert answer.status_code == 502
    assert "'percent'" in answer.json()["error"]["message"]
    assert len(house.scripted.requests) == 2


async def test_a_schema_that_takes_for_ever_is_refused():
    house = await opened(build(script=['{"a": 1}']))
    endless = {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}
    format_ = {"type": "json_schema", "json_schema": {"name": "x", "schema": endless}}
    assert (await answered(house, response_format=format_)).status_code == 400
    no_schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": 5}}
    assert (await answered(house, response_format=no_schema)).status_code == 400
