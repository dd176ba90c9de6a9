"""Remote models, against local servers that speak the providers' exact wire formats."""

import asyncio
import base64
import json
import time
from contextlib import aclosing
from dataclasses import replace

import pytest
from tests.support.chat import make_snippet
from tests.support.model_provider import (
    REPLIES,
    WORDS,
    Provider,
    anthropic_reply,
    ask,
    google_reply,
    make_model,
    ollama_reply,
    openai_reply,
    responses_reply,
    sse,
)

from lodgepole.adapters.chat_models.anthropic_google import PydanticAiChatModel
from lodgepole.adapters.chat_models.openai import OpenAiChatModel
from lodgepole.adapters.chat_models.openai.completions import CompletionsReply
from lodgepole.adapters.chat_models.openai.responses import ResponsesReply
from lodgepole.chat.retries import RetryingChatModel
from lodgepole.errors import (
    DeadlineExceeded,
    NoAnswer,
    RateLimited,
    Unavailable,
    UpstreamRejected,
)
from lodgepole.model import Figure, Message, ModelEnded, ModelText, Source, ToolCall, Tools, Usage

pytestmark = pytest.mark.slow


async def run(kind, *replies, request=None, **options):
    async with Provider(*replies) as provider:
        model = make_model(kind, provider, **options)
        try:
            events = [e async for e in RetryingChatModel(model).stream(request or ask(kind))]
        finally:
            await model.close()
    return events, provider


# --- what must hold ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_text_usage_and_end_are_exact(kind):
    events, _ = await run(kind, REPLIES[kind]())
    assert "".join(e.text for e in events[:-1]) == "".join(WORDS)
    assert all(isinstance(e, ModelText) for e in events[:-1])
    end = events[-1]
    assert isinstance(end, ModelEnded)
    assert end.finish_reason == "stop"
    assert (end.usage.prompt_tokens, end.usage.completion_tokens) == (21, 9)


async def test_openai_is_asked_as_openai_wants_it():
    _, provider = await run("openai", openai_reply())
    line, headers, body = provider.requests[0]
    assert line.startswith("POST /v1/chat/completions ")
    assert headers["authorization"] == "bearer sk-secret"
    assert body["model"] == "gpt-4o"
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    assert body["temperature"] == 0.3
    assert body["max_tokens"] == 77
    assert [m["role"] for m in body["messages"]] == ["system", "user", "assistant", "user"]
    assert body["messages"][-1]["content"] == "What is the capital of Spain?"


async def test_anthropic_is_asked_as_anthropic_wants_it():
    _, provider = await run("anthropic", anthropic_reply())
    line, headers, body = provider.requests[0]
    assert line.startswith("POST /v1/messages")
    assert "sk-secret" in headers.get("x-api-key", headers.get("authorization", ""))
    assert body["max_tokens"] == 77
    assert body["temperature"] == 0.3
    assert "Be brief." in json.dumps(body["system"])
    assert [m["role"] for m in body["messages"]] == ["user", "assistant", "user"]


async def test_google_is_asked_as_google_wants_it():
    _, provider = await run("google", google_reply())
    line, headers, body = provider.requests[0]
    assert "models/gemini-2.5-pro:streamGenerateContent?alt=sse" in line
    assert headers["x-goog-api-key"] == "sk-secret"
    assert body["generationConfig"]["maxOutputTokens"] == 77
    assert body["generationConfig"]["temperature"] == 0.3
    assert "Be brief." in json.dumps(body["systemInstruction"])
    assert [c["role"] for c in body["contents"]] == ["user", "model", "user"]


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_a_temperature_of_none_is_not_sent(kind):
    _, provider = await run(kind, REPLIES[kind](), request=ask(kind, temperature=None))
    assert '"temperature"' not in json.dumps(provider.requests[0][2])


@pytest.mark.parametrize(
    ("kind", "reply", "expected"),
    [
        ("openai", openai_reply(finish="length"), "length"),
        ("openai", openai_reply(finish="content_filter"), "content_filter"),
        ("anthropic", anthropic_reply(finish="max_tokens"), "length"),
        ("anthropic", anthropic_reply(finish="refusal"), "content_filter"),
        ("google", google_reply(finish="MAX_TOKENS"), "length"),
        ("google", google_reply(finish="SAFETY"), "content_filter"),
    ],
)
async def test_finish_reasons_are_kept(kind, reply, expected):
    events, _ = await run(kind, reply)
    assert events[-1].finish_reason == expected


