"""An exported assistant is read as it was written; what is damaged is refused in words."""

import contextlib
import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from tests.support.exports import boat, made_by_hand

from lodgepole.cli.archive_reader import (
    CONVERSATIONS,
    MANIFEST,
    conversations_of,
    member_chunks,
    opened,
)
from lodgepole.errors import InvalidRequest


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


def test_an_export_made_by_hand_is_read(tmp_path: Path):
    with opened(made_by_hand(tmp_path / "x", files=[boat()])) as exported:
        assert exported.assistant == {"name": "a"}
        (file,) = exported.files
        assert b"".join(member_chunks(exported.archive, file)) == b"The boat."


def with_conversations(path: Path, content: bytes, **changes: object) -> Path:
    sha256 = hashlib.sha256(content).hexdigest()
    member = {"member": CONVERSATIONS, "size": len(content), "sha256": sha256, "count": 1}
    made_by_hand(path, files=[boat()], conversations={**member, **changes})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(CONVERSATIONS, content)
    return path


def test_conversations_are_read_line_by_line(tmp_path: Path):
    lines = b'{"title": "A", "messages": [], "id": "x"}\n{"title": "", "messages": [1]}\n'
    with opened(with_conversations(tmp_path / "x", lines)) as exported:
        assert list(conversations_of(exported)) == [
            {"title": "A", "messages": []},
            {"title": "", "messages": [1]},
        ]
    with opened(made_by_hand(tmp_path / "y", files=[boat()])) as exported:
        assert list(conversations_of(exported)) == []


@pytest.mark.parametrize("line", [b"{", b"[]\n", b'{"title": "A"}\n', b"null\n", b"\xff\n"])
def test_a_conversation_that_is_damaged_is_refused_in_words(tmp_path: Path, line):
    with (
        opened(with_conversations(tmp_path / "x", line)) as exported,
        pytest.raises(InvalidRequest, match="A conversation in the export is damaged"),
    ):
        list(conversations_of(exported))


@pytest.mark.parametrize("changes", [{"sha256": "0"}, {"size": 1}, {"member": "none"}])
def test_conversations_that_are_not_what_was_written_are_refused(tmp_path: Path, changes):
    with pytest.raises(InvalidRequest, match="damaged"):
        opened(with_conversations(tmp_path / "x", b'{"title": "A", "messages": []}\n', **changes))


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
