"""Vector graphics of a page, put together into figures; decoration is left out."""

import ctypes
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from lodgepole.adapters.parsers.pdf.lines import Line, Page

OBJECTS = 5000  # of one page that are looked at
CELL = 6.0  # points; shapes whose cells touch belong together
REACH = 4.0  # points around a shape that count as its own
RULE = 2.5  # points, at most as thick as which a long shape is a rule
RULE_LENGTH = 12.0
SIDE = 40.0  # points, that each side of a figure has at least
SHARE = 0.015  # of the page that a figure covers at least
BACKGROUND = 0.8  # of the page, from which a shape is what the page is printed on
REPEATED = 3  # pages with the same shape at the same place, from which it is decoration
DRAWN = 5  # shapes other than rules, from which they are a drawing
NAMED_DRAWN = 2  # the same, where a caption says so
WRITTEN = 0.3  # of a drawing covered by text, from which it is a table or a box around text
FIGURES = 12  # of one page, the largest ones


@dataclass(frozen=True, slots=True)
class Box:
    """In points from the lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def area(self) -> float:
        return max(self.width, 0.0) * max(self.height, 0.0)

    def with_(self, other: "Box") -> "Box":
        """The smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )

    def holds(self, line: Line, margin: float = 2.0) -> bool:
        """Return whether the middle of the line is inside."""
        x, y = (line.x0 + line.x1) / 2, line.y + line.size / 2
        return (
            self.left - margin <= x <= self.right + margin
            and self.bottom - margin <= y <= self.top + margin
        )


@dataclass(frozen=True, slots=True)
class Shape:
    box: Box
    is_image: bool

    @property
    def is_rule(self) -> bool:
        short, long = sorted((self.box.width, self.box.height))
        return not self.is_image and short <= RULE and long > RULE_LENGTH


@dataclass(frozen=True, slots=True)
class Cluster:
    """Shapes that belong together."""

    box: Box
    images: int
    drawn: int  # shapes that are neither images nor rules
    written: float  # share of the box that text covers

    def is_figure(self, page: Page, *, named: bool) -> bool:
        """Return whether it shows something; less is asked of what a caption names."""
        side, share = (SIDE / 2, SHARE / 4) if named else (SIDE, SHARE)
        if min(self.box.width, self.box.height) < side:
            return False
        if self.box.area < share * page.width * page.height:
            return False
        if named:
            return self.images > 0 or self.drawn >= NAMED_DRAWN
        return self.written < WRITTEN and (self.images > 0 or self.drawn >= DRAWN)


def clusters(pdf: pypdfium2.PdfDocument, pages: Sequence[Page]) -> list[list[Cluster]]:
    """Return what may be figures on each page, the largest first."""
    shapes = [list(_shapes(pdf, index, page)) for index, page in enumerate(pages)]
    places = Counter(place for found in shapes for place in {_place(shape) for shape in found})
    return [
        _together([s for s in found if places[_place(s)] < REPEATED], page)
        for page, found in zip(pages, shapes, strict=True)
    ]


def _place(shape: Shape) -> tuple[int, ...]:
    box = shape.box
    edges = (box.left, box.bottom, box.right, box.top)
    return (shape.is_image, *(round(edge / 2) for edge in edges))


def _shapes(pdf: pypdfium2.PdfDocument, index: int, page: Page) -> Iterator[Shape]:
    raw = pdfium.FPDF_LoadPage(pdf.raw, index)
    if not raw:
        return
    try:
        sides = [ctypes.c_float() for _ in range(4)]
        for number in range(min(pdfium.FPDFPage_CountObjects(raw), OBJECTS)):
            item: Any = pdfium.FPDFPage_GetObject(raw, number)
            kind = pdfium.FPDFPageObj_GetType(item)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT or not pdfium.FPDFPageObj_GetBounds(item, *sides):
                continue
            left, bottom, right, top = (side.value for side in sides)
            box = Box(max(left, 0), max(bottom, 0), min(right, page.width), min(top, page.height))
            background = box.area >= BACKGROUND * page.width * page.height
            if box.width >= 0 and box.height >= 0 and not background:
                yield Shape(box, is_image=kind != pdfium.FPDF_PAGEOBJ_PATH)
    finally:
        pdfium.FPDF_ClosePage(raw)


def _together(shapes: Sequence[Shape], page: Page) -> list[Cluster]:
    """Shapes whose cells on a grid touch, as one each."""
    grid = _Grid(page.width, page.height)
    for shape in shapes:
        grid.mark(shape.box)
    groups: dict[int, list[Shape]] = {}
    names = grid.components()
    for shape in shapes:
        groups.setdefault(names[grid.cell(shape.box)], []).append(shape)
    found = [_cluster(group, page) for group in groups.values()]
    return sorted(found, key=lambda cluster: -cluster.box.area)[: 4 * FIGURES]


def _cluster(shapes: Sequence[Shape], page: Page) -> Cluster:
    box = shapes[0].box
    for shape in shapes:
        box = box.with_(shape.box)
    written = sum(line.size * (line.x1 - line.x0) for line in page.lines if box.holds(line))
    return Cluster(
        box=box,
        images=sum(shape.is_image for shape in shapes),
        drawn=sum(not shape.is_image and not shape.is_rule for shape in shapes),
        written=written / max(box.area, 1.0),
    )


class _Grid:
    """Cells of a page, marked or not; one integer a row, one bit a cell."""

    def __init__(self, width: float, height: float) -> None:
        self._columns = max(1, min(int(width / CELL) + 1, 1000))
        self._rows = [0] * max(1, min(int(height / CELL) + 1, 1000))

    def _column(self, x: float) -> int:
        return max(0, min(int(x / CELL), self._columns - 1))

    def _row(self, y: float) -> int:
        return max(0, min(int(y / CELL), len(self._rows) - 1))

    def mark(self, box: Box) -> None:
        first, last = self._column(box.left - REACH), self._column(box.right + REACH)
        mask = ((1 << (last - first + 1)) - 1) << first
        for row in range(self._row(box.bottom - REACH), self._row(box.top + REACH) + 1):
            self._rows[row] |= mask

    def cell(self, box: Box) -> tuple[int, int]:
        return self._row(box.bottom), self._column(box.left)

    def components(self) -> dict[tuple[int, int], int]:
        """Number the marked cells by connected component."""
        names: dict[tuple[int, int], int] = {}
        for cell in self._marked():
            if cell in names:
                continue
            name = len(names)
            names[cell] = name
            edge = [cell]
            while edge:
                row, column = edge.pop()
                for near in self._near(row, column):
                    if near not in names:
                        names[near] = name
                        edge.append(near)
        return names

    def _marked(self) -> Iterator[tuple[int, int]]:
        for row, bits in enumerate(self._rows):
            for column in range(self._columns):
                if bits >> column & 1:
                    yield row, column

    def _near(self, row: int, column: int) -> Iterable[tuple[int, int]]:
        for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if 0 <= r < len(self._rows) and c >= 0 and self._rows[r] >> c & 1:
                yield r, c
