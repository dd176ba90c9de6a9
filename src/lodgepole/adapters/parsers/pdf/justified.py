"""Tells justified prose in narrow columns apart from tables. Pure."""

import re
from collections.abc import Sequence
from itertools import chain

from lodgepole.adapters.parsers.pdf.lines import Line

WIDEST = 3.5  # font sizes, up to which a space may be stretched
EDGE = 1.0  # points by which the right edges of justified lines differ
INDENT = 2.5  # font sizes by which the left edges may, at the first line of a paragraph
STEP_MOST = 2.0  # font sizes from one line to the next
ALIGNED = 1.0  # points by which spaces below each other differ in a table of columns
_WORD = re.compile(r"[^\W\d_]+[.,;:!?)\"”’-]*")


def with_stretched_spaces(lines: Sequence[Line]) -> None:
    """Take the gaps from lines whose spaces are all alike and that end where a neighbour does."""
    prose = [
        line
        for before, line, after in zip(
            chain([None], lines), lines, chain(lines[1:], [None]), strict=False
        )
        if line.gaps
        and line.even
        and max(right - left for _, left, right in line.gaps) <= WIDEST * line.size
        and any(other is not None and _is_beside_prose(line, other) for other in (before, after))
    ]
    for line in prose:
        line.gaps = []


def _is_beside_prose(line: Line, other: Line) -> bool:
    """Whether the line above or below has the same edges and is no row of the same columns."""
    words = line.text.split()
    spoken = sum(_WORD.fullmatch(word) is not None for word in words)
    set_alike = (
        abs(line.x1 - other.x1) <= EDGE
        and abs(line.x0 - other.x0) <= INDENT * line.size
        and 0 < abs(line.y - other.y) <= STEP_MOST * line.size
        and line.size == other.size
    )
    if not set_alike or 2 * spoken < len(words):
        return False
    if not other.gaps:
        return len(other.text.split()) > 2 and (len(words) > 2 or spoken == 2)
    if not other.even or max(len(line.gaps), len(other.gaps)) < 2:
        return False
    return not all(
        any(
            abs(left - others_left) <= ALIGNED or abs(right - others_right) <= ALIGNED
            for _, others_left, others_right in other.gaps
        )
        for _, left, right in line.gaps
    )
