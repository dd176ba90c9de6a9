"""Cells of a sheet as they are shown, by the workbook's strings and styles."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lodgepole.adapters.parsers.xlsx.number_formats import (
    GENERAL,
    NumberFormat,
    number_format,
    plain,
)
from lodgepole.documents.archives import attribute, child_of, children, children_of, local_name
from lodgepole.documents.links import after_link
from lodgepole.documents.styled_text import Run, Shift, joined

COLUMNS = 16_384  # Excel's own limit
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_LINK = re.compile(r'HYPERLINK\(\s*"([^"]{1,2000})"', re.IGNORECASE)
_SHIFTS = {"superscript": Shift.RAISED, "subscript": Shift.LOWERED}


@dataclass(frozen=True, slots=True)
class Row:
    """A row's number as the sheet counts, and its cells at the places of their columns."""

    number: int
    cells: list[str]


class Cells:
    """The rows of sheets of one workbook."""

    def __init__(
        self, shared: Sequence[str], formats: Sequence[NumberFormat], epoch: datetime
    ) -> None:
        self._shared = shared
        self._formats = formats
        self._epoch = epoch

    def rows(self, data: Any, links: dict[tuple[int, int], str]) -> Iterator[Row]:
        """The rows of a sheet's data; where links lead is said in their cells."""
        number = 0
        for row in data:
            said = attribute(row, "r") or ""
            number = max(int(said) if said.isdecimal() and len(said) < 8 else 0, number + 1)
            cells = self._row(row)
            for place, text in enumerate(cells) if links else ():
                if text and (target := links.get((number, place))):
                    cells[place] += after_link(text, target)
            yield Row(number, cells)

    def _row(self, row: Any) -> list[str]:
        shown: list[str] = []
        for cell in row:
            if local_name(cell) != "c":
                continue
            reference = REFERENCE.fullmatch(attribute(cell, "r") or "")
            column = column_number(reference[1]) if reference else len(shown)
            if column >= COLUMNS:
                continue
            shown += [""] * (column - len(shown))
            del shown[column:]
            shown.append(self._value(cell))
        return shown

    def _value(self, cell: Any) -> str:
        kind = attribute(cell, "t") or "n"
        if kind == "inlineStr":
            return rich_text(child_of(cell, "is"))
        value = child_of(cell, "v")
        raw = "" if value is None else value.text or ""
        place = attribute(cell, "s") or "0"
        format_ = self._formats[int(place)] if self._has_format(place) else GENERAL
        if kind == "s":
            known = raw.isdigit() and int(raw) < len(self._shared)
            return format_.text(self._shared[int(raw)]) if known else ""
        if kind == "b":
            return "TRUE" if raw == "1" else "FALSE" if raw else ""
        if kind == "str":
            formula = child_of(cell, "f")
            link = None if formula is None else _LINK.match(formula.text or "")
            return format_.text(raw) + ("" if link is None else after_link(raw, link[1]))
        if kind != "n" or not raw:
            return raw
        return plain(raw) if format_.is_general else format_.number(raw, self._epoch)

    def _has_format(self, place: str) -> bool:
        return place.isdecimal() and len(place) < 8 and int(place) < len(self._formats)


def column_number(letters: str) -> int:
    """A column's place, from 0, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def shared_strings(root: Any) -> list[str]:
    """The strings that cells share, without how Japanese ones are pronounced."""
    return [rich_text(item) for item in children(root)]


def rich_text(item: Any) -> str:
    """A text whose runs may be raised or lowered."""
    runs: list[Run] = []
    for child in children(item):
        kind = local_name(child)
        if kind == "t":
            runs.append((child.text or "", Shift.NONE))
        elif kind == "r":
            text = "".join(t.text or "" for t in child if local_name(t) == "t")
            shift = child_of(child_of(child, "rPr"), "vertAlign")
            value = "" if shift is None else attribute(shift, "val") or ""
            runs.append((text, _SHIFTS.get(value, Shift.NONE)))
    return runs[0][0] if len(runs) == 1 else joined(runs)


def cell_formats(root: Any) -> list[NumberFormat]:
    """The number format of each cell style, by its number."""
    if root is None:
        return []
    codes = {
        attribute(item, "numFmtId"): attribute(item, "formatCode") or ""
        for item in children_of(root, "numFmts")
    }
    found = [attribute(item, "numFmtId") or "0" for item in children_of(root, "cellXfs")]
    return [number_format(int(f) if f.isdecimal() else 0, codes.get(f, "")) for f in found]
