"""One document from its archive to blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  lxml has no stubs

from lodgepole.adapters.parsers.docx.numbering import Numbering
from lodgepole.adapters.parsers.docx.spans import placed
from lodgepole.adapters.parsers.docx.symbols import sign
from lodgepole.documents.archives import Archive, Kept, attribute, child_of, local_name
from lodgepole.documents.builder import DocumentBuilder, clean_text
from lodgepole.documents.tables import CELL_GAP, Grid
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

WORD = Kept("a Word document", ".docx", "a word processor", old=".doc")
_SKIPPED = frozenset(
    {"del", "moveFrom", "delText", "instrText", "delInstrText", "rt", "pPr", "rPr", "sectPr",
     "tblPr", "trPr", "tcPr", "sdtPr", "Fallback"}
)  # fmt: skip
_BREAK, _RENDERED = "\f", "\v"  # within raw text: the author's break, and where a page began
_BREAKS = re.compile(f"([{_BREAK}{_RENDERED}])")
_HEADING_NAME = re.compile(r"heading ([1-9])", re.IGNORECASE)
_PICTURES = frozenset({"drawing", "pict", "object"})
_PAGE_SECTIONS = frozenset({"nextPage", "oddPage", "evenPage"})


@dataclass(slots=True)
class _Style:
    based_on: str | None
    level: int  # of a heading; 0 for none
    number: tuple[str | None, int | None]  # of its list, and of its level there


@dataclass(slots=True)
class _Paragraph:
    """A paragraph's text, with its breaks, and what hangs on it."""

    parts: list[str] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)  # elements of text boxes, in order
    notes: list[tuple[str, str]] = field(default_factory=list)  # (kind, id) of footnotes
    pictured: bool = False


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
        self._styles = _styles(package.xml(f"{self._folder}/styles.xml"))
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
        self._running("footer")
        self._package.tell_damage(self._builder)
        return self._builder.build(title=self._title, pages_estimated=not rendered)

    def _running(self, prefix: str) -> None:
        """Header or footer lines, each once; they would repeat on every page."""
        seen: set[str] = set()
        for part in sorted(self._package.names()):
            if re.fullmatch(rf"{re.escape(self._folder)}/{prefix}\d*\.xml", part):
                root = self._package.xml(part)
                for element in () if root is None else root.iter(etree.Element):
                    if local_name(element) == "p":
                        text = " ".join(_plain(element).split())
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
            elif kind not in _SKIPPED:
                self._flow(element)

    def _paragraph(self, element: Any) -> None:
        properties = child_of(element, "pPr")
        role = self._role(properties)
        if _switched_on(child_of(properties, "pageBreakBefore")):
            self._break(_BREAK)
        paragraph = _Paragraph()
        _collect(element, paragraph)
        self._write("".join(paragraph.parts), role)
        self._fresh = self._fresh and not paragraph.pictured
        self._attachments(paragraph)
        section = child_of(properties, "sectPr")
        if section is not None:
            type_ = child_of(section, "type")
            if type_ is None or attribute(type_, "val") in _PAGE_SECTIONS:
                self._break(_BREAK)

    def _write(self, raw: str, role: _Role) -> None:
        label = role.label
        kind = BlockKind.HEADING if role.level else BlockKind.PARAGRAPH
        if role.listed:
            kind = BlockKind.LIST_ITEM
        for piece in _BREAKS.split(raw):
            if piece in {_BREAK, _RENDERED}:
                self._break(piece)
                continue
            text = clean_text(piece).strip()
            if not text:
                continue
            gap = "\n" if kind is BlockKind.LIST_ITEM and not self._fresh else "\n\n"
            self._builder.add(label + text, kind, level=role.level, gap=gap)
            self._fresh, label = False, ""
            if role.level and not self._title:
                self._title = text

    def _break(self, sign: str) -> None:
        """Begin a page; Word marks the author's break again, where it is rendered."""
        again = self._fresh and self._announced
        self._announced = sign == _BREAK
        if not again:
            self._builder.begin_page()
            self._fresh = True

    def _attachments(self, paragraph: _Paragraph) -> None:
        for kind, note_id in paragraph.notes:
            note = self._notes[kind].pop(note_id, None)
            if note is not None:
                self._flow(note)
        for box in paragraph.boxes:
            self._flow(box)

    def _table(self, table: Any) -> None:
        rows = [list(_inner(row, "tc")) for row in _inner(table, "tr")]
        if sum(map(len, rows)) == 1:  # a frame around text rather than a table
            self._flow(rows[0][0])
            return
        lines: list[str] = []
        hanging = _Paragraph()
        raw = [[self._cell(cell, hanging).strip(" ") for cell in row] for row in rows]
        grid = Grid(placed(rows, [list(map(_shown, cells)) for cells in raw]))
        for cells, whole in zip(raw, grid.rows(), strict=True):
            shown = [cell for cell in whole if cell is not None]
            if _BREAKS.match(next(filter(None, cells), "")):
                self._rows(lines)  # the row is the first of its page
                lines = []
                self._break(_RENDERED)
            if any(shown):
                lines.append(CELL_GAP.join(shown).strip())
            pages = max((len(_BREAKS.findall(cell[1:])) for cell in cells), default=0)
            if pages:
                self._rows(lines)
                lines = []
            for _ in range(pages):
                self._break(_RENDERED)
        self._rows(lines)
        self._attachments(hanging)

    def _rows(self, lines: list[str]) -> None:
        if lines:
            self._builder.add("\n".join(lines), BlockKind.TABLE)
            self._fresh = False

    def _cell(self, cell: Any, hanging: _Paragraph) -> str:
        inner = _Paragraph(boxes=hanging.boxes, notes=hanging.notes)
        texts: list[str] = []
        for element in cell.iter(etree.Element):
            if local_name(element) == "p" and not _within_box(element, cell):
                inner.parts.clear()
                label = self._role(child_of(element, "pPr")).label
                _collect(element, inner)
                text = "".join(inner.parts)
                begun = _BREAKS.match(text)
                start = begun.end() if begun else 0
                texts.append(text[:start] + (label if text[start:].strip() else "") + text[start:])
        return " ".join(texts)

    def _role(self, properties: Any) -> _Role:
        """What a paragraph is, by its own properties and those of its style and its ancestors."""
        if properties is None:
            return _Role()
        outline = child_of(properties, "outlineLvl")
        level = _outline_level(outline)
        number, place = _number_of(properties)
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


