"""Short outages are hidden; what was said is never said twice."""

import pytest

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.chat import retries
from lodgepole.chat.retries import RetryingChatModel
from lodgepole.errors import NoAnswer, RateLimited, Unavailable, UpstreamRejected
from lodgepole.model import ModelEnded, ModelRequest, ModelText, Usage

REQUEST = ModelRequest(model="m", messages=(), question="?", sources=())
BUSY = RateLimited("busy", retry_after=0)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(retries, "FIRST_WAIT_SECONDS", 0)


async def run(*scripts):
    model = ScriptedChatModel(scripts)
    seen = []
    try:
        async for event in RetryingChatModel(model).stream(REQUEST):
            seen.append(event)  # noqa: PERF401  what came before a failure counts
    except (RateLimited, Unavailable, UpstreamRejected) as failure:
        seen.append(failure)
    return seen, len(model.requests)


async def test_it_tries_again_before_the_first_word():
    seen, asked = await run([BUSY], [Unavailable("down")], ["Hello."])
    assert seen[0] == ModelText("Hello.")
    assert isinstance(seen[1], ModelEnded)
    assert asked == 3


async def test_it_gives_up_after_three_attempts():
    seen, asked = await run([Unavailable("down")])
    assert isinstance(seen[0], Unavailable)
    assert asked == 3


async def test_it_does_not_try_again_once_something_was_said():
    seen, asked = await run(["Hel", Unavailable("gone")], ["Hello."])
    assert [type(e) for e in seen] == [ModelText, Unavailable]
    assert asked == 1


@pytest.mark.parametrize("failure", [RateLimited("busy", retry_after=60), UpstreamRejected("no")])
async def test_a_long_wait_and_a_refusal_are_passed_on_at_once(failure):
    seen, asked = await run([failure], ["Hello."])
    assert seen == [failure]
    assert asked == 1


@pytest.mark.parametrize(("reason", "cut_off"), [("stop", False), ("length", True)])
@pytest.mark.parametrize("script", [[], ["\n ", "\n"]])
async def test_an_answer_without_a_word_is_a_failure(script, reason, cut_off):
    seen, asked = await run([*script, ModelEnded(finish_reason=reason, usage=Usage())])
    assert isinstance(seen[-1], NoAnswer)
    assert seen[-1].cut_off is cut_off
    assert asked == 1


async def test_what_a_filter_ended_may_be_empty():
    seen, _ = await run([ModelEnded(finish_reason="content_filter", usage=Usage())])
    assert isinstance(seen[-1], ModelEnded)
