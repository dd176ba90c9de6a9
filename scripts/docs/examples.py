"""Build the example documents that have a layout: the same bytes on every machine.

    python scripts/docs/examples.py [FOLDER]

The text is in `scripts/docs/handbook/`; it uses a little Markdown (`#` headings, paragraphs, `-`
lists, `|` tables, `**bold**`, `` `code` ``), `---page---` for a page break, and `[columns]`
around text that is set in two columns. Nothing is compressed: compressors differ.
"""

import io
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as DocxParagraph
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BalancedColumns,
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    ListItem,
    PageBreak,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "scripts" / "docs" / "handbook"
WRITTEN_AT = datetime(2026, 11, 23, tzinfo=UTC)
ZIP_EPOCH = (2026, 11, 23, 0, 0, 0)
MARGIN = 1.8 * cm


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the source with one role: `heading`, `paragraph`, `list`, `table`, `mark`."""

    role: str
    lines: tuple[str, ...]
    level: int = 0


def parts(source: str) -> Iterator[Part]:
    for stretch in re.split(r"\n\s*\n", source.strip()):
        lines = tuple(stretch.splitlines())
        if lines[0].startswith("#"):
            level = len(lines[0]) - len(lines[0].lstrip("#"))
            yield Part("heading", (lines[0].lstrip("# "),), level)
        elif lines[0].startswith("- "):
            yield Part("list", tuple(line.removeprefix("- ") for line in lines))
        elif lines[0].startswith("|"):
            yield Part("table", lines)
        elif lines[0] in ("---page---", "[columns]", "[/columns]"):
            yield Part("mark", lines)
        else:
            yield Part("paragraph", (" ".join(lines),))


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


# --- PDF --------------------------------------------------------------------------------------

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10.5, leading=14, spaceAfter=8)
LIST = ParagraphStyle("list", parent=BODY, spaceAfter=3)
CELL = ParagraphStyle("cell", parent=BODY, spaceAfter=0)
HEADINGS = {
    1: ParagraphStyle("h1", fontName="Helvetica-Bold", fontSize=19, leading=24, spaceAfter=12),
    2: ParagraphStyle("h2", fontName="Helvetica-Bold", fontSize=14, leading=19, spaceAfter=10),
}


def inline(text: str) -> str:
    marked = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text))
    return re.sub(r"`(.+?)`", r'<font face="Courier">\1</font>', marked)


def flowables(source: str) -> list[Flowable]:
    main: list[Flowable] = []
    column: list[Flowable] | None = None
    for part in parts(source):
        if part.lines[0] == "[columns]":
            column = []
        elif part.lines[0] == "[/columns]":
            main.append(BalancedColumns(column or [], nCols=2, innerPadding=18, endSlack=0.05))
            column = None
        else:
            (main if column is None else column).append(flowable(part))
    return main


def flowable(part: Part) -> Flowable:
    if part.role == "mark":
        return PageBreak()
    if part.role == "heading":
        return Paragraph(inline(part.lines[0]), HEADINGS[part.level])
    if part.role == "list":
        items = [ListItem(Paragraph(inline(line), LIST)) for line in part.lines]
        return ListFlowable(items, bulletType="bullet", start="•", spaceAfter=8)
    if part.role == "table":
        rows = [[Paragraph(inline(cell), CELL) for cell in cells(line)] for line in part.lines]
        style = [
            ("BACKGROUND", (0, 0), (-1, 0), "#e8eee8"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, "#9aa69a"),
        ]
        return Table(rows, colWidths=[7.6 * cm, 3.4 * cm], style=TableStyle(style), spaceAfter=12)
    return Paragraph(inline(part.lines[0]), BODY)


def write_pdf(source: str, path: Path, *, title: str) -> None:
    def running(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8.5)
        canvas.drawString(MARGIN, A5[1] - 1.3 * cm, title)
        canvas.drawRightString(A5[0] - MARGIN, 1.2 * cm, f"Page {document.page}")

    document = BaseDocTemplate(
        str(path), pagesize=A5, title=title, author="Lodgepole", invariant=1, pageCompression=0
    )
    frame = Frame(MARGIN, MARGIN, A5[0] - 2 * MARGIN, A5[1] - 2 * MARGIN, id="page")
    document.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=running)])
    document.build(flowables(source))


# --- DOCX -------------------------------------------------------------------------------------


def write_docx(source: str, path: Path, *, title: str) -> None:
    document = Document()
    properties = document.core_properties
    properties.title, properties.author = title, "Lodgepole"
    properties.created = properties.modified = WRITTEN_AT
    properties.last_modified_by, properties.revision = "Lodgepole", 1
    page_begins = False
    for part in parts(source):
        if part.role == "mark":
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            page_begins = True
            continue
        first = add_part(document, part)
        if page_begins and first is not None:
            # Word notes where a page began when it last laid the text out.
            first.runs[0]._r.insert(0, OxmlElement("w:lastRenderedPageBreak"))
        page_begins = False
    slim(document)
    packed = io.BytesIO()
    document.save(packed)
    path.write_bytes(stored(packed.getvalue()))


def add_part(document: DocxDocument, part: Part) -> DocxParagraph | None:
    """Add the part; its first paragraph, or None for a table."""
    if part.role == "heading":
        return document.add_heading(part.lines[0], level=part.level)
    if part.role == "list":
        items = [document.add_paragraph(line, style="List Bullet") for line in part.lines]
        return items[0]
    if part.role == "table":
        rows = [cells(line) for line in part.lines]
        table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
        return None
    paragraph = document.add_paragraph()
    for index, piece in enumerate(re.split(r"\*\*(.+?)\*\*", part.lines[0])):
        paragraph.add_run(piece).bold = index % 2 == 1
    return paragraph


def slim(document: DocxDocument) -> None:
    """Drop what the template brings and nothing here uses: nine tenths of the file."""
    styles = document.styles.element
    by_id = {style.get(qn("w:styleId")): style for style in styles.findall(qn("w:style"))}
    wanted = {name for name, style in by_id.items() if style.get(qn("w:default")) == "1"}
    for tag in ("w:pStyle", "w:rStyle", "w:tblStyle"):
        wanted |= {used.get(qn("w:val")) for used in document.element.body.iter(qn(tag))}
    waiting = list(wanted)
    while waiting:
        style = by_id[waiting.pop()]
        for tag in ("w:basedOn", "w:link", "w:next"):
            other = style.find(qn(tag))
            if other is not None and other.get(qn("w:val")) not in wanted:
                wanted.add(other.get(qn("w:val")))
                waiting.append(other.get(qn("w:val")))
    for name, style in by_id.items():
        if name not in wanted:
            styles.remove(style)
    for relations, unused in (
        (document.part.rels, ("stylesWithEffects", "customXml")),
        (document.part.package.rels, ("thumbnail",)),
    ):
        for key in [key for key, it in relations.items() if it.reltype.endswith(unused)]:
            del relations[key]


def stored(packed: bytes) -> bytes:
    """The same archive, members uncompressed and dated alike."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, ZIP_EPOCH)
            member.create_system = 3
            new.writestr(member, old.read(name))
    return written.getvalue()


def make(folder: Path) -> list[Path]:
    """Write all documents into the folder; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pdf, docx = folder / "operator-handbook.pdf", folder / "administrator-guide.docx"
    source = (SOURCES / "operator-handbook.md").read_text("utf-8")
    write_pdf(source, pdf, title="Lodgepole Operator Handbook")
    source = (SOURCES / "administrator-guide.md").read_text("utf-8")
    write_docx(source, docx, title="Lodgepole Administrator Guide")
    return [pdf, docx]


if __name__ == "__main__":
    for made in make(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "examples"):
        print(made)
