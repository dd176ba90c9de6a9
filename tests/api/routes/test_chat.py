import asyncio
import json
import re
from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter
from tests.api.conftest import REPORT, SCRIPT, House, build, opened
from tests.wire.requirements import requirement

from lodgepole.api.schemas.chat import ChatModel, StreamChatChunkModel
from lodgepole.api.schemas.completions import ChatCompletionModel, StreamChatCompletionChunkModel
from lodgepole.api.schemas.context import ContextModel
from lodgepole.errors import DeadlineExceeded, RateLimited, Unavailable, UpstreamRejected
from lodgepole.limits import Limits

ASK = {"messages": [{"role": "user", "content": "Revenue grew by how many percent in 2024?"}]}
SCRIPTED = ASK | {"model": "scripted"}
WHOLE = "Revenue grew by 12 percent in 2024. It will grow again."
CHUNK = TypeAdapter(StreamChatChunkModel)


def message(response: httpx2.Response, status: int) -> str:
    assert response.status_code == status, response.text
    return response.json()["error"]["message"]


def events(body: bytes) -> list[Any]:
    """The stream's JSON, after checking that nothing else is in it."""
    assert body.endswith(b"\n\n")
    blocks = body[:-2].split(b"\n\n")
    assert all(re.fullmatch(rb"data:\{[^\n]*\}", block) for block in blocks), body
    return [json.loads(block[5:]) for block in blocks]


# --- chat -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/chat/filled", "/chat/filled/chat/completions"])
async def test_a_developer_speaks_as_the_system(house, new: httpx2.AsyncClient, filled, path):
    developer = {"role": "developer", "content": "Answer in one sentence."}
    asked = {"messages": [developer, *ASK["messages"]], "model": "scripted"}
    assert (await new.post(path, json=asked)).status_code == 200
    said = [(m.role, m.content) for m in house.scripted.requests[-1].messages]
    assert ("system", "Answer in one sentence.") in said


@pytest.mark.parametrize("prefix", ["", "/assistant"])
@pytest.mark.parametrize("version", [None, "2025-10", "2026-04", "2026-07"])
@requirement("chat_assistant", "chat.strict", "chat.citation-pages", "chat.new-fields")
async def test_an_answer_has_citations_with_pages(
    house: House, filled: str, version: str | None, prefix: str
):
    async with house.client(version) as client:
        body = SCRIPTED | {"include_highlights": True, "context_options": {}}
        response = await client.post(f"{prefix}/chat/{filled}", json=body)
    assert response.status_code == 200, response.text
    ChatModel.model_validate_json(response.content)
    answer = response.json()
    assert answer["message"] == {"role": "assistant", "content": WHOLE}
    assert answer["finish_reason"] == "stop"
    assert answer["model"] == "scripted"
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    [citation] = answer["citations"]
    assert WHOLE[: citation["position"]].rstrip(".").endswith("in 2024")
    [reference] = citation["references"]
    assert reference["pages"] == [1]
    assert reference["highlight"]["type"] == "text"
    assert reference["highlight"]["content"] in REPORT
    assert reference["file"]["name"] == "report.pdf"
    assert reference["file"]["signed_url"].startswith("http://lodgepole.test/signed/")
    assert ("context_snippet_count" in answer) is (version in ("2026-04", "2026-07"))


@requirement("chat.highlights")
async def test_highlights_are_null_unless_asked_for(new: httpx2.AsyncClient, filled: str):
    answer = (await new.post(f"/chat/{filled}", json=SCRIPTED)).json()
    assert answer["citations"][0]["references"][0]["highlight"] is None


async def test_without_a_model_the_answer_quotes(new: httpx2.AsyncClient, filled: str):
    for name in (None, "gpt-4o", "claude-sonnet-4-5"):
        answer = (await new.post(f"/chat/{filled}", json=ASK | {"model": name})).json()
        assert "12 percent" in answer["message"]["content"]
        assert name is None or answer["model"] == name


