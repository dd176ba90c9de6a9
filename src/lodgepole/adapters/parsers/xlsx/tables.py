"""Splits a sheet into tables at empty rows and, side by side, at empty columns.

An empty column alone parts nothing, since people leave one between a label and its figures. It
does where what stands on its two sides begins in different rows.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from lodgepole.adapters.parsers.xlsx.cells import Row
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.documents.tables import Cell, Grid, NumberedRow, TableWriter, width_of

PARTS = 2000  # of one sheet that are looked at for columns between them
LEAST = 2  # rows and columns of a table beside another

Merged = Mapping[tuple[int, int], tuple[int, int]]
"""The last row and column of merged ranges, by their first; rows count from 1, columns from 0."""


def add_sheet(builder: DocumentBuilder, rows: Sequence[Row], merged: Merged) -> None:
    """Append the tables of a sheet, from the top and from the left."""
    writer = TableWriter(builder)
    parts = list(_parted_by_rows(rows, merged))
    tables = [
        table
        for number, part in enumerate(parts)
        for table in (_parted_by_columns(part) if number < PARTS else [part])
    ]
    for place, table in enumerate(tables, 1):
        following = tables[place] if place < len(tables) else []
        next_width = width_of(row.cells for row in following)
        if _merges(table, merged):
            grid = Grid(list(_placed(table, merged)))
            writer.add(_spread(grid, table), head_rows=grid.head_rows, next_width=next_width)
        else:
            writer.add(((row.number, row.cells) for row in table), next_width=next_width)


def _spread(grid: Grid, rows: Sequence[Row]) -> Iterator[NumberedRow]:
    """A grid's cells at the columns of the sheet."""
    for row, shown in zip(rows, grid.rows(), strict=True):
        cells = [""] * (grid.places[len(shown) - 1] + 1 if shown else 0)
        for place, cell in zip(grid.places, shown, strict=False):
            cells[place] = cell or ""
        yield row.number, cells


def _merges(rows: Sequence[Row], merged: Merged) -> bool:
    first, last = rows[0].number, rows[-1].number
    return any(first <= top <= last for top, _ in merged)


def _placed(rows: Sequence[Row], merged: Merged) -> Iterator[list[Cell]]:
    """Cells that show something; a merged range spans the rows of it that the sheet has kept."""
    numbers = [row.number for row in rows]
    for place, row in enumerate(rows):
        shown: list[Cell] = []
        for column, text in enumerate(row.cells):
            if text:
                bottom, right = merged.get((row.number, column), (0, 0))
                below = bisect_right(numbers, bottom)
                shown.append(Cell(column, text, max(below - place, 1), max(right - column, 0) + 1))
        yield shown


def _parted_by_rows(rows: Sequence[Row], merged: Merged) -> Iterator[list[Row]]:
    """Runs of rows with something in them; a merged range holds those that it spans together."""
    ends = sorted((top, bottom) for (top, _), (bottom, _) in merged.items() if bottom > top)
    reach: list[int] = []
    for _, bottom in ends:
        reach.append(max(bottom, reach[-1] if reach else 0))
    part: list[Row] = []
    for row in rows:
        if not any(row.cells):
            continue
        if part and row.number > part[-1].number + 1:
            place = bisect_left(ends, (row.number, 0))
            held = reach[place - 1] if place else 0
            if held < row.number:
                yield part
                part = []
        part.append(row)
    if part:
        yield part


def _parted_by_columns(rows: Sequence[Row]) -> list[list[Row]]:
    """Tables beside each other; each again parted by its own empty rows."""
    width = max(len(row.cells) for row in rows)
    tops = [0] * width  # the first row with something in each column
    for row in rows:
        for place, cell in enumerate(row.cells):
            if cell and not tops[place]:
                tops[place] = row.number
    spans: list[tuple[int, int]] = []
    for place, top in enumerate(tops):
        if top and place and tops[place - 1]:
            spans[-1] = spans[-1][0], place + 1
        elif top:
            spans.append((place, place + 1))
    if len(spans) < LEAST or not all(_is_table(rows, *span) for span in spans):
        return [list(rows)]
    begun = {min(top for top in tops[a:b] if top) for a, b in spans}
    if len(begun) < len(spans):
        return [list(rows)]
    return [
        part for a, b in spans for part in _parted_by_rows([_cut(row, a, b) for row in rows], {})
    ]


def _is_table(rows: Sequence[Row], start: int, end: int) -> bool:
    filled = sum(any(row.cells[start:end]) for row in rows)
    return end - start >= LEAST and filled >= LEAST


def _cut(row: Row, start: int, end: int) -> Row:
    return Row(
        row.number, [cell if start <= n < end else "" for n, cell in enumerate(row.cells[:end])]
    )
