"""Links to conversations: made, opened, taken back; and what of an answer others see."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.library.test_conversation_records import TURN
from tests.library.test_conversations import KEY, a_key, begun

from lodgepole.errors import NotFound
from lodgepole.library.shared_conversations import (
    LEFT_OUT,
    SharedConversations,
    as_seen,
    cited_files,
    share_id,
)


@pytest.fixture
async def docs(house):
    return await house.assistant()


@pytest.fixture
def talks(house):
    return house.conversations


@pytest.fixture
def shared(house, talks):
    return SharedConversations(talks, records=house.records, clock=house.clock)


async def link(shared, talk, key=KEY):
    return share_id(await shared.share(key, talk.id))


async def test_a_link_leads_to_the_conversation_of_its_project(shared, talks, docs):
    talk = await begun(talks, docs, said=[("Who?", "Anna.")])
    assert share_id(talk) is None
    made = await link(shared, talk)
    assert len(made.rpartition(".")[2]) >= 22
    assert (await shared.open("p", made)).id == talk.id
    assert await link(shared, talk) == made, "there is one at a time"
    with pytest.raises(NotFound):
        await shared.open("another", made)


async def test_who_has_no_conversation_shares_none(shared, talks, docs):
    talk = await begun(talks, docs)
    other = a_key("other")
    with pytest.raises(NotFound):
        await shared.share(other, talk.id)
    await shared.share(KEY, talk.id)
    with pytest.raises(NotFound):
        await shared.unshare(other, talk.id)


async def test_a_link_that_was_taken_back_leads_nowhere_for_good(shared, talks, docs):
    talk = await begun(talks, docs)
    first = await link(shared, talk)
    await shared.unshare(KEY, talk.id)
    await shared.unshare(KEY, talk.id)  # changes nothing
    with pytest.raises(NotFound, match="leads nowhere"):
        await shared.open("p", first)
    second = await link(shared, talk)
    assert second != first
    with pytest.raises(NotFound):
        await shared.open("p", first)


async def test_an_id_alone_opens_nothing(shared, talks, docs):
    talk = await begun(talks, docs, said=[("Who?", "Anna.")])
    (turn_id,) = talk.turn_ids
    closed = await begun(talks, docs)
    made = await link(shared, talk)
    for end in ("", ".", ".None", ".x", ".ä", f".{'x' * 5000}"):
        for id_ in (talk.id, closed.id, turn_id, "", "nothing"):
            with pytest.raises(NotFound):
                await shared.open("p", id_ + end)
    with pytest.raises(NotFound):
        await shared.open("p", made.replace(talk.id, closed.id))


async def test_a_link_ends_with_its_conversation(house, shared, talks, docs):
    talk = await begun(talks, docs)
    made = await link(shared, talk)
    await talks.delete(KEY, talk.id)
    with pytest.raises(NotFound):
        await shared.open("p", made)
    await talks.restore(KEY, talk.id)
    assert await shared.open("p", made)
    house.clock.advance(timedelta(days=91))
    with pytest.raises(NotFound):
        await shared.open("p", made)


async def test_what_is_said_later_is_read_by_the_same_link(shared, talks, docs):
    talk = await begun(talks, docs)
    made = await link(shared, talk)
    await talks.rename(KEY, talk.id, "Renamed")
    await talks.keep(KEY, talk.id, talks.new_turn("Who?", {}))
    found = await shared.open("p", made)
    assert (found.title, len(found.turn_ids)) == ("Renamed", 1)


# --- what others see ------------------------------------------------------------------------------


def cited(position, *files):
    references = [
        {"file": {"id": id_, "name": id_}, "pages": [], "highlight": None} for id_ in files
    ]
    return {"position": position, "references": references}


def answer(text, *citations):
    return replace(TURN, text=text, citations=citations, comment="mine", options={"model": "m"})


OPEN, SECRET = "Open one.", " Secret two."
BOTH = answer(OPEN + SECRET, cited(len(OPEN), "a"), cited(len(OPEN + SECRET), "b"))


def test_files_that_are_cited():
    assert cited_files([BOTH, answer("", cited(0, "c", "a"))]) == {"a", "b", "c"}


def test_who_sees_all_files_sees_all_but_the_owners_own_notes():
    seen = as_seen(BOTH, None)
    assert not seen.withheld
    assert (seen.turn.text, seen.turn.citations) == (BOTH.text, BOTH.citations)
    assert (seen.turn.options, seen.turn.rating, seen.turn.comment) == (None, None, None)


@pytest.mark.parametrize(
    ("hidden", "text", "positions"),
    [
        (set(), OPEN + SECRET, [9, 21]),
        ({"b"}, OPEN + LEFT_OUT, [9]),
        ({"a"}, LEFT_OUT + SECRET, [3 + 12]),
        ({"a", "b"}, LEFT_OUT + LEFT_OUT, []),
    ],
)
def test_what_ends_in_a_citation_of_a_hidden_file_is_left_out(hidden, text, positions):
    seen = as_seen(BOTH, hidden)
    assert seen.turn.text == text
    assert [one["position"] for one in seen.turn.citations] == positions
    assert seen.withheld == bool(hidden)


@pytest.mark.parametrize(
    ("turn", "text", "withheld"),
    [
        (answer("Said of nothing."), LEFT_OUT, True),
        (answer(""), "", False),
        (answer("One. So two.", cited(4, "a")), "One." + LEFT_OUT, True),
        (answer("One [x].\n", cited(7, "a")), "One [x].\n", False),
        (answer("Both.", cited(4, "a"), cited(4, "b")), LEFT_OUT + ".", True),
        (answer("Both.", cited(4, "a", "b")), LEFT_OUT + ".", True),
        (answer("Twice.", cited(5, "a"), cited(5, "a")), "Twice.", False),
        (answer("Beyond", cited(99, "a")), "Beyond", False),
        (answer("Before", cited(-1, "a")), LEFT_OUT, True),
        (answer("X.Y.", cited(4, "a"), cited(2, "b")), LEFT_OUT + "Y.", True),
    ],
)
def test_words_that_cite_nothing_may_be_from_any_file(turn, text, withheld):
    seen = as_seen(turn, {"b"})
    assert (seen.turn.text, seen.withheld) == (text, withheld)


def test_of_many_citations_all_are_looked_at_in_linear_time():
    turn = answer("ab" * 3000, *(cited(2 * at, "ab"[at % 2]) for at in range(1, 3001)))
    seen = as_seen(turn, {"b"})
    assert len(seen.turn.citations) == 1500
    assert "[…]" in seen.turn.text
