"""Words of a page with their places, and the tables that are put together from them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from lodgepole.adapters.parsers.pdf.dehyphenation import LETTERS
from lodgepole.adapters.parsers.pdf.lines import CELL_GAP, Line

APART = 0.6  # font sizes between words, up to which they are of one cell
ONE_HEIGHT = 0.4  # font sizes by which words of one row differ in height


@dataclass(slots=True)
class Word:
    """A word, or words that nothing told apart, in points; `y` is its foot."""

    text: str
    x0: float
    x1: float
    y: float
    line: Line  # that it is part of

    @property
    def size(self) -> float:
        return self.line.size

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, self.y + self.size / 2


@dataclass(slots=True)
class TableRow:
    """A row of a table: the lines of text of each cell, `[]` where one is empty."""

    cells: list[list[str]]
    y: float  # of its lowest line
    size: float
    bold: bool = False


@dataclass(slots=True)
class Table:
    rows: list[TableRow]
    left: float
    right: float
    top: float
    words: list[Word] = field(default_factory=list[Word])  # that it took


def words_of(lines: Iterable[Line]) -> Iterator[Word]:
    """The words of lines from left to right."""
    for line in lines:
        start, x0 = 0, line.x0
        for index, left, right in line.spaces:
            yield Word(line.text[start:index].strip(), x0, left, line.y, line)
            start, x0 = index, right
        yield Word(line.text[start:].strip(), x0, line.x1, line.y, line)


def line_of(words: Sequence[Word]) -> Line:
    """Words of one line as a line of their own."""
    text = " ".join(word.text for word in words)
    spaces: list[tuple[int, float, float]] = []
    index = 0
    for before, word in pairwise(words):
        index += len(before.text) + 1
        spaces.append((index, before.x1, word.x0))
    line = words[0].line
    return replace(
        line,
        text=text,
        x0=words[0].x0,
        x1=words[-1].x1,
        spaces=spaces,
        gaps=[space for space in spaces if space[2] - space[1] > CELL_GAP * line.size],
    )


def heights(words: Iterable[Word]) -> list[list[Word]]:
    """Words by the height at which they stand, from the top; each height from left to right."""
    found: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.y):
        last = found[-1] if found else None
        if last and last[0].y - word.y < ONE_HEIGHT * min(word.size, last[0].size):
            last.append(word)
        else:
            found.append([word])
    for height in found:
        height.sort(key=lambda word: word.x0)
    return found


def texts_of(words: Sequence[Word]) -> list[str]:
    """The lines of text that words of a cell make."""
    return [" ".join(word.text for word in height) for height in heights(words)]


def is_number(text: str) -> bool:
    """Return whether a cell holds a figure: digits and no word."""
    return any(map(str.isdigit, text)) and LETTERS.search(text) is None
