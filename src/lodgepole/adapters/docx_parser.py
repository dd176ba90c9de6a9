"""Word documents: the parts' XML, walked in document order.

Element names are compared without their namespace, so that transitional and strict files read
alike. Page numbers come from the breaks Word rendered when it last saved the file.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  lxml has no stubs

from lodgepole.documents import DocumentBuilder, clean_text
from lodgepole.errors import UnreadableFile
from lodgepole.limits import MIB, Limits
from lodgepole.model import BlockKind, Document

CELL_GAP = " | "
ENTRIES = 20_000  # in one archive
_OLE = b"\xd0\xcf\x11\xe0"
_SKIPPED = frozenset(
    {"del", "moveFrom", "delText", "instrText", "delInstrText", "rt", "pPr", "rPr", "sectPr",
     "tblPr", "trPr", "tcPr", "sdtPr", "Fallback"}
)  # fmt: skip
_BREAK = "\f"  # within a paragraph's raw text: the next page begins here
_HEADING_NAME = re.compile(r"heading ([1-9])", re.IGNORECASE)
_PAGE_SECTIONS = frozenset({"nextPage", "oddPage", "evenPage"})


@dataclass(slots=True)
class _Style:
    based_on: str | None
    level: int  # of a heading; 0 for none
    listed: bool


@dataclass(slots=True)
class _Paragraph:
    """A paragraph's text, with `_BREAK` where a page ends, and what hangs on it."""

    parts: list[str] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)  # elements of text boxes, in order
    notes: list[tuple[str, str]] = field(default_factory=list)  # (kind, id) of footnotes


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a .docx file.

    Raises:
        UnreadableFile: It is encrypted, damaged, over a limit, or holds no text.
    """
    package = _Package(path, name, limits)
    try:
        return _Reader(package, name, limits).read()
    finally:
        package.close()


class _Package:
    """The archive, opened only once its declared sizes are within the limits."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        with path.open("rb") as file:
            if file.read(4) == _OLE:
                raise UnreadableFile(
                    f"{name!r} is encrypted or an old .doc file: save it as .docx without a "
                    "password and upload it again."
                )
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise self._damaged() from None
        try:
            self._check_sizes(path)
        except UnreadableFile:
            self._zip.close()
            raise

    def _check_sizes(self, path: Path) -> None:
        entries = self._zip.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        limit = min(
            self._limits.archive_bytes, self._limits.archive_ratio * path.stat().st_size + MIB
        )
        if unpacked > limit or len(entries) > ENTRIES:
            raise UnreadableFile(
                f"{self._name!r} unpacks to {unpacked:,} bytes in {len(entries):,} parts, more "
                f"than the {limit:,} bytes or {ENTRIES:,} parts that are read: upload a smaller "
                "file."
            )

    def close(self) -> None:
        self._zip.close()

    def _damaged(self) -> UnreadableFile:
        return UnreadableFile(
            f"{self._name!r} is damaged or not a Word document: open it in a word processor, "
            "save it as .docx and upload it again."
        )

    def names(self) -> list[str]:
        return self._zip.namelist()

    def xml(self, part: str, *, required: bool = False) -> Any:
        """The root element of a part, or None when there is no such part."""
        try:
            data = self._zip.read(part)
        except KeyError:
            if required:
                raise self._damaged() from None
            return None
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            RuntimeError,
            OSError,
            EOFError,
            ValueError,
        ):
            raise self._damaged() from None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError:
            raise self._damaged() from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise UnreadableFile(
                f"{self._name!r} declares XML entities, which Word documents never do: save it "
                "anew in a word processor and upload it again."
            )
        return root

    def main_part(self) -> str:
        relations = self.xml("_rels/.rels")
        if relations is not None:
            for relation in relations:
                if str(relation.get("Type", "")).endswith("/officeDocument"):
                    return str(relation.get("Target", "")).lstrip("/")
        return "word/document.xml"


