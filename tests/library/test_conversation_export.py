"""Conversations as Markdown."""

from dataclasses import replace

import pytest
from tests.library.test_conversation_records import TALK, TURN

from lodgepole.library.conversation_export import as_markdown
from lodgepole.library.conversation_records import TurnStatus


def reference(name="a.pdf", pages=(2,), quote: str | None = "40\ntonnes"):
    highlight = None if quote is None else {"type": "text", "content": quote}
    return {"file": {"name": name}, "pages": list(pages), "highlight": highlight}


def test_answers_have_marks_and_their_sources_below():
    turn = replace(
        TURN,
        text="Forty tonnes. Or fifty.",
        citations=(
            {"position": 12, "references": [reference()]},
            {
                "position": 22,
                "references": [reference(), reference("b.md", (), None), reference(pages=(3, 4))],
            },
        ),
    )
    assert as_markdown(TALK, [turn]) == (
        "# Cranes\n\nAssistant docs, 2026-05-01 12:00 UTC\n\n## How much?\n\n"
        "Forty tonnes [1]. Or fifty [1] [2] [3].\n\n"
        "1. a.pdf, page 2: “40 tonnes”\n2. b.md\n3. a.pdf, pages 3, 4: “40 tonnes”\n"
    )


def test_a_question_of_several_lines_is_a_heading_and_a_text():
    told = as_markdown(TALK, [replace(TURN, question="Two things:\n- a\n- b", citations=())])
    assert "## Two things:\n\n- a\n- b\n\nForty tonnes.\n" in told


@pytest.mark.parametrize("status", [TurnStatus.STOPPED, TurnStatus.FAILED, TurnStatus.ANSWERING])
def test_what_is_not_whole_says_so(status):
    assert as_markdown(TALK, [replace(TURN, status=status, citations=())]).count("*This") == 1


def test_a_place_behind_the_text_is_its_end_and_no_turns_are_no_failure():
    late = replace(TURN, citations=({"position": 99, "references": [reference()]},))
    assert "Forty tonnes. [1]" in as_markdown(TALK, [late])
    assert as_markdown(replace(TALK, title=""), []).startswith("# Conversation\n")
