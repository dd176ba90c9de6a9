"""What a model is told: rules first, sources as data before the question, each with its place."""

from tests.support.chat import make_snippet

from lodgepole.chat.prompts import (
    JSON_RULE,
    LONGEST_QUOTED_REPLY,
    REMINDER,
    RULES,
    conversation,
    correction,
    numbered,
    question_with_sources,
    rewrite_messages,
    source_block,
    system_prompt,
)
from lodgepole.model import Message

HISTORY = [
    Message("user", "How heavy is the pump?"),
    Message("assistant", "14.5 kg [1]."),
    Message("user", "And how loud?"),
]


def sources(*texts: str):
    return numbered([make_snippet(text) for text in texts])


def test_rules_come_first_and_the_operator_adds_to_them() -> None:
    assert system_prompt(None, json_object=False) == RULES
    assert system_prompt("  ", json_object=False) == RULES
    told = system_prompt("Answer in rhymes.", json_object=True)
    assert told.startswith(RULES)
    assert JSON_RULE in told
    assert "<instructions>\nAnswer in rhymes.\n</instructions>" in told


def test_sources_are_numbered_from_one_and_say_where_they_are_from() -> None:
    one, two = sources("The pump weighs 14.5 kg.", "It is blue.")
    assert (one.number, two.number) == (1, 2)
    block = source_block(one)
    assert block.startswith('<source number="1" file="')
    assert "The pump weighs 14.5 kg." in block
    assert block.endswith("</source>")


def test_the_sources_stand_before_the_last_question_alone() -> None:
    messages = conversation(HISTORY, sources("Very quiet."), instructions=None, json_object=False)
    assert [m.role for m in messages] == ["system", "user", "assistant", "user"]
    assert messages[1:3] == tuple(HISTORY[:2])
    assert "Very quiet." in messages[3].content
    assert messages[3].content.endswith("And how loud?")


def test_a_model_is_told_where_nothing_was_found() -> None:
    assert question_with_sources("Why?", []) == "<sources>\n(nothing was found)\n</sources>\n\nWhy?"


def test_rules_are_repeated_where_they_fade_and_never_for_json() -> None:
    options = {"instructions": None, "repeat_rules": True}
    prose = conversation(HISTORY, sources("x"), json_object=False, **options)
    as_json = conversation(HISTORY, sources("x"), json_object=True, **options)
    assert REMINDER in prose[-1].content
    assert REMINDER not in as_json[-1].content


def test_a_reply_that_was_no_object_is_quoted_in_part() -> None:
    asked = correction(HISTORY, "x" * 100_000)
    assert [m.role for m in asked[-2:]] == ["assistant", "user"]
    assert len(asked[-2].content) == LONGEST_QUOTED_REPLY
    assert [m.role for m in correction(HISTORY, " ")[-2:]] == ["user", "user"]


def test_only_the_last_turns_are_rewritten() -> None:
    long = [Message("user", f"Question {n}") for n in range(20)]
    said = rewrite_messages(long)[-1].content
    assert "Question 19" in said
    assert "Question 13" not in said
    assert len(rewrite_messages([Message("user", "x" * 100_000)])[-1].content) < 3_000
