"""The commands against a real server, as a person or a script calls them."""

import json

import pytest
import typer.main

from lodgepole.cli import app

pytestmark = pytest.mark.live


def every_command(command, path="lodgepole"):
    for name, child in getattr(command, "commands", {}).items():
        yield f"{path} {name}", child
        yield from every_command(child, f"{path} {name}")


def test_no_summary_of_a_command_is_cut_off():
    found = dict(every_command(typer.main.get_command(app)))
    assert len(found) > 25
    assert [path for path, one in found.items() if one.get_short_help_str(45).endswith("...")] == []


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
