"""Heads of tables without a drawn grid: lines over the columns put together into names. Pure.

What stands over a rule that is as wide as several columns belongs to each of them, and is a level
of its own; the names below it are the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lodgepole.adapters.parsers.pdf.rulings import Rulings
from lodgepole.adapters.parsers.pdf.table_words import APART, TableRow, Word

STEP_MOST = 1.6  # font sizes from one line of a name to the next
UNDER = 0.9  # font sizes from the foot of a name to the rule below it
SPLIT_LINES = 2  # of a head that leave white space between names, so that it parts them

Columns = Sequence[tuple[float, float]]


@dataclass(slots=True)
class _Name:
    """Text over columns `[first, last]`."""

    first: int
    last: int
    lines: list[str]
    top: float  # foot of its first line
    y: float  # foot of its last line
    size: float
    bold: bool


def column_of(left: float, right: float, columns: Columns) -> tuple[int, int]:
    """The first and the last column that a stretch of text is in."""
    inside = [at for at, (x0, x1) in enumerate(columns) if right > x0 + 0.5 and left < x1 - 0.5]
    if not inside:
        middle = (left + right) / 2
        near = min(range(len(columns)), key=lambda at: abs(sum(columns[at]) / 2 - middle))
        return near, near
    return inside[0], inside[-1]


def head_rows(
    lines: Sequence[Sequence[Word]], columns: Columns, rulings: Rulings
) -> list[TableRow]:
    """The rows of a head from the words of its lines, from the top."""
    borders = _borders(lines, columns)
    names: list[_Name] = []
    for line in lines:
        for words in _parts(line, borders):
            _add(names, words, columns, rulings)
    if not names:
        return []
    levels = _levels(names)
    if len(levels) > 1 and any(name.last > name.first for name in levels[0]):
        # What has one name in all is said with both.
        above, below = ({at for name in level for at in _over(name)} for level in levels[:2])
        alone = [name for name in levels[1] if name.first not in above]
        levels[1] += [name for name in levels[0] if name.first not in below]
        levels[0] += alone
    return [_row(level, len(columns)) for level in levels]


def _over(name: _Name) -> range:
    return range(name.first, name.last + 1)


def _levels(names: Sequence[_Name]) -> list[list[_Name]]:
    """Names that stand beside each other, from the top."""
    levels: list[list[_Name]] = []
    for name in sorted(names, key=lambda name: -name.top):
        level = 0
        for at, others in enumerate(levels):
            if any(other.first <= name.last and name.first <= other.last for other in others):
                level = at + 1
        while level < len(levels) and name.top + name.size < min(each.y for each in levels[level]):
            level += 1
        if level == len(levels):
            levels.append([])
        levels[level].append(name)
    return levels


def _row(names: Sequence[_Name], columns: int) -> TableRow:
    cells: list[list[str]] = [[] for _ in range(columns)]
    for name in sorted(names, key=lambda name: -name.top):
        for at in range(name.first, name.last + 1):
            cells[at] = [*cells[at], *name.lines]
    return TableRow(
        cells,
        y=min(name.y for name in names),
        size=names[0].size,
        bold=all(name.bold for name in names),
    )


def _borders(lines: Sequence[Sequence[Word]], columns: Columns) -> list[float | None]:
    """Between each two columns where the words of a head are parted; None where they are not."""
    borders: list[float | None] = []
    for (left, end), (begin, right) in pairwise(columns):
        low, high = (left + end) / 2, (begin + right) / 2
        spaces = [
            (before.x1, word.x0, APART * word.size)
            for line in lines
            for before, word in pairwise(line)
            if before.x1 < high and word.x0 > low
        ]
        places = [(end + begin) / 2, *((max(a, low) + min(b, high)) / 2 for a, b, _ in spaces)]

        def crossed(place: float) -> int:
            return sum(word.x0 < place < word.x1 for line in lines for word in line)

        best = min(places, key=lambda place: (crossed(place), abs(place - (end + begin) / 2)))
        parting = sum(a < best < b and b - a <= usual for a, b, usual in spaces)
        borders.append(best if not crossed(best) and parting >= SPLIT_LINES else None)
    return borders


def _parts(line: Sequence[Word], borders: Sequence[float | None]) -> Iterator[list[Word]]:
    part: list[Word] = []
    for word in line:
        if part:
            before = part[-1].x1
            apart = word.x0 - before > APART * word.size
            parted = any(border is not None and before <= border <= word.x0 for border in borders)
            if apart or parted:
                yield part
                part = []
        part.append(word)
    if part:
        yield part


def _add(names: list[_Name], words: Sequence[Word], columns: Columns, rulings: Rulings) -> None:
    """Put a stretch of a line under the name that it goes on with, or begin a new one."""
    size, y = words[0].size, min(word.y for word in words)
    first, last = _range(words, y, columns, rulings)
    text = " ".join(word.text for word in words)
    for name in names:
        alike = abs(name.size - size) <= 0.15 * size
        if (name.first, name.last) != (first, last) or not alike or name.y - y < -0.3 * size:
            continue
        if name.y - y <= STEP_MOST * size and not _ruled(name, y, columns, rulings):
            if abs(name.y - y) < 0.3 * size:
                name.lines[-1] += f" {text}"
            else:
                name.lines.append(text)
            name.y = min(name.y, y)
            return
    bold = all(word.line.bold for word in words)
    names.append(_Name(first, last, [text], y, y, size, bold))


def _range(words: Sequence[Word], y: float, columns: Columns, rulings: Rulings) -> tuple[int, int]:
    """The first and the last column that words stand over, by the rule below them or by place."""
    left, right, size = words[0].x0, words[-1].x1, words[0].size
    for rule in rulings.across:
        if not (y - UNDER * size <= rule.place <= y + 0.3 * size):
            continue
        if rule.start <= left + 2 and rule.end >= right - 2:
            under = [
                at for at, (x0, x1) in enumerate(columns) if rule.start < (x0 + x1) / 2 < rule.end
            ]
            if 1 < len(under) < len(columns):
                return under[0], under[-1]
    return column_of(left, right, columns)


def _ruled(name: _Name, y: float, columns: Columns, rulings: Rulings) -> bool:
    """Return whether a rule stands between a name and the line below it."""
    middle = (columns[name.first][0] + columns[name.last][1]) / 2
    return any(
        y + 0.5 * name.size < rule.place < name.y + 0.3 * name.size
        and rule.start < middle < rule.end
        for rule in rulings.across
    )
