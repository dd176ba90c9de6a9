"""Two columns of prose, told apart where they were drawn row by row. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lodgepole.adapters.parsers.pdf.lines import Line

GUTTER_ROWS = 8  # with prose on both sides, from which a gap down the page is a gutter


def in_reading_order(lines: list[Line], width: float) -> list[Line]:
    """The lines, column after column where two were drawn row by row, else as they came."""
    gutter = _gutter(lines, width) or _gutter_between(lines, width)
    if gutter is None:
        return lines
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in _split_at(lines, gutter):
        if line.x1 <= gutter + 1:
            left.append(line)
        elif line.x0 >= gutter - 1:
            right.append(line)
        else:  # as wide as the page: what stands above it is read first
            ordered += [*left, *right, line]
            left, right = [], []
    return [*ordered, *left, *right]


def _gutter(lines: Sequence[Line], width: float) -> float | None:
    """Where prose on the left and prose on the right are kept apart in most rows, if anywhere."""
    rows = [
        (line, gap)
        for line in lines
        for gap in line.gaps
        if 0.3 < (gap[1] + gap[2]) / 2 / width < 0.7
    ]
    if len(rows) < GUTTER_ROWS:
        return None
    low = max(gap[1] for _, gap in rows if gap[1] < 0.7 * width)
    high = min(gap[2] for _, gap in rows)
    place = Counter(round((gap[1] + gap[2]) / 2 / 4) for _, gap in rows).most_common(1)[0][0] * 4.0
    if not low < high:
        low = high = place
    middle = (low + high) / 2
    crossed = [(line, gap) for line, gap in rows if gap[1] - 2 <= middle <= gap[2] + 2]
    if len(crossed) < max(GUTTER_ROWS, 0.5 * len(lines)):
        return None
    sides = [(line.text[: gap[0]].split(), line.text[gap[0] :].split()) for line, gap in crossed]
    words = [sorted(len(side[which]) for side in sides) for which in (0, 1)]
    if min(counts[len(counts) // 2] for counts in words) < 4:
        return None  # cells of a table rather than lines of prose
    lefts = sorted(gap[1] - line.x0 for line, gap in crossed)
    full = lefts[int(0.9 * (len(lefts) - 1))]
    return middle if lefts[len(lefts) // 2] > 0.8 * full else None


def _gutter_between(lines: Sequence[Line], width: float) -> float | None:
    """Where lines of prose left and right were drawn in turns, on heights of their own."""
    begins = Counter(round(line.x0) for line in lines if line.x0 > 0.35 * width)
    if not begins:
        return None
    gutter = begins.most_common(1)[0][0] - 2.0
    sides = [line.x0 >= gutter for line in lines if line.x1 <= gutter or line.x0 >= gutter]
    turns = sum(before != after for before, after in pairwise(sides))
    words = sorted(len(line.text.split()) for line in lines)
    prose = len(words) > 0 and words[len(words) // 2] >= 4
    return gutter if prose and turns >= max(GUTTER_ROWS, 0.5 * len(lines)) else None


def _split_at(lines: Sequence[Line], gutter: float) -> Iterator[Line]:
    for line in lines:
        gap = next((gap for gap in line.gaps if gap[1] - 2 <= gutter <= gap[2] + 2), None)
        if gap is None:
            yield line
            continue
        index, before, after = gap
        yield Line(line.text[:index].rstrip(), line.x0, before, line.y, line.size, line.bold)
        yield Line(line.text[index:], after, line.x1, line.y, line.size, line.bold)