async def test_googles_safety_ratings_are_passed_on():
    ratings = [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "HIGH"}]
    events, _ = await run("google", google_reply(finish="SAFETY", ratings=ratings))
    found = events[-1].content_filter
    assert found.spec == "gemini"
    assert found.results["safety_ratings"][0]["probability"] == "HIGH"


async def test_json_mode_is_asked_for_where_the_provider_has_one():
    _, provider = await run("openai", openai_reply(), request=ask(json_object=True))
    assert provider.requests[0][2]["response_format"] == {"type": "json_object"}
    _, provider = await run("google", google_reply(), request=ask("google", json_object=True))
    config = provider.requests[0][2]["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    events, _ = await run(
        "anthropic", anthropic_reply(), request=ask("anthropic", json_object=True)
    )
    assert "".join(e.text for e in events[:-1]) == "".join(WORDS)


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_figures_of_the_sources_are_sent_with_the_question(kind):
    data = b"\x89PNG\r\n\x1a\n" + bytes(8)
    figure = Figure(
        page=3, position=0, caption="c", mime_type="image/png", data=data, width=1, height=1
    )
    source = Source(number=1, snippet=make_snippet("A chart.", figures=(figure,)))
    _, provider = await run(kind, REPLIES[kind](), request=ask(kind, sources=(source,)))
    sent = json.dumps(provider.requests[0][2])
    assert base64.b64encode(data).decode() in sent.replace("-", "+").replace("_", "/")
    assert "Figure in source 1, page 3:" in sent


BEGUN = {"google": 2, "responses": 6}
"""Events after which some of the text has come."""
ERROR = {"error": {"message": "internal words", "type": "x", "code": None}}


@pytest.mark.parametrize("kind", list(REPLIES))
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, UpstreamRejected),
        (401, UpstreamRejected),
        (403, UpstreamRejected),
        (404, UpstreamRejected),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
async def test_refusals_and_outages_are_told_apart(kind, status, expected):
    with pytest.raises(expected) as failed:
        await run(kind, (status, {"retry-after": "6"}, ERROR))
    assert "internal words" not in str(failed.value)
    assert "sk-secret" not in str(failed.value)


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_a_rate_limit_says_when_to_come_back(kind):
    with pytest.raises(RateLimited) as failed:
        await run(kind, (429, {"retry-after": "7"}, ERROR))
    assert failed.value.retry_after == 7


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_a_wait_may_be_a_date_and_is_never_longer_than_an_hour(kind):
    with pytest.raises(RateLimited) as failed:
        await run(kind, (429, {"retry-after": "Fri, 25 Nov 2067 07:28:00 GMT"}, ERROR))
    assert failed.value.retry_after == 3600


@pytest.mark.parametrize("kind", list(REPLIES))
@pytest.mark.parametrize(
    ("words", "help_"),
    [
        ("Unsupported value: 'temperature' does not support 0 sk-x", "takes_temperature = false"),
        ("max_tokens: 64000 > 8192, the limit of this model", "Lower max_output_tokens"),
        ("This model does not support image input", "takes_images = false"),
        ("maximum context length is 4096 tokens, max_tokens 9", "Lower its context_tokens"),
    ],
)
async def test_a_refusal_names_the_setting_that_helps_and_none_of_its_words(kind, words, help_):
    error = {"error": {"message": words, "code": "x", "type": "invalid_request_error"}}
    with pytest.raises(UpstreamRejected) as failed:
        await run(kind, (400, {}, error))
    assert help_ in str(failed.value)
    assert "sk-x" not in str(failed.value)
    assert words not in str(failed.value)


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_it_tries_again_before_the_first_word(kind):
    busy = (429, {"retry-after": "0"}, ERROR)
    events, provider = await run(kind, busy, busy, REPLIES[kind]())
    assert isinstance(events[-1], ModelEnded)
    assert len(provider.requests) == 3


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_a_refusal_is_not_tried_again(kind):
    async with Provider((400, {}, ERROR)) as provider:
        model = make_model(kind, provider)
        with pytest.raises(UpstreamRejected):
            _ = [e async for e in model.stream(ask(kind))]
        await model.close()
        assert len(provider.requests) == 1


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_a_dropped_stream_is_a_failure_and_not_tried_again(kind):
    async with Provider([*REPLIES[kind]()[: BEGUN.get(kind, 4)], "DROP"]) as provider:
        model = make_model(kind, provider)
        seen = []
        with pytest.raises(Unavailable):
            async for event in model.stream(ask(kind)):
                seen.append(event)  # noqa: PERF401  what came before the failure counts
        await model.close()
        assert seen
        assert len(provider.requests) == 1


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_a_stall_before_the_first_event_ends_in_time(kind):
    with pytest.raises(DeadlineExceeded):
        await run(kind, ["STALL"], first_event_seconds=0.2)


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_a_stall_in_the_middle_ends_in_time(kind):
    with pytest.raises(DeadlineExceeded):
        await run(kind, [*REPLIES[kind]()[: BEGUN.get(kind, 4)], "STALL"], total_seconds=1.0)


