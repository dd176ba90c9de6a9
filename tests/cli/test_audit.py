"""`audit`: who changed what, as a table and as JSON lines."""

import json

import pytest

pytestmark = pytest.mark.live


def test_the_audit_log_is_shown_and_exported(served):
    served.run("assistants", "create", "audited")
    served.run("assistants", "delete", "audited", "--yes")
    shown = served.run("audit")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "delete_assistant audited" in shown.stdout
    lines = served.run("audit", "--most", "0", "--json").stdout.splitlines()
    actions = [json.loads(line)["action"] for line in lines]
    assert actions[:2] == ["delete_assistant", "create_assistant"]
    assert len(served.run("audit", "--most", "1", "--json").stdout.splitlines()) == 1
