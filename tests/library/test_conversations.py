"""Conversations: of one key, kept for a while, had back for a shorter one."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lodgepole.errors import InvalidRequest, NotFound, PermissionDenied
from lodgepole.library import conversations as module
from lodgepole.library.conversation_records import Rating, TurnStatus
from lodgepole.library.conversations import (
    ANSWERING_FOR,
    HISTORY_CHARS,
    HISTORY_TURNS,
    Conversations,
    Wanted,
    history,
)
from lodgepole.limits import Limits
from lodgepole.model import ApiKey, RecordKind, Role

ALL = Wanted()


def a_key(id_="k", project="p") -> ApiKey:
    return ApiKey(
        id=id_,
        project_id=project,
        name=id_,
        hash=id_,
        role=Role.ALL,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


KEY = a_key()


@pytest.fixture
async def docs(house):
    return await house.assistant()


@pytest.fixture
def talks(house) -> Conversations:
    return house.conversations


async def begun(talks, assistant, title="", *, key=KEY, said=()):
    made = await talks.create(key, assistant, title=title)
    for question, text in said:
        turn = talks.new_turn(question, {})
        done = replace(turn, status=TurnStatus.COMPLETED, text=text, answer_id=f"m-{turn.id}")
        await talks.keep(key, made.id, done)
    return await talks.get(key, made.id)


async def titles(talks, wanted=ALL, *, key=KEY, limit=10, after=None):
    page = await talks.list(key, wanted, limit=limit, after=after)
    return [one.title for one in page.items], page.next


async def test_a_conversation_has_what_was_said_in_it(talks, docs):
    made = await begun(talks, docs, said=[("How  much?\nNow", "Forty."), ("Why?", "So.")])
    assert made.title == "How much? Now", "the first question makes the title"
    assert made.assistant_name == "docs"
    assert [(one.question, one.text) for one in await talks.turns(made)] == [
        ("How  much?\nNow", "Forty."),
        ("Why?", "So."),
    ]


@pytest.mark.parametrize("question", ["x" * 500, "a\x00b", "\u2028x", "?" * 121])
async def test_any_question_makes_a_title_that_is_one(talks, docs, question):
    made = await begun(talks, docs, said=[(question, "!")])
    assert len(made.title) <= 120
    assert made.title.isprintable()


async def test_no_other_key_and_no_other_project_sees_it(talks, docs):
    made = await begun(talks, docs, "mine")
    for other in (a_key("l"), a_key("k", "q")):
        assert await titles(talks, key=other) == ([], None)
        assert await titles(talks, Wanted(assistant=docs), key=other) == ([], None)
        for use in (talks.get, talks.delete, talks.restore):
            with pytest.raises(NotFound):
                await use(other, made.id)
        with pytest.raises(NotFound):
            await talks.rename(other, made.id, "theirs")
        await talks.keep(other, made.id, talks.new_turn("Who?", {}))
    assert (await talks.get(KEY, made.id)).turn_ids == ()


async def test_a_turn_is_no_conversation(talks, docs):
    made = await begun(talks, docs, said=[("a", "b")])
    with pytest.raises(NotFound):
        await talks.get(KEY, made.turn_ids[0])


async def test_lists_begin_with_the_one_used_last_and_go_on_by_pages(house, talks, docs):
    other = await house.assistant("other")
    first = await begun(talks, docs, "first")
    for title, assistant in (("second", docs), ("third", other)):
        house.clock.advance(timedelta(minutes=1))
        await begun(talks, assistant, title)
    assert await titles(talks) == (["third", "second", "first"], None)
    assert await titles(talks, Wanted(assistant=docs)) == (["second", "first"], None)
    house.clock.advance(timedelta(minutes=1))
    page, after = await titles(talks, limit=2)
    assert page == ["third", "second"]
    await talks.keep(KEY, first.id, talks.new_turn("Again?", {}))
    assert (await titles(talks))[0] == ["first", "third", "second"]
    assert await titles(talks, limit=2, after=after) == ([], None), "it moved to the front"


async def test_many_are_read_in_parts(monkeypatch, house, talks, docs):
    monkeypatch.setattr(module, "READ_AT_ONCE", 2)
    monkeypatch.setattr(module, "LOOKED_THROUGH", 3)
    for number in range(5):
        house.clock.advance(timedelta(minutes=1))
        await begun(talks, docs, f"{number}", said=[(f"Question {n}", "") for n in range(3)])
    seen, after = await titles(talks, Wanted(words="question 2"))
    assert (seen, after is None) == (["4", "3", "2"], False)
    assert await titles(talks, Wanted(words="question 2"), after=after) == (["1", "0"], None)


async def test_search_needs_all_words_in_title_or_messages(monkeypatch, talks, docs):
    await begun(talks, docs, "Cranes", said=[("How much?", "Forty TONNES.")])
    await begun(talks, docs, "Ships", said=[("How long?", "Forty metres.")])
    for words, wanted in (
        ("cranes", ["Cranes"]),
        ("forty", ["Ships", "Cranes"]),
        ("tonnes much CRANES", ["Cranes"]),
        ("tonnes long", []),
        ("  ", ["Ships", "Cranes"]),
    ):
        assert (await titles(talks, Wanted(words=words)))[0] == wanted, words
    monkeypatch.setattr(module, "SEARCHED_CHARS", 1)
    page, after = await titles(talks, Wanted(words="metres"))
    assert (page, after is None) == (["Ships"], False), "what is left is for the next page"
    with pytest.raises(InvalidRequest, match="200"):
        await titles(talks, Wanted(words="x" * 201))


@pytest.mark.parametrize("after", ["", "x", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00 x"])
async def test_a_strange_token_is_refused_or_means_a_time(talks, docs, after):
    await begun(talks, docs)
    try:
        await talks.list(KEY, ALL, limit=1, after=after)
    except InvalidRequest as error:
        assert "token" in str(error)


async def test_it_is_renamed(talks, docs):
    made = await begun(talks, docs, "old")
    assert (await talks.rename(KEY, made.id, " new ")).title == "new"
    assert (await talks.get(KEY, made.id)).title == "new"
    for title in ("", " ", "x" * 121, "a\nb"):
        with pytest.raises(InvalidRequest):
            await talks.rename(KEY, made.id, title)


async def test_a_deleted_one_can_be_had_back_for_a_while(house, talks, docs):
    made = await begun(talks, docs, "gone", said=[("a", "b")])
    gone = await talks.delete(KEY, made.id)
    assert gone.expires_at is not None
    assert await titles(talks) == ([], None)
    with pytest.raises(NotFound, match="had back"):
        await talks.get(KEY, made.id)
    back = await talks.restore(KEY, made.id)
    assert back.deleted_at is None
    assert len(await talks.turns(await talks.get(KEY, made.id))) == 1
    assert await talks.restore(KEY, made.id) == back, "again changes nothing"
    await talks.delete(KEY, made.id)
    house.clock.advance(timedelta(hours=1, seconds=1))
    with pytest.raises(NotFound):
        await talks.restore(KEY, made.id)
    await house.sweep.run()
    assert not house.database.records


async def test_one_that_is_not_used_goes_and_is_swept_with_its_turns(house, talks, docs):
    made = await begun(talks, docs, said=[("a", "b"), ("c", "d")])
    house.clock.advance(timedelta(days=89))
    await house.sweep.run()
    await talks.keep(KEY, made.id, talks.new_turn("Still?", {}))
    house.clock.advance(timedelta(days=89))
    assert len(await talks.turns(await talks.get(KEY, made.id))) == 3
    house.clock.advance(timedelta(days=2))
    assert await titles(talks) == ([], None)
    with pytest.raises(NotFound, match="90 days"):
        await talks.get(KEY, made.id)
    await house.sweep.run()
    assert not house.database.records


async def test_it_goes_with_its_assistant(house, talks, docs):
    other = await house.assistant("other")
    await begun(talks, docs, "goes", said=[("a", "b")])
    await begun(talks, docs, "of another key", key=a_key("l"), said=[("a", "b")])
    await begun(talks, other, "stays", said=[("a", "b")])
    await house.assistants.delete("p", "docs")
    await house.worker().drain()
    kinds = [record.kind for record in house.database.records.values()]
    assert sorted(kinds) == [RecordKind.CONVERSATION, RecordKind.TURN]
    assert (await titles(talks))[0] == ["stays"]


async def test_it_goes_with_its_key(talks, docs, house):
    await begun(talks, docs, "goes", said=[("a", "b")])
    await begun(talks, docs, "stays", key=a_key("l"))
    await talks.forget_key("p", "k")
    assert len(house.database.records) == 1
    assert (await titles(talks, key=a_key("l")))[0] == ["stays"]


async def test_the_one_unused_for_longest_makes_room(house, docs):
    house.limits = Limits(conversations_per_project=2)
    talks = house.conversations
    for title in ("a", "b", "c"):
        house.clock.advance(timedelta(seconds=1))
        await begun(talks, docs, title, said=[("x", "y")])
    assert (await titles(talks))[0] == ["c", "b"]
    assert len(house.database.records) == 4


async def test_a_key_with_its_share_makes_room_of_its_own(house, docs):
    house.limits = Limits(conversations_per_project=20)
    talks = house.conversations
    quiet, greedy = a_key("quiet"), a_key("greedy")
    for title in ("first", "second"):
        await begun(talks, docs, title, key=quiet)
        house.clock.advance(timedelta(seconds=1))
    for number in range(50):
        await begun(talks, docs, str(number), key=greedy)
        house.clock.advance(timedelta(seconds=1))
    assert (await titles(talks, key=quiet))[0] == ["second", "first"]
    await begun(talks, docs, "third", key=quiet)
    assert (await titles(talks, key=quiet))[0] == ["third", "second"]


async def test_what_was_deleted_while_it_was_answered_is_not_stored(house, talks, docs):
    made = await begun(talks, docs)
    turn = talks.new_turn("a", {})
    await talks.keep(KEY, made.id, turn)
    await talks.delete(KEY, made.id)
    await talks.keep(KEY, made.id, replace(turn, text="b"))
    assert [one.kind for one in house.database.records.values()] == [RecordKind.CONVERSATION]


async def test_a_turn_takes_the_place_of_the_one_with_its_id(talks, docs):
    made = await begun(talks, docs, said=[("a", "b"), ("c", "d")])
    last = (await talks.turns(made))[-1]
    await talks.keep(KEY, made.id, talks.new_turn("new", {}).in_place_of(last))
    now = await talks.turns(await talks.get(KEY, made.id))
    assert [one.question for one in now] == ["a", "new"]
    await talks.forget_turn(KEY, made.id, last.id)
    assert [one.question for one in await talks.turns(await talks.get(KEY, made.id))] == ["a"]


async def test_questions_and_turns_have_limits(house, docs):
    house.limits = Limits(conversation_turns=1, query_chars=5)
    talks = house.conversations
    made = await begun(talks, docs, said=[("a", "b")])
    with pytest.raises(InvalidRequest, match="as many as it may"):
        await talks.keep(KEY, made.id, talks.new_turn("b", {}))
    await talks.keep(KEY, made.id, (await talks.turns(made))[0])
    for question in ("", " \n", "x" * 6):
        with pytest.raises(InvalidRequest, match="1 to 5"):
            talks.new_turn(question, {})


async def test_two_at_the_same_time_lose_no_turn(talks, docs):
    made = await begun(talks, docs)
    turns = [talks.new_turn(f"{number}", {}) for number in range(5)]
    await asyncio.gather(*(talks.keep(KEY, made.id, turn) for turn in turns))
    assert len((await talks.get(KEY, made.id)).turn_ids) == 5


async def test_an_answer_is_rated_and_the_rating_taken_back(talks, docs):
    made = await begun(talks, docs, said=[("a", "b"), ("c", "d")])
    turn = (await talks.turns(made))[0]
    rate = talks.rate
    rated = await rate(KEY, made.id, turn.answer_id, rating=Rating.DOWN, comment="Wrong page.")
    assert (rated.rating, rated.comment) == (Rating.DOWN, "Wrong page.")
    assert (await talks.turns(made))[0] == rated
    await rate(KEY, made.id, turn.answer_id, rating=None, comment=None)
    assert (await talks.turns(made))[0] == turn
    with pytest.raises(NotFound, match="no answer"):
        await rate(KEY, made.id, "nobody", rating=None, comment=None)
    with pytest.raises(InvalidRequest):
        await rate(KEY, made.id, turn.answer_id, rating=None, comment="x" * 4001)


async def test_an_answer_that_never_ended_was_stopped(house, talks, docs):
    made = await begun(talks, docs)
    await talks.keep(KEY, made.id, talks.new_turn("a", {}))
    made = await talks.get(KEY, made.id)
    assert (await talks.turns(made))[0].status is TurnStatus.ANSWERING
    house.clock.advance(ANSWERING_FOR + timedelta(seconds=1))
    assert (await talks.turns(made))[0].status is TurnStatus.STOPPED


async def test_switched_off_none_begins_and_what_there_is_can_be_deleted(house, talks, docs):
    made = await begun(talks, docs, said=[("a", "b")])
    off = Conversations(
        records=house.records,
        clock=house.clock,
        new_id=house.new_id,
        limits=house.limits,
        kept=False,
    )
    with pytest.raises(PermissionDenied, match="switched them off"):
        await off.create(KEY, docs)
    with pytest.raises(PermissionDenied):
        off.new_turn("a", {})
    with pytest.raises(PermissionDenied):
        await off.keep(KEY, made.id, talks.new_turn("a", {}))
    assert len(await off.turns(await off.get(KEY, made.id))) == 1
    await off.delete(KEY, made.id)


def a_turn(talks, number, text="Answer."):
    return replace(talks.new_turn(f"Question {number}", {}), text=text)


def test_a_question_is_asked_with_the_last_turns_that_fit(talks):
    turns = [a_turn(talks, number) for number in range(3)]
    turns[1] = a_turn(talks, 1, text=" ")  # nothing was said
    assert [(one.role, one.content) for one in history(turns)] == [
        ("user", "Question 0"),
        ("assistant", "Answer."),
        ("user", "Question 2"),
        ("assistant", "Answer."),
    ]
    assert len(history([a_turn(talks, number) for number in range(99)])) == 2 * HISTORY_TURNS
    long = a_turn(talks, 9, text="x" * (HISTORY_CHARS - 10))
    assert len(history([*turns, long, turns[0]])) == 2
    assert history([]) == ()