STREAM = b"".join(
    [
        b'data:{"type":"message_start","id":"ID","model":"scripted","role":"assistant"'
        b',"context_snippet_count":1}\n\n',
        b'data:{"type":"content_chunk","id":"ID","model":"scripted",'
        b'"delta":{"content":"Revenue grew by',
    ]
)


@requirement("stream.bytes", "stream.order")
async def test_the_bytes_of_a_stream_are_exactly_the_contracts(
    new: httpx2.AsyncClient, filled: str
):
    response = await new.post(f"/chat/{filled}", json=SCRIPTED | {"stream": True})
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "content-length" not in response.headers
    chunks = events(response.content)
    id_ = chunks[0]["id"]
    assert response.content.startswith(STREAM.replace(b"ID", id_.encode()))
    for chunk in chunks:
        CHUNK.validate_json(json.dumps(chunk))
        assert (chunk["id"], chunk["model"]) == (id_, "scripted")
    kinds = [chunk["type"] for chunk in chunks]
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_end"
    assert set(kinds[1:-1]) == {"content_chunk", "citation"}
    text = "".join(c["delta"]["content"] for c in chunks if c["type"] == "content_chunk")
    assert text == WHOLE
    [cited] = [c["citation"] for c in chunks if c["type"] == "citation"]
    assert cited["references"][0]["pages"] == [1]
    before = chunks[: kinds.index("citation")]
    said = "".join(c["delta"]["content"] for c in before if c["type"] == "content_chunk")
    assert len(said) >= cited["position"]
    assert chunks[-1]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["completion_tokens"] > 0


@requirement("chat.new-fields")
async def test_legacy_streams_have_no_newer_fields(legacy: httpx2.AsyncClient, filled: str):
    response = await legacy.post(f"/chat/{filled}", json=SCRIPTED | {"stream": True})
    start, *_, end = events(response.content)
    assert set(start) == {"type", "id", "model", "role"}
    assert set(end) == {"type", "id", "model", "finish_reason", "usage"}


@requirement("chat.json")
async def test_a_json_answer_is_an_object_in_a_string(filled: str, house: House):
    house.scripted._scripts = [('```json\n{"grew": 12}\n```',)]
    async with house.client() as client:
        response = await client.post(f"/chat/{filled}", json=SCRIPTED | {"json_response": True})
    answer = response.json()
    assert json.loads(answer["message"]["content"]) == {"grew": 12}
    assert answer["citations"] == []


def asking(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"messages": list(messages), **more}


USER = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (asking(), "Must have at least 1 message"),
        ({}, "Must have at least 1 message"),
        ({"messages": None}, "Must have at least 1 message"),
        ({"messages": "Hi"}, "`messages`"),
        (asking("Hi"), "`messages.0`"),
        (asking({"role": "user", "content": ""}), "Message content cannot be empty"),
        (asking({"role": "user"}), "Message content cannot be empty"),
        (asking({"role": "user", "content": 5}), "Message content must be a string"),
        (asking({"role": "judge", "content": "Hi"}), "Role 'judge' is not valid"),
        (asking({"role": 7, "content": "Hi"}), "Role '7' is not valid"),
        (asking(USER, model="gpt-1"), "Invalid model `gpt-1`. Expected one of: "),
        (asking(USER, model=""), "Invalid model ``. Expected one of: "),
        (asking(USER, model=5), "`model`"),
        (asking(USER, temperature=2.1), "between 0 and 2"),
        (asking(USER, temperature=-0.1), "between 0 and 2"),
        (asking(USER, temperature="hot"), "`temperature`"),
        (asking(USER, stream="yes"), "`stream`"),
        (asking(USER, stream=True, json_response=True), "cannot be used together"),
        (asking(USER, filter=[]), "`filter`"),
        (asking(USER, filter={"a": {"$eq": ["x"]}}), "$eq"),
        (asking(USER, context_options={"top_k": 0}), "top_k must be between 1 and 64"),
        (asking(USER, context_options={"top_k": 65}), "top_k must be between 1 and 64"),
        (asking(USER, context_options={"top_k": "5"}), "`context_options.top_k`"),
        (asking(USER, context_options={"top_k": True}), "`context_options.top_k`"),
        (asking(USER, context_options={"snippet_size": 511}), "between 512 and 8192"),
        (asking(USER, context_options={"snippet_size": 8193}), "between 512 and 8192"),
        (
            asking(USER, context_options={"multimodal": False, "include_binary_content": True}),
            "include_binary_content",
        ),
    ],
)
@requirement(
    "chat.messages",
    "chat.model",
    "chat.temperature",
    "chat.options",
    "chat.json",
    "chat.multimodal-flags",
    "filter.refused",
    "filter.same-everywhere",
)
async def test_what_cannot_be_asked_is_refused_in_the_apis_words(
    new: httpx2.AsyncClient, filled: str, body: dict, words: str
):
    assert words in message(await new.post(f"/chat/{filled}", json=body), 400)
    if body.get("stream") is None:
        streamed = await new.post(f"/chat/{filled}", json=body | {"stream": True})
        assert words in message(streamed, 400)


