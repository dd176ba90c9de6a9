"""Tables without a drawn grid: columns are where most rows leave the same white space. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lodgepole.adapters.parsers.pdf.lines import Line
from lodgepole.adapters.parsers.pdf.rulings import Rulings
from lodgepole.adapters.parsers.pdf.table_heads import column_of, head_rows
from lodgepole.adapters.parsers.pdf.table_rows import Strip, begins_inside, joined
from lodgepole.adapters.parsers.pdf.table_runs import HEAD_LINES, Height, runs_of, said
from lodgepole.adapters.parsers.pdf.table_words import (
    APART,
    Table,
    Word,
)

PROSE_WORDS = 4  # of a cell, from which it may be a line of prose
ODD_ROWS = 0.12  # of the rows, that may have text where the others leave white space
ROWS_TOLD = 4  # from which one of them may have text there
COLUMNS_MOST = 60  # of a table
GAP_LEAST = 0.4  # font sizes, of white space down a table
ROWS_LEAST = 3  # of a table, unless two have several cells
CELLS_OF_TWO = 3  # in each of two rows, which are a table of their own
WIDE = 0.85  # of a table, that a rule below its head is at least
_YEAR = re.compile(r"(?:1[89]|20|21)\d\d")


def aligned_tables(lines: Sequence[Line], rulings: Rulings, width: float) -> Iterator[Table]:
    """Tables by the white space between their columns."""
    for run in runs_of(lines, width):
        table = _table(run, rulings)
        if table is not None:
            yield table


def _table(run: Sequence[Height], rulings: Rulings) -> Table | None:
    rows = [height for height in run if height.is_row]
    several = sum(len(row.parts) >= CELLS_OF_TWO for row in rows)
    if len(rows) < ROWS_LEAST and several < 2:
        return None
    body = [row for row in rows if row.has_figures]
    columns = _columns(body if len(body) >= ROWS_LEAST else rows)
    if not 2 <= len(columns) <= COLUMNS_MOST or _are_prose(rows, columns):
        return None
    first = _head_end(run, columns, rulings)
    strips = [_strip(height, columns) for height in run[first:]]
    words = [word for height in run for part in height.parts for word in part]
    return Table(
        rows=[*head_rows(_words(run[:first]), columns, rulings), *joined(strips, len(columns))],
        left=min(word.x0 for word in words),
        right=max(word.x1 for word in words),
        top=max(word.y for word in words),
        words=words,
    )


def _words(run: Sequence[Height]) -> list[list[Word]]:
    return [[word for part in height.parts for word in part] for height in run]


def _head_end(
    run: Sequence[Height], columns: Sequence[tuple[float, float]], rulings: Rulings
) -> int:
    """How many rows are the head: those over a rule as wide as the table, else over figures."""
    strips = [_strip(height, columns) for height in run[: HEAD_LINES + 1]]
    first = next((at for at, strip in enumerate(strips) if _is_body(strip)), 0)
    if first and set(strips[first - 1].cells) == {0} and begins_inside(strips[first].cells[0]):
        first -= 1  # the label of the first row takes two lines
    first = first if _is_head(strips[:first], labels=1) else 0
    left, right = min(each.x0 for each in run), max(each.x1 for each in run)
    for rule in sorted(rulings.across, reverse=True):
        above = sum(height.y > rule.place - 0.3 * height.size for height in run)
        wide = min(rule.end, right) - max(rule.start, left) >= WIDE * (right - left)
        if wide and 0 < above <= min(HEAD_LINES, len(run) - 1):
            return above if _is_head(strips[:above], labels=2) else first
    return first


def _is_body(strip: Strip) -> bool:
    return 0 in strip.cells and any(
        not _YEAR.fullmatch(strip.cells[column]) for column in strip.figures
    )


def _is_head(strips: Sequence[Strip], *, labels: int) -> bool:
    """Whether rows may be lines of names: few have a label, and no figure is below a figure."""
    figures = Counter(column for strip in strips for column in strip.figures)
    return (
        sum(0 in strip.cells for strip in strips) <= labels
        and max(figures.values(), default=0) <= 1
    )


def _columns(rows: Sequence[Height]) -> list[tuple[float, float]]:
    """From where to where columns reach: stretches between white space that most rows leave."""
    size = sorted(row.size for row in rows)[len(rows) // 2]
    ends: list[tuple[float, int]] = []
    for row in rows:
        for left, right in _stretches(row):
            ends += [(left, 1), (right, -1)]
    odd = max(int(ODD_ROWS * len(rows)), len(rows) >= ROWS_TOLD)
    columns: list[tuple[float, float]] = []
    depth, begun = 0, None
    for place, step in sorted(ends):
        before, depth = depth, depth + step
        if before <= odd < depth:
            begun = place
        elif depth <= odd < before and begun is not None:
            if columns and begun - columns[-1][1] < GAP_LEAST * size:
                columns[-1] = columns[-1][0], place
            else:
                columns.append((begun, place))
            begun = None
    return _widened(columns, rows)


def _widened(
    columns: Sequence[tuple[float, float]], rows: Sequence[Height]
) -> list[tuple[float, float]]:
    """Columns as wide as all that stands in them alone."""
    wide = list(columns)
    for row in rows:
        for left, right in _stretches(row):
            first, last = column_of(left, right, columns)
            if first == last:
                wide[first] = min(wide[first][0], left), max(wide[first][1], right)
    return wide


def _stretches(row: Height) -> Iterator[tuple[float, float]]:
    """Where a row has text, words of one cell together."""
    words = [word for part in row.parts for word in part]
    left, right = words[0].x0, words[0].x1
    for word in words[1:]:
        if word.x0 - right > APART * word.size:
            yield left, right
            left = word.x0
        right = max(right, word.x1)
    yield left, right


def _are_prose(rows: Sequence[Height], columns: Sequence[tuple[float, float]]) -> bool:
    """Return whether most cells of every column are lines of prose."""
    counts: list[list[int]] = [[] for _ in columns]
    for row in rows:
        for part in row.parts:
            counts[column_of(part[0].x0, part[-1].x1, columns)[0]].append(len(part))
    return all(sorted(found)[len(found) // 2] >= PROSE_WORDS for found in counts if found)


def _strip(height: Height, columns: Sequence[tuple[float, float]]) -> Strip:
    cells: dict[int, list[Word]] = {}
    wide = False
    for part in height.parts:
        for chunk in _chunks(part, columns):
            first, last = column_of(chunk[0].x0, chunk[-1].x1, columns)
            cells.setdefault(first, []).extend(chunk)
            wide = wide or last > first > 0
    words = [word for part in height.parts for word in part]
    return Strip(
        cells={at: said(found) for at, found in sorted(cells.items())},
        y=min(word.y for word in words),
        size=words[0].size,
        bold=all(word.line.bold for word in words),
        wide=wide,
    )


def _chunks(part: Sequence[Word], columns: Sequence[tuple[float, float]]) -> Iterator[list[Word]]:
    """Words of one cell; more than usual white space over the border of a column ends it."""
    chunk: list[Word] = []
    for word in part:
        if chunk and word.x0 - chunk[-1].x1 > APART * word.size:
            before = column_of(chunk[-1].x0, chunk[-1].x1, columns)[-1]
            if column_of(word.x0, word.x1, columns)[0] != before:
                yield chunk
                chunk = []
        chunk.append(word)
    if chunk:
        yield chunk
