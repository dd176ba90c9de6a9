"""Files within a PDF: read below their names, or named in a notice."""

import io
import tempfile
from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.documents.builder import check_document
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document


def pdf(*pages: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    for page in pages:
        canvas.drawString(60, 740, page)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def portfolio(path: Path, files: dict[str, bytes]) -> Path:
    cover = pypdfium2.PdfDocument(pdf("Open this portfolio in a viewer."))
    for name, data in files.items():
        cover.new_attachment(name).set_data(data)
    cover.save(path)
    cover.close()
    return path


def read_attached(data: bytes, name: str) -> Document | None:
    if name.endswith(".bad"):
        raise UnreadableFile(f"{name!r} is damaged.")
    if not name.endswith(".pdf"):
        return None
    path = Path(tempfile.mkdtemp()) / name
    path.write_bytes(data)
    try:
        return parse(path, name, Limits())
    finally:
        path.unlink()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    files = {
        "minutes.pdf": pdf("The board bought two ploughs.", "Grace Hopper is treasurer."),
        "drawing.dwg": b"AC1032",
        "letter.bad": b"?",
    }
    return portfolio(tmp_path / "a.pdf", files)


def test_files_of_known_kinds_are_read_below_their_names(path: Path) -> None:
    document = parse(path, "a.pdf", Limits(), read_attached=read_attached)
    check_document(document)

    heads = [document.text[b.start : b.end] for b in document.blocks if b.kind is BlockKind.HEADING]
    assert heads == ["Attachment: minutes.pdf", "minutes.pdf, page 1", "minutes.pdf, page 2"]
    assert "The board bought two ploughs." in document.text
    assert len(document.pages) == 1
    assert document.notice is not None
    assert "after the last page" in document.notice
    assert "'drawing.dwg'" in document.notice
    assert "'letter.bad' is damaged" in document.notice


def test_they_are_named_where_they_are_not_read(path: Path) -> None:
    document = parse(path, "a.pdf", Limits())

    assert "ploughs" not in document.text
    assert document.notice is not None
    assert "'minutes.pdf'" in document.notice


def test_a_file_without_attachments_has_no_notice(tmp_path: Path) -> None:
    path = portfolio(tmp_path / "a.pdf", {})
    assert parse(path, "a.pdf", Limits(), read_attached=read_attached).notice is None
