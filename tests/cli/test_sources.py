"""`lodgepole sources` against a running server."""

import json

import pytest

from lodgepole.cli.sources import read_duration, write_duration
from lodgepole.errors import InvalidRequest


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("6h", 21_600), ("1D", 86_400)]
)
def test_lengths_of_time(text, seconds):
    assert read_duration(text) == seconds
    assert write_duration(seconds) == text.lower()


@pytest.mark.parametrize("text", ["", "6", "h", "6 h", "-1h", "1w", "1h30m", "9" * 12 + "d"])
def test_what_is_no_length_of_time(text):
    with pytest.raises(InvalidRequest):
        read_duration(text)


def test_without_a_schedule():
    assert write_duration(None) == "-"


def test_a_folder_is_followed_from_its_addition_to_its_removal(machine, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "pump.md").write_text("# Pump\nIt runs at 42 bar.")
    (folder / "photo.png").write_bytes(b"x")
    roots = json.dumps([str(folder)])
    machine.start(machine.home / ".local" / "share" / "lodgepole", LODGEPOLE_SOURCE_ROOTS=roots)
    machine.run("assistants", "create", "docs")
    added = machine.run("sources", "add", "docs", str(folder), "--every", "6h", "--wait")
    assert added.returncode == 0, added.stderr
    assert "pump.md: added" in added.stdout
    assert "photo.png: skipped. Not a kind of file that is read." in added.stdout
    listed = machine.run("sources", "list", "docs")
    assert "6h" in listed.stdout
    source_id = json.loads(machine.run("sources", "list", "--json").stdout)["sources"][0]["id"]
    (folder / "pump.md").write_text("# Pump\nIt runs at 43 bar.")
    (folder / "photo.png").unlink()
    # The upload of the first run may still be read; the run after it then takes the change.
    for _ in range(20):
        run = machine.run("sources", "run", source_id, "--wait")
        if run.returncode == 0:
            break
    assert "The run completed: 1 changed." in run.stdout
    again = machine.run("sources", "run", source_id, "--wait", "--json")
    assert json.loads(again.stdout)["run"]["counts"]["unchanged"] == 1
    assert "UNCHANGED" in machine.run("sources", "history", source_id).stdout
    assert "paused" in machine.run("sources", "pause", source_id).stdout
    refused = machine.run("sources", "run", source_id)
    assert (refused.returncode, "resume it first" in refused.stderr) == (1, True)
    assert "active" in machine.run("sources", "resume", source_id).stdout
    assert machine.run("sources", "remove", source_id, "--with-files").returncode == 0
    assert machine.run("sources", "history", "nobody").returncode == 1
