"""Archives of XML parts: opened within limits, damaged parts left out, entities refused."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from lodgepole.documents.archives import (
    Archive,
    Kept,
    attribute,
    child_of,
    children_of,
    local_name,
    relations_of,
)
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.errors import UnreadableFile
from lodgepole.limits import MIB, Limits
from lodgepole.model import BlockKind

KEPT = Kept("a Word document", ".docx", "Word", ".doc")


def opened(
    path: Path, parts: Mapping[str, str | bytes], limits: Limits | None = None, damage: str = ""
) -> Archive:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    raw = bytearray(data.getvalue())
    if damage:
        at = raw.index(damage.encode()) + len(damage) + 4
        raw[at] ^= 0xFF
    path.write_bytes(bytes(raw))
    return Archive(path, "a.docx", limits or Limits(), KEPT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.docx"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "damaged or not a Word document"),
        (b"PK\x03\x04 nothing", "damaged or not a Word document"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), r"encrypted or an old \.doc file"),
    ],
)
def test_what_is_no_archive_says_what_to_do(path: Path, data: bytes, said: str) -> None:
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match=said):
        Archive(path, "a.docx", Limits(), KEPT)


def test_a_bomb_is_refused_before_it_is_unpacked(path: Path) -> None:
    limits = Limits(archive_bytes=1000 * MIB, archive_ratio=2)
    with pytest.raises(UnreadableFile, match="unpacks to"):
        opened(path, {"a.xml": bytes(8 * MIB)}, limits)


def test_a_part_that_is_not_there_is_none(path: Path) -> None:
    archive = opened(path, {"a.xml": "<a/>"})
    assert archive.data("b.xml") is None
    assert archive.xml("b.xml") is None
    assert archive.unread == []
    with pytest.raises(UnreadableFile, match="damaged"):
        archive.xml("b.xml", required=True)


def test_a_damaged_part_costs_that_part(path: Path) -> None:
    archive = opened(path, {"a.xml": "<a>" + "x" * 500 + "</a>", "b.xml": "<b/>"}, damage="a.xml")
    assert archive.xml("a.xml") is None
    assert local_name(archive.xml("b.xml")) == "b"
    builder = DocumentBuilder("a", Limits())
    with pytest.raises(UnreadableFile, match="damaged"):
        archive.tell_damage(builder)
    builder.add("text", BlockKind.PARAGRAPH)
    archive.tell_damage(builder)
    assert "a.xml" in (builder.build().notice or "")


def test_xml_that_breaks_off_is_read_as_far_as_it_goes(path: Path) -> None:
    archive = opened(path, {"a.xml": "<a><b>kept</b><c>"})
    assert [local_name(child) for child in archive.xml("a.xml")] == ["b", "c"]
    assert archive.unread == ["a.xml"]


@pytest.mark.parametrize("entity", ['<!ENTITY b "c">', '<!ENTITY x SYSTEM "file:///etc/passwd">'])
def test_entities_are_refused(path: Path, entity: str) -> None:
    archive = opened(path, {"a.xml": f"<!DOCTYPE a [{entity}]><a>&b;&x;</a>"})
    with pytest.raises(UnreadableFile, match="declares XML entities"):
        archive.xml("a.xml")


def test_relations_lead_to_parts_from_where_they_are(path: Path) -> None:
    relation = '<Relationship Id="{}" Type="http://x/{}" Target="{}"/>'
    archive = opened(
        path,
        {
            "_rels/.rels": f"<r>{relation.format('1', 'officeDocument', '/word/main.xml')}</r>",
            "word/_rels/main.xml.rels": "<r>"
            + relation.format("a", "notes", "notes.xml")
            + relation.format("b", "notes", "/word/more.xml")
            + relation.format("c", "notes", "../other.xml")
            + relation.format("d", "image", "i.png")
            + "</r>",
        },
    )
    assert archive.main_part() == "word/main.xml"
    assert relations_of("word/main.xml") == "word/_rels/main.xml.rels"
    assert archive.used_by("word/main.xml", "/notes") == {
        "a": "word/notes.xml",
        "b": "word/more.xml",
        "c": "other.xml",
    }


def test_names_are_read_whatever_their_namespace() -> None:
    root = etree.fromstring('<w:a xmlns:w="w" w:val="1"><w:b><w:c/></w:b><!-- x --></w:a>')
    assert local_name(root) == "a"
    assert attribute(root, "val") == "1"
    assert attribute(root, "other") is None
    assert [local_name(child) for child in children_of(root, "b")] == ["c"]
    assert child_of(root, "z") is None
    assert child_of(None, "z") is None
    assert children_of(None, "z") == []
