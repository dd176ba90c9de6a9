"""How an answer ends, as a response."""

import json

import pytest

from lodgepole.api.answers import Answer
from lodgepole.api.responses import Asked, response, response_frames
from lodgepole.api.schemas.responses import CreateResponseRequest
from lodgepole.errors import RateLimited, Unavailable
from lodgepole.model import AnswerEnded, AnswerStarted, AnswerText, Usage

ASKED = Asked(body=CreateResponseRequest(), created=1, model="m")
STARTED = AnswerStarted(id="a-b", model="m", snippet_count=0)


def ended(reason="stop") -> AnswerEnded:
    return AnswerEnded(finish_reason=reason, usage=Usage(3, 4))


@pytest.mark.parametrize(
    ("reason", "status", "why"),
    [
        ("stop", "completed", None),
        ("length", "incomplete", "max_output_tokens"),
        ("content_filter", "incomplete", "content_filter"),
    ],
)
async def test_an_answer_that_was_cut_off_is_incomplete(reason, status, why):
    whole = response(Answer(started=STARTED, pieces=(), ended=ended(reason)), ASKED)
    assert (whole.id, whole.status) == ("resp_ab", status)
    assert (whole.incomplete_details and whole.incomplete_details.reason) == why
    last = (await told(AnswerText("a"), ended(reason)))[-1]
    assert (last["type"], last["response"]["status"]) == (f"response.{status}", status)
    assert last["response"]["usage"]["total_tokens"] == 7


async def told(*events, kept=None):
    async def given():
        yield STARTED
        for event in events:
            if isinstance(event, Exception):
                raise event
            yield event

    async def keep(whole):
        if kept is not None:
            kept.append(whole)

    frames = [frame async for frame in response_frames(given(), ASKED, keep)]
    return [json.loads(frame.decode().partition("\ndata: ")[2]) for frame in frames]


async def test_a_response_is_kept_before_it_is_said_to_be_complete():
    kept = []
    assert (await told(AnswerText("a"), ended(), kept=kept))[-1]["type"] == "response.completed"
    assert [whole.status for whole in kept] == ["completed"]
    kept.clear()
    await told(AnswerText("a"), Unavailable("gone"), kept=kept)
    assert kept == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("gone"), "server_error"),
        (RateLimited("later", retry_after=1), "rate_limit_exceeded"),
    ],
)
async def test_a_failure_has_a_code_that_clients_know(error, code):
    last = (await told(AnswerText("a"), error))[-1]
    assert last["response"]["error"]["code"] == code
