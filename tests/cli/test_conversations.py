"""`chat --keep`, `--continue` and `conversations` against a running server."""

import json

import pytest

from lodgepole.cli.conversations import rated_question
from lodgepole.evaluation.question_set import read_questions

QUESTION = "How long does a signed link to a file stay valid?"


@pytest.mark.live
def test_a_conversation_from_its_beginning_to_its_end(served, library: str, tmp_path):
    asked = served.run("chat", library, QUESTION, "--keep")
    assert asked.returncode == 0, asked.stderr
    again = served.run("chat", library, "And who may make one?", "--continue", "--json")
    assert json.loads(again.stdout)["message"]["role"] == "assistant"
    listed = served.run("conversations", "list", library, "--search", "signed link", "--json")
    (made,) = json.loads(listed.stdout)["conversations"]
    assert (made["title"], made["questions"]) == (QUESTION, 2)
    assert QUESTION in served.run("conversations", "list").stdout
    shown = served.run("conversations", "show", made["id"])
    assert f"> {QUESTION}" in shown.stdout
    assert "[1] operator-handbook.pdf, page 9" in shown.stdout
    exported = tmp_path / "talk.md"
    assert served.run("conversations", "export", made["id"], str(exported)).returncode == 0
    assert exported.read_text().startswith(f"# {QUESTION}\n")
    assert exported.stat().st_mode & 0o777 == 0o600
    assert served.run("conversations", "export", made["id"]).stdout == exported.read_text()
    link = served.run("conversations", "share", made["id"]).stdout
    assert f"/console#/shared/{made['id']}." in link
    again = served.run("conversations", "share", made["id"], "--json").stdout
    assert json.loads(again)["share"]["url"] == link.strip()
    stopped = served.run("conversations", "share", made["id"], "--stop").stdout
    assert "leads nowhere" in stopped
    gone = served.run("conversations", "delete", made["id"])
    assert "conversations restore" in gone.stdout
    missing = served.run("chat", library, "More?", "--conversation", made["id"])
    assert missing.returncode == 1
    assert "was deleted" in missing.stderr
    assert served.run("conversations", "restore", made["id"]).returncode == 0
    assert served.run("conversations", "show", made["id"], "--json").returncode == 0
    served.run("conversations", "delete", made["id"], "--json")
    assert "No conversations" in served.run("conversations", "list", library).stdout


def rated(rating, *names, comment=None):
    references = [{"file": {"name": name}, "pages": [7, 2]} for name in names]
    answer = {
        "content": "One hour.",
        "rating": rating,
        "comment": comment,
        "citations": [{"references": references}],
    }
    return {"messages": [{"content": QUESTION}, answer]}


@pytest.mark.parametrize(
    ("conversation", "row"),
    [
        (
            rated("up", "a.pdf", "a.pdf"),
            {"rating": "up", "answer": "One hour.", "files": ["a.pdf"], "pages": [2, 7]},
        ),
        (
            rated("up", "a.pdf", "b.pdf"),
            {"rating": "up", "answer": "One hour.", "files": ["a.pdf", "b.pdf"]},
        ),
        (rated("down", "a.pdf", comment="No."), {"rating": "down", "comment": "No."}),
    ],
)
def test_rated_answers_are_lines_of_a_question_set(conversation, row):
    made = rated_question(conversation)
    assert made == {"question": QUESTION, **row}
    (read,) = read_questions(json.dumps(made), is_csv=False)
    assert (read.question, read.answer) == (QUESTION, row.get("answer"))


def test_what_was_not_rated_is_none():
    assert rated_question(rated(None, "a.pdf")) is None
    assert rated_question({"messages": []}) is None