@pytest.mark.parametrize("kind", list(REPLIES))
async def test_leaving_the_answer_closes_the_providers_connection(kind):
    async with Provider([*REPLIES[kind]()[: BEGUN.get(kind, 4)], "STALL"]) as provider:
        model = make_model(kind, provider)
        async with aclosing(model.stream(ask(kind))) as stream:
            async for event in stream:
                assert isinstance(event, ModelText)
                break
        await asyncio.wait_for(provider.left.wait(), 5)
        await model.close()


async def test_nobody_there_is_unavailable():
    for model in (
        OpenAiChatModel(api_key=None, base_url="http://127.0.0.1:9/v1"),
        PydanticAiChatModel("google", api_key="k", base_url="http://127.0.0.1:9"),
    ):
        with pytest.raises(Unavailable):
            _ = [e async for e in model.stream(ask("google"))]
        await model.close()


async def test_openais_filter_results_are_passed_on():
    filtered = {"violence": {"filtered": True, "severity": "high"}}
    events, _ = await run("openai", openai_reply(finish="content_filter", filtered=filtered))
    assert events[-1].content_filter.spec == "openai"
    assert events[-1].content_filter.results == filtered
    inner = {"content_filter_result": filtered}
    refused = {"error": {"code": "content_filter", "message": "no", "innererror": inner}}
    events, _ = await run("openai", (400, {}, refused))
    assert events[-1].finish_reason == "content_filter"
    assert events[-1].content_filter.results == filtered


async def test_a_refusal_in_words_is_a_content_filter():
    chunk = {"id": "c", "choices": [{"index": 0, "delta": {"refusal": "I cannot."}}]}
    events, _ = await run("openai", [*sse(chunk), *openai_reply(words=[])])
    assert events[-1].finish_reason == "content_filter"
    assert events[-1].content_filter.results == {"refusal": "I cannot."}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"code": "insufficient_quota", "message": "x"}, UpstreamRejected),
        ({"code": "rate_limit_exceeded", "message": "x"}, RateLimited),
        ({"code": "context_length_exceeded", "message": "x"}, UpstreamRejected),
        ({"message": "x"}, Unavailable),
        ("just words", Unavailable),
    ],
)
async def test_an_error_inside_the_stream_is_a_failure(error, expected):
    with pytest.raises(expected):
        await run("openai", [*openai_reply()[:3], *sse({"error": error})])


async def test_thoughts_before_the_answer_are_left_out():
    words = ["<th", "ink>I ", "should </thi", "nk>\n\nMad", "rid <think> yes"]
    events, _ = await run("ollama", ollama_reply(words))
    assert "".join(e.text for e in events[:-1]) == "Madrid <think> yes"


async def test_events_may_be_cut_anywhere_and_end_in_any_way():
    whole = "".join(ollama_reply()).replace("\n", "\r\n")
    events, _ = await run("ollama", [whole[i : i + 7] for i in range(0, len(whole), 7)])
    assert "".join(e.text for e in events[:-1]) == "".join(WORDS)
    assert events[-1].usage.total_tokens == 30
    with pytest.raises(Unavailable):
        await run("ollama", ["data: {not json\n\n"])


# --- responses, the newer format --------------------------------------------------------------


@pytest.mark.parametrize("kind", ["openai", "responses"])
async def test_a_server_that_does_not_stream_is_read_all_the_same(kind):
    usage = {"prompt_tokens": 21, "completion_tokens": 9}
    message = {"role": "assistant", "content": "<think>Hm.</think>Madrid [1]."}
    whole = {"object": "chat.completion", "usage": usage,
             "choices": [{"index": 0, "message": message, "finish_reason": "length"}]}  # fmt: skip
    part = {"type": "output_text", "text": message["content"]}
    response = {"object": "response", "status": "incomplete", "error": None,
                "incomplete_details": {"reason": "max_output_tokens"},
                "output": [{"type": "reasoning"}, {"type": "message", "content": [part]}],
                "usage": {"input_tokens": 21, "output_tokens": 9}}  # fmt: skip
    events, _ = await run(kind, (200, {}, whole if kind == "openai" else response))
    assert events == [
        ModelText("Madrid [1]."),
        ModelEnded(finish_reason="length", usage=Usage(21, 9), in_one_piece=True),
    ]


