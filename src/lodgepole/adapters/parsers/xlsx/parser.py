"""A workbook from its archive to blocks, sheet by sheet."""

import posixpath
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

from lodgepole.adapters.parsers.xlsx.annotations import (
    add_comments,
    add_drawings,
    add_running,
    links,
)
from lodgepole.adapters.parsers.xlsx.cells import (
    REFERENCE,
    Cells,
    cell_formats,
    column_number,
    shared_strings,
)
from lodgepole.adapters.parsers.xlsx.number_formats import EPOCH, EPOCH_1904
from lodgepole.adapters.parsers.xlsx.tables import add_sheet
from lodgepole.documents.archives import Archive, Kept, attribute, child_of, children_of
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.documents.drawingml import relation_id
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

BOOK = Kept("a workbook", ".xlsx", "a spreadsheet program", old=".xls")
_HIDDEN = frozenset({"hidden", "veryHidden"})


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a workbook.

    Raises:
        UnreadableFile: It is encrypted, damaged, over a limit, or holds nothing.
    """
    archive = Archive(path, name, limits, BOOK)
    try:
        return _read(archive, name, limits)
    finally:
        archive.close()


def _read(archive: Archive, name: str, limits: Limits) -> Document:
    main = archive.main_part() or "xl/workbook.xml"
    folder = posixpath.dirname(main)
    root = archive.xml(main, required=True)
    strings = posixpath.join(folder, "sharedStrings.xml")
    shared = shared_strings(archive.xml(strings, required=strings in archive.names()))
    formats = cell_formats(archive.xml(posixpath.join(folder, "styles.xml")))
    properties = child_of(root, "workbookPr")
    since_1904 = properties is not None and attribute(properties, "date1904") in {"1", "true"}
    cells = Cells(shared, formats, EPOCH_1904 if since_1904 else EPOCH)
    parts = {**archive.used_by(main, "/worksheet"), **archive.used_by(main, "/chartsheet")}
    builder = DocumentBuilder(name, limits)
    for entry in children_of(root, "sheets"):
        sheet = _Sheet(
            builder,
            archive,
            part=parts.get(relation_id(entry) or "", ""),
            title=attribute(entry, "name") or "",
        )
        if sheet.add(cells) and attribute(entry, "state") in _HIDDEN:
            builder.note(f"The hidden sheet {sheet.title!r} was read too.")
    archive.tell_damage(builder)
    return builder.build()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet of a workbook, and where it is appended."""

    builder: DocumentBuilder
    archive: Archive
    _: KW_ONLY
    part: str
    title: str

    def add(self, cells: Cells) -> bool:
        """Append the sheet under its name; False if there is nothing on it."""
        root = self.archive.xml(self.part) if self.part else None
        if root is None:
            return False
        data = child_of(root, "sheetData")
        rows = [] if data is None else list(cells.rows(data, links(self.archive, self.part, root)))
        parts = (*self.archive.used_by(self.part, "/drawing"), *children_of(root, "headerFooter"))
        if not any(any(row.cells) for row in rows) and not parts:
            return False
        self.builder.add(self.title, BlockKind.HEADING, level=1)
        add_running(self.builder, root, "Header")
        add_sheet(self.builder, rows, _merged(root))
        add_drawings(self.builder, self.archive, self.part)
        add_comments(self.builder, self.archive, self.part)
        add_running(self.builder, root, "Footer")
        return True


def _merged(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """The last row and column of merged ranges, by their first; rows count from 1."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for item in children_of(sheet, "mergeCells"):
        corners = [REFERENCE.fullmatch(c) for c in (attribute(item, "ref") or "").split(":")]
        if len(corners) == 2 and corners[0] and corners[1]:
            (top, left), (bottom, right) = ((int(c[2]), column_number(c[1])) for c in corners if c)
            found[top, left] = bottom, right
    return found
