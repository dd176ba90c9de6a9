"""Conversations of two and five turns: what stands by itself, and what fragments take over.

`.venv/bin/python -m tests.chat.test_conversations` shows each with what is searched for.
"""

import json
import sys
from pathlib import Path
from typing import Any

from lodgepole.chat.conversation.query_planning import standalone_question
from lodgepole.model import Message

LEAST_ALONE = 0.9
LEAST_FRAGMENTS = 0.8
CONVERSATIONS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "conversations.json").read_text("utf-8")
)


def standalone(turns: list[str]) -> str:
    history = [m for turn in turns for m in (Message("user", turn), Message("assistant", "…"))]
    return standalone_question(history[:-1])


def is_right(case: dict[str, Any]) -> bool:
    found = standalone(case["turns"])
    if case.get("alone"):
        return found == case["turns"][-1]
    said = found.casefold()
    return all(word.casefold() in said for word in case["has"]) and not any(
        word.casefold() in said for word in case["not"]
    )


def share(*, alone: bool) -> float:
    cases = [case for case in CONVERSATIONS if case.get("alone", False) is alone]
    return sum(map(is_right, cases)) / len(cases)


def test_there_are_enough_of_both_kinds() -> None:
    lengths = [len(case["turns"]) for case in CONVERSATIONS]
    assert (lengths.count(2), lengths.count(5)) == (30, 10)


def test_what_stands_by_itself_is_asked_as_if_alone() -> None:
    assert share(alone=True) >= LEAST_ALONE


def test_fragments_take_over_what_they_lack() -> None:
    assert share(alone=False) >= LEAST_FRAGMENTS


def told() -> str:
    """Each conversation with the question that is searched for, and how many are right."""
    lines = [
        f"{' ' if is_right(case) else '✗'} {' / '.join(case['turns'])}"
        f"\n     {standalone(case['turns'])}"
        for case in CONVERSATIONS
    ]
    shares = f"as if alone {share(alone=True):.2f}, fragments {share(alone=False):.2f}"
    return "\n".join((*lines, shares))


if __name__ == "__main__":
    sys.stdout.write(f"{told()}\n")