async def test_an_error_or_nothing_in_one_piece_is_a_failure():
    with pytest.raises(UpstreamRejected, match="quota"):
        await run("openai", (200, {}, {"error": {"code": "insufficient_quota"}}))
    with pytest.raises(Unavailable):
        await run("openai", (200, {}, {}))
    with pytest.raises(UpstreamRejected, match="quota"):
        await run("responses", (200, {}, {"error": {"code": "insufficient_quota"}}))


async def test_a_stream_that_ends_in_order_needs_no_reason():
    chunk = {"choices": [{"index": 0, "delta": {"content": "Madrid."}}]}
    events, _ = await run("openai", sse(chunk, "[DONE]"))
    assert events[-1].finish_reason == "stop"
    with pytest.raises(Unavailable, match="broke off"):
        await run("openai", sse(chunk))
    with pytest.raises(Unavailable, match="broke off"):
        await run("openai", sse("[DONE]"))


@pytest.mark.parametrize(("model", "name"), [("o4-mini", "max_completion_tokens"),
                                             ("gpt-4o", "max_tokens")])  # fmt: skip
async def test_the_limit_has_the_name_that_the_model_takes(model, name):
    request = replace(ask(), model=model)
    _, provider = await run("openai", openai_reply(), request=request)
    assert provider.requests[0][2][name] == 77


async def test_responses_are_asked_as_openai_wants_it():
    request = ask("responses", json_object=True)
    _, provider = await run("responses", responses_reply(), request=request)
    line, headers, body = provider.requests[0]
    assert line == "POST /v1/responses HTTP/1.1"
    assert headers["authorization"] == "bearer sk-secret"
    assert body == {
        "model": "gpt-4o",
        "input": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "What is the capital of Spain?"},
        ],
        "stream": True,
        "store": False,
        "temperature": 0.3,
        "max_output_tokens": 77,
        "text": {"format": {"type": "json_object"}},
    }


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("max_output_tokens", "length"), ("content_filter", "content_filter")],
)
async def test_incomplete_responses_say_why(reason, expected):
    end = {"incomplete_details": {"reason": reason}}
    events, _ = await run("responses", responses_reply(end=end, kind="incomplete"))
    assert events[-1].finish_reason == expected
    assert events[-1].usage.total_tokens == 30


async def test_a_refusal_in_a_response_is_a_content_filter():
    pieces = ({"type": "response.refusal.delta", "delta": d} for d in ("I can", "not."))
    events, _ = await run("responses", [*sse(*pieces, names=True), *responses_reply(words=[])])
    assert events[-1].finish_reason == "content_filter"
    assert events[-1].content_filter.results == {"refusal": "I cannot."}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"type": "error", "code": "rate_limit_exceeded", "message": "x"}, RateLimited),
        ({"type": "error", "error": {"code": "insufficient_quota"}}, UpstreamRejected),
        (
            {"type": "response.failed", "response": {"error": {"code": "server_error"}}},
            Unavailable,
        ),
    ],
)
async def test_a_failed_response_is_a_failure(event, expected):
    with pytest.raises(expected):
        await run("responses", [*responses_reply()[:5], *sse(event, names=True)])


async def test_events_that_come_at_once_are_passed_on_at_once():
    words = [f"{n} " for n in range(500)]
    events, _ = await run("openai", ["".join(openai_reply(words=words))])
    assert "".join(e.text for e in events[:-1]) == "".join(words)
    assert len(events) < 20


async def test_with_many_answers_under_way_each_is_whole_and_in_order():
    words = [f"{n} " for n in range(40)]
    async with Provider(openai_reply(words=words)) as provider:
        model = make_model("openai", provider)

        async def one():
            return "".join([e.text async for e in model.stream(ask()) if isinstance(e, ModelText)])

        answers = await asyncio.gather(*(one() for _ in range(30)))
        await model.close()
    assert answers == ["".join(words)] * 30


# --- models that think ------------------------------------------------------------------------


