"""What a model writes becomes an answer: text or one JSON object, with what it cost."""

import orjson
import pytest
from tests.support.chat import make_sources

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.answer_stream import Replies
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.errors import UpstreamRejected
from lodgepole.model import (
    AnswerCitation,
    AnswerEnded,
    AnswerText,
    ContentFilter,
    Message,
    ModelEnded,
    ModelRequest,
    Usage,
)

SOURCES = make_sources("Madrid is the capital of Spain.")
ASKED = Message("user", "What is the capital of Spain?")


async def reply(*scripts, json=False, spent=Usage()):
    model = ScriptedChatModel(scripts)
    configured = ConfiguredModel(name="house", upstream="up-1", model=model)
    request = ModelRequest(
        model="up-1", messages=(ASKED,), question=ASKED.content, sources=SOURCES, json_object=json
    )
    replies = Replies(MemoryTokenizer(), None)
    answering = replies.json if json else replies.text
    events = [e async for e in answering(request, configured, highlights=True, spent=spent)]
    return events, model


def text_of(events):
    return "".join(e.text for e in events if isinstance(e, AnswerText))


def ended(finish="stop", usage=None, **more):
    return ModelEnded(finish_reason=finish, usage=usage or Usage(21, 9), **more)


async def test_a_json_answer_is_one_object_without_markers():
    events, model = await reply(
        ['Sure:\n```json\n{"answer": "Madrid is the capital of Spain [1]."', ",}\n```"], json=True
    )
    assert orjson.loads(text_of(events)) == {"answer": "Madrid is the capital of Spain."}
    (citation,) = [e.citation for e in events if isinstance(e, AnswerCitation)]
    assert text_of(events)[: citation.position].endswith("Spain.")
    assert len(model.requests) == 1


async def test_what_is_no_json_is_asked_for_once_more_and_the_model_is_told_why():
    events, model = await reply(["Gladly!"], ['{"a": 1}'], json=True)
    assert text_of(events) == '{"a":1}'
    first, second = (r.messages for r in model.requests)
    assert second[: len(first)] == first
    assert second[len(first)] == Message("assistant", "Gladly!")
    assert second[-1].role == "user"
    with pytest.raises(UpstreamRejected, match="JSON object"):
        await reply(["no"], json=True)


async def test_json_that_the_safety_filter_ended_is_an_empty_object_and_says_so():
    results = ContentFilter(spec="openai", results={"hate": {"filtered": True}})
    end = ended("content_filter", content_filter=results)
    events, model = await reply(['{"answer": "The', end], json=True)
    assert text_of(events) == "{}"
    assert events[-1] == AnswerEnded(
        finish_reason="content_filter", usage=Usage(21, 9), content_filter=results
    )
    assert len(model.requests) == 1


async def test_json_that_the_output_limit_cut_off_is_closed_and_says_so():
    events, model = await reply(['{"answer": "Madrid is the cap', ended("length")], json=True)
    assert orjson.loads(text_of(events)) == {"answer": "Madrid is the cap"}
    assert events[-1].finish_reason == "length"
    assert len(model.requests) == 1


async def test_the_usage_is_all_that_the_answer_cost():
    events, _ = await reply(["Yes.", ended()], spent=Usage(5, 3))
    assert events[-1].usage == Usage(26, 12)
    events, _ = await reply(["no", ended()], ['{"a": 1}', ended()], json=True, spent=Usage(5, 3))
    assert events[-1].usage == Usage(47, 21)


async def test_tokens_that_the_provider_does_not_tell_are_counted():
    count = MemoryTokenizer().count
    events, _ = await reply(["Madrid, of ", "course.", ended(usage=Usage(0, 0))])
    assert events[-1].usage == Usage(count(ASKED.content), count("Madrid, of course."))
    refused = ended("content_filter", usage=Usage(0, 0))
    events, _ = await reply([refused])
    assert events[-1].usage == Usage()
