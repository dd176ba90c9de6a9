"""What the OpenAI shape asks for: done, or refused by name."""

import json

import httpx2
import pytest
from tests.api.conftest import House, build, opened

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
