"""An assistant in one file: a round trip is equal, and of an import that fails nothing is left."""

import base64
import hashlib
import json
import time
import zipfile
from collections.abc import Generator
from pathlib import Path

import numpy as np
import orjson
import pytest
from tests.support.exports import boat, made_by_hand

from lodgepole.cli.archive_reader import MANIFEST

GONE_SECONDS = 30

pytestmark = pytest.mark.live


@pytest.fixture
def moved(served) -> Generator[tuple[str, str]]:
    served.run(
        *("assistants", "create", "old-place", "--instructions", "Be brief."),
        *("--metadata", '{"team": "docs"}'),
    )
    yield "old-place", "new-place"
    for name in ("old-place", "new-place"):
        served.run("assistants", "delete", name, "--yes")


def manifest(path: Path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(MANIFEST))


def test_a_round_trip_is_equal(served, moved, tmp_path: Path):
    old, new = moved
    for name, text in (("b.md", "# B\n\nThe boat."), ("ä c.txt", "The car."), ("a.json", "[1]")):
        (tmp_path / name).write_text(text)
        sent = served.run(
            *("files", "upload", old, str(tmp_path / name), "--metadata", f'{{"from": "{name}"}}')
        )
        assert sent.returncode == 0, sent.stderr
    served.run("assistants", "update", old, "--default-model", "gpt-4o")
    first, second = tmp_path / "first.lodgepole", tmp_path / "second.lodgepole"
    assert served.run("export", old, "--output", str(first)).returncode == 0
    assert first.stat().st_mode & 0o777 == 0o600
    again = served.run("export", old, "--output", str(first))
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    taken = served.run("import", str(first), "--name", old)
    assert (taken.returncode, "There is an assistant" in taken.stderr) == (1, True)

    made = served.run("import", str(first), "--name", new, "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout) == {"assistant": new, "files": 3, "failed": []}
    assert served.run("export", new, "--output", str(second)).returncode == 0
    one, other = manifest(first), manifest(second)
    assert [file["name"] for file in one["files"]] == ["b.md", "ä c.txt", "a.json"]
    names = [body["assistant"].pop("name") for body in (one, other)]
    assert names == [old, new]
    assert one["assistant"]["default_model"] == "gpt-4o"
    assert one == other
    with zipfile.ZipFile(first) as a, zipfile.ZipFile(second) as b:
        for file in one["files"]:
            assert a.read(file["member"]) == b.read(file["member"])


def test_sources_come_along_paused_and_without_secrets(served, moved, tmp_path: Path):
    old, new = moved
    added = served.run(
        *("sources", "add", old, "https://docs.example.org/guide/", "--every", "6h", "--paused"),
        *("--crawl", "--exclude", "drafts/", "--metadata", '{"team": "docs"}', "--json"),
    )
    source = json.loads(added.stdout)
    export = tmp_path / "export.lodgepole"
    assert served.run("export", old, "--output", str(export)).returncode == 0
    (kept,) = manifest(export)["sources"]
    assert kept.items() <= source.items()
    assert (kept["rules"]["crawl"], kept["every_seconds"]) == (True, 21_600)

    beside = json.loads(served.run("import", str(export), "--name", new, "--json").stdout)
    assert "already exists" in beside["sources_left_out"][0]["error"]
    for name in (old, new):
        served.run("assistants", "delete", name, "--yes")
    made = served.run("import", str(export), "--name", new)
    assert "paused" in made.stdout
    (again,) = json.loads(served.run("sources", "list", new, "--json").stdout)["sources"]
    assert {**again, "assistant": old, "created_at": source["created_at"]} == source


def test_passages_and_vectors_come_along_and_are_the_ones_that_are_used(
    served, moved, tmp_path: Path
):
    old, new = moved
    (tmp_path / "b.md").write_text("# B\n\nThe boat is blue.\n\n# C\n\nThe car is red.")
    assert served.run("files", "upload", old, str(tmp_path / "b.md")).returncode == 0
    first, turned, second = (tmp_path / f"{name}.lodgepole" for name in ("1", "2", "3"))
    assert served.run("export", old, "--output", str(first), "--with-passages").returncode == 0
    with_other_vectors(first, turned)
    made = served.run("import", str(turned), "--name", new)
    assert made.returncode == 0, made.stderr
    assert served.run("export", new, "--output", str(second), "--with-passages").returncode == 0
    assert passages(second) == passages(turned) != passages(first)


def passages(path: Path) -> list[dict]:
    (file,) = manifest(path)["files"]
    with zipfile.ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read(file["passages"]["member"]).splitlines()]


def with_other_vectors(source: Path, target: Path) -> None:
    """The same export, with every vector pointing the other way."""
    body = manifest(source)
    (file,) = body["files"]
    lines = passages(source)
    for row in lines[1:]:
        vector = -np.frombuffer(base64.b64decode(row["vector"]), "<f2")
        row["vector"] = base64.b64encode(vector.tobytes()).decode()
    data = b"".join(orjson.dumps(row) + b"\n" for row in lines)
    file["passages"] |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        new.writestr(file["member"], old.read(file["member"]))
        new.writestr(file["passages"]["member"], data)
        new.writestr(MANIFEST, json.dumps(body))


def test_conversations_come_along_where_they_are_wanted(served, moved, tmp_path: Path):
    old, new = moved
    (tmp_path / "boat.md").write_text("# Boats\n\nThe red boat leaves at seven.")
    served.run("files", "upload", old, str(tmp_path / "boat.md"))
    assert served.run("chat", old, "When does the red boat leave?", "--keep").returncode == 0
    path = tmp_path / "with.lodgepole"
    assert served.run("export", old, "-o", str(path), "--with-conversations").returncode == 0
    made = served.run("import", str(path), "--name", new, "--json")
    assert json.loads(made.stdout)["conversations"] == 1, made.stdout
    (talk,) = json.loads(served.run("conversations", "list", new, "--json").stdout)["conversations"]
    shown = served.run("conversations", "show", talk["id"]).stdout
    assert "> When does the red boat leave?" in shown
    assert "[1] boat.md" in shown
    alone = tmp_path / "without.lodgepole"
    served.run("export", old, "-o", str(alone))
    assert "conversations" not in manifest(alone)


def test_of_an_import_that_breaks_off_nothing_is_left(served, tmp_path: Path):
    files = [boat(), boat(id="f2", metadata={"$wrong": 1})]
    path = made_by_hand(tmp_path / "x", content=b"The boat.", files=files)
    imported = served.run("import", str(path), "--name", "half")
    assert (imported.returncode, "$wrong" in imported.stderr) == (1, True)
    deadline = time.monotonic() + GONE_SECONDS
    while "half" in served.run("assistants", "list", "--json").stdout:  # deletions take a moment
        assert time.monotonic() < deadline
