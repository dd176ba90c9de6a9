"""A backup made while a server runs, restored elsewhere, and served from there."""

import json
import shutil
from pathlib import Path

import pytest

from lodgepole.adapters.host.data_backup import FORMAT, back_up, restore
from lodgepole.client.api_client import Client
from lodgepole.errors import Conflict, InvalidRequest, NotFound

pytestmark = pytest.mark.live
QUESTION = {"query": "When does the harbour open?", "top_k": 3}


def shown(client: Client) -> tuple[list[object], list[object]]:
    """What readers see, without scores' last digits and without links that expire."""
    files = [
        {key: file[key] for key in ("id", "name", "status", "metadata", "crc32c_hash")}
        for file in client.files("library")
        if file["status"] == "Available"
    ]
    snippets = client.context("library", QUESTION)["snippets"]
    found = [(item["content"], round(item["score"], 4)) for item in snippets]
    return files, found


def test_what_is_served_from_a_restored_backup_is_what_was_backed_up(machine, tmp_path: Path):
    data_dir, backup, elsewhere = tmp_path / "data", tmp_path / "backup", tmp_path / "elsewhere"
    note = tmp_path / "note.md"
    server = machine.start(data_dir)
    with Client(server.url, server.api_key) as client:
        client.create_assistant("library", instructions="Be brief.")
        for number in range(4):
            note.write_text(f"# Harbour {number}\n\nThe harbour opens at {number + 5} o'clock.")
            operation = client.upsert_file("library", f"f{number}", note, metadata={"n": number})
            while client.operation("library", operation["id"])["status"] == "Processing":
                pass
        before = shown(client)
        # One more is accepted and is not yet read: it must not be lost either.
        note.write_text("# Market\n\nThe market opens at ten.")
        client.upsert_file("library", "late", note)
        made = machine.run("backup", str(backup), "--data-dir", str(data_dir), "--json")
        assert made.returncode == 0, made.stderr
        report = json.loads(made.stdout)
        assert (report["assistants"], report["files"] in (4, 5)) == (1, True)
        again = machine.run("backup", str(backup), "--data-dir", str(data_dir))
        assert again.returncode == 1
        assert "is there already" in again.stderr
        client.delete_file("library", "f0")
    server.stop()

    ended = machine.run("restore", str(backup), "--data-dir", str(elsewhere))
    assert ended.returncode == 0, ended.stderr
    verified = machine.run("verify", "--data-dir", str(elsewhere))
    assert verified.returncode == 0, verified.stdout
    restored = machine.start(elsewhere)
    assert restored.api_key is None
    with Client(restored.url, server.api_key) as client:
        assert client.assistant("library")["instructions"] == "Be brief."
        while client.file("library", "late")["status"] == "Processing":
            pass
        operation = client.delete_file("library", "late")
        while "late" in {file["id"] for file in client.files("library")}:
            pass
        assert shown(client) == before

    _check_refusals(backup, tmp_path)


def _check_refusals(backup: Path, tmp_path: Path) -> None:
    """Nothing is restored of what is damaged, and nothing over data that is there."""
    with pytest.raises(Conflict, match="holds data already"):
        restore(backup, tmp_path / "data")
    original = next(path for path in (backup / "blobs").rglob("original"))
    damages = {
        "is missing": lambda copy: (copy / original.relative_to(backup)).unlink(),
        "is not what was written": lambda copy: (copy / "catalog.db").write_bytes(b"x"),
        "leaves it": lambda copy: _name_a_path_outside(copy),
        "cannot be read": lambda copy: (copy / "manifest.json").write_text("{"),
    }
    for number, (message, damage) in enumerate(damages.items()):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(backup, copy)
        damage(copy)
        target = tmp_path / f"target{number}"
        with pytest.raises(InvalidRequest, match=message):
            restore(copy, target)
        assert not (target / "catalog.db").exists()


def _name_a_path_outside(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"]["../outside"] = {"size": 0, "sha256": ""}
    (copy / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"format": FORMAT, "files": ["catalog.db"]}, "lists no files"),
        ({"format": FORMAT, "files": {"a\0b": {"size": 0, "sha256": ""}}}, "leaves it"),
        ({"format": FORMAT, "files": {"catalog.db": 5}}, "lists no files"),
    ],
)
def test_a_manifest_that_is_none_is_refused_in_words(tmp_path: Path, body: object, said: str):
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "catalog.db").write_bytes(b"x")
    (tmp_path / "backup" / "manifest.json").write_text(json.dumps(body))
    with pytest.raises(InvalidRequest, match=said):
        restore(tmp_path / "backup", tmp_path / "data")


def test_a_directory_without_a_catalog_is_not_backed_up(tmp_path: Path):
    with pytest.raises(NotFound, match="no catalog"):
        back_up(tmp_path, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []
