"""A model is graded through a server of the command's own, which leaves nothing behind."""

import json
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lodgepole.cli.model_check import ask_all, show_grade
from lodgepole.errors import InvalidRequest
from lodgepole.evaluation.model_grades import GradedQuestion, Reply, grade
from lodgepole.runtime.settings import Settings


class Parrot(BaseHTTPRequestHandler):
    """A model that knows one fact, and names no source."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        last = asked["messages"][-1]["content"]
        text = (
            '{"port": 8080}' if "JSON" in last else "A signed link to a file is valid for one hour."
        )
        chunk = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}],
                 "usage": {"prompt_tokens": 1500, "completion_tokens": 9}}  # fmt: skip
        body = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.send_error(404)

    def log_message(self, *_):
        pass


@pytest.fixture
def parrot():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Parrot)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join(5)


def left_behind() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("lodgepole-check-*"))


@pytest.mark.live
@pytest.mark.slow
def test_the_model_that_quotes_is_graded_without_any_setting(machine):
    before = left_behind()
    done = machine.run("models", "check", "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["name"] == "lodgepole-extractive"
    assert row["grade"]["answers"][1] == 7
    assert row["grade"]["answers"][0] >= 5
    assert row["grade"]["citations"][0] >= 5
    assert row["grade"]["refusals"] == [2, 2]
    assert row["grade"]["advice"] == []
    assert left_behind() <= before


@pytest.mark.live
@pytest.mark.slow
def test_a_model_of_ones_own_is_graded_and_told_what_to_set(machine, parrot):
    there = {"OPENAI_BASE_URL": parrot, "LODGEPOLE_DEFAULT_MODEL": "parrot"}
    done = machine.run("models", "check", **there)
    assert done.returncode == 0, done.stderr
    assert "parrot: answers" in done.stdout
    assert "Answers     1 of 7" in done.stdout
    assert "JSON        1 of 1" in done.stdout
    assert "Refusals    0 of 2" in done.stdout
    assert "a larger model does better" in done.stdout
    quick = machine.run("models", "check", "--quick", "--json", **there)
    assert [row["grade"] for row in json.loads(quick.stdout)] == [None]


def test_data_that_many_machines_share_are_not_touched():
    settings = Settings(database_url="postgresql://x/y", blob_url="s3://b/p")
    with pytest.raises(InvalidRequest, match="database_url"):
        ask_all(settings, "m", told=print)


def test_what_went_wrong_is_shown_with_the_answer(capsys):
    question = GradedQuestion(said=("How long?",), facts=(("an hour",),), file="a.txt")
    replies = [
        (question, Reply(text="Two  days.", first_seconds=1.25)),
        (question, Reply(text="An hour.")),
        (question, Reply(problem="No model.")),
    ]
    show_grade("m", grade(replies, window=4096))
    shown = capsys.readouterr().out
    for words in (
        *("1 of 3", "0 of 3", "How long? wrong: Two days.", "cites nothing for it: An hour."),
        *("How long? No model.", "1.2 s", "context_tokens = 4096"),
    ):
        assert words in shown
