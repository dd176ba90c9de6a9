"""Lines to blocks: running lines, headings, tables, list items, paragraphs. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lodgepole.adapters.parsers.pdf.dehyphenation import HYPHENS, Mender
from lodgepole.adapters.parsers.pdf.headings import usual_step
from lodgepole.adapters.parsers.pdf.lines import BULLET, FoundFigure, Line, Page
from lodgepole.adapters.parsers.pdf.rows import whole_rows
from lodgepole.documents.tables import CELL_GAP
from lodgepole.model import BlockKind

PARAGRAPH_GAP = 1.45  # times the usual distance between lines
SET_WIDTH = 0.25  # of the page, that prose is at least set in
RUNNING_ON_GAP = 2.2  # the same, within a sentence
EDGE_LINES = 3  # at the top and bottom of a page, among which running lines are sought
RUNNING_PAGES = 3  # on which a line stands at the same height before it counts as running

_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")
_ENDINGS = frozenset(".!?:;")
_LEADERS = re.compile(r"(?<![.·…])(?<![.·…]\s)(?:[.·…]\s?+){4,}+\s*+[\divxlc]++$")
"""Dots up to a page number, as in a table of contents."""
WIDE_GAP = 2.5  # font sizes, from which white space in a lone line parts cells
INDENT = 0.7  # font sizes, by which the first line of a paragraph stands in at least
INDENT_MOST = 72.0  # points, by which it does at most


def mark_running(pages: Sequence[Page]) -> None:
    """Lines that stand at one height of several pages, alike but for their numbers."""
    places: dict[tuple[str, int], dict[int, Line]] = {}
    for number, page in enumerate(pages):
        by_height = sorted(page.lines, key=lambda line: line.y)
        edges = {id(line): line for line in by_height[:EDGE_LINES] + by_height[-EDGE_LINES:]}
        for line in edges.values():
            if not any(map(str.isalnum, line.text)):
                continue  # a lone brace of a listing
            key = _DIGITS.sub("#", " ".join(line.text.split()).casefold())
            for height in {round(line.y / 6), round(line.y / 6 + 0.5)}:
                places.setdefault((key, height), {})[number] = line
    needed = min(RUNNING_PAGES, max(2, len(pages)))
    for lines in places.values():
        near = [
            line
            for number, line in lines.items()
            if any(number + step in lines for step in (-2, -1, 1, 2))  # left and right pages differ
        ]
        if len(near) >= needed:
            for line in near:
                line.running = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBlock:
    kind: BlockKind
    level: int  # of a heading; 0 for the others
    text: str
    gap: str  # what stands before it
    figures: tuple[FoundFigure, ...]  # that stand at its beginning


def blocks_of(page: Page, mender: Mender) -> Iterator[PageBlock]:
    """A page's blocks, in order."""
    lines = whole_rows(page.lines)
    right = _right_edges(lines, SET_WIDTH * page.width)
    step = usual_step(lines)
    start = 0
    while start < len(lines):
        kind = _kind(lines, start)
        end = start + 1
        while end < len(lines) and _continues(lines, start, end, kind, right=right, step=step):
            end += 1
        group = lines[start:end]
        if kind is BlockKind.TABLE:
            text = "\n".join(_row(line, mender) for line in group)
        else:
            text = mender.joined([line.text for line in group])
        close = start and 0 <= lines[start - 1].y - lines[start].y <= PARAGRAPH_GAP * step
        plain = kind not in {BlockKind.HEADING, BlockKind.RUNNING}
        yield PageBlock(
            kind=kind,
            level=lines[start].level if kind is BlockKind.HEADING else 0,
            text=text,
            gap="\n" if close and plain else "\n\n",
            figures=tuple(figure for line in group for figure in line.figures),
        )
        start = end


