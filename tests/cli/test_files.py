"""`files`: uploaded, listed, described, deleted; what fails says why."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from lodgepole.cli import main
from lodgepole.cli.uploading import Uploaded
from lodgepole.errors import NotFound


@pytest.mark.live
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
    described = served.run("files", "get", library, "note.txt")
    assert "note.txt" in described.stdout
    assert f"{served.servers[0].url}/" in described.stdout
    changed = served.run(
        "files", "update", library, result["id"], "--metadata", '{"kind": "memo"}', "--json"
    )
    assert json.loads(changed.stdout)["metadata"] == {"kind": "memo"}
    assert served.run("files", "delete", library, result["id"]).returncode == 0
    assert served.run("files", "get", library, result["id"]).returncode == 1


@pytest.mark.live
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

    monkeypatch.setattr("lodgepole.cli.files.connect", lambda *_: nullcontext(Listed()))
    monkeypatch.setattr("lodgepole.cli.files.upload_all", interrupted)
    (tmp_path / "book.txt").write_text("A book.", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["files", "upload", "left", str(tmp_path)])
    assert ended.value.code == 130
    assert "`lodgepole files list left` shows them" in capsys.readouterr().err


class Listed:
    """A client of an assistant with two files, one of which failed."""

    FILES = (
        {
            "id": "1",
            "name": "good.txt",
            "status": "Available",
            "size": 9,
            "crc32c_hash": "4waSgw==",
        },
        {"id": "2", "name": "bad.pdf", "status": "Failed", "size": 1, "error_message": "No page."},
    )

    def files(self, _, *, filter_=None):
        yield from self.FILES

    def file(self, _, file_id, *, include_url=False):
        del include_url
        found = {file["id"]: file for file in self.FILES}
        if file_id not in found:
            raise NotFound("None.")
        return {**found[file_id], "signed_url": "http://h/signed"}

    def download(self, _):
        yield b"123456789"


@pytest.fixture
def listed(monkeypatch, tmp_path: Path):
    monkeypatch.setattr("lodgepole.cli.files.connect", lambda *_: nullcontext(Listed()))
    monkeypatch.chdir(tmp_path)


def ran(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["files", *arguments])
    return int(ended.value.code or 0)


def test_a_listing_says_why_a_file_failed(listed, capsys):
    assert ran("list", "a") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "bad.pdf: No page."


@pytest.mark.parametrize("status", ["failed", "Failed"])
def test_a_listing_of_one_status(listed, capsys, status: str):
    assert ran("list", "a", "--status", status, "--json") == 0
    assert [file["id"] for file in json.loads(capsys.readouterr().out)["files"]] == ["2"]


def test_a_status_that_there_is_not_is_a_wrong_command_line(listed, capsys):
    assert ran("list", "a", "--status", "done") == 2
    assert "none of Available, Processing, Failed, Deleting" in capsys.readouterr().err


def test_a_file_is_downloaded_by_name_and_nothing_is_overwritten(listed, capsys, tmp_path: Path):
    assert ran("download", "a", "good.txt") == 0
    assert (tmp_path / "good.txt").read_bytes() == b"123456789"
    assert ran("download", "a", "good.txt") == 2
    assert "--force replaces it" in capsys.readouterr().err
    assert ran("download", "a", "1", "--force", "-o", str(tmp_path / "new.txt")) == 0
    assert (tmp_path / "new.txt").read_bytes() == b"123456789"


def test_the_name_of_a_file_chooses_no_folder(listed, monkeypatch, tmp_path: Path):
    outside = {**Listed.FILES[0], "name": "../../x\\..\\good.txt"}
    monkeypatch.setattr(Listed, "FILES", (outside,))
    (tmp_path / "inner").mkdir()
    assert ran("download", "a", "1", "-o", str(tmp_path / "inner")) == 0
    assert [path.name for path in (tmp_path / "inner").iterdir()] == ["good.txt"]


def test_a_second_upload_of_the_same_bytes_hints_at_sync(listed, monkeypatch, capsys, tmp_path):
    path = tmp_path / "good.txt"
    path.write_bytes(b"123456789")
    done = Uploaded(path=path, file_id="3", error=None)
    monkeypatch.setattr("lodgepole.cli.files.upload_all", lambda *_, **__: [done])
    assert ran("upload", "a", str(path)) == 0
    assert "There twice now, with the same bytes: good.txt." in capsys.readouterr().out
    path.write_bytes(b"123456780")
    assert ran("upload", "a", str(path)) == 0
    assert "There twice" not in capsys.readouterr().out
