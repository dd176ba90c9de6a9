"""Workbooks: each sheet under its name, each row a record or a line; formulas by their results."""

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from typing import Any

from lodgepole.documents.archives import Archive, Kept, attribute, child_of, local_name
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.documents.tables import Cell, Grid, add_rows
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

BOOK = Kept("a workbook", ".xlsx", "a spreadsheet program", old=".xls")
COLUMNS = 16_384  # Excel's own limit
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_PERCENT_FORMATS = frozenset({9, 10})
_ELAPSED_FORMAT = 46
_ELAPSED_CODE = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE_CODE = re.compile(r"[ymdhs]", re.IGNORECASE)
_NOT_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# ECMA-376 part 1, 18.17.4.1: serials count from 1899-12-30 (1900 taken for a leap year) or 1904.
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001  no zone in cells
_LAST_SERIAL = 2_958_465  # 9999-12-31


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
    relations = archive.relations(
        posixpath.join(folder, "_rels", f"{posixpath.basename(main)}.rels"), "/worksheet"
    )
    properties = child_of(root, "workbookPr")
    since_1904 = properties is not None and attribute(properties, "date1904") in {"1", "true"}
    cells = _Cells(
        _shared(archive.xml(posixpath.join(folder, "sharedStrings.xml"))),
        _shapes(archive.xml(posixpath.join(folder, "styles.xml"))),
        _EPOCH_1904 if since_1904 else _EPOCH,
    )
    builder = DocumentBuilder(name, limits)
    for sheet in _children(child_of(root, "sheets")):
        target = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
        part = relations.get(str(target), "")
        if not part.startswith(f"{folder}/"):
            part = posixpath.normpath(posixpath.join(folder, part))
        found = archive.xml(part)
        data = child_of(found, "sheetData")
        if data is None or not any(True for _ in data):
            continue
        builder.add(attribute(sheet, "name") or "", BlockKind.HEADING, level=1)
        merged = _merged(child_of(found, "mergeCells"))
        if merged:
            grid = Grid(list(_placed(data, cells, merged)))
            rows = ([cell or "" for cell in row] for row in grid.rows())
            add_rows(builder, rows, grouped=grid.grouped)
        else:
            add_rows(builder, map(cells.row, data))
    archive.tell_damage(builder)
    return builder.build()


def _merged(element: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """The last row and column of merged ranges, by their first; rows count from 1."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for item in _children(element):
        corners = [_REFERENCE.fullmatch(c) for c in (attribute(item, "ref") or "").split(":")]
        if len(corners) == 2 and corners[0] and corners[1]:
            (top, left), (bottom, right) = ((int(c[2]), _column(c[1])) for c in corners if c)
            found[top, left] = bottom, right
    return found


def _placed(
    data: Any, cells: "_Cells", merged: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[list[Cell]]:
    """Cells that show something; a merged range spans the rows of it that the sheet has kept."""
    numbers: list[int] = []
    for row in data:
        said = attribute(row, "r") or ""
        before = numbers[-1] if numbers else 0
        numbers.append(max(int(said) if said.isdecimal() and len(said) < 8 else 0, before + 1))
    for place, row in enumerate(data):
        shown: list[Cell] = []
        for column, text in enumerate(cells.row(row)):
            if text:
                bottom, right = merged.get((numbers[place], column), (0, 0))
                below = bisect_right(numbers, bottom)
                shown.append(Cell(column, text, max(below - place, 1), max(right - column, 0) + 1))
        yield shown


def _children(element: Any) -> list[Any]:
    return [] if element is None else list(element)


class _Shape(Enum):
    """As what a number is shown."""

    NUMBER = auto()
    PERCENT = auto()
    MOMENT = auto()  # a date, a time of day, or both
    ELAPSED = auto()  # hours, which may be more than a day's


class _Cells:
    """What cells show, by the workbook's strings and styles."""

    def __init__(self, shared: Sequence[str], shapes: Sequence[_Shape], epoch: datetime) -> None:
        self._shared = shared
        self._shapes = shapes
        self._epoch = epoch

    def row(self, row: Any) -> list[str]:
        """A row's cells, at the places of their columns."""
        shown: list[str] = []
        for cell in row:
            if local_name(cell) != "c":
                continue
            reference = _REFERENCE.fullmatch(attribute(cell, "r") or "")
            column = _column(reference[1]) if reference else len(shown)
            if column >= COLUMNS:
                continue
            shown += [""] * (column - len(shown))
            del shown[column:]
            shown.append(self._value(cell))
        return shown

    def _value(self, cell: Any) -> str:
        kind = attribute(cell, "t") or "n"
        if kind == "inlineStr":
            return "".join(t.text or "" for t in cell.iter() if local_name(t) == "t")
        value = child_of(cell, "v")
        raw = "" if value is None else value.text or ""
        if kind == "s":
            return self._shared[int(raw)] if raw.isdigit() and int(raw) < len(self._shared) else ""
        if kind == "b":
            return "TRUE" if raw == "1" else "FALSE" if raw else ""
        return self._number(raw, attribute(cell, "s")) if kind == "n" else raw

    def _number(self, raw: str, style: str | None) -> str:
        try:
            number = float(raw)
        except ValueError:
            return raw
        place = int(style) if style is not None and style.isdigit() else 0
        shape = self._shapes[place] if place < len(self._shapes) else _Shape.NUMBER
        if shape is _Shape.PERCENT:
            return f"{round(100 * number, 10):.15g}%"
        if shape in {_Shape.MOMENT, _Shape.ELAPSED} and 0 <= number <= _LAST_SERIAL:
            return self._moment(number) if shape is _Shape.MOMENT else _elapsed(number)
        return raw if raw.isdigit() else f"{number:.15g}"

    def _moment(self, serial: float) -> str:
        moment = self._epoch + timedelta(seconds=round(serial * 86_400))
        time = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
        if serial < 1:
            return time
        return f"{moment:%Y-%m-%d}" if serial == int(serial) else f"{moment:%Y-%m-%d} {time}"


def _elapsed(serial: float) -> str:
    minutes, seconds = divmod(round(serial * 86_400), 60)
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _shared(root: Any) -> list[str]:
    """The strings that cells share, without how Japanese ones are pronounced."""
    return ["".join(_texts(item)) for item in _children(root)]


def _texts(item: Any) -> Iterator[str]:
    for child in item:
        kind = local_name(child)
        if kind == "t":
            yield child.text or ""
        elif kind == "r":
            yield from _texts(child)


def _shapes(root: Any) -> list[_Shape]:
    """As what each cell style, by number, shows a number."""
    codes = {
        attribute(item, "numFmtId"): attribute(item, "formatCode") or ""
        for item in _children(child_of(root, "numFmts"))
    }
    formats = [attribute(item, "numFmtId") or "0" for item in _children(child_of(root, "cellXfs"))]
    return [_shape(int(f) if f.isdigit() else 0, codes.get(f, "")) for f in formats]


def _shape(number: int, code: str) -> _Shape:
    plain = _NOT_CODE.sub("", code)
    if number == _ELAPSED_FORMAT or _ELAPSED_CODE.search(code):
        return _Shape.ELAPSED
    if number in _DATE_FORMATS or _DATE_CODE.search(plain):
        return _Shape.MOMENT
    if number in _PERCENT_FORMATS or "%" in plain:
        return _Shape.PERCENT
    return _Shape.NUMBER
