"""Stored answers: whole, in their project, for so long and no longer."""

from datetime import timedelta

import pytest

from lodgepole.errors import NotFound
from lodgepole.library.responses import StoredResponse, StoredResponses
from lodgepole.limits import Limits
from lodgepole.model import Message

ANSWER = StoredResponse(
    shown={"id": "resp_1", "output": [{"text": "Forty tonnes."}]},
    asked=({"role": "user", "content": "How much?"},),
    messages=(Message("user", "How much?"), Message("assistant", "Forty tonnes.")),
)


def stored(house) -> StoredResponses:
    return StoredResponses(records=house.records, clock=house.clock, limits=house.limits)


async def test_an_answer_comes_back_as_it_was_kept_in_its_project(house):
    await stored(house).keep("p", "resp_1", ANSWER)
    assert await stored(house).get("p", "resp_1") == StoredResponse(
        shown=ANSWER.shown, asked=list(ANSWER.asked), messages=ANSWER.messages
    )
    for project, id_ in (("q", "resp_1"), ("p", "resp_2")):
        with pytest.raises(NotFound):
            await stored(house).get(project, id_)


async def test_a_deleted_one_is_gone(house):
    await stored(house).keep("p", "resp_1", ANSWER)
    await stored(house).delete("p", "resp_1")
    with pytest.raises(NotFound):
        await stored(house).delete("p", "resp_1")


async def test_one_whose_time_has_passed_is_gone_and_swept(house):
    await stored(house).keep("p", "resp_1", ANSWER)
    house.clock.advance(timedelta(days=house.limits.response_retention_days))
    with pytest.raises(NotFound) as caught:
        await stored(house).get("p", "resp_1")
    assert "30 days" in str(caught.value)
    await house.sweep.run()
    assert not house.database.records


async def test_the_oldest_make_room(house):
    house.limits = Limits(responses_per_project=2)
    for number in range(3):
        await stored(house).keep("p", f"resp_{number}", ANSWER)
    await stored(house).keep("q", "resp_0", ANSWER)
    assert sorted(id_ for project, id_ in house.database.records if project == "p") == [
        "resp_1",
        "resp_2",
    ]


async def test_a_record_of_another_kind_is_no_answer(house):
    file = await house.held_files.accept(
        "p", name="a.txt", content=_nothing(), purpose="assistants"
    )
    with pytest.raises(NotFound):
        await stored(house).get("p", file.id)


async def _nothing():
    yield b""
