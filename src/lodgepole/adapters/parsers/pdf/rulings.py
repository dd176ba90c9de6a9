"""Straight lines that are drawn on a page: rules of tables, edges of boxes, thin rectangles."""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from lodgepole.adapters.parsers.pdf.lines import Frame

OBJECTS = 4000  # of one page that are looked at, those inside forms too
DEPTH = 4  # of forms in forms
PATH_POINTS = 60  # of one path; what has more is a drawing
RECTANGLE = (4, 5)  # points of one, the first may be said again
RULINGS = 2000  # of one page, from which its lines are a drawing
THIN = 3.0  # points, up to which a rectangle is a line
SHORTEST = 4.0  # points, of a line
SNAP = 2.0  # points by which lines of one height differ
JOIN = 3.0  # points between two parts of one line
MARKED = 300  # lines, above which no rectangle is compared with them
INSET = 10.0  # points from a rectangle around text to the sides of its cell
SLANT = 0.5  # points by which the ends of a straight line differ


class Ruling(NamedTuple):
    """A line across at `place` (or, if it stands upright, at that distance from the left)."""

    place: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rulings:
    across: tuple[Ruling, ...] = ()  # `place` is a height
    upright: tuple[Ruling, ...] = ()  # `place` is a distance from the left


Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]


def rulings_of(page: Any, frame: Frame) -> Rulings:
    """The straight lines of a page, in the frame of its text."""
    drawn: list[Box] = []
    filled: list[Box] = []
    for box, is_drawn in _boxes(page):
        (drawn if is_drawn else filled).append(frame.turned(*box))
        if len(drawn) + len(filled) > RULINGS:
            return Rulings()
    across = list(_joined([ruling for box in drawn if (ruling := _across(box))]))
    upright = list(_joined([ruling for box in drawn if (ruling := _upright(box))]))
    sides = [side for box in filled if not _floats(box, upright) for side in _sides_of(box)]
    if not sides:
        return Rulings(tuple(across), tuple(upright))
    across += [ruling for box in sides if (ruling := _across(box))]
    upright += [ruling for box in sides if (ruling := _upright(box))]
    return Rulings(tuple(_joined(across)), tuple(_joined(upright)))


def _across(box: Box) -> Ruling | None:
    left, bottom, right, top = box
    return Ruling((bottom + top) / 2, left, right) if right - left >= top - bottom else None


def _upright(box: Box) -> Ruling | None:
    left, bottom, right, top = box
    return Ruling((left + right) / 2, bottom, top) if right - left < top - bottom else None


def _sides_of(box: Box) -> Iterator[Box]:
    left, bottom, right, top = box
    yield left, bottom, right, bottom
    yield left, top, right, top
    yield left, bottom, left, top
    yield right, bottom, right, top


def _floats(box: Box, upright: Sequence[Ruling]) -> bool:
    """Return whether a coloured rectangle marks text within a cell whose sides are drawn."""
    left, bottom, right, top = box
    if len(upright) > MARKED:
        return False
    beside = [line.place for line in upright if line.start <= bottom and line.end >= top]
    if any(left + JOIN < place < right - JOIN for place in beside):
        return False
    near = (
        any(0 <= left - place < INSET for place in beside),
        any(0 <= place - right < INSET for place in beside),
    )
    return all(near)


def _joined(found: list[Ruling]) -> Iterator[Ruling]:
    """Lines of one height as one, where they touch."""
    for group in _near(sorted(found), SNAP):
        place = sum(ruling.place for ruling in group) / len(group)
        start, end = None, 0.0
        for ruling in sorted(group, key=lambda ruling: ruling.start):
            if start is None:
                start, end = ruling.start, ruling.end
            elif ruling.start <= end + JOIN:
                end = max(end, ruling.end)
            else:
                yield Ruling(place, start, end)
                start, end = ruling.start, ruling.end
        if start is not None:
            yield Ruling(place, start, end)


def _near(found: Iterable[Ruling], most: float) -> Iterator[list[Ruling]]:
    group: list[Ruling] = []
    for ruling in found:
        if group and ruling.place - group[-1].place > most:
            yield group
            group = []
        group.append(ruling)
    if group:
        yield group