@pytest.mark.parametrize(
    "more",
    [
        {"model": None, "temperature": None, "filter": None, "context_options": None},
        {"stream": None, "json_response": None, "include_highlights": None, "filter": {}},
        {"temperature": 2, "context_options": {"top_k": 64, "snippet_size": 8192}},
        {"temperature": 0, "context_options": {"top_k": 1, "snippet_size": 512}},
        {"context_options": {"multimodal": False, "include_binary_content": False}},
        {"messages": [{"content": "How much did revenue grow in 2024?"}]},
        {"a_field_of_tomorrow": {"x": 1}},
    ],
)
@pytest.mark.parametrize("version", [None, "2025-01", "2026-07"])
@requirement("version.newer-fields", "chat.temperature", "chat.options")
async def test_nulls_and_bounds_and_newer_fields_are_taken(
    house: House, filled: str, more: dict, version: str | None
):
    async with house.client(version) as client:
        for path in ("", "/chat/completions"):
            response = await client.post(f"/chat/{filled}{path}", json=ASK | more)
            assert response.status_code == 200, response.text


@requirement("chat.no-files")
async def test_an_assistant_without_available_files_says_so(new: httpx2.AsyncClient):
    await new.post("/assistants", json={"name": "empty"})
    for path in ("/chat/empty", "/chat/empty/chat/completions"):
        for stream in (True, False):
            response = await new.post(path, json=ASK | {"stream": stream})
            assert "available files" in message(response, 400)
    response = await new.post("/chat/empty/context", json={"query": "x"})
    assert "available files" in message(response, 400)
    assert message(await new.post("/chat/nope", json=ASK), 404)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("failure", "status", "code", "retry_after"),
    [
        (RateLimited("slow down", retry_after=7.2), 429, "TOO_MANY_REQUESTS", "8"),
        (Unavailable("down"), 503, "UNAVAILABLE", "5"),
        (DeadlineExceeded("late"), 504, "DEADLINE_EXCEEDED", None),
        (UpstreamRejected("no such model"), 502, "FAILED_PRECONDITION", None),
    ],
)
@requirement("chat.upstream")
async def test_a_model_that_fails_before_its_first_word_is_an_ordinary_error(
    house: House,
    new: httpx2.AsyncClient,
    filled: str,
    *,
    stream: bool,
    failure: Exception,
    status: int,
    code: str,
    retry_after: str | None,
):
    house.scripted._scripts = [(failure,)]
    response = await new.post(f"/chat/{filled}", json=SCRIPTED | {"stream": stream})
    assert message(response, status) == str(failure)
    assert response.json()["error"]["code"] == code
    assert response.headers.get("retry-after") == retry_after


# --- completions ------------------------------------------------------------------------------

INLINE = re.compile(
    r"Revenue grew by 12 percent in 2024\.?( \[1, pp\. 1\])\.? It will grow again\."
)


@requirement("chat_completion_assistant")
async def test_completions_have_the_openai_shape_and_inline_citations(
    new: httpx2.AsyncClient, filled: str
):
    response = await new.post(f"/chat/{filled}/chat/completions", json=SCRIPTED)
    ChatCompletionModel.model_validate_json(response.content)
    body = response.json()
    assert body["object"] == "chat.completion"
    [choice] = body["choices"]
    assert choice["index"] == 0
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["role"] == "assistant"
    assert INLINE.fullmatch(choice["message"]["content"])


