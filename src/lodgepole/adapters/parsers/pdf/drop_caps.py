"""Large first letters that paragraphs flow around, put before the words that they begin. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from lodgepole.adapters.parsers.pdf.lines import Line

CAPS_MOST = 50  # letters of a page that stand alone and are looked at
LARGER = 1.8  # times the font size of the lines beside it, at least
HIGH = 1.1  # times its own font size, from its foot to the foot of the highest line beside it
APART = 0.5  # of its own font size, to the lines beside it, at most
STEP_MOST = 1.8  # font sizes from the last line beside it to the one below it
_CAP = re.compile(r"[\"“„«‘']?[^\W\d_]")
_REST = re.compile(r"[’']?[^\W\d_]+")
_WORDS = frozenset("AIÀ")  # letters that may be a word by themselves


def with_drop_caps(lines: Sequence[Line], spelt: Callable[[str], int]) -> list[Line]:
    """The lines, each large first letter in the line that it begins.

    `spelt` tells how often the document has a word, since `A` may be one.
    """
    changed: dict[int, Line | None] = {}
    caps = (line for line in lines if _CAP.fullmatch(line.text) and not line.text[-1].islower())
    for cap in islice(caps, CAPS_MOST):
        first = _first_beside(cap, lines)
        rest = None if first is None else _REST.match(first.text)
        if first is None or rest is None or not (rest[0].islower() or rest[0].isupper()):
            continue
        begun = cap.text + _space(cap.text, rest[0].casefold(), spelt)
        gaps = [(index + len(begun), left, right) for index, left, right in first.gaps]
        changed[id(first)] = replace(first, text=begun + first.text, gaps=gaps)
        changed[id(cap)] = None
    kept = (changed.get(id(line), line) for line in lines)
    return [line for line in kept if line is not None]


def _first_beside(cap: Line, lines: Sequence[Line]) -> Line | None:
    """The highest of the lines beside it, if another is and the next one stands under it."""
    beside = [
        line
        for line in lines
        if line.size * LARGER <= cap.size
        and cap.y <= line.y <= cap.y + HIGH * cap.size
        and abs(line.x0 - cap.x1) <= APART * cap.size
    ]
    if len(beside) < 2:
        return None
    lowest = min(beside, key=lambda line: line.y)
    goes_on = any(
        0 < lowest.y - line.y <= STEP_MOST * line.size
        and abs(line.size - lowest.size) <= 0.15 * lowest.size
        and abs(line.x0 - cap.x0) <= line.size
        for line in lines
        if line is not cap
    )
    return max(beside, key=lambda line: line.y) if goes_on else None


def _space(letter: str, rest: str, spelt: Callable[[str], int]) -> str:
    if letter not in _WORDS or spelt(letter.casefold() + rest):
        return ""
    return " " if spelt(rest) > 1 else ""  # once is here