class _Reader:
    """One walk over one document; the builder holds what has been read."""

    def __init__(self, package: _Package, name: str, limits: Limits) -> None:
        self._package = package
        self._builder = DocumentBuilder(name, limits)
        self._name = name
        self._limits = limits
        main = package.main_part()
        self._folder = str(PurePosixPath(main).parent)
        self._root = package.xml(main, required=True)
        self._styles = _styles(package.xml(f"{self._folder}/styles.xml"))
        self._notes = {
            "footnote": _notes(package.xml(f"{self._folder}/footnotes.xml")),
            "endnote": _notes(package.xml(f"{self._folder}/endnotes.xml")),
        }
        self._fresh = True  # nothing has been written since the page began
        self._title = ""

    def read(self) -> Document:
        body = next((child for child in self._root if _local(child) == "body"), None)
        if body is None:
            raise UnreadableFile(
                f"{self._name!r} is not a Word document: save it as .docx and upload it again."
            )
        rendered = any(
            _local(element) == "lastRenderedPageBreak" for element in body.iter(etree.Element)
        )
        self._builder.begin_page()
        self._running("header")
        self._flow(body)
        self._running("footer")
        return self._builder.build(title=self._title, pages_estimated=not rendered)

    def _running(self, prefix: str) -> None:
        """Header or footer lines, each once; they would repeat on every page."""
        seen: set[str] = set()
        for part in sorted(self._package.names()):
            if re.fullmatch(rf"{re.escape(self._folder)}/{prefix}\d*\.xml", part):
                root = self._package.xml(part)
                for element in () if root is None else root.iter(etree.Element):
                    if _local(element) == "p":
                        text = " ".join(_plain(element).split())
                        if any(map(str.isalpha, text)) and text not in seen:
                            seen.add(text)
                            self._builder.add(text, BlockKind.RUNNING)

    def _flow(self, container: Any) -> None:
        """Paragraphs and tables in order, whatever wraps them."""
        for element in container:
            kind = _local(element)
            if kind == "p":
                self._paragraph(element)
            elif kind == "tbl":
                self._table(element)
            elif kind not in _SKIPPED:
                self._flow(element)

    def _paragraph(self, element: Any) -> None:
        properties = _child(element, "pPr")
        level, listed = self._role(properties)
        if _switched_on(_child(properties, "pageBreakBefore")):
            self._break()
        paragraph = _Paragraph()
        _collect(element, paragraph)
        kind = (
            BlockKind.HEADING if level else BlockKind.LIST_ITEM if listed else BlockKind.PARAGRAPH
        )
        self._write("".join(paragraph.parts), kind, level)
        self._attachments(paragraph)
        section = _child(properties, "sectPr")
        if section is not None:
            type_ = _child(section, "type")
            if type_ is None or _attribute(type_, "val") in _PAGE_SECTIONS:
                self._break()

    def _write(self, raw: str, kind: BlockKind, level: int) -> None:
        for index, piece in enumerate(raw.split(_BREAK)):
            if index:
                self._break()
            text = clean_text(piece).strip()
            if not text:
                continue
            gap = "\n" if kind is BlockKind.LIST_ITEM and not self._fresh else "\n\n"
            self._builder.add(text, kind, level=level, gap=gap)
            self._fresh = False
            if level and not self._title:
                self._title = text

    def _break(self) -> None:
        """Begin a page, once: Word marks an explicit break again as a rendered one."""
        if not self._fresh:
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
        for row in rows:
            cells = [self._cell(cell, hanging) for cell in row]
            breaks = any(_BREAK in cell for cell in cells)
            shown = [" ".join(clean_text(cell.replace(_BREAK, " ")).split()) for cell in cells]
            if any(shown):
                lines.append(CELL_GAP.join(shown).strip())
            if breaks:
                self._rows(lines)
                lines = []
                self._break()
        self._rows(lines)
        self._attachments(hanging)

    def _rows(self, lines: list[str]) -> None:
        if lines:
            self._builder.add("\n".join(lines), BlockKind.TABLE)
            self._fresh = False

    def _cell(self, cell: Any, hanging: _Paragraph) -> str:
        inner = _Paragraph(boxes=hanging.boxes, notes=hanging.notes)
        for element in cell.iter(etree.Element):
            if _local(element) == "p" and not _within_box(element, cell):
                _collect(element, inner)
                inner.parts.append(" ")
        return "".join(inner.parts)

    def _role(self, properties: Any) -> tuple[int, bool]:
        """`(heading level or 0, is a list item)` of a paragraph."""
        if properties is None:
            return 0, False
        outline = _child(properties, "outlineLvl")
        level = _outline_level(outline)
        listed = _numbered(properties)
        style = _child(properties, "pStyle")
        style_id = None if style is None else _attribute(style, "val")
        for _ in range(len(self._styles)):
            if style_id is None or style_id not in self._styles:
                break
            found = self._styles[style_id]
            if outline is None:
                level = level or found.level
            listed = listed or found.listed
            style_id = found.based_on
        return level, listed and not level


