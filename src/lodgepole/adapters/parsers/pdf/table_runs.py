"""Groups consecutive lines into rows of one table where their cells align.

A line of prose beside another is no row: where prose stands on both sides of white space down the
page, each side is looked at by itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lodgepole.adapters.parsers.pdf.lines import BULLET, CELL_GAP, Line
from lodgepole.adapters.parsers.pdf.table_words import (
    ONE_HEIGHT,
    Word,
    heights,
    is_number,
    words_of,
)

ROW_STEP_MOST = 3.2  # font sizes from one row to the next
FORM_ROWS = 6  # before a heading in a table, that show what form its rows have
LONE_MOST = 3  # rows with one cell, one after the other, in a table
LONE_WIDTH = 0.6  # of the table, that such a row is wide at most
PROSE_WORDS = 4  # of a line of prose, at least
PROSE_WIDTH = 105.0  # points, that a line of prose is wide at least
GUTTER_LINES = 5  # of prose on either side, from which white space between them is a gutter
EVEN = 3.0  # points by which the edges of cells of one column differ
HEAD_STEP_MOST = 1.6  # font sizes from one line over columns to the next
HEAD_LINES = 8  # of a head, at most
_CAPTION = re.compile(r"(?:table|tab\.|figure|fig\.|source|note)s?\b[\s.:]", re.IGNORECASE)


@dataclass(slots=True)
class Height:
    """Parts of lines that stand at one height, from left to right."""

    parts: list[list[Word]]
    is_row: bool = field(init=False)
    """Whether several parts stand in it that are no items of lists."""

    def __post_init__(self) -> None:
        self.is_row = len(self.parts) > 1 and not self._is_listed()

    @property
    def y(self) -> float:
        return self.parts[0][0].y

    @property
    def size(self) -> float:
        return self.parts[0][0].size

    @property
    def x0(self) -> float:
        return self.parts[0][0].x0

    @property
    def x1(self) -> float:
        return self.parts[-1][-1].x1

    @property
    def text(self) -> str:
        return " ".join(word.text for part in self.parts for word in part)

    @property
    def is_bold(self) -> bool:
        return all(word.line.bold for part in self.parts for word in part)

    @property
    def has_figures(self) -> bool:
        """Whether it has a figure beside its first part."""
        return any(is_number(said(part)) for part in self.parts[1:])

    def _is_listed(self) -> bool:
        listed = sum(BULLET.match(said(part) + " ") is not None for part in self.parts)
        return 2 * listed >= len(self.parts)


def runs_of(lines: Sequence[Line], width: float) -> Iterator[list[Height]]:
    """Rows below each other, in each column of the page by itself."""
    if not _have_rows(lines):
        return
    for panel in _panels(_heights(lines), width):
        yield from _runs(panel)


def _have_rows(lines: Sequence[Line]) -> bool:
    """Return whether several lines have white space inside or stand beside others."""
    rows = sum(bool(line.gaps) for line in lines)
    places = sorted((line.y, line.size) for line in lines)
    rows += sum(b - a < ONE_HEIGHT * size for (a, size), (b, _) in pairwise(places))
    return rows > 1


def _heights(lines: Sequence[Line]) -> list[Height]:
    words = [
        word for line in lines if not line.turned and line.text != "\0" for word in words_of([line])
    ]
    return [Height(list(_parts(height))) for height in heights(words)]


def _parts(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words at one height, parted at wide white space."""
    part: list[Word] = []
    for word in words:
        marks = len(part) == 1 and _is_mark(part[0].text)
        if part and not marks and word.x0 - part[-1].x1 > CELL_GAP * word.size:
            yield part
            part = []
        part.append(word)
    if part:
        yield part


def _is_mark(text: str) -> bool:
    """Return whether a word is the mark of an item of a list, or a sign of a symbol font."""
    symbol = len(text) == 1 and "\ue000" <= text <= "\uf8ff"
    return symbol or BULLET.match(f"{text} ") is not None


def _is_prose(part: Sequence[Word]) -> bool:
    spoken = sum(word.text[:1].isalpha() for word in part)
    return (
        len(part) >= PROSE_WORDS
        and part[-1].x1 - part[0].x0 >= PROSE_WIDTH
        and 2 * spoken > len(part)
    )


def _gutters(found: Sequence[Height], width: float) -> list[float]:
    """Where white space down the page has prose on both sides."""
    prose = [
        (part[0].x0, part[-1].x1, height.y)
        for height in found
        for part in height.parts
        if _is_prose(part)
    ]
    places: list[float] = []
    for begin in sorted({round(x0) for x0, _, _ in prose if x0 > 0.2 * width}):
        place = begin - 2.0
        if places and place - places[-1] < 0.1 * width:
            continue
        left = [y for _, x1, y in prose if x1 <= place + 1]
        right = [y for x0, _, y in prose if place <= x0 <= place + 0.1 * width]
        if min(len(left), len(right)) < GUTTER_LINES:
            continue
        high, low = min(max(left), max(right)), max(min(left), min(right))
        crossed = sum(x0 < place - 2 and x1 > place + 2 and low <= y <= high for x0, x1, y in prose)
        beside = sum(low <= y <= high for y in left), sum(low <= y <= high for y in right)
        if min(beside) >= GUTTER_LINES and crossed <= 0.2 * min(beside):
            places.append(place)
    return places