_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def _collect(element: Any, into: _Paragraph) -> None:
    """Append a paragraph's text in order; text boxes and notes are set aside."""
    for child in element:
        kind = local_name(child)
        if kind == "t":
            into.parts.append(child.text or "")
        elif kind == "lastRenderedPageBreak":
            into.parts.append(_RENDERED)
        elif kind == "br" and attribute(child, "type") == "page":
            into.parts.append(_BREAK)
        elif kind == "sym":
            into.parts.append(sign(attribute(child, "font"), attribute(child, "char")))
        elif kind in _SIGNS:
            into.parts.append(_SIGNS[kind])
        elif kind in {"footnoteReference", "endnoteReference"}:
            into.notes.append((kind.removesuffix("Reference"), attribute(child, "id") or ""))
        elif kind == "txbxContent":
            into.boxes.append(child)
        elif _is_read(child, kind):
            into.pictured = into.pictured or kind in _PICTURES
            _collect(child, into)


def _is_read(element: Any, kind: str) -> bool:
    if kind == "r" and _switched_on(child_of(child_of(element, "rPr"), "vanish")):
        return False  # hidden text
    return kind not in _SKIPPED or (kind == "Fallback" and _only_fallback(element))


def _only_fallback(element: Any) -> bool:
    return all(local_name(sibling) != "Choice" for sibling in element.getparent())


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


def _plain(element: Any) -> str:
    paragraph = _Paragraph()
    _collect(element, paragraph)
    return clean_text(_BREAKS.sub(" ", "".join(paragraph.parts)))


def _inner(element: Any, wanted: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, through whatever wraps them."""
    for child in element:
        kind = local_name(child)
        if kind == wanted:
            yield child
        elif kind not in _SKIPPED and kind != "tbl":
            yield from _inner(child, wanted)


def _styles(root: Any) -> dict[str, _Style]:
    styles: dict[str, _Style] = {}
    for element in () if root is None else root:
        style_id = attribute(element, "styleId") if local_name(element) == "style" else None
        if style_id is None or attribute(element, "type") not in {None, "paragraph"}:
            continue
        properties = child_of(element, "pPr")
        based_on = child_of(element, "basedOn")
        name = child_of(element, "name")
        named = "" if name is None else attribute(name, "val") or ""
        styles[style_id] = _Style(
            based_on=None if based_on is None else attribute(based_on, "val"),
            level=_named_level(named) or _outline_level(child_of(properties, "outlineLvl")),
            number=_number_of(properties),
        )
    return styles


def _named_level(name: str) -> int:
    match = _HEADING_NAME.fullmatch(name)
    if match:
        return int(match[1])
    return 1 if name.lower() == "title" else 0


def _outline_level(element: Any) -> int:
    value = None if element is None else attribute(element, "val")
    return int(value) + 1 if value is not None and value.isdigit() and int(value) < 9 else 0


def _number_of(properties: Any) -> tuple[str | None, int | None]:
    """The list that a paragraph or style names, `0` for none, and the level."""
    found = child_of(properties, "numPr")
    number, level = child_of(found, "numId"), child_of(found, "ilvl")
    place = None if level is None else attribute(level, "val") or ""
    return (
        None if number is None else attribute(number, "val"),
        int(place) if place is not None and place.isdecimal() and len(place) < 3 else None,
    )


def _notes(root: Any) -> dict[str, Any]:
    """Footnotes or endnotes by id, without the separator lines Word keeps among them."""
    return {
        attribute(note, "id") or "": note
        for note in (() if root is None else root)
        if attribute(note, "type") in {None, "normal"}
    }


def _switched_on(element: Any) -> bool:
    return element is not None and attribute(element, "val") not in {"0", "false", "off"}
