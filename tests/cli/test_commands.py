"""The commands against a real server, as a person or a script calls them."""

import json
from collections.abc import Generator
from contextlib import nullcontext
from pathlib import Path

import pytest
import typer.main

from lodgepole.cli import app, main
from lodgepole.cli.demo import examples

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def library(served) -> Generator[str]:
    """An assistant that has read the examples."""
    assert served.run("assistants", "create", "library").returncode == 0
    uploaded = served.run("files", "upload", "library", str(examples()))
    assert uploaded.returncode == 0, uploaded.stderr
    assert "5 of 5 files can be searched now." in uploaded.stdout
    yield "library"
    assert served.run("assistants", "delete", "library", "--yes").returncode == 0


def test_an_assistant_is_created_described_listed_and_deleted(served):
    made = served.run("assistants", "create", "short-lived", "--instructions", "Be brief.")
    assert (made.returncode, made.stderr) == (0, "")
    described = served.run("assistants", "get", "short-lived", "--json")
    assert json.loads(described.stdout)["instructions"] == "Be brief."
    assert "short-lived  Ready" in served.run("assistants", "list").stdout
    assert served.run("assistants", "delete", "short-lived", "--yes").returncode == 0
    listed = json.loads(served.run("assistants", "list", "--json").stdout)["assistants"]
    assert "short-lived" not in {item["name"] for item in listed}


def test_what_an_assistant_is_told_can_be_changed(served):
    served.run("assistants", "create", "changing", "--metadata", '{"team": "docs"}')
    changed = served.run("assistants", "update", "changing", "--instructions", "Be brief.")
    assert (changed.returncode, changed.stderr) == (0, "")
    described = json.loads(served.run("assistants", "get", "changing", "--json").stdout)
    assert (described["instructions"], described["metadata"]) == ("Be brief.", {"team": "docs"})
    nothing = served.run("assistants", "update", "changing")
    assert (nothing.returncode, "Nothing to change" in nothing.stderr) == (1, True)
    assert served.run("assistants", "delete", "changing", "--yes").returncode == 0


def test_usage_is_told_by_day(served):
    served.run("assistants", "list")
    shown = served.run("usage")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "REQUESTS" in shown.stdout
    report = json.loads(served.run("usage", "--days", "1", "--json").stdout)
    (today,) = report["days"]
    assert today["requests"] > 0
    refused = served.run("usage", "--days", "0")
    assert (refused.returncode, "between 1 and" in refused.stderr) == (1, True)


def every_command(command, path="lodgepole"):
    for name, child in getattr(command, "commands", {}).items():
        yield f"{path} {name}", child
        yield from every_command(child, f"{path} {name}")


def test_no_summary_of_a_command_is_cut_off():
    found = dict(every_command(typer.main.get_command(app)))
    assert len(found) > 25
    assert [path for path, one in found.items() if one.get_short_help_str(45).endswith("...")] == []


def test_deleting_asks_first(served):
    served.run("assistants", "create", "kept")
    refused = served.run("assistants", "delete", "kept", stdin="n\n")
    assert refused.returncode == 1
    assert served.run("assistants", "get", "kept").returncode == 0
    assert served.run("assistants", "delete", "kept", stdin="y\n").returncode == 0


def test_files_are_listed_described_and_deleted(served, library: str, tmp_path: Path):
    note = tmp_path / "note.txt"
    note.write_text("The meeting is on Tuesday.")
    uploaded = served.run(
        "files", "upload", library, str(note), "--metadata", '{"kind": "note"}', "--json"
    )
    [result] = json.loads(uploaded.stdout)["files"]
    assert (uploaded.returncode, result["status"]) == (0, "Available")
    listed = served.run("files", "list", library, "--filter", '{"kind": "note"}')
    assert listed.stdout.splitlines()[1].split()[:2] == [result["id"], "Available"]
    assert len(listed.stdout.splitlines()) == 2
    described = served.run("files", "get", library, result["id"])
    assert "note.txt" in described.stdout
    assert f"{served.servers[0].url}/" in described.stdout
    assert served.run("files", "delete", library, result["id"]).returncode == 0
    assert served.run("files", "get", library, result["id"]).returncode == 1


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


def test_a_file_that_cannot_be_read_fails_the_command_with_its_reason(
    served, library: str, tmp_path: Path
):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing of the kind")
    uploaded = served.run("files", "upload", library, str(broken))
    assert uploaded.returncode == 1
    assert "broken.pdf: failed." in uploaded.stdout
    assert "0 of 1 files can be searched now." in uploaded.stdout


def test_what_the_server_refuses_is_told_in_its_words(served):
    missing = served.run("chat", "nobody", "Hello?")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr == 'error: Assistant "nobody" not found.\n'
    as_json = served.run("assistants", "get", "nobody", "--json")
    assert json.loads(as_json.stderr)["error"] == {
        "kind": "NotFound",
        "message": 'Assistant "nobody" not found.',
    }


def test_a_wrong_key_is_told(served):
    refused = served.run("assistants", "list", LODGEPOLE_API_KEY="wrong")
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: Invalid API key. Set LODGEPOLE_API_KEY to a key of ")


def test_no_server_is_told_with_an_exit_code_of_its_own(machine):
    alone = machine.run("assistants", "list", "--url", "http://127.0.0.1:9")
    assert alone.returncode == 3
    assert "Start one with `lodgepole serve`" in alone.stderr


def test_a_wrong_command_line_has_the_usual_exit_code(machine):
    assert machine.run("assistants", "create").returncode == 2
    assert machine.run("dance").returncode == 2


def test_an_upload_that_is_interrupted_says_where_to_look(monkeypatch, capsys, tmp_path: Path):
    def interrupted(*_: object, **__: object):
        raise KeyboardInterrupt

    monkeypatch.setattr("lodgepole.cli.files.connect", lambda *_: nullcontext())
    monkeypatch.setattr("lodgepole.cli.files.upload_all", interrupted)
    (tmp_path / "book.txt").write_text("A book.", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["files", "upload", "left", str(tmp_path)])
    assert ended.value.code == 130
    assert "`lodgepole files list left` shows them" in capsys.readouterr().err
