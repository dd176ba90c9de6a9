"""`usage`: what was asked for, by day."""

import json

import pytest

pytestmark = pytest.mark.live


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
