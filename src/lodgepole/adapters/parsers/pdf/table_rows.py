"""Rows of a table from what stands at each height, where no lines part them. Pure.

A figure under a figure is another row's; words under words may go on with the row above.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lodgepole.adapters.parsers.pdf.table_words import (
    TableRow,
    Word,
    heights,
    is_number,
)

CLOSE = 1.45  # font sizes from one line of a cell to the next, at most
LOOSER = 1.2  # times that from row to row, from which cells of several lines are told by it


@dataclass(slots=True)
class Strip:
    """Words at one height, by column."""

    cells: dict[int, str]
    y: float
    size: float
    bold: bool = False
    wide: bool = False  # a cell of it, not the label, reaches into other columns

    @property
    def figures(self) -> list[int]:
        """Columns with a figure, without the first."""
        return [column for column, text in self.cells.items() if column and is_number(text)]


def strips_of(cells: Sequence[Sequence[Word]]) -> list[Strip]:
    """Group words by column into strips, one for each height."""
    columns = {id(word): column for column, words in enumerate(cells) for word in words}
    strips: list[Strip] = []
    for height in heights(word for words in cells for word in words):
        texts: dict[int, list[str]] = {}
        for word in height:
            texts.setdefault(columns[id(word)], []).append(word.text)
        strips.append(
            Strip(
                {column: " ".join(words) for column, words in sorted(texts.items())},
                min(word.y for word in height),
                height[0].size,
                all(word.line.bold for word in height),
            )
        )
    return strips


def stand_below_each_other(strips: Sequence[Strip]) -> bool:
    """Whether strips are rows of their own: figures stand below figures, or all cells fill all."""
    if len(strips) < 2:
        return False
    columns = {column for strip in strips for column in strip.cells}
    for column in columns:
        texts = [strip.cells[column] for strip in strips if column in strip.cells]
        if len(texts) > 1 and all(map(is_number, texts)) and len(columns) > 1:
            return True
    full = all(set(strip.cells) == columns for strip in strips)
    return full and len(columns) > 1 and len(strips) > 2


def joined(strips: Sequence[Strip], columns: int) -> list[TableRow]:
    """Rows from strips, from the top; `columns` is how many cells each has."""
    rows: list[TableRow] = []
    limit = _limit(strips)
    above: Strip | None = None
    for strip in strips:
        last = rows[-1] if rows else None
        close = above is not None and 0 < above.y - strip.y <= limit * strip.size
        if last is not None and close and _goes_on(last, strip):
            for column, text in strip.cells.items():
                last.cells[column].append(text)
            last.y = strip.y
        else:
            cells: list[list[str]] = [[] for _ in range(columns)]
            for column, text in strip.cells.items():
                cells[column] = [text]
            rows.append(TableRow(cells, strip.y, strip.size, strip.bold))
        above = strip
    return rows


def _limit(strips: Sequence[Strip]) -> float:
    """Font sizes up to which a line is near enough to the one above to go on with it."""
    steps = sorted(
        (above.y - strip.y) / strip.size
        for above, strip in pairwise(strips)
        if above.y - strip.y > 0.5 * strip.size
    )
    if not steps:
        return CLOSE
    return max(min(steps[0] * 1.1, 2 * CLOSE), CLOSE) if steps[-1] > LOOSER * steps[0] else CLOSE


def _goes_on(row: TableRow, strip: Strip) -> bool:
    """Return whether a strip is the next line of cells of the row above."""
    if strip.wide:
        return False
    label = strip.cells.get(0, "")
    if label and row.cells[0] and row.cells[0][-1][-1] in ".!?:":
        return False
    others = [column for column in strip.cells if column]
    if not others:
        return begins_inside(label) and bool(row.cells[0])
    if label:
        alone = not any(row.cells[1:])
        return alone and begins_inside(label) and bool(row.cells[0])
    if any(is_number(strip.cells[column]) for column in others):
        # Figures beside the second line of a label that stands alone so far are its own.
        return not any(row.cells[1:]) and len(row.cells[0]) > 0
    return all(row.cells[column] for column in others)


def begins_inside(text: str) -> bool:
    """Return whether a label does not begin with this."""
    return text[:1].islower() or text[:1] in "(&/"
