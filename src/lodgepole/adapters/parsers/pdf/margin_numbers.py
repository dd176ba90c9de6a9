"""Detects printed line numbers in the margin and leaves them out. Pure.

They count the lines of prose, each or every fifth, in a column of their own beside it. The first
column of a table and the numbers of a list count, too: there the texts do not run on from line to
line, or are short, or stand in columns.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from lodgepole.adapters.parsers.pdf.lines import Line

LEAST = 6  # numbers of a page where each line has one
LEAST_APART = 3  # where only some have
MOST = 300  # lines with numbers on a page
STEPS = (2, 3, 4, 5, 10, 20)
ALIGNED = 3.0  # points by which the edges of a column of numbers differ
APART = 0.7  # font sizes between a number and the text of its line
ALONE = 3  # numbers without text beside them, which no table has
RUN_ON_SHARE = 0.25  # of lines that go on with what the line before them says
PROSE_CHARS = 25  # of the usual line
TABLE_SHARE = 0.3  # of lines with columns, from which they are rows
_NUMBER = re.compile(r"\d{1,4}")
_ENDS = frozenset(".!?:;")


@dataclass(frozen=True, slots=True)
class _Number:
    line: Line
    value: int
    x0: float
    x1: float
    side: int  # -1 before the text, 1 after it, 0 alone


def without_margin_numbers(lines: Sequence[Line]) -> list[Line]:
    """The lines without the numbers that count them."""
    for side in (-1, 1):
        numbers = _column(lines, side)
        if numbers and _counts_lines(numbers, lines, side):
            return list(_freed(lines, numbers))
    return list(lines)


def _candidates(lines: Sequence[Line], side: int) -> Iterator[_Number]:
    for line in lines:
        if line.right_to_left or line.cells:
            continue
        if _NUMBER.fullmatch(line.text):
            yield _Number(line, int(line.text), line.x0, line.x1, 0)
        elif line.spaces:
            index, left, right = line.spaces[0 if side < 0 else -1]
            word = line.text[:index].strip() if side < 0 else line.text[index:]
            if right - left >= APART * line.size and _NUMBER.fullmatch(word):
                x0, x1 = (line.x0, left) if side < 0 else (right, line.x1)
                yield _Number(line, int(word), x0, x1, side)


def _column(lines: Sequence[Line], side: int) -> list[_Number]:
    """The outermost numbers that stand below each other, from above."""
    found = list(_candidates(lines, side))
    if not LEAST_APART <= len(found) <= MOST:
        return []
    edge = min(one.x1 for one in found) if side < 0 else max(one.x0 for one in found)
    ends = (
        [one for one in found if abs(one.x1 - place) <= ALIGNED] for place in {o.x1 for o in found}
    )
    begins = (
        [one for one in found if abs(one.x0 - place) <= ALIGNED] for place in {o.x0 for o in found}
    )
    best = max((*ends, *begins), key=len, default=[])
    reach = max(one.x1 - one.x0 for one in best) if best else 0.0
    outermost = best and (
        best[0].x1 <= edge + reach + ALIGNED if side < 0 else best[0].x0 >= edge - reach
    )
    return sorted(best, key=lambda one: -one.line.y) if outermost else []


def _counts_lines(numbers: Sequence[_Number], lines: Sequence[Line], side: int) -> bool:
    if len(numbers) < LEAST_APART:
        return False
    step = numbers[1].value - numbers[0].value
    if any(after.value - before.value != step for before, after in pairwise(numbers)):
        return False
    bodies = _bodies(numbers, lines)
    if not bodies or not _stands_outside(numbers, bodies, side):
        return False
    texts = [body.text for body in bodies]
    if median(map(len, texts)) < PROSE_CHARS:
        return False
    if sum(bool(body.gaps) for body in bodies) > TABLE_SHARE * len(bodies):
        return False
    if step == 1:
        alone = (
            len(numbers)
            - len({id(one.line) for one in numbers if one.side})
            - _beside(numbers, bodies)
        )
        return len(numbers) >= LEAST and (alone >= ALONE or _runs_on(texts))
    return step in STEPS and len(numbers) >= LEAST_APART and _has_lines_between(numbers, bodies)


def _bodies(numbers: Sequence[_Number], lines: Sequence[Line]) -> list[Line]:
    """What is left of the lines at the heights of the numbers, from above."""
    top = numbers[0].line.y + numbers[0].line.size
    bottom = numbers[-1].line.y - numbers[-1].line.size
    by_line = {id(one.line): one for one in numbers}
    left: list[Line] = []
    for line in lines:
        number = by_line.get(id(line))
        rest = line if number is None else _without(line, number)
        if rest is not None and bottom <= line.y <= top:
            left.append(rest)
    return sorted(left, key=lambda line: -line.y)


def _stands_outside(numbers: Sequence[_Number], bodies: Sequence[Line], side: int) -> bool:
    if side < 0:
        return max(one.x1 for one in numbers) < min(body.x0 for body in bodies)
    return min(one.x0 for one in numbers) > max(body.x1 for body in bodies)


def _beside(numbers: Sequence[_Number], bodies: Sequence[Line]) -> int:
    """How many numbers that are lines by themselves have text at their height."""
    return sum(
        any(abs(body.y - one.line.y) < 0.5 * one.line.size for body in bodies)
        for one in numbers
        if not one.side
    )


def _runs_on(texts: Sequence[str]) -> bool:
    pairs = list(pairwise(texts))
    on = sum(before[-1] not in _ENDS and after[0].islower() for before, after in pairs)
    return on >= max(2, RUN_ON_SHARE * len(pairs))


def _has_lines_between(numbers: Sequence[_Number], bodies: Sequence[Line]) -> bool:
    """Return whether as many lines stand between two numbers as they say."""
    right = 0
    pairs = list(pairwise(numbers))
    for before, after in pairs:
        upper, lower = before.line.y - 0.5 * before.line.size, after.line.y - 0.5 * after.line.size
        between = {round(body.y) for body in bodies if lower <= body.y < upper}
        right += abs(len(between) - (after.value - before.value)) <= 1
    return right >= 0.6 * len(pairs)


def _freed(lines: Sequence[Line], numbers: Sequence[_Number]) -> Iterator[Line]:
    by_line = {id(one.line): one for one in numbers}
    for line in lines:
        number = by_line.get(id(line))
        rest = line if number is None else _without(line, number)
        if rest is not None:
            yield rest


def _without(line: Line, number: _Number) -> Line | None:
    if not number.side:
        return None
    if number.side > 0:
        index, left, _ = line.spaces[-1]
        return replace(
            line,
            text=line.text[:index].rstrip(),
            x1=left,
            gaps=[gap for gap in line.gaps if gap[0] < index],
            spaces=line.spaces[:-1],
        )
    index, _, right = line.spaces[0]
    return replace(
        line,
        text=line.text[index:],
        x0=right,
        gaps=[(i - index, a, b) for i, a, b in line.gaps if i > index],
        spaces=[(i - index, a, b) for i, a, b in line.spaces[1:]],
    )
