"""`files`: uploaded, listed, described, deleted; what fails says why."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from lodgepole.cli import main

pytestmark = pytest.mark.live


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
    changed = served.run(
        "files", "update", library, result["id"], "--metadata", '{"kind": "memo"}', "--json"
    )
    assert json.loads(changed.stdout)["metadata"] == {"kind": "memo"}
    assert served.run("files", "delete", library, result["id"]).returncode == 0
    assert served.run("files", "get", library, result["id"]).returncode == 1


def test_a_file_that_cannot_be_read_fails_the_command_with_its_reason(
    served, library: str, tmp_path: Path
):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing of the kind")
    uploaded = served.run("files", "upload", library, str(broken))
    assert uploaded.returncode == 1
    assert "broken.pdf: failed." in uploaded.stdout
    assert "0 of 1 files can be searched now." in uploaded.stdout


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
