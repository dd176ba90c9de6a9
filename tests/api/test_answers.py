"""Answers as frames: a step is a content chunk that clients which know no steps pass over."""

import json

import msgspec
import pytest
from pinecone.models.assistant.streaming import ChatStreamChunk, StreamContentChunk
from tests.support.chat import make_file

from lodgepole.api import answers, render
from lodgepole.api.versions import wire_version
from lodgepole.model import (
    AnswerEnded,
    AnswerEvent,
    AnswerStarted,
    AnswerStep,
    AnswerText,
    Citation,
    Reference,
    Usage,
)

EVENTS: tuple[AnswerEvent, ...] = (
    AnswerStarted(id="i", model="m", snippet_count=2),
    AnswerStep(kind="search", what="Kestrel pumps", found=3),
    AnswerText("Twelve."),
    AnswerEnded(finish_reason="stop", usage=Usage(1, 2)),
)


async def stream():
    for event in EVENTS:
        yield event


def link(_):
    return "http://x"


async def frames() -> list[bytes]:
    made = answers.chat_frames(stream(), link, wire_version("2026-07"), answers.IdleFrame())
    return [frame.removeprefix(b"data:").strip() async for frame in made]


async def test_a_step_is_an_empty_text_with_the_step_beside_it():
    _, step, _, _ = [json.loads(frame) for frame in await frames()]
    assert step == {
        "type": "content_chunk",
        "id": "i",
        "model": "m",
        "delta": {"content": ""},
        "step": {"kind": "search", "what": "Kestrel pumps", "found": 3},
    }


async def test_the_official_client_reads_the_text_alone():
    chunks = [msgspec.json.decode(frame, type=ChatStreamChunk) for frame in await frames()]
    texts = [chunk.delta.content for chunk in chunks if isinstance(chunk, StreamContentChunk)]
    assert texts == ["", "Twelve."]


async def test_a_whole_answer_has_no_steps():
    answer = await answers.collect(stream())
    assert answer.text == "Twelve."
    assert answers.chat(answer, link, wire_version("2026-07")).message.content == "Twelve."


@pytest.mark.parametrize("marks", [True, False])
async def test_completions_have_none_either(marks):
    made = answers.completion_frames(
        stream(), link, created=1, include_usage=False, marks=marks, idle=answers.IdleFrame()
    )
    told = b"".join([frame async for frame in made])
    assert b"Kestrel" not in told
    assert b"Twelve." in told


async def test_a_citation_that_a_model_verified_says_so_and_others_say_nothing():
    reference = Reference(file=make_file(), pages=(), highlight="x", start=0, end=1)
    wire = [
        render.citation(Citation(1, (reference,), verified_by=by), link).sent()
        for by in ("model", None)
    ]
    assert [sent.get("verified_by", "left out") for sent in wire] == ["model", "left out"]