_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def _collect(element: Any, into: _Paragraph) -> None:
    """Append a paragraph's text in order; text boxes and notes are set aside."""
    for child in element:
        kind = _local(child)
        if kind == "t":
            into.parts.append(child.text or "")
        elif kind == "lastRenderedPageBreak" or (
            kind == "br" and _attribute(child, "type") == "page"
        ):
            into.parts.append(_BREAK)
        elif kind in _SIGNS:
            into.parts.append(_SIGNS[kind])
        elif kind in {"footnoteReference", "endnoteReference"}:
            into.notes.append((kind.removesuffix("Reference"), _attribute(child, "id") or ""))
        elif kind == "txbxContent":
            into.boxes.append(child)
        elif _is_read(child, kind):
            _collect(child, into)


def _is_read(element: Any, kind: str) -> bool:
    return kind not in _SKIPPED or (kind == "Fallback" and _only_fallback(element))


def _only_fallback(element: Any) -> bool:
    return all(_local(sibling) != "Choice" for sibling in element.getparent())


def _within_box(element: Any, cell: Any) -> bool:
    """Whether a paragraph is read elsewhere: in a text box, or as a deleted or doubled one."""
    parent = element.getparent()
    while parent is not None and parent is not cell:
        if _local(parent) in {"txbxContent", "Fallback", "del", "moveFrom"}:
            return True
        parent = parent.getparent()
    return False


def _plain(element: Any) -> str:
    paragraph = _Paragraph()
    _collect(element, paragraph)
    return clean_text("".join(paragraph.parts).replace(_BREAK, " "))


def _inner(element: Any, wanted: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, through whatever wraps them."""
    for child in element:
        kind = _local(child)
        if kind == wanted:
            yield child
        elif kind not in _SKIPPED and kind != "tbl":
            yield from _inner(child, wanted)


def _styles(root: Any) -> dict[str, _Style]:
    styles: dict[str, _Style] = {}
    for element in () if root is None else root:
        style_id = _attribute(element, "styleId") if _local(element) == "style" else None
        if style_id is None or _attribute(element, "type") not in {None, "paragraph"}:
            continue
        properties = _child(element, "pPr")
        based_on = _child(element, "basedOn")
        name = _child(element, "name")
        named = "" if name is None else _attribute(name, "val") or ""
        styles[style_id] = _Style(
            based_on=None if based_on is None else _attribute(based_on, "val"),
            level=_named_level(named) or _outline_level(_child(properties, "outlineLvl")),
            listed=properties is not None and _numbered(properties),
        )
    return styles


def _named_level(name: str) -> int:
    match = _HEADING_NAME.fullmatch(name)
    if match:
        return int(match[1])
    return 1 if name.lower() == "title" else 0


def _outline_level(element: Any) -> int:
    value = None if element is None else _attribute(element, "val")
    return int(value) + 1 if value is not None and value.isdigit() and int(value) < 9 else 0


def _numbered(properties: Any) -> bool:
    number = _child(_child(properties, "numPr"), "numId")
    return number is not None and _attribute(number, "val") != "0"


def _notes(root: Any) -> dict[str, Any]:
    """Footnotes or endnotes by id, without the separator lines Word keeps among them."""
    return {
        _attribute(note, "id") or "": note
        for note in (() if root is None else root)
        if _attribute(note, "type") in {None, "normal"}
    }


def _switched_on(element: Any) -> bool:
    return element is not None and _attribute(element, "val") not in {"0", "false", "off"}


_names: dict[str, str] = {}


def _local(element: Any) -> str:
    tag = element.tag
    if not isinstance(tag, str):
        return ""  # an entity reference
    name = _names.get(tag)
    if name is None:
        name = _names[tag] = tag.rpartition("}")[2]
    return name


def _child(element: Any, name: str) -> Any:
    for child in () if element is None else element:
        if _local(child) == name:
            return child
    return None


def _attribute(element: Any, name: str) -> str | None:
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None
