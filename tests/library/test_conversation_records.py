"""Conversations and turns survive being records."""

from dataclasses import replace
from datetime import UTC, datetime

from lodgepole.library.conversation_records import (
    Conversation,
    Rating,
    Turn,
    TurnStatus,
    conversation_record,
    id_prefix,
    read_conversation,
    read_turn,
    turn_record,
    turn_records_of,
)
from lodgepole.model import RecordKind

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TALK = Conversation(
    id="conv_1",
    project_id="p",
    key_id="k",
    assistant_id="a",
    assistant_name="docs",
    title="Cranes",
    created_at=NOW,
    updated_at=NOW.replace(hour=13),
    turn_ids=("turn_1", "turn_2"),
    expires_at=NOW.replace(month=8),
)
TURN = Turn(
    id="turn_1",
    question="How much?",
    status=TurnStatus.COMPLETED,
    created_at=NOW,
    answer_id="m1",
    text="Forty tonnes.",
    citations=({"position": 12, "references": []},),
    model="m",
    finish_reason="stop",
    usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    snippet_count=3,
    options={"model": "m"},
    error=None,
    rating=Rating.DOWN,
    comment="No.",
)


def test_a_conversation_comes_back_as_it_was():
    for one in (TALK, replace(TALK, deleted_at=NOW)):
        record = conversation_record(one)
        assert record.kind is RecordKind.CONVERSATION
        assert read_conversation(record) == one
    assert conversation_record(TALK).created_at == TALK.updated_at, "its place in lists"
    assert list(turn_records_of(conversation_record(TALK))) == ["turn_1", "turn_2"]


def test_a_turn_comes_back_as_it_was():
    for one in (TURN, replace(TURN, rating=None, comment=None, usage=None, options=None)):
        record = turn_record("p", one)
        assert record.expires_at is None, "it goes with its conversation"
        assert read_turn(record) == replace(one, citations=list(one.citations))
    assert turn_records_of(turn_record("p", TURN)) == ()


def test_ids_tell_assistant_and_key_apart_and_fit_a_record():
    assert id_prefix("a", "k").startswith(id_prefix("a"))
    assert len({id_prefix(a, k) for a in "ab" for k in "kl"}) == 4
    assert len(id_prefix("a", "k")) + 16 <= 64


def test_a_turn_in_the_place_of_another_has_its_place_only():
    other = replace(TURN, id="turn_9", created_at=NOW.replace(day=2))
    assert TURN.in_place_of(other) == replace(TURN, id="turn_9", created_at=other.created_at)
