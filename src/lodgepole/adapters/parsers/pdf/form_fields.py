"""Form fields, notes and links put into the lines that they stand beside. Pure.

A box or button stands before or after its label, as it is drawn; what was written into a field
follows the label to its left, else the one above or below it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lodgepole.adapters.parsers.pdf.annotations import (
    BLANK,
    Annotations,
    FormField,
    Link,
    Note,
    Place,
)
from lodgepole.adapters.parsers.pdf.lines import Line
from lodgepole.documents.links import after_link

LABEL_DISTANCE = 250.0  # points, from a label to its field at most
BOX_DISTANCE = 120.0  # the same of a box or button that has text beside it
NEXT_DISTANCE = 24.0  # the same of a label above or below a field
HEAD_DISTANCE = 400.0  # the same of what stands over a column of boxes
INLINE_DISTANCE = 15.0  # from a field to the words that go on after it
REACH = 3.0  # points by which a field may overlap its neighbours
TEXT_SIZE = 10.0  # points, of what was written into a field of several lines
MARKED_CHARS = 80  # of the words that a remark is about
_STOPS = frozenset(".,;:!?(_…")


@dataclass(slots=True)
class _Segment:
    """A stretch of a line between fields or wide gaps, and what stands beside it."""

    line: Line
    text: str
    x0: float
    x1: float
    before: list[str] = field(default_factory=list[str])
    after: list[str] = field(default_factory=list[str])
    colon: bool = False

    @property
    def is_filled(self) -> bool:
        return bool(self.before or self.after)

    def answer(self, text: str, *, within: bool = False) -> None:
        """Let what was written into a field follow its label; `within` a sentence."""
        self.colon = self.colon or not (within or self.after or self.text[-1] in _STOPS)
        self.after.append(text)

    def written(self) -> str:
        return " ".join([*self.before, self.text + ":" * self.colon, *self.after])


def with_annotations(lines: Sequence[Line], found: Annotations) -> list[Line]:
    """The lines with links' targets, what was filled in, and texts put on the page."""
    for link in found.links:
        _put_target(lines, link)
    placed = list(lines)
    if found.fields:
        _Form(placed, found.fields).fill()
    for note in found.notes:
        if not note.is_remark:
            _insert(placed, note.text, note.place)
    return placed


def remarks(lines: Sequence[Line], found: Annotations) -> Iterator[Line]:
    """Return what readers said of the page, to stand at its end."""
    y = min((line.y for line in lines), default=0.0)
    for note in found.notes:
        if note.is_remark:
            y -= 4 * TEXT_SIZE
            text = _with_marked_words(lines, note)
            yield Line(text, note.place.left, note.place.right, y, TEXT_SIZE, bold=False)


def _with_marked_words(lines: Sequence[Line], note: Note) -> str:
    marked = [text for line in lines for _, _, text in _words_under(line, note.place)]
    said = " ".join(marked)
    if not note.marks_words or not said:
        return note.text
    if len(said) > MARKED_CHARS:
        said = said[:MARKED_CHARS].rsplit(" ", 1)[0] + " …"
    head, _, rest = note.text.partition(": ")
    return f"{head} on “{said}”: {rest}"


def _words(line: Line) -> Iterator[tuple[int, str, float, float]]:
    """`(place in the line, text, left, right)` of its words, as far as they are known."""
    start, left = 0, line.x0
    for index, right, following in line.spaces:
        yield start, line.text[start:index].rstrip(), left, right
        start, left = index, following
    yield start, line.text[start:], left, line.x1


def _stands_at(line: Line, place: Place) -> bool:
    middle = line.y + 0.5 * line.size
    return place.bottom - REACH <= middle <= place.top + REACH


def _words_under(line: Line, place: Place) -> Iterator[tuple[int, float, str]]:
    """`(end in the line, right, text)` of the words that a place covers."""
    if not _stands_at(line, place):
        return
    for start, text, left, right in _words(line):
        covered = min(right, place.right) - max(left, place.left)
        if covered > 0.5 * min(right - left, place.right - place.left):
            yield start + len(text), right, text


