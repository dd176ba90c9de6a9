import json
import logging

import pytest

from lodgepole.telemetry.log_format import JsonLines, TextLines, request_id


@pytest.fixture
def in_request():
    token = request_id.set("0a1b")
    yield
    request_id.reset(token)


def record(**extra) -> logging.LogRecord:
    made = logging.LogRecord("lodgepole.x", logging.INFO, "x.py", 1, "%s files", (3,), None)
    vars(made).update(extra)
    return made


def test_a_json_line_has_the_time_the_message_and_the_fields_it_was_given():
    line = json.loads(JsonLines().format(record(fields={"route": "/files", "status": 200})))
    assert line["time"].endswith("Z")
    assert (line["level"], line["logger"], line["message"]) == ("info", "lodgepole.x", "3 files")
    assert (line["route"], line["status"]) == ("/files", 200)
    assert "request_id" not in line


def test_every_line_of_a_request_carries_its_id(in_request):
    assert json.loads(JsonLines().format(record()))["request_id"] == "0a1b"
    assert TextLines().format(record()).endswith("3 files [request 0a1b]")


def test_a_traceback_stays_within_its_json_line():
    try:
        int("two\nlines")
    except ValueError as error:
        failed = record(exc_info=(type(error), error, error.__traceback__))
    text = JsonLines().format(failed)
    assert "\n" not in text
    assert "ValueError" in json.loads(text)["exception"]


def test_what_others_wrote_does_not_steer_who_reads_the_log():
    record = logging.LogRecord("n", logging.INFO, "", 0, "Refused: %s", ("a\x1b[2J",), None)
    assert TextLines().format(record).endswith("INFO n: Refused: a␛[2J")
