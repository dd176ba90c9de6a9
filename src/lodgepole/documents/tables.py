"""Rows of cells as blocks of a document: records where a first row names the columns. Pure.

A cell that spans rows or columns belongs to each of them, so it is said in each.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice

from lodgepole.documents.builder import BLOCK_GAP, DocumentBuilder, clean_text
from lodgepole.documents.table_heads import (
    HEAD_ROWS,
    ROWS_LOOKED_AT,
    find_head,
    is_figure,
)
from lodgepole.model import CELL_GAP, BlockKind

TITLE_ROWS = 3  # lines of text between gaps, up to which they are paragraphs rather than a list
PAIRS = 13  # lines of a name and what it stands for, above a wider table, are fewer
ROWS_APART = 50  # rows without column names that make one block
REPEATED_CHARS = 100  # of a cell, above which it is a text beside the rows rather than their label
REPEATS = 200_000  # of cells in one table, with the places that they leave empty

NumberedRow = tuple[int, Sequence[str]]
"""A row's number as people count, and its cells at the places of their columns."""


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
        self.places = sorted({cell.column for row in rows for cell in row})
        """The columns that rows have cells of, in order."""
        said = [n for n, row in enumerate(rows) if sum(bool(cell.text) for cell in row) > 1]
        wide = [n for n in said if any(self._width(cell) > 1 for cell in rows[n])]
        self._columnar = len(wide) * 2 <= len(said)
        first = said[0] if said else 0
        self._below_head = first + max(
            (cell.rows for row in rows[first:][:1] for cell in row), default=0
        )
        self.head_rows = self._head_rows(first) if self._columnar else 0
        """How many rows, from the first with several cells on, merged cells say are the head's;
        0 where none are merged."""

    def rows(self) -> Iterator[list[str | None]]:
        """Each row from the left up to its last cell; None where another cell goes on unsaid.

        In a table of columns, the latter is an empty cell.
        """
        above: list[tuple[Cell, int, bool]] = []  # cell, row below its last, said in every column
        left = REPEATS
        for number, row in enumerate(self._rows):
            shown = {bisect_left(self.places, cell.column): cell.text for cell in row}
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
                first = bisect_left(self.places, cell.column)
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

    def _head_rows(self, first: int) -> int:
        """Down to the row below the last cell of the head that spans columns."""
        rows = self._below_head - first if self._below_head > first + 1 else 0
        for number, row in enumerate(self._rows[first : first + HEAD_ROWS - 1]):
            if number > max(rows - 1, 0):
                break
            if any(self._width(cell) > 1 for cell in row):
                rows = max(rows, number + 2)
        return rows if len(self._rows) > first + rows else 0

    def _width(self, cell: Cell) -> int:
        """In columns."""
        end = bisect_left(self.places, cell.column + cell.columns)
        return end - bisect_left(self.places, cell.column)


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of a table's columns, which one below a gap may go on with."""

    names: tuple[str, ...]
    figures: frozenset[int]  # columns