def _put_target(lines: Sequence[Line], link: Link) -> None:
    """Let the link's target follow its text."""
    linked: list[tuple[Line, int, str]] = []
    for place in link.places:
        linked += [
            (line, end, text) for line in lines for end, _, text in _words_under(line, place)
        ]
    target = after_link(" ".join(text for _, _, text in linked), link.target)
    if not target:
        return
    line, end, text = linked[-1]
    end -= len(text) - len(text.rstrip(".,;:!?)"))
    line.text = line.text[:end] + target + line.text[end:]
    shift = len(target)
    line.gaps = [(i + shift if i > end else i, left, right) for i, left, right in line.gaps]
    line.spaces = [(i + shift if i > end else i, left, right) for i, left, right in line.spaces]


def _insert(lines: list[Line], text: str, place: Place) -> None:
    """Put a text of its own below the line above it."""
    height = place.top - place.bottom
    size = min(TEXT_SIZE, max(height, 1.0))
    # A field of several lines begins at its top; one of a line stands in its middle.
    y = place.top - 1.2 * size if height > 3 * size else (place.bottom + place.top - size) / 2
    above = [index for index, line in enumerate(lines) if line.y > y]
    at = min(above, key=lambda index: lines[index].y, default=-1) + 1
    lines.insert(at, Line(text, place.left, place.right, y, size, bold=False))


class _Form:
    """The fields of a page among its lines."""

    def __init__(self, lines: list[Line], fields: Sequence[FormField]) -> None:
        self._lines = lines
        self._fields = sorted(fields, key=lambda one: (-one.place.top, one.place.left))
        self._segments = {id(line): list(self._parted(line)) for line in lines if line.text.strip()}

    def _parted(self, line: Line) -> Iterator[_Segment]:
        beside = [one.place for one in self._fields if _stands_at(line, one.place)]
        wide = {index for index, _, _ in line.gaps}
        begin, left, last = 0, line.x0, line.x1
        for start, _, x0, x1 in _words(line):
            if start > begin and (
                start in wide
                or any(p.left >= last - REACH and p.right <= x0 + REACH for p in beside)
            ):
                yield _Segment(line, line.text[begin:start].strip(), left, last)
                begin, left = start, x0
            last = x1
        yield _Segment(line, line.text[begin:].strip(), left, line.x1)

    def fill(self) -> None:
        rows: dict[int, list[FormField]] = {}
        for one in self._fields:
            row = next((r for r in rows.values() if _same_height(r[0].place, one.place)), None)
            if row is None:
                rows[id(one)] = [one]
            else:
                row.append(one)
        for row in rows.values():
            row.sort(key=lambda one: one.place.left)
            self._tick([one for one in row if one.is_tick], row)
            for one in row:
                if not one.is_tick:
                    self._write(one, row)
        for line in self._lines:
            _rewrite(line, self._segments.get(id(line), ()))

    # --- boxes and buttons ---

    def _tick(self, boxes: Sequence[FormField], row: Sequence[FormField]) -> None:
        if not boxes:
            return
        left = [self._beside(box, row, -1) for box in boxes]
        right = [self._beside(box, row, 1) for box in boxes]
        before = _goes_before(boxes, left, right)
        for box, one, other in zip(boxes, left, right, strict=True):
            label = other if before else one
            if label is not None and (before or len(boxes) == 1 or None not in left):
                (label.before if before else label.after).append(box.text)
            else:
                self._tick_under_head(box, row)

    def _tick_under_head(self, box: FormField, row: Sequence[FormField]) -> None:
        """Say what stands over the box, as where rows are questions and columns are answers."""
        head = self._over(box.place, HEAD_DISTANCE)
        said = f"{box.text} {head.text if head else box.name}".strip()
        of_row = self._beside(box, row, -1, any_distance=True)
        if of_row is not None:
            of_row.after.append(said)
        else:
            _insert(self._lines, said, box.place)

    def _beside(
        self, one: FormField, row: Sequence[FormField], side: int, *, any_distance: bool = False
    ) -> _Segment | None:
        """The nearest text on one side, unless another field stands between."""
        best, nearest = None, float("inf") if any_distance else BOX_DISTANCE
        for segment in self._at(one.place):
            away = segment.x0 - one.place.right if side > 0 else one.place.left - segment.x1
            if -REACH <= away < nearest:
                best, nearest = segment, away
        if best is None or any_distance:
            return best
        for other in row:
            place = other.place
            gap = place.left - one.place.right if side > 0 else one.place.left - place.right
            if other is not one and -REACH <= gap < nearest:
                return None
        return best

    # --- what was written ---

    def _write(self, one: FormField, row: Sequence[FormField]) -> None:
        label = self._left_label(one)
        following = self._beside(one, row, 1)
        within = (
            following is not None
            and following.text[:1].islower()
            and following.x0 - one.place.right < INLINE_DISTANCE
        )
        if label is not None:
            label.answer(one.text or BLANK, within=within)
            return
        if not one.text:
            return
        near = self._over(one.place, NEXT_DISTANCE) or self._under(one.place)
        if self._is_in_column(one):
            _insert(self._lines, one.text, one.place)
        elif near is not None:
            near.answer(one.text)
        else:
            _insert(self._lines, f"{one.name}: {one.text}" if one.name else one.text, one.place)

    def _is_in_column(self, one: FormField) -> bool:
        """Whether another field stands right above or below, as in a table to be filled in."""
        place = one.place
        return any(
            abs(other.place.left - place.left) < REACH
            and abs(other.place.right - place.right) < REACH
            and other is not one
            and abs(other.place.top - place.top) < 2 * (place.top - place.bottom)
            for other in self._fields
        )

    def _left_label(self, one: FormField) -> _Segment | None:
        lefts = [
            segment
            for segment in self._at(one.place)
            if -REACH <= one.place.left - segment.x1 < LABEL_DISTANCE
        ]
        return max(lefts, key=lambda segment: segment.x1, default=None)

    def _at(self, place: Place) -> Iterator[_Segment]:
        for line in self._lines:
            if id(line) in self._segments and _is_in_row(line, place):
                yield from self._segments[id(line)]

    def _over(self, place: Place, distance: float) -> _Segment | None:
        middle = (place.left + place.right) / 2
        wide = place.right - place.left > 3 * TEXT_SIZE
        found: list[tuple[float, _Segment]] = []
        for segments in self._segments.values():
            for segment in segments:
                away = segment.line.y - place.top
                over = (
                    segment.x0 < place.right and segment.x1 > place.left
                    if wide
                    else segment.x0 - REACH <= middle <= segment.x1 + REACH
                )
                if over and -REACH <= away < distance:
                    found.append((away, segment))
        return min(found, key=lambda entry: entry[0], default=(0.0, None))[1]

    def _under(self, place: Place) -> _Segment | None:
        for segments in self._segments.values():
            for segment in segments:
                away = place.bottom - segment.line.y - segment.line.size
                over = segment.x0 < place.right and segment.x1 > place.left
                if over and -REACH <= away < NEXT_DISTANCE / 2:
                    return segment
        return None