@requirement("completions.stream")
async def test_completions_stream_as_openai_chunks(new: httpx2.AsyncClient, filled: str):
    whole = await new.post(f"/chat/{filled}/chat/completions", json=SCRIPTED)
    response = await new.post(f"/chat/{filled}/chat/completions", json=SCRIPTED | {"stream": True})
    chunks = events(response.content)
    for chunk in chunks:
        StreamChatCompletionChunkModel.model_validate_json(json.dumps(chunk))
        assert chunk["object"] == "chat.completion.chunk"
        assert (chunk["id"], chunk["created"]) == (chunks[0]["id"], chunks[0]["created"])
    choices = [chunk["choices"][0] for chunk in chunks]
    assert choices[0]["delta"] == {"role": "assistant", "content": ""}
    assert choices[-1] == {"index": 0, "delta": {}, "finish_reason": "stop"}
    assert all(choice["finish_reason"] is None for choice in choices[:-1])
    parts = [choice["delta"]["content"] for choice in choices[1:-1]]
    assert " [1, pp. 1]" in parts
    assert "".join(parts) == whole.json()["choices"][0]["message"]["content"]


@requirement("completions.usage")
async def test_the_usage_ends_a_stream_that_asked_for_it(new: httpx2.AsyncClient, filled: str):
    body = SCRIPTED | {"stream": True, "stream_options": {"include_usage": True}}
    response = await new.post(f"/chat/{filled}/chat/completions", json=body)
    *_, last = events(response.content)
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] > 0


@requirement("completions.parts")
async def test_messages_may_be_lists_of_text_parts(new: httpx2.AsyncClient, filled: str):
    parts = [{"type": "text", "text": "How much did "}, {"type": "text", "text": "revenue grow?"}]
    path = f"/chat/{filled}/chat/completions"
    fine = await new.post(path, json=asking({"role": "user", "content": parts}))
    assert fine.status_code == 200
    image = [{"type": "image_url", "image_url": {"url": "http://x"}}]
    response = await new.post(path, json=asking({"role": "user", "content": image}))
    assert "type `text`" in message(response, 400)


# --- context ----------------------------------------------------------------------------------


@requirement("context_assistant", "context.reference-types")
async def test_context_gives_typed_references(new: httpx2.AsyncClient, filled: str, house: House):
    for name in ("notes.md", "facts.json", "plain.txt", "table.csv", "letter.docx"):
        await new.post(f"/files/{filled}", files={"file": (name, b"Freight costs rose quickly.")})
    await house.work()
    response = await new.post(f"/chat/{filled}/context", json={"query": "freight costs"})
    ContextModel.model_validate_json(response.content)
    body = response.json()
    assert body["usage"]["completion_tokens"] == 0
    kinds = {s["reference"]["file"]["name"]: s["reference"]["type"] for s in body["snippets"]}
    assert kinds == {
        "report.pdf": "pdf",
        "notes.md": "markdown",
        "facts.json": "json",
        "plain.txt": "text",
        "table.csv": "text",
        "letter.docx": "doc_x",
    }
    for snippet in body["snippets"]:
        paged = snippet["reference"]["type"] in ("pdf", "doc_x")
        assert ("pages" in snippet["reference"]) is paged
        assert snippet["reference"]["file"]["signed_url"]
        assert 0 <= snippet["score"] <= 1
        assert isinstance(snippet["score"], float)


