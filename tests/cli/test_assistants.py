"""`assistants`: created, described, changed, listed, deleted after a question."""

import json

import pytest

pytestmark = pytest.mark.live


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
    assert (nothing.returncode, "Nothing to change" in nothing.stderr) == (2, True)
    assert served.run("assistants", "delete", "changing", "--yes").returncode == 0


def test_a_default_model_is_given_and_taken_back(served):
    served.run("assistants", "create", "modelled", "--default-model", "gpt-4o")
    described = json.loads(served.run("assistants", "get", "modelled", "--json").stdout)
    assert described["default_model"] == "gpt-4o"
    assert served.run("assistants", "update", "modelled", "--default-model", "").returncode == 0
    assert "the server's" in served.run("assistants", "get", "modelled").stdout
    wrong = served.run("assistants", "update", "modelled", "--default-model", "gpt-99")
    assert (wrong.returncode, "gpt-99" in wrong.stderr) == (1, True)
    assert served.run("assistants", "delete", "modelled", "--yes").returncode == 0


def test_deleting_asks_first(served):
    served.run("assistants", "create", "kept")
    refused = served.run("assistants", "delete", "kept", stdin="n\n")
    assert refused.returncode == 1
    assert served.run("assistants", "get", "kept").returncode == 0
    assert served.run("assistants", "delete", "kept", stdin="y\n").returncode == 0