def _same_height(one: Place, other: Place) -> bool:
    lower, upper = max(one.bottom, other.bottom), min(one.top, other.top)
    return upper - lower > 0.5 * min(one.top - one.bottom, other.top - other.bottom)


def _is_in_row(line: Line, place: Place) -> bool:
    """Return whether a line stands at a field's height; at its first line, if it holds several."""
    if place.top - place.bottom > 3 * line.size:
        place = Place(
            left=place.left, bottom=place.top - 2 * line.size, right=place.right, top=place.top
        )
    return _stands_at(line, place)


def _goes_before(
    boxes: Sequence[FormField], left: Sequence[_Segment | None], right: Sequence[_Segment | None]
) -> bool:
    """Return whether the boxes of a row stand before their labels rather than after them."""
    if None in right:
        return right.count(None) < left.count(None)
    if None in left:
        return True
    away = [
        (other.x0 - box.place.right, box.place.left - one.x1)
        for box, one, other in zip(boxes, left, right, strict=True)
        if one is not None and other is not None
    ]
    return sum(after for after, _ in away) <= sum(before for _, before in away)


def _rewrite(line: Line, segments: Sequence[_Segment]) -> None:
    if not any(segment.is_filled for segment in segments):
        return
    cells: list[str] = []
    spaces: list[tuple[int, float, float]] = []
    filled, last = False, line.x0
    for segment in segments:
        goes_on = filled and segment.text[:1].islower() and not segment.before
        if goes_on:
            cells[-1] = f"{cells[-1]} {segment.written()}"
        else:
            if cells:
                spaces.append((len("  ".join(cells)) + 2, last, segment.x0))
            cells.append(segment.written())
        filled, last = bool(segment.after), segment.x1
    line.text = "  ".join(cells)
    line.gaps, line.spaces = [], spaces
    line.cells = [[cell] for cell in cells] if len(cells) > 1 else []
