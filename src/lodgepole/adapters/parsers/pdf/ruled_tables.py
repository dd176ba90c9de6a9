"""Tables whose cells are drawn: lines that cross make a grid, and words stand in its cells. Pure.

A line that is missing between two places of the grid makes them one cell. Where a side of the table
has no line of its own, the ends of those that cross it are the side.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lodgepole.adapters.parsers.pdf.lines import CELL_GAP, Line
from lodgepole.adapters.parsers.pdf.rulings import Ruling, Rulings
from lodgepole.adapters.parsers.pdf.table_rows import (
    begins_inside,
    joined,
    stand_below_each_other,
    strips_of,
)
from lodgepole.adapters.parsers.pdf.table_words import (
    APART,
    Table,
    TableRow,
    Word,
    heights,
    is_number,
    texts_of,
    words_of,
)
from lodgepole.documents.tables import REPEATED_CHARS

TOUCH = 3.0  # points by which lines that cross may miss each other
NARROW = 4.0  # points, below which a row or column of the grid is a double line
GRIDS = 600  # lines across, or upright, of one page, above which they are a drawing
PLACES = 6000  # of one grid
PADDING = 15.0  # points, up to which the edges of one column differ
HEAD_ROWS = 3  # of a grid, that may be a head over rows without lines
LOOSE_ROWS = 3  # in one cell, from which they may be rows of a table without lines
FILLED = 0.2  # of the cells, below which a grid is a diagram or a chart


@dataclass(slots=True)
class _Lines:
    """Lines that hang together."""

    across: list[Ruling] = field(default_factory=list[Ruling])
    upright: list[Ruling] = field(default_factory=list[Ruling])


@dataclass(slots=True)
class _Cell:
    row: int
    column: int
    rows: int
    columns: int
    words: list[Word] = field(default_factory=list[Word])


def ruled_tables(lines: Sequence[Line], rulings: Rulings) -> Iterator[Table]:
    """Tables in grids that are drawn; words that stand in several belong to the smallest."""
    if max(len(rulings.across), len(rulings.upright)) > GRIDS:
        return
    grids = [grid for drawn in _together(rulings) if (grid := _grid(drawn)) is not None]
    words = list(words_of(line for line in lines if not line.turned)) if grids else []
    taken: set[int] = set()
    for grid in sorted(grids, key=lambda grid: grid.area):
        free = [word for word in words if id(word) not in taken]
        table = None if grid.is_head_alone(free) else grid.table(free)
        if table is not None:
            taken.update(map(id, table.words))
            yield table


def _together(rulings: Rulings) -> Iterator[_Lines]:
    """Groups of lines that cross or touch."""
    names = list(range(len(rulings.across) + len(rulings.upright)))

    def name(index: int) -> int:
        while names[index] != index:
            names[index] = names[names[index]]
            index = names[index]
        return index

    for number, upright in enumerate(rulings.upright, len(rulings.across)):
        for index, across in enumerate(rulings.across):
            if (
                across.start - TOUCH <= upright.place <= across.end + TOUCH
                and upright.start - TOUCH <= across.place <= upright.end + TOUCH
            ):
                names[name(index)] = name(number)
    groups: dict[int, _Lines] = {}
    for index, across in enumerate(rulings.across):
        groups.setdefault(name(index), _Lines()).across.append(across)
    for number, upright in enumerate(rulings.upright, len(rulings.across)):
        groups.setdefault(name(number), _Lines()).upright.append(upright)
    yield from groups.values()


def _sides(lines: Sequence[Ruling], others: Sequence[Ruling]) -> list[float]:
    """Where lines stand, from the lowest; the ends of those across them are sides too."""
    places = [line.place for line in lines]
    places += [min(line.start for line in others), max(line.end for line in others)]
    kept: list[float] = []
    for place in sorted(places):
        if not kept or place - kept[-1] > NARROW:
            kept.append(place)
    return kept


def _grid(lines: _Lines) -> "_DrawnGrid | None":
    if not lines.across or not lines.upright or len(lines.across) + len(lines.upright) < 3:
        return None
    grid = _DrawnGrid(lines)
    small = grid.rows < 2 or grid.columns < 2 or grid.rows * grid.columns > PLACES
    return None if small else grid


class _DrawnGrid:
    """Places between lines; row 0 is the highest, column 0 the leftmost."""

    def __init__(self, lines: _Lines) -> None:
        self._xs = _sides(lines.upright, lines.across)
        self._ys = _sides(lines.across, lines.upright)
        self.rows, self.columns = len(self._ys) - 1, len(self._xs) - 1
        self.area = (self._xs[-1] - self._xs[0]) * (self._ys[-1] - self._ys[0])
        self._lines = lines

    def is_head_alone(self, words: Sequence[Word]) -> bool:
        """Whether few rows are drawn, and below them rows of the same columns go on without."""
        if self.rows > HEAD_ROWS:
            return False
        left, right, foot = self._xs[0], self._xs[-1], self._ys[0]
        below = heights(
            word
            for word in words
            if word.x0 > left - TOUCH
            and word.x1 < right + TOUCH
            and foot - 5 * word.size < word.y < foot
        )
        return sum(_has_gap(height) for height in below) >= 2

    def _walls(self, lines: Sequence[Ruling], sides: list[float], ways: list[float]) -> list[int]:
        """By side, a bit for each stretch between two of `ways` along which a line stands."""
        walls = [0] * len(sides)
        for line in lines:
            side = min(range(len(sides)), key=lambda at: abs(sides[at] - line.place))
            for at in range(len(ways) - 1):
                if line.start - TOUCH <= (ways[at] + ways[at + 1]) / 2 <= line.end + TOUCH:
                    walls[side] |= 1 << at
        return walls

    def _cells(self) -> list[_Cell]:
        """Rectangles of places without a line between them."""
        upright = self._walls(self._lines.upright, self._xs, self._ys)
        across = self._walls(self._lines.across, self._ys, self._xs)
        used: set[tuple[int, int]] = set()
        cells: list[_Cell] = []
        for row in range(self.rows):
            bit = self.rows - 1 - row  # stretches are counted from the foot
            for column in range(self.columns):
                if (row, column) in used:
                    continue
                width = 1
                while (
                    column + width < self.columns
                    and (row, column + width) not in used
                    and not upright[column + width] >> bit & 1
                ):
                    width += 1
                height = 1
                mask = ((1 << width) - 1) << column
                while row + height < self.rows and not across[self.rows - row - height] & mask:
                    below = bit - height
                    walls = [upright[at] >> below & 1 for at in range(column, column + width + 1)]
                    shut = (column == 0 or walls[0]) and (
                        column + width == self.columns or walls[-1]
                    )
                    if not shut or any(walls[1:-1]):
                        break
                    height += 1
                used |= {
                    (r, c) for r in range(row, row + height) for c in range(column, column + width)
                }
                cells.append(_Cell(row, column, height, width))
        return cells

    def table(self, words: Sequence[Word]) -> Table | None:
        """The table of these words; None where the grid is none."""
        cells = self._cells()
        by_place = {
            (row, column): cell
            for cell in cells
            for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.column, cell.column + cell.columns)
        }
        taken: list[Word] = []
        for word in words:
            x, y = word.middle
            if not (self._xs[0] < x < self._xs[-1] and self._ys[0] < y < self._ys[-1]):
                continue
            place = self.rows - bisect_right(self._ys, y), bisect_right(self._xs, x) - 1
            if place in by_place:
                by_place[place].words.append(word)
                taken.append(word)
        filled = [cell for cell in cells if cell.words]
        if not _is_table(filled, cells) or any(_holds_columns(cell.words) for cell in filled):
            return None
        columns = _Columns(self._xs, filled)
        rows = list(_rows([part for cell in filled for part in columns.parts(cell)], columns))
        if len(rows) < 2 or max(sum(map(bool, row.cells)) for row in rows) < 2:
            return None
        return Table(rows, self._xs[0], self._xs[-1], self._ys[-1], taken)


def _is_table(filled: Sequence[_Cell], cells: Sequence[_Cell]) -> bool:
    rows = Counter(cell.row for cell in filled)
    columns = {cell.column for cell in filled}
    several = any(count > 1 for count in rows.values())
    return several and len(rows) > 1 and len(columns) > 1 and len(filled) >= FILLED * len(cells)


def _holds_columns(words: Sequence[Word]) -> bool:
    """Return whether a cell holds rows of a table, whose columns no lines part."""
    found = heights(words)
    wide = sum(map(_has_gap, found))
    return len(found) >= LOOSE_ROWS and 2 * wide > len(found)


def _has_gap(height: Sequence[Word]) -> bool:
    return any(word.x0 - before.x1 > CELL_GAP * word.size for before, word in pairwise(height))


class _Columns:
    """The places of a grid in which cells with text begin; narrow ones at an edge are no others."""

    def __init__(self, xs: Sequence[float], filled: Sequence[_Cell]) -> None:
        begun: dict[int, set[int]] = {}
        for cell in filled:
            begun.setdefault(cell.column, set()).add(cell.row)
        self._xs = xs
        self._first: list[int] = []  # of each column, its first place
        rows: set[int] = set()
        for place in sorted(begun):
            if (
                self._first
                and xs[place] - xs[self._first[-1]] < PADDING
                and not rows & begun[place]
            ):
                rows |= begun[place]
                continue
            self._first.append(place)
            rows = begun[place]

    def __len__(self) -> int:
        return len(self._first)

    def range_of(self, cell: _Cell) -> tuple[int, int]:
        """The first and the last column of a cell."""
        first = bisect_right(self._first, cell.column) - 1
        return first, max(bisect_left(self._first, cell.column + cell.columns) - 1, first)

    def parts(self, cell: _Cell) -> Iterator[_Cell]:
        """A cell, parted where its words stand apart at the sides of columns."""
        first, last = self.range_of(cell)
        if first == last or cell.rows > 1:
            yield cell
            return
        sides = [self._xs[place] for place in self._first[first + 1 : last + 1]]
        groups: dict[int, list[Word]] = {}
        for word in cell.words:
            groups.setdefault(bisect_right(sides, word.middle[0]), []).append(word)
        spans = [
            (min(word.x0 for word in words), max(word.x1 for word in words))
            for _, words in sorted(groups.items())
        ]
        apart = APART * cell.words[0].size
        if len(groups) < 2 or any(
            after[0] - before[1] < apart for before, after in pairwise(spans)
        ):
            yield cell
            return
        for at, words in sorted(groups.items()):
            place = self._first[first + at]
            end = self._first[first + at + 1] if first + at < last else cell.column + cell.columns
            yield _Cell(cell.row, place, 1, end - place, words)


def _rows(cells: Sequence[_Cell], columns: _Columns) -> Iterator[TableRow]:
    begun: dict[int, list[_Cell]] = {}
    for cell in cells:
        begun.setdefault(cell.row, []).append(cell)
    above: list[_Cell] = []
    head = _is_of_figures(cells, columns)
    last: TableRow | None = None
    for number, row in sorted(begun.items()):
        above = [cell for cell in above if cell.row + cell.rows > number]
        ranges = [columns.range_of(cell) for cell in row]
        wide = any(first < end for first, end in ranges)
        head = head and (number == min(begun) or wide or bool(above))
        title = len(row) == 1 and ranges[0][0] == 0
        made = _row(row, above, columns, wide_said=head and not title)
        above += [cell for cell in row if cell.rows > 1]
        if last is not None and ranges == [(0, 0)] and above:
            label = " ".join(made.cells[0])
            if begins_inside(label):
                last.cells[0] += made.cells[0]
                last.y = made.y
                continue
        parted = [] if wide or any(cell.rows > 1 for cell in row) else _parted(row, columns)
        if last is not None:
            yield last
        yield from parted[:-1]
        last = parted[-1] if parted else made
    if last is not None:
        yield last


def _is_of_figures(cells: Sequence[_Cell], columns: _Columns) -> bool:
    """Whether most cells beside the labels hold figures, so that what is above them is a head."""
    beside = [
        text
        for cell in cells
        if columns.range_of(cell)[0] > 0 and (text := " ".join(texts_of(cell.words)))
    ]
    figures = sum(is_number(text) or not any(map(str.isalnum, text)) for text in beside)
    return 2 * figures > len(beside)


def _row(
    row: Sequence[_Cell], above: Sequence[_Cell], columns: _Columns, *, wide_said: bool
) -> TableRow:
    """One row; what spans several rows is said in each, and in a head in each of its columns."""
    cells: list[list[str]] = [[] for _ in range(len(columns))]
    for cell in (*row, *above):
        first, last = columns.range_of(cell)
        lines = texts_of(cell.words)
        if cell.row < row[0].row and sum(map(len, lines)) > REPEATED_CHARS:
            continue
        for at in range(first, last + 1 if wide_said else first + 1):
            cells[at] = cells[at] or lines
    words = [word for cell in row for word in cell.words]
    return TableRow(
        cells,
        y=min(word.y for word in words),
        size=words[0].size,
        bold=all(word.line.bold for word in words),
    )


def _parted(row: Sequence[_Cell], columns: _Columns) -> list[TableRow]:
    """The rows that stand in one row of the grid; none where it is one."""
    words: list[list[Word]] = [[] for _ in range(len(columns))]
    for cell in row:
        words[columns.range_of(cell)[0]] += cell.words
    strips = strips_of(words)
    return joined(strips, len(columns)) if stand_below_each_other(strips) else []
