"""Joins table cells that span several lines into whole rows. Pure.

pdfium gives the lines of a cell one after the other, in the order in which they were drawn. A line
that stands under a cell, at its left edge, goes on with it; one on the height of the row's first
line is its next cell; a label above the line of its numbers begins the row.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lodgepole.adapters.parsers.pdf.dehyphenation import LETTERS
from lodgepole.adapters.parsers.pdf.lines import BULLET, SAME_HEIGHT, FoundFigure, Line

ALIGNED = 3.0  # points by which left edges of one column may differ
STEP_MOST = 1.5  # font sizes from one line of a cell to the next
INDENT_MOST = 2.0  # font sizes by which a label's further lines may stand in
HEAD_STEP_MOST = 2.2  # font sizes from what stands over columns to the first row
HEAD_INDENT = 4.0  # font sizes by which it begins further right than the labels
SHARED = 3  # lines with a cell at one edge, from which it is a column
EDGE_LINES = 6  # drawn first or last, which may stand at the other end of the page


def in_place(lines: list[Line]) -> list[Line]:
    """The lines, a foot that was drawn first put last, and a head that was drawn last put first."""
    count = len(lines)
    lowest = [0.0] * count  # from each line on
    for index in reversed(range(count)):
        lowest[index] = min(lines[index].y, lowest[index + 1] if index + 1 < count else 1e9)
    feet = 0
    for size in range(1, min(EDGE_LINES, count - 1) + 1):
        if max(line.y for line in lines[:size]) < lowest[size]:
            feet = size
    lines = [*lines[feet:], *lines[:feet]]
    if feet:
        return lines
    heads = 0
    for size in range(1, min(EDGE_LINES, count - 1) + 1):
        if min(line.y for line in lines[-size:]) > max(line.y for line in lines[:-size]):
            heads = size
    return [*lines[count - heads :], *lines[: count - heads]]


def whole_rows(lines: Sequence[Line]) -> list[Line]:
    """The lines, those of one row of a table made one."""
    edges = Counter(edge for line in lines for edge in _edges(line))
    found: list[Line] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if not _begins_row(line, edges):
            found.append(line)
            continue
        row = _Row(line)
        while found and row.takes_above(found[-1]):
            row.put_above(found.pop())
        if found and row.is_headed_by(found[-1]):
            found[-1].cells = [[found[-1].text]]
        while index < len(lines) and row.take(lines[index]):
            index += 1
        found.append(row.line())
    return found


def _plain(line: Line) -> bool:
    return not (line.running or line.level or line.caption or line.inside or line.table)


def _begins_row(line: Line, edges: Counter[tuple[str, int]]) -> bool:
    """Return whether cells of it begin or end where those of other lines do."""
    if not line.gaps or not _plain(line) or (len(line.gaps) == 1 and BULLET.match(line.text)):
        return False
    return any(
        edges[side, place + near] >= SHARED for side, place in _edges(line) for near in (-1, 0, 1)
    )


def _edges(line: Line) -> list[tuple[str, int]]:
    """Where cells after the first begin and end; columns of numbers are even on the right."""
    ends = [left for _, left, _ in line.gaps[1:]] + [line.x1] if line.gaps else []
    return [("begin", round(right / ALIGNED)) for _, _, right in line.gaps] + [
        ("end", round(end / ALIGNED)) for end in ends
    ]


def _says_something(text: str) -> bool:
    """Words rather than numbers: a number under a number is another row's."""
    return bool(LETTERS.search(text)) or not any(map(str.isdigit, text))


def _goes_on(text: str) -> bool:
    """Return whether a label does not begin with this."""
    return text[:1].islower() or text[:1] in "(&"


@dataclass(slots=True)
class _Cell:
    x0: float
    x1: float
    y: float  # of its last line
    texts: list[str]


class _Row:
    """One row as it grows."""

    def __init__(self, line: Line) -> None:
        self._first = line
        self._top = line.y
        self._cells = _cells(line)
        self._figures: list[FoundFigure] = list(line.figures)

    def take(self, line: Line) -> bool:
        """Take a line that comes after; False when it is not of this row."""
        if not _plain(line) or abs(line.size - self._first.size) > 0.15 * self._first.size:
            return False
        cells = _cells(line)
        if abs(line.y - self._top) < SAME_HEIGHT * line.size:
            if line.x0 <= max(cell.x1 for cell in self._cells):
                return False
            self._cells += cells
        else:
            places = [self._under(cell, line.size) for cell in cells]
            if any(place is None for place in places):
                return False
            if 0 in places and (len(cells) > 1 or not _goes_on(cells[0].texts[0])):
                return False
            for place, cell in zip(places, cells, strict=True):
                assert place is not None, "looked at above"
                above = self._cells[place]
                above.texts += cell.texts
                above.x1, above.y = max(above.x1, cell.x1), cell.y
        self._figures += line.figures
        return True

    def _under(self, cell: _Cell, size: float) -> int | None:
        """Which cell this one goes on with."""
        for place, above in enumerate(self._cells):
            indent = INDENT_MOST * size if place == 0 else 0.0
            if not above.x0 - ALIGNED <= cell.x0 <= above.x0 + ALIGNED + indent:
                continue
            later = [other.x0 for other in self._cells if other.x0 > above.x0 + ALIGNED]
            if later and cell.x1 > min(later):
                return None
            if not 0 < above.y - cell.y < STEP_MOST * size:
                return None
            return place if _says_something(cell.texts[0]) else None
        return None

    def takes_above(self, line: Line) -> bool:
        """Return whether a line that came before is the beginning of this row's label."""
        label = self._cells[0]
        if line.gaps or line.cells or not _plain(line) or len(self._cells) < 2:
            return False
        return (
            _goes_on(label.texts[0])
            and abs(line.size - self._first.size) <= 0.15 * self._first.size
            and -ALIGNED <= label.x0 - line.x0 <= INDENT_MOST * line.size
            and 0 < line.y - self._top < STEP_MOST * line.size
            and line.x1 < self._cells[1].x0
            and line.text[-1] not in ".!?:"
        )

    def is_headed_by(self, line: Line) -> bool:
        """Whether a line that came before stands over the columns, as what they have in common."""
        return (
            not (line.gaps or line.cells)
            and _plain(line)
            and len(self._cells) > 1
            and 0 < line.y - self._top < HEAD_STEP_MOST * line.size
            and line.x0 > self._cells[0].x0 + HEAD_INDENT * line.size
            and line.x1 < self._cells[-1].x1 + ALIGNED
            and line.text[-1] not in ".!?:;"
        )

    def put_above(self, line: Line) -> None:
        label = self._cells[0]
        label.texts.insert(0, line.text)
        label.x0, label.x1 = line.x0, max(label.x1, line.x1)
        self._top = line.y
        self._figures += line.figures

    def line(self) -> Line:
        first = self._first
        return Line(
            text="  ".join(" ".join(cell.texts) for cell in self._cells),
            x0=self._cells[0].x0,
            x1=max(cell.x1 for cell in self._cells),
            y=min(cell.y for cell in self._cells),
            size=first.size,
            bold=first.bold,
            cells=[cell.texts for cell in self._cells],
            figures=self._figures,
        )


def _cells(line: Line) -> list[_Cell]:
    cells: list[_Cell] = []
    start, x0 = 0, line.x0
    for index, left, right in line.gaps:
        cells.append(_Cell(x0, left, line.y, [line.text[start:index].strip()]))
        start, x0 = index, right
    cells.append(_Cell(x0, line.x1, line.y, [line.text[start:].strip()]))
    return cells