class TableWriter:
    """Appends rows, each on a line of its own; blank ones part tables.

    Where rows of names stand over the others, every other row becomes a record,
    `Name: Ada | Town: Bergen`, so that it can be found and understood by itself; its empty cells
    are left out. Without names each cell, the empty ones too, keeps its place.
    """

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._above: _Names | None = None

    def add(self, rows: Iterable[NumberedRow], *, head_rows: int = 0, next_width: int = 0) -> None:
        """Append rows from the top.

        Args:
            rows: Cells are at the same places as those of rows before.
            head_rows: How many rows name the columns together, where merged cells tell.
            next_width: How many cells rows have that come below a gap; 0 where none do.
        """
        spelt = ((number, tuple(map(_spelt, row))) for number, row in rows)
        held: Sequence[NumberedRow] = ()  # a short table, until it is known what follows
        for blank, group in groupby(spelt, key=lambda row: not any(row[1])):
            if blank:
                continue
            first = list(islice(group, ROWS_LOOKED_AT))
            if held:
                self._add_table(held, iter(()), head_rows, width_of(row for _, row in first))
            held = first
            if len(first) == ROWS_LOOKED_AT:
                self._add_table(first, group, head_rows, 0)  # noqa: B031  the rest of the same group
                held = ()
        if held:
            self._add_table(held, iter(()), head_rows, next_width)

    def _add_table(
        self,
        first: Sequence[NumberedRow],
        rows: Iterator[NumberedRow],
        head_rows: int,
        next_width: int,
    ) -> None:
        """Append rows between gaps."""
        cells = [row for _, row in first]
        titles = next((n for n, row in enumerate(cells) if _filled(row) > 1), len(cells))
        if titles == len(first):
            titles = titles if titles <= TITLE_ROWS else 0
            self._add_titles(cells[:titles])
            self._add_lines(cells[titles:], rows)
            return
        if next_width > width_of(cells) == 2 and len(first) < PAIRS:
            self._add_lines(cells, rows)
            return
        above = self._above
        head = find_head(cells, head_rows=head_rows)
        goes_on = above is not None and _fits(cells[titles:], above)
        if head is not None and (head.sure or not goes_on):
            self._add_titles(cells[: head.start])
            said = {tuple(row) for row in cells[head.start : head.end]}
            below = (row for row in chain(first[head.end :], rows) if tuple(row[1]) not in said)
            self._add_records(head.names, below)
            self._above = _Names(head.names, _figures(cells[head.end :]))
            return
        self._add_titles(cells[:titles])
        if above is not None and goes_on and (head is None or len(first) - titles == 1):
            self._add_records(above.names, chain(first[titles:], rows))
        else:  # words above words are names, or rows of the table before: nothing tells
            self._add_lines(cells[titles:], rows)

    def _add_titles(self, rows: Sequence[Sequence[str]]) -> None:
        for row in rows:
            alone = _filled(row) == 1
            text = "".join(row) if alone else _line(row, _first_filled([row]))
            self._builder.add(text, BlockKind.PARAGRAPH if alone else BlockKind.TABLE)

    def _add_records(self, names: Sequence[str], rows: Iterable[NumberedRow]) -> None:
        gap = BLOCK_GAP
        for number, row in rows:
            text = CELL_GAP.join(_named_cells(names, row))
            self._builder.add(text, BlockKind.RECORD, label=f"row {number}", gap=gap)
            gap = "\n"

    def _add_lines(self, first: Sequence[Sequence[str]], rest: Iterable[NumberedRow]) -> None:
        start = _first_filled(first)
        waiting = chain(first, (row for _, row in rest))
        while group := list(islice(waiting, ROWS_APART)):
            text = "\n".join(_line(row, start) for row in group)
            self._builder.add(text, BlockKind.TABLE, gap="\n")


def width_of(rows: Iterable[Sequence[str]]) -> int:
    """Return the number of cells of the fullest row."""
    return max(map(_filled, rows), default=0)


def _fits(rows: Sequence[Sequence[str]], above: _Names) -> bool:
    """Whether rows below a gap may be further ones of the table above it."""
    filled = {n for row in rows for n, cell in enumerate(row) if cell}
    named = {n for n, name in enumerate(above.names) if name}
    figures = _figures(rows)
    return filled <= named and figures == above.figures & filled


def _figures(rows: Sequence[Sequence[str]]) -> frozenset[int]:
    """Columns that mostly hold numbers."""
    found: dict[int, list[bool]] = {}
    for row in rows:
        for n, cell in enumerate(row):
            if cell:
                found.setdefault(n, []).append(is_figure(cell))
    return frozenset(n for n, cells in found.items() if 2 * sum(cells) > len(cells))


def _filled(row: Sequence[str]) -> int:
    return sum(map(bool, row))


def _first_filled(rows: Sequence[Sequence[str]]) -> int:
    """The first column with something in it."""
    return min((n for row in rows for n, cell in enumerate(row) if cell), default=0)


def _line(row: Sequence[str], start: int) -> str:
    """A row without names; only empty cells before the table and at the row's end are left out."""
    size = max((n for n, cell in enumerate(row, 1) if cell), default=0)
    return CELL_GAP.join(row[0 if any(row[:start]) else start : size])


def _spelt(cell: str) -> str:
    return " ".join(clean_text(cell).split())


def _named_cells(names: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    for index, cell in enumerate(row):
        if cell:
            name = names[index] if index < len(names) else ""
            yield f"{name.rstrip(': ')}: {cell}" if name else cell
