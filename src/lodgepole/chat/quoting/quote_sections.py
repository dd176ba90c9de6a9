"""What is shown of a line where a question is for more than a fact: the rest of its section. Pure.

A section ends where other headings stand over the text, or else at the next heading, but for
headings that count: `Step 2`, `Level 3:`. A further paragraph is shown as long as it says something
of what is asked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lodgepole.chat.quoting.lines import FIRST_WORD, LONGEST_TITLE, Line
from lodgepole.chat.quoting.quote_parts import LONGEST_LIST, Announced, Part, parts_of
from lodgepole.model import CELL_GAP
from lodgepole.text.sentences import ends_sentence

LONGEST_OPENING = 400  # characters of a paragraph or list before the line
_COUNTS = re.compile(r"\W{0,3}(?:[^\W\d_]{3,12}\s\d{1,2}\b|\d{1,2}(?:\.\d{1,2}){0,2}[.)]?\s)")
_SPEAKING = frozenset(("prose", "lead", "item", "more", "title"))


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a section is shown.

    Attributes:
        chars: Of all that is shown; a list that is begun is ended all the same.
        asked: Stems of the question, some of which a further paragraph must have.
        opening: Whether the paragraph is shown from its beginning.
        paragraphs: Whether further ones are shown.
    """

    chars: int
    asked: frozenset[str]
    opening: bool = True
    paragraphs: bool = True


def section_of(lines: Sequence[Line], at: int, reach: Reach) -> Announced:
    """The line with what stands before it in its paragraph and what follows in its section."""
    parts, line = parts_of(lines, at), lines[at]
    if not _speaks(line):
        return Announced(parts, 0, 0)
    known = {part.text for part in parts}
    before = _opening(lines, at, reach) if reach.opening else ()
    opening = [_part(each) for each in before if each.text not in known]
    left = reach.chars - sum(len(part.text) for part in (*opening, *parts))
    following = [*_following(lines, at, known, left, reach)]
    while following and _leads(following[-1]):
        following.pop()
    told = (*opening, *parts, *(_part(each) for each in following))
    return Announced(told, *_counted(lines, following))


def _opening(lines: Sequence[Line], at: int, reach: Reach) -> Sequence[Line]:
    """What stands before a line in its section where that is short, else in its paragraph."""
    line = lines[at]
    first, last = at, at
    while first > 0 and line.over and lines[first - 1].over[: len(line.over)] == line.over:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].over[: len(line.over)] == line.over:
        last += 1
    section = lines[first : last + 1]
    short = sum(len(each.text) for each in section) <= reach.chars
    if line.over and short and all(map(_speaks, section)):
        while lines[first].text.strip("# ") == line.over[-1]:  # it is told before the quote
            first += 1
        return lines[first:at]
    kinds = ("item", "more") if line.kind in ("item", "more") else ("prose",)
    first, left = at, LONGEST_OPENING
    while first > 0 and lines[first - 1].over == line.over:
        before = lines[first - 1]
        left -= len(before.text)
        goes_on = kinds[0] == "item" or not lines[first].apart
        if left < 0 or not goes_on or before.kind not in kinds or not _speaks(before):
            break
        if is_heading(before):
            break
        first -= 1
    return lines[first:at]


def _following(
    lines: Sequence[Line], at: int, known: set[str], left: int, reach: Reach
) -> Iterator[Line]:
    """The lines after one, as far as its section and the reach go."""
    line, before = lines[at], lines[at]
    for after in lines[at + 1 :]:
        if after.text in known:
            before = after
            continue
        if not _speaks(after) or after.over[: len(line.over)] != line.over:
            return
        heading = after.kind == "title" or is_heading(after)
        if heading and not (reach.paragraphs and (line.over or _COUNTS.match(after.text))):
            return
        listed = after.kind in ("item", "more")
        led = listed and (reach.paragraphs or before.kind in ("lead", "item", "more"))
        new = after.apart and not (led or heading or is_heading(before))
        if new and not (reach.paragraphs and after.stems & reach.asked):
            return
        left -= len(after.text)
        if left < (reach.chars - LONGEST_LIST if listed else 0):
            return
        yield after
        before = after


def _counted(lines: Sequence[Line], shown: Sequence[Line]) -> tuple[int, int]:
    """How many items of a list that is not shown whole are shown, and how many it has."""
    last = shown[-1] if shown else None
    if last is None or last.kind not in ("item", "more"):
        return 0, 0
    items = 0
    for after in lines[last.at + 1 :]:
        if after.kind not in ("item", "more") or after.lead is not last.lead:
            break
        items += after.kind == "item"
    if not items:
        return 0, 0
    told = sum(line.kind == "item" and line.lead is last.lead for line in shown)
    return told, told + items


def _speaks(line: Line) -> bool:
    """Whether it is a sentence, heading or item, and no row, field or code."""
    return line.kind in _SPEAKING and not line.rule and CELL_GAP not in line.text


def is_heading(line: Line) -> bool:
    """Whether a line is short and no sentence, whatever follows it."""
    short = line.kind == "prose" and line.begins and len(line.text) <= LONGEST_TITLE
    return short and not ends_sentence(line.text) and FIRST_WORD.search(line.text) is not None


def _leads(line: Line) -> bool:
    """Whether a line is nothing without what follows it."""
    return line.kind in ("lead", "title") or is_heading(line)


def _part(line: Line) -> Part:
    heading = line.kind == "title" or is_heading(line)
    goes_on = line.kind == "prose" and line.text[0].islower()  # after the end of a page
    own_line = (line.apart and not goes_on) or (line.begins and line.kind != "prose") or heading
    return Part(line.text, cited=not heading, own_line=own_line)
