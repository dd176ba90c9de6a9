"""An assistant in one file: a round trip is equal, and what is damaged is refused."""

import base64
import contextlib
import hashlib
import json
import zipfile
from collections.abc import Generator
from pathlib import Path

import google_crc32c
import numpy as np
import orjson
import pytest

from lodgepole.cli.archive import MANIFEST, opened
from lodgepole.errors import InvalidRequest

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


def made_by_hand(path: Path, *, content: bytes = b"The boat.", **changes: object) -> Path:
    file = {
        "id": "f1",
        "name": "boat.txt",
        "metadata": None,
        "multimodal": False,
        "size": 9,
        "crc32c_hash": "x",
        "member": "files/000000",
        "sha256": "98c4c9fa4a3a3f4bb4cb7f0a0c1c5d0c4d9c2f5b8a4e5d5c1f5a2b3c4d5e6f70",
    }
    body = {"format": 1, "release": "0", "assistant": {"name": "a"}, "files": [file], **changes}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("files/000000", content)
        archive.writestr(MANIFEST, json.dumps(body))
    return path


@pytest.mark.parametrize(
    ("content", "changes", "message"),
    [
        (b"The boat.", {}, r"boat\.txt is not what was written"),
        (b"The boats", {}, r"boat\.txt is not what was written"),
        (b"The", {}, r"boat\.txt has another size"),
        (b"", {"format": 2}, "has format 2; this release reads 1"),
        (b"", {"files": [{}]}, "is damaged"),
        (b"", {"files": 3}, "is damaged"),
    ],
)
def test_what_is_damaged_is_refused_with_what_is_wrong(tmp_path: Path, content, changes, message):
    path = made_by_hand(tmp_path / "x.lodgepole", content=content, **changes)
    with pytest.raises(InvalidRequest, match=message):
        opened(path)


def test_what_is_no_export_or_was_cut_off_is_refused(tmp_path: Path):
    whole = made_by_hand(tmp_path / "whole").read_bytes()
    for content in (b"", b"PK", whole[: len(whole) // 2]):
        (tmp_path / "cut").write_bytes(content)
        with pytest.raises(InvalidRequest, match="no export, or it was cut off"):
            opened(tmp_path / "cut")
    with pytest.raises(InvalidRequest, match="There is no file"):
        opened(tmp_path / "nowhere")


def boat(**changes: object) -> dict[str, object]:
    crc = base64.b64encode(google_crc32c.Checksum(b"The boat.").digest()).decode()
    file = {"id": "f1", "name": "boat.txt", "metadata": None, "multimodal": False, "size": 9}
    sha256 = hashlib.sha256(b"The boat.").hexdigest()
    member = {"member": "files/000000", "sha256": sha256, "crc32c_hash": crc}
    return {**file, **member, **changes}


def test_an_export_made_by_hand_is_read(tmp_path: Path):
    with opened(made_by_hand(tmp_path / "x", files=[boat()])) as exported:
        assert exported.assistant == {"name": "a"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"files": [boat(), boat()]}, "no proper ids"),
        ({"files": [boat(id="../../etc")]}, "no proper ids"),
        ({"files": [boat(id="a/b")]}, "no proper ids"),
        ({"files": [boat(id=7)]}, "is damaged"),
        ({"files": [boat(metadata="x")]}, "should be an object"),
        ({"files": [boat(crc32c_hash="AAAAAA==")]}, "another CRC"),
        ({"files": [boat(member="files/000001")]}, "is damaged"),
        ({"files": [boat(member="../../etc/passwd")]}, "is damaged"),
        ({"files": [boat(size=10**12)]}, "larger than it is"),
        ({"files": [boat(size="9")]}, "is damaged"),
        ({"assistant": ["a"]}, "should be an object"),
        ({"assistant": None}, "should be an object"),
        ({"format": None}, "has format None"),
    ],
)
def test_a_manifest_that_is_wrong_is_refused_before_anything_is_made(
    tmp_path: Path, changes, message
):
    with pytest.raises(InvalidRequest, match=message):
        opened(made_by_hand(tmp_path / "x", **changes))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_that_are_double_packed_or_encrypted_are_refused(tmp_path: Path):
    path = made_by_hand(tmp_path / "double", files=[boat()])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("files/000000", b"The raft.")
    with pytest.raises(InvalidRequest, match="two members of one name"):
        opened(path)
    body = {"format": 1, "assistant": {"name": "a"}, "files": [boat()]}
    with zipfile.ZipFile(tmp_path / "packed", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("files/000000", b"The boat.")
        archive.writestr(MANIFEST, json.dumps(body))
    with pytest.raises(InvalidRequest, match="another size"):
        opened(tmp_path / "packed")
    whole = bytearray(made_by_hand(tmp_path / "plain", files=[boat()]).read_bytes())
    for place in (whole.find(b"PK\1\2"), whole.rfind(b"PK\1\2")):
        whole[place + 8] |= 1  # says that it is encrypted
    (tmp_path / "encrypted").write_bytes(whole)
    with pytest.raises(InvalidRequest, match="cannot be read"):
        opened(tmp_path / "encrypted")


def test_every_cut_and_every_wrong_bit_ends_in_words(tmp_path: Path):
    whole = made_by_hand(tmp_path / "whole", files=[boat()]).read_bytes()
    for place in range(0, len(whole), 3):
        flipped = bytearray(whole)
        flipped[place] ^= 0x11
        for content in (whole[:place], bytes(flipped)):
            (tmp_path / "bad").write_bytes(content)
            with contextlib.suppress(InvalidRequest):
                opened(tmp_path / "bad").archive.close()


def test_of_an_import_that_breaks_off_nothing_is_left(served, tmp_path: Path):
    files = [boat(), boat(id="f2", metadata={"$wrong": 1})]
    path = made_by_hand(tmp_path / "x", content=b"The boat.", files=files)
    imported = served.run("import", str(path), "--name", "half")
    assert (imported.returncode, "$wrong" in imported.stderr) == (1, True)
    assert "half" not in served.run("assistants", "list", "--json").stdout