def _panels(found: Sequence[Height], width: float) -> list[list[Height]]:
    """Heights by the columns of the page; those that prose does not part stay whole."""
    gutters = _gutters(found, width)
    panels: dict[int, list[Height]] = {}
    parted: Height | None = None  # the last height that prose parts
    for height in found:
        crossed = [
            gutter
            for gutter in gutters
            if any(part[0].x0 < gutter < part[-1].x1 for part in height.parts)
        ]
        prose = any(_is_prose(part) for part in height.parts)
        cells = [
            [part for part in height.parts if _side(part, gutters) == at]
            for at in range(len(gutters) + 1)
        ]
        sides = [at for at, parts in enumerate(cells) if parts]
        beside = parted is not None and 0 < parted.y - height.y <= HEAD_STEP_MOST * height.size
        if not crossed and len(sides) > 1 and (prose or beside):
            parted = height
        elif crossed or len(sides) > 1 or not gutters:
            panels.setdefault(-1, []).append(height)
            continue
        for at in sides:
            panels.setdefault(at, []).append(Height(cells[at]))
    return list(panels.values())


def _side(part: Sequence[Word], gutters: Sequence[float]) -> int:
    return sum(part[0].x0 >= gutter for gutter in gutters)


def _runs(found: Sequence[Height]) -> Iterator[list[Height]]:
    """Rows below each other, with what stands alone between them."""
    run: list[Height] = []
    before: list[Height] = []  # what stands alone over the run
    lone: list[Height] = []  # the same, below its last row
    caption: Height | None = None
    above: Height | None = None
    for height in found:
        near = above is not None and above.y - height.y <= ROW_STEP_MOST * above.size
        alike = above is not None and abs(above.size - height.size) <= 0.4 * above.size
        if _CAPTION.match(height.text) or (caption and _is_next_line(caption, height)):
            caption = height
        else:
            caption = None
        goes_on = near and alike and caption is None
        if run and not height.is_row and goes_on:
            goes_on = len(lone) < LONE_MOST and _is_narrow(height, run)
        elif run and lone and goes_on:
            goes_on = _have_one_form(run, height, _is_title(lone, run))
        if not goes_on:
            if run:
                yield [*_head(before, run), *run]
            run, before, lone = [], [], []
        above = height
        if caption is not None:
            continue
        if height.is_row:
            run += [*lone, height]
            lone = []
        else:
            (lone if run else before).append(height)
    if run:
        yield [*_head(before, run), *run]


def _is_next_line(caption: Height, height: Height) -> bool:
    """Return whether a caption goes on in the next line."""
    return (
        not height.is_row
        and 0 < caption.y - height.y <= HEAD_STEP_MOST * height.size
        and abs(caption.size - height.size) < 0.1 * height.size
        and caption.is_bold == height.is_bold
        and caption.text[-1] not in ".!?:"
    )


def _is_title(lone: Sequence[Height], run: Sequence[Height]) -> bool:
    """Return whether lines between two rows stand out as a heading does."""
    bold = 2 * sum(row.is_bold for row in run) > len(run)
    return any(each.size > 1.08 * run[-1].size or (each.is_bold and not bold) for each in lone)


def _have_one_form(run: Sequence[Height], height: Height, after_title: bool) -> bool:
    """Whether the cells of a row after lines that stand alone are even with those above them."""
    rows = [row for row in run if row.is_row][-FORM_ROWS:]
    if not after_title and sum(row.has_figures for row in rows) < 3:
        return True  # a head is set otherwise than what is below it
    edges = [edge for row in rows for part in row.parts for edge in (part[0].x0, part[-1].x1)]
    even = sum(
        any(min(abs(edge - part[0].x0), abs(edge - part[-1].x1)) <= EVEN for edge in edges)
        for part in height.parts
    )
    return 2 * even > len(height.parts)


def _is_narrow(height: Height, run: Sequence[Height]) -> bool:
    left, right = min(each.x0 for each in run), max(each.x1 for each in run)
    widest = right - min(left, height.x0)
    return height.x1 - height.x0 <= LONE_WIDTH * widest and height.x1 <= right + height.size


def _head(before: Sequence[Height], run: Sequence[Height]) -> list[Height]:
    """Lines over the first row with several cells that belong to the head of its columns."""
    found: list[Height] = []
    left, right = min(each.x0 for each in run), max(each.x1 for each in run)
    below = run[0]
    for height in reversed(before):
        step = height.y - below.y
        near = 0 < step <= HEAD_STEP_MOST * height.size and len(found) < HEAD_LINES
        inside = height.x0 > left + 2 * height.size and height.x1 <= right + height.size
        if not near or not inside or height.text[-1] in ".!?:;":
            break
        found.insert(0, height)
        below = height
    return found


def said(part: Sequence[Word]) -> str:
    return " ".join(word.text for word in part)
