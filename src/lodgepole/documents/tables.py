"""Rows of cells as blocks of a document: records where a first row names the columns. Pure.

A cell that spans rows or columns belongs to each of them, so it is said in each.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from lodgepole.documents.builder import DocumentBuilder, clean_text
from lodgepole.model import BlockKind

CELL_GAP = " | "
NAME_CHARS = 60  # of a column's name, above which a first row is data
ROWS_APART = 50  # rows without column names that make one block
REPEATED_CHARS = 100  # of a cell, above which it is a text beside the rows rather than their label
REPEATS = 200_000  # of cells in one table, with the places that they leave empty
_NUMBER = re.compile(r"[\d.,%+\-/: ]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell where it begins: `column` counts from 0, `rows` and `columns` are what it spans."""

    column: int
    text: str
    rows: int = 1
    columns: int = 1


class Grid:
    """The cells of a table by rows and columns, with what spans several said in each.

    Columns in which no cell begins are none. Down the rows a label is repeated where they have
    something of their own. Along a row a cell is repeated where most rows have one for each column,
    but not what begins a row below the head: that is a title or a total. Where most rows have not,
    as in forms, columns mean nothing.
    """

    def __init__(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._rows = rows
        self._places = sorted({cell.column for row in rows for cell in row})
        said = [n for n, row in enumerate(rows) if sum(bool(cell.text) for cell in row) > 1]
        wide = [n for n in said if any(self._width(cell) > 1 for cell in rows[n])]
        self._columnar = len(wide) * 2 <= len(said)
        first = said[0] if said else 0
        self._below_head = first + max(
            (cell.rows for row in rows[first:][:1] for cell in row), default=0
        )
        self.grouped = self._columnar and first in wide
        """Whether the first row with several cells says what columns have in common."""

    def rows(self) -> Iterator[list[str | None]]:
        """Each row from the left up to its last cell; None where another cell goes on unsaid.

        In a table of columns, the latter is an empty cell.
        """
        above: list[tuple[Cell, int, bool]] = []  # cell, row below its last, said in every column
        left = REPEATS
        for number, row in enumerate(self._rows):
            shown = {bisect_left(self._places, cell.column): cell.text for cell in row}
            above = [entry for entry in above if entry[1] > number and left > 0]
            alone = sum(map(bool, shown.values())) == 1
            begun = [
                (
                    cell,
                    number + cell.rows,
                    self._columnar and not alone and (number < self._below_head or index > 0),
                )
                for index, cell in enumerate(row)
                if 0 < len(cell.text) <= REPEATED_CHARS and cell.rows * cell.columns > 1
            ]
            for cell, _, everywhere in (*(above if any(shown.values()) else ()), *begun):
                first = bisect_left(self._places, cell.column)
                width = self._width(cell) if everywhere else 1
                if width <= left:
                    left -= width
                    for place in range(first, first + width):
                        shown.setdefault(place, cell.text)
            above += [entry for entry in begun if entry[1] > number + 1]
            size = max(shown, default=-1) + 1
            left -= size - len(shown)
            gap = "" if self._columnar else None
            places = range(size) if left > 0 else sorted(shown)
            yield [shown.get(place, gap) for place in places]

    def _width(self, cell: Cell) -> int:
        """In columns."""
        end = bisect_left(self._places, cell.column + cell.columns)
        return end - bisect_left(self._places, cell.column)


def add_rows(
    builder: DocumentBuilder, rows: Iterable[Sequence[str]], *, grouped: bool = False
) -> None:
    """Append rows, each on a line of its own; empty cells and rows are left out.

    Where the first row names the columns, every other row becomes a record, `Name: Ada | Town:
    Bergen`, so that it can be found and understood by itself. In a `grouped` table two rows do:
    the first says what columns of the second have in common.
    """
    filled = (tuple(_spelt(cell) for cell in row) for row in rows)
    waiting = iter(row for row in filled if any(row))
    first = list(islice(waiting, 2))
    if len(first) == 2 and _is_title(first):
        builder.add("".join(first[0]), BlockKind.PARAGRAPH)
        first = [first[1], *islice(waiting, 1)]
    names = first[0] if first else ()
    if grouped and len(first) == 2:
        names = [
            " ".join(dict.fromkeys(filter(None, pair)))
            for pair in zip_longest(*first, fillvalue="")
        ]
    if len(first) == 2 and _names_columns(names):
        rows_of_names = 2 if grouped else 1
        for number, row in enumerate(chain(first[rows_of_names:], waiting), rows_of_names + 1):
            builder.add(_record(names, row), BlockKind.RECORD, label=f"row {number}", gap="\n")
        return
    rest = chain(first, waiting)
    while group := list(islice(rest, ROWS_APART)):
        text = "\n".join(CELL_GAP.join(filter(None, row)) for row in group)
        builder.add(text, BlockKind.TABLE, gap="\n")


def _spelt(cell: str) -> str:
    return " ".join(clean_text(cell).split())


def _is_title(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of two rows is a line of text over a table."""
    title, below = (sum(map(bool, row)) for row in rows)
    return title == 1 and below > 1


def _names_columns(row: Sequence[str]) -> bool:
    """Whether a row holds names: several, all different, short, and none a number."""
    named = [cell for cell in row if cell]
    return (
        len(named) > 1
        and len(set(named)) == len(named)
        and all(len(cell) <= NAME_CHARS and not _NUMBER.fullmatch(cell) for cell in named)
    )


def _record(names: Sequence[str], row: Sequence[str]) -> str:
    return CELL_GAP.join(_named_cells(names, row))


def _named_cells(names: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    for index, cell in enumerate(row):
        if cell:
            name = names[index] if index < len(names) else ""
            yield f"{name}: {cell}" if name else cell
