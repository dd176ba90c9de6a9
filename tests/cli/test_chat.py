"""`chat` and `context`: answers with their sources, snippets best first."""

import json

import pytest

pytestmark = pytest.mark.live


def test_an_answer_is_streamed_with_its_source(served, library: str):
    asked = served.run("chat", library, "How long does a signed link to a file stay valid?")
    assert asked.returncode == 0, asked.stderr
    assert "A signed link to a file stays valid for one hour" in asked.stdout
    assert "[1] operator-handbook.pdf, page 9" in asked.stdout


def test_an_answer_as_json_has_citations_with_the_quoted_words(served, library: str):
    question = "Which role may upload files but may not create assistants?"
    asked = served.run("chat", library, "--json", stdin=question)
    answer = json.loads(asked.stdout)
    [*references] = (
        (it["file"]["name"], it["pages"], it["highlight"]["content"])
        for citation in answer["citations"]
        for it in citation["references"]
    )
    assert references[0][:2] == ("administrator-guide.docx", [2])
    assert "may not create assistants" in references[0][2]


def test_context_shows_snippets_best_first(served, library: str):
    found = served.run("context", library, "kill the server while processing", "--top-k", "3")
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("[1] operator-handbook.pdf, page")
    assert "processed when the server was killed are picked up again" in found.stdout
    as_json = served.run("context", library, "error code 429", "--top-k", "3", "--json")
    scores = [snippet["score"] for snippet in json.loads(as_json.stdout)["snippets"]]
    assert scores == sorted(scores, reverse=True)
