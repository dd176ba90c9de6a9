"""The lines of a page as pdfium sees them, each with its place, its size and its gaps."""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import pypdfium2.raw as pdfium

from lodgepole.adapters.parsers.pdf.annotations import Annotations
from lodgepole.adapters.parsers.pdf.characters import Characters, CharBox
from lodgepole.adapters.parsers.pdf.raised_text import Word, as_it_stands, goes_on, touch, written
from lodgepole.adapters.parsers.pdf.right_to_left import (
    RIGHT_TO_LEFT,
    SPACE,
    Placed,
    as_read,
    gaps,
    is_right_to_left,
)

SAME_HEIGHT = 0.2  # font sizes by which lines may differ in height and be one row
CELL_GAP = 1.3  # font sizes of empty width that separate the cells of a row
BELOW = 0.8  # heights of a character to the next, from which that is in another line
EVEN = 0.15  # font sizes by which the spaces of a justified line may differ
ANGLE_SAMPLES = 20  # characters of a page that are asked how they stand
MEANING_SAMPLES = 50  # that are asked whether their font says which letters they are
TURNED_WIDTH = 1.3  # font sizes that a turned line is wide at most
TURNED_CHARS = 4  # so narrow a line has at least
_SPACES = frozenset(map(ord, " \t\r\n\u00a0"))
_WORD = re.compile(r"\S+")
BULLET_SIGNS = "•●○◦▪■□➢►‣⁃∙·\uf0b7\uf0a7"
BULLET = re.compile(
    "(?:[" + BULLET_SIGNS + r"o–-]|\(?(?:\d{1,3}|[a-zA-Z])[.)]|\[(?:\d{1,3}|[ x])\])\s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFigure:
    """A figure that has no place in the text yet."""

    page: int  # from 1
    caption: str
    data: bytes  # PNG
    width: int
    height: int


@dataclass(slots=True)
class Line:
    """One line as pdfium sees it, with measures in points; `y` grows upwards."""

    text: str
    x0: float
    x1: float
    y: float
    size: float  # of its font
    bold: bool
    gaps: list[tuple[int, float, float]] = field(default_factory=list)
    """Wide white space inside: `(index of the character after it, left, right)`."""
    spaces: list[tuple[int, float, float]] = field(default_factory=list[tuple[int, float, float]])
    """All white space inside, in the same form; none is told of Arabic and Hebrew."""
    even: bool = False  # all its spaces are as wide as its gaps
    running: bool = False
    level: int = 0
    caption: int = 0  # alike on the lines of one caption; 0 on all others
    right_to_left: bool = False
    inside: bool = False  # of a figure: a label rather than a heading
    turned: bool = False  # out of the frame, as what is printed along an edge: no heading either
    figures: list[FoundFigure] = field(default_factory=list[FoundFigure])  # that stand here
    table: int = 0  # alike on the rows of one table; 0 on all others
    cells: list[list[str]] = field(default_factory=list[list[str]])
    """Of a row of a table that was put together, the lines of each cell; else empty."""


@dataclass(slots=True)
class Page:
    lines: list[Line]
    width: float
    height: float
    readable: bool = True
    found: bool = True  # in the page tree, which may promise more than it holds
    wants_recognition: bool = False  # shows something, and its text says little of it
    recognised: bool = False
    annotations: Annotations = field(default_factory=Annotations)
    figures: list[FoundFigure] = field(default_factory=list[FoundFigure])  # that no line is near


@dataclass(frozen=True, slots=True)
class Frame:
    """Rotation of a page that makes most of its text upright."""

    turn: int  # quarter turns of the text against the clock, 0..3
    page_width: float  # of the page's own sides, before any turning, in points
    page_height: float
    box: tuple[float, float, float, float] | None = None
    """What is shown of the page, from left and bottom to right and top, before any turning."""

    @property
    def width(self) -> float:
        return self.page_height if self.turn % 2 else self.page_width

    def turned(
        self, left: float, bottom: float, right: float, top: float
    ) -> tuple[float, float, float, float]:
        """A box of the page in this frame."""
        width, height = self.page_width, self.page_height
        match self.turn:
            case 1:
                return bottom, width - right, top, width - left
            case 2:
                return width - right, height - top, width - left, height - bottom
            case 3:
                return height - top, left, height - bottom, right
            case _:
                return left, bottom, right, top

    def shows(self, words: Sequence[Word]) -> list[Word]:
        """Those of the words that stand on the page rather than beside it."""
        if self.box is None:
            return list(words)
        left, bottom, right, top = self.turned(*self.box)
        return [
            word
            for word in words
            if left <= (word.first.left + word.last.right) / 2 <= right
            and bottom <= (word.first.bottom + word.first.top) / 2 <= top
        ]


def frame_of(page: Any, text_page: Any) -> Frame:
    count = pdfium.FPDFText_CountChars(text_page)
    turns = Counter(
        -round(pdfium.FPDFText_GetCharAngle(text_page, index) / (math.pi / 2)) % 4  # clockwise
        for index in range(0, count, max(1, count // ANGLE_SAMPLES))
        if pdfium.FPDFText_GetUnicode(text_page, index) not in _SPACES
    )
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    if pdfium.FPDFPage_GetRotation(page) % 2:  # as it is shown
        width, height = height, width
    sides = pdfium.FS_RECTF()
    box = None
    if pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(sides)):
        box = (sides.left, sides.bottom, sides.right, sides.top)
    return Frame(turns.most_common(1)[0][0] if turns else 0, width, height, box)


def guessed_share(text_page: Any) -> float:
    """Share of a page's characters whose fonts give only a number, which pdfium takes for them."""
    count = pdfium.FPDFText_CountChars(text_page)
    asked = range(0, count, max(1, count // MEANING_SAMPLES))
    guessed = sum(pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1 for index in asked)
    return guessed / len(asked) if asked else 0.0


def lines_of(text_page: Any, frame: Frame) -> Iterator[Line]:
    """Lines in pdfium's order, measured in the frame."""
    chars = Characters(text_page, frame)
    from_right = is_right_to_left(chars.text)
    for words in _lines_of_words(chars, frame.shows):
        start, end = words[0].start, words[-1].end
        if RIGHT_TO_LEFT.search(chars.text, start, end):
            yield _as_read(chars, words, from_right=from_right)
        else:
            yield _line(chars, words)


def _lines_of_words(
    chars: Characters, shows: Callable[[Sequence[Word]], list[Word]]
) -> Iterator[list[Word]]:
    """The words of each line; those in one that pdfium broke at raised text."""
    text = chars.text
    line: list[Word] = []
    for match in re.finditer(r"[^\r\n]+", text):
        words = [_word(chars, *word.span()) for word in _WORD.finditer(text, *match.span())]
        words = shows(words)
        if not words:
            continue
        for run in _at_one_height(chars, words):
            if line and not goes_on(line, run[0], text):
                yield line
                line = []
            elif line:
                run[0].spaced = run[0].start > match.start() or not touch(line[-1], run[0])
            line += run
    if line:
        yield line


def _word(chars: Characters, start: int, end: int) -> Word:
    first = chars.box(start)
    return Word(start, end, first, chars.box(end - 1) if end - start > 1 else first, spaced=True)


def _at_one_height(chars: Characters, words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words of one of pdfium's lines, parted where they leave its height as cells below do."""
    foot = words[0].first.bottom
    if all(word.first.bottom == foot == word.last.bottom for word in words):
        yield list(words)
        return
    run: list[Word] = []
    for word in words:
        parts = [word]
        if _leaves(word.first, word.last) and chars.is_upright(word.start):
            parts = list(_parts_of(chars, word))
        for part in parts:
            if run and _leaves(run[-1].last, part.first) and chars.is_upright(part.start):
                yield run
                run = []
            run.append(part)
    yield run


def _leaves(before: CharBox, after: CharBox) -> bool:
    height = max(before.top - before.bottom, after.top - after.bottom)
    return abs(after.bottom - before.bottom) > BELOW * height


def _parts_of(chars: Characters, word: Word) -> Iterator[Word]:
    """A word whose characters stand at several heights, parted there."""
    begin, first, last = word.start, word.first, word.first
    for index in range(word.start + 1, word.end):
        box = chars.box(index)
        if _leaves(last, box):
            yield Word(begin, index, first, last, word.spaced if begin == word.start else True)
            begin, first = index, box
        last = box
    yield Word(begin, word.end, first, last, word.spaced if begin == word.start else True)


def _line(chars: Characters, words: Sequence[Word]) -> Line:
    text = chars.text
    line = _measured(chars, words)
    found = written(chars, text, words)
    if found is None:
        line.text, spaces = as_it_stands(text, words)
    else:
        line.text, spaces = found.text, found.spaces
        line.size, line.bold = chars.font(found.main)
        line.y = chars.box(found.main).bottom
    line.spaces = spaces
    line.gaps = [space for space in spaces if space[2] - space[1] > CELL_GAP * line.size]
    if line.gaps:
        widths = [right - left for _, left, right in spaces]
        line.even = max(widths) - min(widths) <= EVEN * line.size
    return line


def _measured(chars: Characters, words: Sequence[Word]) -> Line:
    """A line without its text yet."""
    start, end = words[0].start, words[-1].end
    x0, x1 = words[0].first.left, words[-1].last.right
    fonts = [chars.font(index) for index in (start, (start + end) // 2, end - 1)]
    size = sorted(size for size, _ in fonts)[1]  # bullets and note marks have their own
    line = Line("", x0, x1, words[0].first.bottom, size, all(bold for _, bold in fonts))
    line.turned = end - start >= TURNED_CHARS and x1 - x0 < TURNED_WIDTH * size
    return line


def _as_read(chars: Characters, words: Sequence[Word], *, from_right: bool) -> Line:
    """A line of Arabic or Hebrew; its gaps are those between words from right to left."""
    text = chars.text
    line = _measured(chars, words)
    placed: list[Placed] = []
    for index in chain.from_iterable(range(word.start, word.end) for word in words):
        box = chars.box(index)
        placed.append(Placed(text[index], box.left, box.right))
    shown = " ".join(text[word.start : word.end] for word in words)
    line.right_to_left = from_right or is_right_to_left(shown)
    read = as_read(placed, len(words) - 1, from_right=line.right_to_left)
    line.text = "".join(char.char for char in read)
    line.x0 = min(char.left for char in read if char is not SPACE)
    line.x1 = max(char.right for char in read if char is not SPACE)
    if line.right_to_left:
        line.gaps = list(gaps(read, CELL_GAP * line.size))
    return line


def mirrored(page: Page) -> None:
    """Measure a page of Arabic or Hebrew from its right edge, so that lines begin at their left."""
    from_right = sum(len(line.text) for line in page.lines if line.right_to_left)
    mirrors = 2 * from_right > sum(len(line.text) for line in page.lines)
    for line in page.lines:
        if mirrors:
            line.x0, line.x1 = page.width - line.x1, page.width - line.x0
            line.gaps = [(i, page.width - right, page.width - left) for i, left, right in line.gaps]
        if line.right_to_left != mirrors:
            line.gaps = []  # they are in the other order


def with_whole_rows(lines: Iterable[Line]) -> list[Line]:
    """The lines, those joined that pdfium broke in two on one height, as it may between cells."""
    rows: list[Line] = []
    for line in lines:
        last = rows[-1] if rows else None
        if (
            last is not None
            and abs(last.y - line.y) < SAME_HEIGHT * line.size
            and line.x0 > last.x1
        ):
            shift = len(last.text) + 1
            last.even = False
            if line.x0 - last.x1 > CELL_GAP * line.size:
                last.gaps.append((shift, last.x1, line.x0))
            last.spaces.append((shift, last.x1, line.x0))
            last.spaces += [(shift + index, left, right) for index, left, right in line.spaces]
            last.gaps += [(shift + index, left, right) for index, left, right in line.gaps]
            last.text = f"{last.text} {line.text}"
            last.x1 = line.x1
            last.bold = last.bold and line.bold
        else:
            rows.append(line)
    return rows
