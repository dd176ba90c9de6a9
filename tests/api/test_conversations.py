"""Answers of conversations, kept as they are sent."""

from dataclasses import replace

import pytest
from tests.library.test_conversation_records import TALK, TURN

from lodgepole.api.conversations import UNEXPECTED, answer, kept, whole_conversation
from lodgepole.errors import InvalidRequest, Unavailable
from lodgepole.library.conversation_records import TurnStatus
from lodgepole.model import AnswerEnded, AnswerStarted, AnswerText, Usage

FRESH = replace(
    TURN,
    status=TurnStatus.ANSWERING,
    answer_id=TURN.id,
    text="",
    citations=(),
    rating=None,
    comment=None,
)
STARTED = AnswerStarted(id="m9", model="m", snippet_count=2)
ENDED = AnswerEnded(finish_reason="stop", usage=Usage(3, 4))


class Kept:
    """What was stored, in order."""

    def __init__(self) -> None:
        self.turns: list = []
        self.forgotten = 0

    async def keep(self, turn) -> None:
        self.turns.append(turn)

    async def forget(self) -> None:
        self.forgotten += 1

    @property
    def told(self):
        return [(turn.status.value, turn.text) for turn in self.turns]


async def said(*events):
    for event in events:
        if isinstance(event, Exception):
            raise event
        yield event


def recorded(store, *events, replaces=False):
    forget = None if replaces else store.forget
    return kept(said(*events), FRESH, keep=store.keep, forget=forget)


async def test_it_is_stored_before_its_end_is_passed_on():
    store = Kept()
    async for event in recorded(store, STARTED, AnswerText("Forty "), AnswerText("t."), ENDED):
        if isinstance(event, AnswerEnded):
            assert store.told == [("answering", ""), ("completed", "Forty t.")]
    last = store.turns[-1]
    assert (last.answer_id, last.model, last.snippet_count) == ("m9", "m", 2)
    assert last.finish_reason == "stop"
    assert last.usage == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert len(store.turns) == 2


@pytest.mark.parametrize("replaces", [False, True])
async def test_what_was_said_until_the_client_left_is_stored_as_stopped(replaces):
    store = Kept()
    events = recorded(store, STARTED, AnswerText("Forty"), ENDED, replaces=replaces)
    await anext(events)
    await anext(events)
    await events.aclose()
    assert store.told[-1] == ("stopped", "Forty")


async def test_an_answer_that_broke_off_says_why_and_keeps_its_text():
    for error, told in (
        (Unavailable("The model is gone"), "The model is gone"),
        (ZeroDivisionError(), UNEXPECTED),
    ):
        store = Kept()
        with pytest.raises(type(error)):
            [one async for one in recorded(store, STARTED, AnswerText("Forty"), error)]
        assert store.told[-1] == ("failed", "Forty")
        assert store.turns[-1].error == told


async def test_a_question_that_was_refused_is_as_if_it_had_not_been_asked():
    store = Kept()
    with pytest.raises(InvalidRequest):
        [one async for one in recorded(store, InvalidRequest("no"))]
    assert store.forgotten == 1
    assert store.told == [("answering", "")]


async def test_what_is_to_be_replaced_stays_until_there_is_an_answer():
    store = Kept()
    with pytest.raises(InvalidRequest):
        [one async for one in recorded(store, InvalidRequest("no"), replaces=True)]
    events = recorded(store, STARTED, AnswerText("Forty"), replaces=True)
    await anext(events)
    await events.aclose()
    assert (store.told, store.forgotten) == ([], 0)


def test_turns_are_shown_as_questions_and_answers():
    shown = whole_conversation(TALK, [replace(TURN, usage=None)])
    assert [message.role for message in shown.messages] == ["user", "assistant"]
    assert [message.id for message in shown.messages] == ["turn_1", "m1"]
    assert answer(FRESH).rating is None