def thinking(name, *words):
    """Chunks of thoughts in a field of their own, then those of the answer."""
    base = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "qwen3"}
    thoughts = [
        {**base, "choices": [{"index": 0, "delta": {name: w}, "finish_reason": None}]}
        for w in words
    ]
    return [*sse(*thoughts), *ollama_reply()]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning", "thinking"])
async def test_thoughts_in_a_field_of_their_own_are_no_answer(name):
    events, _ = await run("ollama", thinking(name, "Is it ", "Madrid?"))
    assert "".join(e.text for e in events[:-1]) == "".join(WORDS)


@pytest.mark.parametrize(
    ("reply", "event"),
    [
        (CompletionsReply("m"), thinking("reasoning_content", "hm")[0]),
        (CompletionsReply("m"), ollama_reply(["<think>hm"])[0]),
        (ResponsesReply("m"), sse({"type": "response.reasoning_summary_text.delta"})[0]),
    ],
)
def test_a_thought_is_a_beginning_and_no_text(reply, event):
    assert reply.read(event.encode()) == ""
    assert reply.begun


def test_greetings_are_no_beginning():
    reply = CompletionsReply("m")
    reply.read((": processing\n\n" + openai_reply()[0]).encode())
    assert not reply.begun


async def test_a_model_that_thinks_has_begun_to_answer():
    """The limit for the first event is over with the first thought; only the total one counts."""
    begun = time.monotonic()
    thought = thinking("reasoning_content", "hm")[0]
    with pytest.raises(DeadlineExceeded):
        await run("ollama", [thought, "STALL"], first_event_seconds=2, total_seconds=3)
    assert time.monotonic() - begun >= 3


async def test_thoughts_that_the_template_opened_leak_once_at_most():
    words = ["I should ", "say so.</think>", "\n\nMad", "rid."]
    async with Provider(ollama_reply(words), ollama_reply(words)) as provider:
        model = make_model("ollama", provider)
        asked = [[e async for e in model.stream(ask("ollama"))] for _ in range(2)]
        await model.close()
    assert "".join(e.text for e in asked[1][:-1]) == "Madrid."


async def test_a_model_known_to_open_its_thoughts_silently_leaks_nothing():
    words = ["I should ", "say so.</think>", "\n\nMad", "rid."]
    request = replace(ask("ollama"), model="deepseek-r1:7b")
    events, _ = await run("ollama", ollama_reply(words), request=request)
    assert "".join(e.text for e in events[:-1]) == "Madrid."


async def test_only_thoughts_up_to_the_limit_are_no_answer():
    with pytest.raises(NoAnswer, match="max_output_tokens"):
        await run("openai", openai_reply(["<think>so much to"], finish="length"))


# --- the caller's own tools -------------------------------------------------------------------

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def calling(*pieces, finish="tool_calls"):
    """A reply whose deltas hold these pieces of calls."""
    events = [
        {"choices": [{"index": 0, "delta": {"tool_calls": [piece]}, "finish_reason": None}]}
        for piece in pieces
    ]
    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    return sse(*events, "[DONE]")


async def test_calls_in_pieces_are_put_together_in_their_order():
    reply = calling(
        {"index": 1, "id": "b", "function": {"name": "second", "arguments": "{}"}},
        {"index": 0, "id": "a", "function": {"name": "weather", "arguments": '{"pl'}},
        {"index": 0, "function": {"arguments": 'ace": 1}'}},
        {"index": 999, "id": "c", "function": {"name": "far", "arguments": ""}},
        {"index": "x"},
        5,
    )
    request = replace(ask("openai"), tools=Tools(definitions=(TOOL,), choice="required"))
    events, provider = await run("openai", reply, request=request)
    (end,) = events
    assert end.finish_reason == "tool_calls"
    assert end.tool_calls == (
        ToolCall("a", "weather", '{"place": 1}'),
        ToolCall("b", "second", "{}"),
    )
    body = provider.requests[0][2]
    assert (body["tools"], body["tool_choice"]) == ([TOOL], "required")
    assert "parallel_tool_calls" not in body


async def test_turns_of_tools_are_sent_as_they_were():
    history = (
        Message("user", "How is it?"),
        Message("assistant", "", (ToolCall("a", "weather", "{}"),)),
        Message("tool", "Rain.", tool_call_id="a"),
    )
    request = replace(ask("openai"), messages=history)
    _, provider = await run("openai", openai_reply(), request=request)
    _, call, result = provider.requests[0][2]["messages"]
    assert call == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
        ],
    }
    assert result == {"role": "tool", "content": "Rain.", "tool_call_id": "a"}
