"""One document from its archive to blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  lxml has no stubs

from lodgepole.adapters.parsers.docx.embedded import Embedded
from lodgepole.adapters.parsers.docx.numbering import Numbering
from lodgepole.adapters.parsers.docx.paragraphs import (
    BREAK,
    RENDERED,
    SKIPPED,
    Context,
    Paragraph,
)
from lodgepole.adapters.parsers.docx.spans import placed
from lodgepole.adapters.parsers.docx.styles import (
    number_of,
    outline_level,
    paragraph_styles,
    run_styles,
    switched_on,
)
from lodgepole.documents.archives import (
    Archive,
    Kept,
    attribute,
    child_of,
    children,
    local_name,
    relations_of,
)
from lodgepole.documents.builder import DocumentBuilder, clean_text
from lodgepole.documents.drawingml import relation_id
from lodgepole.documents.inline_notation import note_start
from lodgepole.documents.tables import CELL_GAP, Grid
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

WORD = Kept("a Word document", ".docx", "a word processor", old=".doc")
_BREAKS = re.compile(f"([{BREAK}{RENDERED}])")
_PAGE_SECTIONS = frozenset({"nextPage", "oddPage", "evenPage"})


@dataclass(frozen=True, slots=True)
class _Role:
    level: int = 0  # of a heading; 0 for none
    listed: bool = False
    label: str = ""  # what Word shows before its text


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a .docx file.

    Raises:
        UnreadableFile: It is encrypted, damaged, over a limit, or holds no text.
    """
    package = Archive(path, name, limits, WORD)
    try:
        return _Reader(package, name, limits).read()
    finally:
        package.close()