def _kind(lines: Sequence[Line], index: int) -> BlockKind:
    line = lines[index]
    if line.caption:
        return BlockKind.CAPTION
    if line.running:
        return BlockKind.RUNNING
    if line.level:
        return BlockKind.HEADING
    if line.cells:
        return BlockKind.TABLE
    if line.gaps and not (len(line.gaps) == 1 and BULLET.match(line.text)):
        near = lines[max(index - 1, 0) : index + 2]
        lone = sum(bool(other.gaps or other.cells) for other in near) == 1
        wide = any(right - left > WIDE_GAP * line.size for _, left, right in line.gaps)
        if not lone or (len(line.gaps) > 1 and wide):
            return BlockKind.TABLE
    return BlockKind.LIST_ITEM if BULLET.match(line.text) else BlockKind.PARAGRAPH


def _continues(
    lines: Sequence[Line],
    start: int,
    index: int,
    kind: BlockKind,
    *,
    right: dict[int, float],
    step: float,
) -> bool:
    """Return whether the line at `index` belongs to the block that begins at `start`."""
    before, line = lines[index - 1], lines[index]
    same = _kind(lines, index)
    if kind is BlockKind.RUNNING:
        return False
    if kind is BlockKind.CAPTION:
        return line.caption == before.caption
    if kind is BlockKind.TABLE:
        return same is BlockKind.TABLE and line.table == before.table
    drop = before.y - line.y
    beside = line.x0 > before.x1 or line.x1 < before.x0
    if beside and drop > -2 * line.size:
        return False  # another cell, or another column of short lines
    if kind is BlockKind.HEADING:
        return (
            same is BlockKind.HEADING
            and line.level == before.level
            and line.size == before.size
            and 0 < drop < 1.6 * line.size
            and index - start < 3
            and not _fits(before, line, right[id(before)])
        )
    if same is not BlockKind.PARAGRAPH or abs(line.size - before.size) > 0.15 * before.size:
        return False
    return _runs_on(before, line, drop=drop, right=right[id(before)], step=step)


def _runs_on(before: Line, line: Line, *, drop: float, right: float, step: float) -> bool:
    """Return whether a paragraph goes on with the next line of its kind."""
    if before.text[-1] in HYPHENS:
        return True
    if _LEADERS.search(before.text):
        return False
    runs_on = before.text[-1] not in _ENDINGS and line.text[:1].islower()
    if drop < 0:  # the next column: a sentence may run on into it
        return runs_on
    if runs_on:
        return drop <= RUNNING_ON_GAP * step
    if before.text[-1] in _ENDINGS and INDENT * line.size < line.x0 - before.x0 < INDENT_MOST:
        return False
    return drop <= PARAGRAPH_GAP * step and not _fits(before, line, right)


def _fits(before: Line, line: Line, right: float) -> bool:
    """Return whether the next line's first word had room, so that the break was the author's."""
    first = line.text.split(None, 1)[0]
    width = (line.x1 - line.x0) / max(len(line.text), 1)
    return before.x1 + (len(first) + 1) * width < right - 0.5 * line.size


def _right_edges(lines: Sequence[Line], least: float) -> dict[int, float]:
    """How far to the right lines reach that begin about where each line begins.

    No line is set narrower than `least` points: short lines alone tell of no margin.
    """
    edges: dict[int, float] = {}
    reach: dict[int, float] = {}
    for line in lines:
        for band in (round(line.x0 / 72), round(line.x0 / 72 + 0.5) + 1000):
            reach[band] = max(reach.get(band, 0.0), line.x1)
    for line in lines:
        bands = (round(line.x0 / 72), round(line.x0 / 72 + 0.5) + 1000)
        edges[id(line)] = max(line.x0 + least, *(reach[band] for band in bands))
    return edges


def _row(line: Line, mender: Mender) -> str:
    """A table row: its cells, an empty one too where columns are known."""
    if line.table:
        cells = [mender.joined(cell) for cell in line.cells]
        while cells and not cells[-1]:
            cells.pop()
        row = " ".join(f"| {cell}" if cell else "|" for cell in cells)
        return row.removeprefix("| ") if cells and cells[0] else f"| {row.removeprefix('| ')}"
    if line.cells:
        return CELL_GAP.join(filter(None, map(mender.joined, line.cells)))
    cells: list[str] = []
    start = 0
    for index, _, _ in line.gaps:
        cells.append(mender.joined([line.text[start:index].strip()]))
        start = index
    cells.append(mender.joined([line.text[start:].strip()]))
    return CELL_GAP.join(filter(None, cells))
