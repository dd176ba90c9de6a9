"""A set of questions is put to a server, and a report is written."""

import json

import pytest

pytestmark = pytest.mark.live

DOCUMENT = (
    "The office opens at nine in the morning. The kettle has a warranty of two years.\n\n"
    "The lift is inspected every spring by the company Hoistright.\n"
)
SET = """question,answer,file,excerpt
When does the office open?,The office opens at nine in the morning.,house.txt,opens at nine
Who inspects the lift?,The company Hoistright inspects the lift.,house.txt,Hoistright
"""


def test_a_folder_is_uploaded_asked_about_reported_and_compared(served):
    folder = served.home / "evaluated"
    folder.mkdir()
    (folder / "house.txt").write_text(DOCUMENT)
    (served.home / "set.csv").write_text(SET)
    arguments = ("eval", "set.csv", "--assistant", "evaluated", "--upload", str(folder))
    done = served.run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores["hit@1"] == scores["valid citations"] == scores["correctness"] == 1
    assert scores["failed"] == 0
    assert "Who inspects the lift?" in (served.home / "evaluation.html").read_text()
    again = served.run(*arguments[:4], "--retrieval-only", "--out", "second")
    assert again.returncode == 0, again.stderr
    assert "The report is second.html" in again.stdout
    compared = served.run("eval", "--compare", "evaluation.json", "second.json")
    assert "| hit@1 | 1.000 | 1.000 | +0.000 |" in compared.stdout


def test_a_set_that_cannot_be_read_is_refused_in_words(served):
    (served.home / "bad.jsonl").write_text("{}")
    done = served.run("eval", "bad.jsonl", "--assistant", "x")
    assert done.returncode == 1
    assert "Line 1 has no question" in done.stderr


def test_an_assistant_that_is_not_there_is_said_once_and_makes_no_report(served):
    (served.home / "one.jsonl").write_text('{"question": "When?"}\n')
    done = served.run("eval", "one.jsonl", "--assistant", "nobody", "--out", "nothing")
    assert done.returncode == 1
    assert 'Assistant "nobody" not found' in done.stderr
    assert not (served.home / "nothing.json").exists()