class _Reader:
    """One walk over one document; the builder holds what has been read."""

    def __init__(self, package: Archive, name: str, limits: Limits) -> None:
        self._package = package
        self._builder = DocumentBuilder(name, limits)
        self._name = name
        self._limits = limits
        main = package.main_part() or "word/document.xml"
        self._folder = str(PurePosixPath(main).parent)
        self._root = package.xml(main, required=True)
        styles = package.xml(f"{self._folder}/styles.xml")
        self._styles = paragraph_styles(styles)
        self._run_styles = run_styles(styles)
        self._context = self._context_of(main)
        self._embedded = Embedded(package, self._builder, main)
        self._mark = ""  # of the note whose first paragraph comes next
        self._numbering = Numbering(package.xml(f"{self._folder}/numbering.xml"))
        self._notes = {
            "footnote": _notes(package.xml(f"{self._folder}/footnotes.xml")),
            "endnote": _notes(package.xml(f"{self._folder}/endnotes.xml")),
        }
        self._fresh = True  # nothing has been shown since the page began
        self._announced = True  # the page began without being rendered so far
        self._title = ""

    def read(self) -> Document:
        body = next((child for child in self._root if local_name(child) == "body"), None)
        if body is None:
            raise UnreadableFile(
                f"{self._name!r} is not a Word document: save it as .docx and upload it again."
            )
        rendered = any(
            local_name(element) == "lastRenderedPageBreak" for element in body.iter(etree.Element)
        )
        self._builder.begin_page()
        self._running("header")
        self._flow(body)
        for text in self._embedded.comments_left():
            self._builder.add(text, BlockKind.PARAGRAPH)
        self._running("footer")
        for sentence in self._context.noted:
            self._builder.note(sentence)
        self._package.tell_damage(self._builder)
        return self._builder.build(title=self._title, pages_estimated=not rendered)

    def _context_of(self, part: str) -> Context:
        """What is known of the paragraphs of a part."""
        return Context(self._run_styles, self._package.relations(relations_of(part), "/hyperlink"))

    def _running(self, prefix: str) -> None:
        """Header or footer lines, each once; they would repeat on every page."""
        seen: set[str] = set()
        for part in sorted(self._package.names()):
            if re.fullmatch(rf"{re.escape(self._folder)}/{prefix}\d*\.xml", part):
                root = self._package.xml(part)
                context = self._context_of(part)
                for element in () if root is None else root.iter(etree.Element):
                    if local_name(element) == "p":
                        text = " ".join(_plain(element, context).split())
                        if any(map(str.isalpha, text)) and text not in seen:
                            seen.add(text)
                            self._builder.add(text, BlockKind.RUNNING)

    def _flow(self, container: Any) -> None:
        """Paragraphs and tables in order, whatever wraps them."""
        for element in container:
            kind = local_name(element)
            if kind == "p":
                self._paragraph(element)
            elif kind == "tbl":
                self._table(element)
            elif kind == "altChunk":
                self._embedded.add_chunk(relation_id(element) or "")
            elif kind == "subDoc":
                self._embedded.add_subdocument(relation_id(element) or "")
            elif kind == "sdt" and switched_on(
                child_of(child_of(element, "sdtPr"), "showingPlcHdr")
            ):
                continue
            elif kind not in SKIPPED:
                self._flow(element)

    def _paragraph(self, element: Any) -> None:
        properties = child_of(element, "pPr")
        role = self._role(properties)
        if switched_on(child_of(properties, "pageBreakBefore")):
            self._break(BREAK)
        paragraph = Paragraph(self._context)
        paragraph.collect(element)
        self._write(paragraph.text(), role)
        self._fresh = self._fresh and not paragraph.pictured
        self._attachments(paragraph)
        section = child_of(properties, "sectPr")
        if section is not None:
            type_ = child_of(section, "type")
            if type_ is None or attribute(type_, "val") in _PAGE_SECTIONS:
                self._break(BREAK)

    def _write(self, raw: str, role: _Role) -> None:
        label = role.label
        kind = BlockKind.HEADING if role.level else BlockKind.PARAGRAPH
        if role.listed:
            kind = BlockKind.LIST_ITEM
        for piece in _BREAKS.split(raw):
            if piece in {BREAK, RENDERED}:
                self._break(piece)
                continue
            text = clean_text(piece).strip()
            if not text:
                continue
            gap = "\n" if kind is BlockKind.LIST_ITEM and not self._fresh else "\n\n"
            if self._mark:  # in place of the sign that the author put there
                text, self._mark = note_start(self._mark) + text, ""
            self._builder.add(label + text, kind, level=role.level, gap=gap)
            self._fresh, label = False, ""
            if role.level and not self._title:
                self._title = text

    def _break(self, sign: str) -> None:
        """Begin a page; Word marks the author's break again, where it is rendered."""
        again = self._fresh and self._announced
        self._announced = sign == BREAK
        if not again:
            self._builder.begin_page()
            self._fresh = True

    def _attachments(self, paragraph: Paragraph) -> None:
        for kind, note_id, mark in paragraph.notes:
            note = self._notes[kind].pop(note_id, None)
            if note is not None:
                self._mark = mark
                self._flow(note)
                self._mark = ""
        for box in paragraph.boxes:
            self._flow(box)
        for text in paragraph.alternatives:
            self._embedded.add_description(text)
        for relation in paragraph.parts:
            self._embedded.add_part(relation)
        for comment in paragraph.comments:
            for text in self._embedded.comment(comment):
                self._builder.add(text, BlockKind.PARAGRAPH)

    def _table(self, table: Any) -> None:
        rows = [list(_inner(row, "tc")) for row in _inner(table, "tr")]
        if sum(map(len, rows)) == 1:  # a frame around text rather than a table
            self._flow(rows[0][0])
            return
        lines: list[str] = []
        hanging = Paragraph(self._context)
        raw = [[self._cell(cell, hanging).strip(" ") for cell in row] for row in rows]
        grid = Grid(placed(rows, [list(map(_shown, cells)) for cells in raw]))
        for cells, whole in zip(raw, grid.rows(), strict=True):
            shown = [cell for cell in whole if cell is not None]
            if _BREAKS.match(next(filter(None, cells), "")):
                self._rows(lines)  # the row is the first of its page
                lines = []
                self._break(RENDERED)
            if any(shown):
                lines.append(CELL_GAP.join(shown).strip())
            pages = max((len(_BREAKS.findall(cell[1:])) for cell in cells), default=0)
            if pages:
                self._rows(lines)
                lines = []
            for _ in range(pages):
                self._break(RENDERED)
        self._rows(lines)
        self._attachments(hanging)

    def _rows(self, lines: list[str]) -> None:
        if lines:
            self._builder.add("\n".join(lines), BlockKind.TABLE)
            self._fresh = False

    def _cell(self, cell: Any, hanging: Paragraph) -> str:
        texts: list[str] = []
        for element in cell.iter(etree.Element):
            if local_name(element) == "p" and not _within_box(element, cell):
                hanging.runs.clear()
                label = self._role(child_of(element, "pPr")).label
                hanging.collect(element)
                text = hanging.text()
                begun = _BREAKS.match(text)
                start = begun.end() if begun else 0
                texts.append(text[:start] + (label if text[start:].strip() else "") + text[start:])
        return " ".join(texts)

    def _role(self, properties: Any) -> _Role:
        """What a paragraph is, by its own properties and those of its style and its ancestors."""
        if properties is None:
            return _Role()
        outline = child_of(properties, "outlineLvl")
        level = outline_level(outline)
        number, place = number_of(properties)
        style = child_of(properties, "pStyle")
        style_id = None if style is None else attribute(style, "val")
        for _ in range(len(self._styles)):
            if style_id is None or style_id not in self._styles:
                break
            found = self._styles[style_id]
            if outline is None:
                level = level or found.level
            if number is None and found.number[0] is not None:
                number = found.number[0]
                if place is None:
                    place = self._numbering.level_of_style(number, style_id)
                    place = found.number[1] if place is None else place
            style_id = found.based_on
        if number is None or number == "0":
            return _Role(level)
        return _Role(level, not level, self._numbering.label(number, place or 0))


def _within_box(element: Any, cell: Any) -> bool:
    """Whether a paragraph is read elsewhere: in a text box, or as a deleted or doubled one."""
    parent = element.getparent()
    while parent is not None and parent is not cell:
        if local_name(parent) in {"txbxContent", "Fallback", "del", "moveFrom"}:
            return True
        parent = parent.getparent()
    return False


def _shown(cell: str) -> str:
    return " ".join(clean_text(_BREAKS.sub(" ", cell)).split())


def _plain(element: Any, context: Context) -> str:
    paragraph = Paragraph(context)
    paragraph.collect(element)
    return clean_text(_BREAKS.sub(" ", paragraph.text()))


def _inner(element: Any, wanted: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, through whatever wraps them."""
    for child in element:
        kind = local_name(child)
        if kind == wanted:
            yield child
        elif kind not in SKIPPED and kind != "tbl":
            yield from _inner(child, wanted)


def _notes(root: Any) -> dict[str, Any]:
    """Footnotes or endnotes by id, without the separator lines Word keeps among them."""
    return {
        attribute(note, "id") or "": note
        for note in children(root)
        if attribute(note, "type") in {None, "normal"}
    }
