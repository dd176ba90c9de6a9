"""Detection of headings: by the outline, by size, by number, by weight. Pure.

A line much larger than the text is one; a bold or numbered one of about its size must stand apart
too. Bold alone marks emphasis, labels and names as often as headings, and capitals more so.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lodgepole.adapters.parsers.pdf.dehyphenation import LETTERS
from lodgepole.adapters.parsers.pdf.lines import BULLET_SIGNS, Line, Page

LARGE = 1.2  # times the body's font size, from which a short line is a heading
LARGER = 1.06  # the same of one that is bold or numbered, and stands apart
LONGEST = 160  # characters of a large heading
LONGEST_BOLD = 90  # of others
BOLD_SHARE = 0.3  # of all text, below which a bold line stands out
SIZE_SHARE = 0.25  # of all text, above which what is set in a size is no heading
PROSE_SHARE = 0.25  # of all text outside tables, from which it tells the body's size
LINES_OF_LARGE = 4  # one after the other, of one size, above which they are a text
LINES_OF_BOLD = 2
SPACE_ABOVE = 1.2  # times the usual distance between lines, from which a line stands apart
SPACE_MOST = 1.9  # font sizes of it that are enough
TITLE_LINES = 3  # of a title in the outline
DEEPEST = 6
_LEADERS = re.compile(r"(?<![.·…])(?<![.·…]\s)(?:[.·…]\s?+){4,}+\s*+[\divxlc]++$")
"""Dots up to a page number, as in a table of contents."""
_NUMBER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,3}){0,4}\.?|[A-Z]\.\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5}\.|§ ?\d{1,3})"
    r"\s+(?=\S)"
)
_MANY_NUMBERS = re.compile(r"(?:\d{1,2}|[A-Z])(?:\.\d{1,3}){1,4}\.?\s+[^\W\d_]")
_CAPTION = re.compile(
    r"(?:table|tab\.|figure|fig\.|chart|exhibit|box|source|note)s?\s*(?:[:\d]|[A-Z]{1,2}[.\-–]?\d)",
    re.IGNORECASE,
)
_ENDS_SENTENCE = frozenset(".,;")


@dataclass(frozen=True, slots=True)
class _Style:
    """How the text of a document is set."""

    body: float  # font size
    levels: Mapping[float, int]  # of sizes that are headings by themselves
    deepest: int
    bold_counts: bool


def mark_headings(pages: Sequence[Page], outline: Mapping[int, Mapping[str, int]]) -> None:
    """Give lines a level, 1 for the largest."""
    style = _style(pages)
    if style is None:
        return
    for index, page in enumerate(pages):
        _mark_titles(page.lines, outline.get(index, {}))
        step = usual_step(page.lines)
        for at, line in enumerate(page.lines):
            if not line.level and _may_head(line):
                line.level = _level(page.lines, at, style, step)
        _unmark_texts(page.lines)


def usual_step(lines: Sequence[Line]) -> float:
    """The commonest distance from one line to the next, in points."""
    steps: Counter[float] = Counter()
    for before, line in pairwise(lines):
        if 0 < before.y - line.y < 4 * line.size:
            steps[round(before.y - line.y, 0)] += 1
    if not steps:
        return lines[0].size * 1.3 if lines else 0.0
    return max(steps.most_common(1)[0][0], 1.0)


def spelling(text: str) -> str:
    """Letters and digits alone, for comparison."""
    return "".join(filter(str.isalnum, text)).casefold()


def _style(pages: Sequence[Page]) -> _Style | None:
    lines = [line for page in pages for line in page.lines if not (line.running or line.turned)]
    if not lines:
        return None
    sizes: Counter[float] = Counter()
    prose: Counter[float] = Counter()
    weights: Counter[bool] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
        weights[line.bold] += len(line.text)
        if not line.table:
            prose[line.size] += len(line.text)
    told = prose if prose.total() > PROSE_SHARE * sizes.total() else sizes
    body = told.most_common(1)[0][0]
    most = SIZE_SHARE * sizes.total()
    levels = _levels([s for s, chars in sizes.items() if s >= LARGE * body and chars <= most])
    deepest = min(max(levels.values(), default=0) + 1, DEEPEST)
    return _Style(body, levels, deepest, weights[True] < BOLD_SHARE * weights.total())


def _levels(sizes: Iterable[float]) -> dict[float, int]:
    """Depth by size, largest first; sizes within 4 % of each other share one."""
    levels: dict[float, int] = {}
    level, last = 0, float("inf")
    for size in sorted(sizes, reverse=True):
        if size < 0.96 * last:
            level, last = min(level + 1, DEEPEST), size
        levels[size] = level
    return levels


def _mark_titles(lines: Sequence[Line], titles: Mapping[str, int]) -> None:
    """Lines that spell a title of the outline, which may take several and leave out the number."""
    if not titles:
        return
    names = {_unnumbered(title): level for title, level in titles.items()} | dict(titles)
    for at, line in enumerate(lines):
        if line.running or line.table or line.level or not line.text.strip():
            continue
        spelt = ""
        for count, part in enumerate(lines[at : at + TITLE_LINES], 1):
            spelt += spelling(part.text)
            level = names.get(spelt) or (names.get(_unnumbered(spelt)) if spelt else None)
            if level:
                for each in lines[at : at + count]:
                    each.level = level
                break


def _unnumbered(spelt: str) -> str:
    return spelt.lstrip("0123456789") or spelt


def _may_head(line: Line) -> bool:
    if line.running or line.table or line.caption or line.inside or line.turned or line.cells:
        return False
    if len(line.gaps) > 1 or (line.gaps and not _NUMBER.match(line.text)):
        return False
    return (
        line.text[0] not in BULLET_SIGNS
        and LETTERS.search(line.text) is not None
        and not _LEADERS.search(line.text)
        and not _CAPTION.match(line.text)
    )


def _level(lines: Sequence[Line], at: int, style: _Style, step: float) -> int:
    line = lines[at]
    large = style.levels.get(line.size, 0)
    if large:
        return large if len(line.text) <= LONGEST else 0
    if (
        len(line.text) > LONGEST_BOLD
        or line.text[-1] in _ENDS_SENTENCE
        or line.size < 0.95 * style.body
    ):
        return 0
    numbered = _MANY_NUMBERS.match(line.text) is not None
    bold = line.bold and style.bold_counts
    larger = line.size >= LARGER * style.body and (line.bold or _NUMBER.match(line.text))
    if not (numbered or bold or larger) or not _stands_apart(lines, at, step):
        return 0
    if line.text[0].islower() or (line.text[-1] == ":" and " " not in line.text):
        return 0
    return style.deepest


def _stands_apart(lines: Sequence[Line], at: int, step: float) -> bool:
    """Whether more space than usual is above a line, and text of another kind close below."""
    line = lines[at]
    first = last = at
    while line.bold and first and _alike(lines[first - 1], lines[first]):
        first -= 1
        if at - first == LINES_OF_BOLD:
            return False
    if _CAPTION.match(lines[first].text):
        return False  # its second line
    above = lines[first - 1] if first else None
    if above is not None and not (above.level or above.running or above.table or above.caption):
        drop = above.y - lines[first].y
        beside = drop < 0.5 * line.size and drop > -2 * line.size
        if beside or 0 < drop < min(SPACE_ABOVE * step, SPACE_MOST * line.size):
            return False
    while line.bold and last + 1 < len(lines) and _alike(lines[last], lines[last + 1]):
        last += 1
        if last - first >= LINES_OF_BOLD:
            return False
    below = next((each for each in lines[last + 1 : last + 6] if not each.running), None)
    return below is not None and below.y - lines[last].y < 0.5 * line.size


def _alike(one: Line, other: Line) -> bool:
    """Return whether two lines that follow each other are set alike and close."""
    return (
        one.bold == other.bold
        and abs(one.size - other.size) < 0.05 * other.size
        and 0 < one.y - other.y < 1.6 * other.size
        and one.x0 < other.x1
        and other.x0 < one.x1
        and not (one.table or other.table)
    )


def _unmark_texts(lines: Sequence[Line]) -> None:
    """Take the level from lines that are a text of their own, set large."""
    start = 0
    while start < len(lines):
        end = start + 1
        while (
            end < len(lines)
            and lines[end].level == lines[start].level
            and _alike(lines[end - 1], lines[end])
        ):
            end += 1
        if lines[start].level and _is_text(lines[start:end]):
            for line in lines[start:end]:
                line.level = 0
        start = end


def _is_text(lines: Sequence[Line]) -> bool:
    """Return whether lines that are set alike are a paragraph rather than a heading."""
    sentence = lines[-1].text[-1] in _ENDS_SENTENCE or lines[0].text[0].islower()
    chars = sum(len(line.text) for line in lines)
    return len(lines) > LINES_OF_LARGE or (sentence and chars > LONGEST // 2)
