"""Rows and columns of a table that a cell spans."""

from collections.abc import Sequence
from typing import Any

from lodgepole.documents.archives import attribute, child_of
from lodgepole.documents.tables import Cell

COLUMNS_DIGITS = 3  # of a number of columns, of which Word allows 63


def placed(rows: Sequence[Sequence[Any]], texts: Sequence[Sequence[str]]) -> list[list[Cell]]:
    """Cells at their columns; one that goes on with the cell above it, and is empty, is none."""
    made: list[list[Cell]] = []
    lengths: dict[int, int] = {}  # in rows, by column, of cells that rows below go on with
    for row, said in zip(reversed(rows), reversed(texts), strict=True):
        column = _before(row)
        cells: list[Cell] = []
        going_on: dict[int, int] = {}
        for cell, text in zip(row, said, strict=True):
            properties = child_of(cell, "tcPr")
            columns = max(_number(child_of(properties, "gridSpan")), 1)
            merge = child_of(properties, "vMerge")
            length = 1 + (lengths.get(column, 0) if merge is not None else 0)
            if text or merge is None or attribute(merge, "val") == "restart":
                cells.append(Cell(column, text, length, columns))
            else:
                going_on[column] = length
            column += columns
        made.append(cells)
        lengths = going_on
    return made[::-1]


def _before(row: Sequence[Any]) -> int:
    """How many columns a row leaves out before its first cell."""
    properties = child_of(row[0].getparent(), "trPr") if row else None
    return _number(child_of(properties, "gridBefore"))


def _number(element: Any) -> int:
    value = "" if element is None else attribute(element, "val") or ""
    return int(value) if value.isdecimal() and len(value) <= COLUMNS_DIGITS else 0