@requirement("context_assistant", "filter.same-everywhere")
async def test_context_takes_a_conversation_a_filter_and_a_number(
    new: httpx2.AsyncClient, filled: str
):
    path = f"/assistant/chat/{filled}/context"
    body = asking(USER | {"content": "freight"}, top_k=1, filter={"year": 2024})
    assert len((await new.post(path, json=body)).json()["snippets"]) == 1
    none = await new.post(path, json={"query": "freight", "filter": {"year": 1999}})
    assert none.json()["snippets"] == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Exactly one of query or messages"),
        ({"query": "x", "messages": [USER]}, "Exactly one of query or messages"),
        ({"query": ""}, "empty"),
        ({"query": 5}, "`query`"),
        ({"messages": []}, "Must have at least 1 message"),
        ({"query": "x", "top_k": 65}, "top_k"),
        ({"query": "x", "snippet_size": 1}, "snippet_size"),
        ({"query": "x", "multimodal": False, "include_binary_content": True}, "multimodal"),
        ({"query": "x", "filter": {"$and": 5}}, "$and"),
    ],
)
@requirement("context.one-question", "chat.options", "chat.multimodal-flags", "filter.refused")
async def test_context_that_cannot_be_asked_for_is_refused(
    new: httpx2.AsyncClient, filled: str, body: dict, words: str
):
    assert words in message(await new.post(f"/chat/{filled}/context", json=body), 400)


@requirement("file.only-available", "filter.same-everywhere")
async def test_only_what_is_available_is_searched(
    new: httpx2.AsyncClient, filled: str, house: House
):
    async def found() -> set[str]:
        response = await new.post(f"/chat/{filled}/context", json={"query": "freight"})
        return {s["reference"]["file"]["name"] for s in response.json()["snippets"]}

    form = {"file": ("freight.txt", b"Freight is dear."), "metadata": (None, '{"year": 1999}')}
    accepted = (await new.post(f"/files/{filled}", files=form)).json()
    assert await found() == {"report.pdf"}
    await house.work()
    assert await found() == {"report.pdf", "freight.txt"}
    asked = {"query": "freight", "filter": {"year": {"$lt": 2000}}}
    snippets = (await new.post(f"/chat/{filled}/context", json=asked)).json()["snippets"]
    assert {s["reference"]["file"]["name"] for s in snippets} == {"freight.txt"}
    await new.delete(f"/files/{filled}/{accepted['file_id']}")
    assert await found() == {"report.pdf"}


# --- evaluation -------------------------------------------------------------------------------


@requirement("metrics_alignment", "evaluation.errors")
async def test_an_answer_is_judged_against_the_right_one(new: httpx2.AsyncClient):
    body = {
        "question": "What are the capital cities of France, England and Spain?",
        "answer": "Paris is a city of France and Barcelona of Spain",
        "ground_truth_answer": "Paris is the capital city of France, London of England and "
        "Madrid of Spain",
    }
    response = await new.post("/assistant/evaluation/metrics/alignment", json=body)
    judged = response.json()
    assert set(judged) == {"metrics", "reasoning", "usage"}
    assert all(isinstance(value, float) for value in judged["metrics"].values())
    assert judged["reasoning"]["evaluated_facts"]
    refused = await new.post("/evaluation/metrics/alignment", json=body | {"answer": ""})
    assert refused.status_code == 422
    assert set(refused.json()) == {"message"}


# --- leaving ----------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@requirement("chat.leaves")
async def test_the_model_stops_when_the_client_leaves(stream: bool):
    house = await opened(build(Limits(abandoned_answer_seconds=0)))
    told = asyncio.Event()
    stopped = asyncio.Event()

    async def endless(request):
        try:
            told.set()
            await asyncio.Event().wait()
            yield
        finally:
            stopped.set()

    async with house.client() as client:
        await client.post("/assistants", json={"name": "a"})
        await client.post("/files/a", files={"file": ("a.txt", SCRIPT[0].encode())})
        await house.work()
        house.scripted.stream = endless
        left = asyncio.Event()
        body = json.dumps(SCRIPTED | {"stream": stream}).encode()
        app = client._transport.app
        received = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict:
            if received:
                return received.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            pass

        scope = {
            "type": "http", "method": "POST", "path": "/chat/a", "raw_path": b"/chat/a",
            "query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1",
            "server": ("localhost", 80), "asgi": {"version": "3.0"},
            "headers": [(key.lower(), value) for key, value in client.headers.raw],
        }  # fmt: skip
        async with asyncio.timeout(5):
            serving = asyncio.create_task(app(scope, receive, send))
            await told.wait()
            left.set()
            await serving
            await stopped.wait()
