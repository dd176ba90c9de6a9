"""What is shown of a line: itself, and what it needs before and after it. Pure.

What leads into a list or table is nothing without these, a heading or a question nothing without
what follows it, and a sentence about `it` or `them` comes with the one before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lodgepole.chat.quoting.lines import FIRST_WORD, Line
from lodgepole.text.sentences import ends_sentence, is_field
from lodgepole.text.word_lists import CONCLUDING, POINTING_BACK, POINTING_EARLY

LONGEST_AFTER = 500  # characters of an answer, or a paragraph, that follow what leads into it
LONGEST_LIST = 2_000  # characters of a list or table that is quoted whole
LONGEST_BEFORE = 400
GOING_ON = POINTING_BACK | CONCLUDING
EARLY_WORDS = 4  # of a sentence, among which a pronoun stands for something before it
LONGEST_COMPLETING = 200  # of a sentence that goes on about the one before, and completes it


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence or line as it is shown; `cited` when it says something by itself."""

    text: str
    cited: bool = True
    own_line: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """A list or table with what leads into it; `shown` of its `of` items are among the parts."""

    parts: tuple[Part, ...]
    shown: int
    of: int


def parts_of(lines: Sequence[Line], i: int) -> tuple[Part, ...]:
    line = lines[i]
    here = Part(line.text, own_line=line.kind in ("row", "item", "field"))
    if line.lead is not None and line.lead.rule:
        return Part(line.lead.text, cited=False), Part(line.lead.rule, False, own_line=True), here
    if line.kind in ("item", "more"):
        return *_leading(lines, line.lead), *_item(lines, i)
    if line.lead is line:
        return here, *(replace(part, cited=False) for part in _following(lines, i))
    if line.lead is not None and line.kind != "prose":
        return (Part(line.lead.text, cited=False), here) if _names(line.lead) else (here,)
    if line.kind in ("lead", "title"):
        told = announced(lines, i)
        if told is not None:
            return told.parts
        after = tuple(_following(lines, i))
        after = after if any(part.cited for part in after) else ()
        return Part(line.text, cited=not after), *after
    before = i > 0 and _goes_on(lines[i - 1], line) and len(lines[i - 1].text) <= LONGEST_BEFORE
    after = i + 1 < len(lines) and _goes_on(line, lines[i + 1])
    completing = after and len(lines[i + 1].text) <= LONGEST_COMPLETING
    parts = (
        *((Part(lines[i - 1].text),) if before else ()),
        here,
        *((Part(lines[i + 1].text),) if completing else ()),
    )
    if line.lead is None:
        return parts
    return Part(line.lead.text, cited=False), replace(parts[0], own_line=True), *parts[1:]


def _leading(lines: Sequence[Line], lead: Line | None) -> tuple[Part, ...]:
    """What leads into a list: `These include:` after the sentence that says what `these` are."""
    if lead is None:
        return ()
    here = Part(lead.text, cited=False)
    before = lines[lead.at - 1] if lead.at > 0 else None
    if before is None or lead.apart or before.kind != "prose":
        return (here,)
    first = FIRST_WORD.match(lead.text)
    if first is None or first.group().casefold() not in POINTING_BACK:
        return (here,)
    return Part(before.text, cited=False), here


def _item(lines: Sequence[Line], i: int) -> Iterator[Part]:
    """All sentences of an item."""
    first = i
    while first > 0 and lines[first].kind == "more":
        first -= 1
    left = LONGEST_AFTER
    for line in lines[first:]:
        left -= len(line.text)
        if line.at > first and (line.kind != "more" or left < 0) and line.at > i:
            return
        yield Part(line.text, own_line=line.at == first)


def announced(lines: Sequence[Line], lead: int) -> Announced | None:
    """The items or rows that follow a line, as many as there is room for."""
    opening = _leading(lines, lines[lead])
    if lead + 1 < len(lines) and (lines[lead + 1].rule or lines[lead + 1].kind in ("head", "row")):
        head, told = _rows(lines, lead + 1)
        opening = *opening, *head
    else:
        told = [[line] for line in lines[lead + 1 :] if line.lead is lines[lead]]
        told = _joined(told)
    if not told:
        return None
    left, shown = LONGEST_LIST, list[Part]()
    for count, item in enumerate(told):
        left -= sum(len(line.text) for line in item)
        if left < 0 and count:
            return Announced((*opening, *shown), count, len(told))
        shown += [Part(line.text, own_line=line.kind != "more") for line in item]
    return Announced((*opening, *shown), len(told), len(told))


def _joined(items: Sequence[list[Line]]) -> list[list[Line]]:
    """Lines by the item that they are of."""
    joined: list[list[Line]] = []
    for item in items:
        if joined and item[0].kind == "more":
            joined[-1] += item
        else:
            joined.append(item)
    return joined


def _rows(lines: Sequence[Line], first: int) -> tuple[tuple[Part, ...], list[list[Line]]]:
    """The head and the rows of the table that begins there."""
    head = list[Part]()
    rows = list[list[Line]]()
    for line in lines[first:]:
        if rows and line.lead is not rows[0][0].lead:
            break
        if line.rule and not head:
            head = [Part(line.text, False, own_line=True), Part(line.rule, False, own_line=True)]
        elif line.kind == "head" and not rows:
            head.append(Part(line.text, False, own_line=True))
        elif line.kind == "row":
            rows.append([line])
        else:
            break
    return tuple(head), rows


def _following(lines: Sequence[Line], i: int) -> Iterator[Part]:
    """The fields that a line leads into, or the paragraph under it, after further titles.

    A list that the paragraph leads into comes whole.
    """
    left, begun = LONGEST_AFTER, False
    for line in lines[i + 1 :]:
        if line.kind == "lead" and not line.text.endswith(("?", "？")):
            told = announced(lines, line.at)
            if told is not None and not (begun and line.apart):
                at = [part.text for part in told.parts].index(line.text)
                yield replace(told.parts[at], own_line=not begun)
                yield from told.parts[at + 1 :]
            return
        left -= len(line.text)
        of_lead = line.lead is lines[i]
        title = line.kind == "title" and not begun
        paragraph = line.kind in ("prose", "field") and not (begun and line.apart)
        if left < 0 or not (title or of_lead or paragraph):
            return
        yield Part(line.text, cited=not title, own_line=title or of_lead or not begun)
        begun = begun or not title


def _goes_on(before: Line, line: Line) -> bool:
    """Whether a sentence begins with a word for something that the one before it named.

    A pronoun among its first words does the same: `For guests it is 20 euros`. The end of a page
    may also stand within a sentence.
    """
    if line.kind not in ("prose", "more") or before.kind not in ("prose", "item", "more"):
        return False
    if line.text[0].islower() and line.begins and not ends_sentence(before.text):
        return True
    if line.apart or line.kind != "prose" or before.kind != "prose":
        return False
    first = FIRST_WORD.match(line.text)
    if first is None:
        return False
    if first.group().casefold() in GOING_ON:
        return True
    return any(word in POINTING_EARLY for word in line.text.split()[1:EARLY_WORDS])


def _names(lead: Line) -> bool:
    """Whether it says more than `id: 23`."""
    value = lead.text.partition(": ")[2] if is_field(lead.text) else lead.text
    return FIRST_WORD.search(value) is not None