def _boxes(page: Any) -> Iterator[tuple[Box, bool]]:
    """Lines as boxes with little width, and filled rectangles; whether each is a line."""
    reader = _PathReader()
    left = OBJECTS
    counts = pdfium.FPDFPage_CountObjects(page)
    waiting = [
        (pdfium.FPDFPage_GetObject(page, number), _SAME, 0) for number in range(min(counts, left))
    ]
    waiting.reverse()
    while waiting and left > 0:
        item, matrix, depth = waiting.pop()
        left -= 1
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            yield from reader.lines(item, matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < DEPTH:
            own = _times(reader.matrix_of(item), matrix)
            inside = min(pdfium.FPDFFormObj_CountObjects(item), left)
            waiting += [
                (pdfium.FPDFFormObj_GetObject(item, number), own, depth + 1)
                for number in reversed(range(inside))
            ]


def _around(points: Sequence[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _straight(points: Sequence[tuple[float, float]]) -> Iterator[tuple[Box, bool]]:
    """The sides of an outline that are upright or level; all of it as one where it is thin."""
    left, bottom, right, top = _around(points)
    if min(right - left, top - bottom) <= THIN:
        if max(right - left, top - bottom) >= SHORTEST:
            yield (left, bottom, right, top), True
        return
    for (x, y), (p, q) in pairwise(points):
        level = min(abs(x - p), abs(y - q)) <= SLANT
        if level and max(abs(x - p), abs(y - q)) >= SHORTEST:
            yield (min(x, p), min(y, q), max(x, p), max(y, q)), True


_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _moved(box: Box, matrix: Matrix) -> Box:
    if matrix is _SAME:
        return box
    a, b, c, d, e, f = matrix
    left, bottom, right, top = box
    xs = a * left + c * bottom + e, a * right + c * top + e
    ys = b * left + d * bottom + f, b * right + d * top + f
    return min(xs), min(ys), max(xs), max(ys)


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (
        *(a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s),
        *(e * p + f * r + t, e * q + f * s + u),
    )


class _PathReader:
    """Reads paths into lines; holds the numbers that pdfium writes to."""

    def __init__(self) -> None:
        self._x, self._y = ctypes.c_float(), ctypes.c_float()
        self._matrix = pdfium.FS_MATRIX()
        self._fill, self._stroke = ctypes.c_int(), ctypes.c_int()
        self._sides = [ctypes.c_float() for _ in range(4)]

    def matrix_of(self, item: Any) -> Matrix:
        found = self._matrix
        if not pdfium.FPDFPageObj_GetMatrix(item, found):
            return _SAME
        return found.a, found.b, found.c, found.d, found.e, found.f

    def lines(self, item: Any, outer: Matrix) -> Iterator[tuple[Box, bool]]:
        """Return the lines of a path; one of little width by its bounds is taken as it is."""
        pdfium.FPDFPath_GetDrawMode(item, self._fill, self._stroke)
        stroked = bool(self._stroke.value)
        count = pdfium.FPDFPath_CountSegments(item)
        seen = stroked or self._fill.value
        if not seen or not 2 <= count <= PATH_POINTS:
            return
        if not pdfium.FPDFPageObj_GetBounds(item, *self._sides):
            return
        left, bottom, right, top = (side.value for side in self._sides)
        if min(right - left, top - bottom) <= THIN:
            if max(right - left, top - bottom) >= SHORTEST:
                yield _moved((left, bottom, right, top), outer), True
            return
        if not stroked:
            if count in RECTANGLE:
                yield _moved((left, bottom, right, top), outer), False
            return
        matrix = _times(self.matrix_of(item), outer)
        for points in self._outlines(item, count, matrix):
            yield from _straight(points)

    def _outlines(
        self, item: Any, count: int, matrix: Matrix
    ) -> Iterator[list[tuple[float, float]]]:
        """The points of each part of a path; parts with curves are none."""
        a, b, c, d, e, f = matrix
        points: list[tuple[float, float]] = []
        curved = False
        for number in range(count):
            segment = pdfium.FPDFPath_GetPathSegment(item, number)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                if len(points) > 1 and not curved:
                    yield points
                points, curved = [], False
            curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
            pdfium.FPDFPathSegment_GetPoint(segment, self._x, self._y)
            x, y = self._x.value, self._y.value
            points.append((a * x + c * y + e, b * x + d * y + f))
            if pdfium.FPDFPathSegment_GetClose(segment):
                points.append(points[0])
        if len(points) > 1 and not curved:
            yield points
