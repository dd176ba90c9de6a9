"""The numbers that Word computes for headings and list items: ECMA-376 part 1, 17.9."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lodgepole.documents.archives import attribute, child_of, local_name

LEVELS = 9
ROMAN_MOST = 4000
LETTERS_MOST = 26 * 20  # `aaa…`: Word repeats the letter
_PLACE = re.compile("%([1-9])")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""  # with `%1` for the number of the first level
    style: str | None = None  # the paragraphs that have it are of this level
    restart: int | None = None  # after a paragraph of this level or a higher one; 0 never
    legal: bool = False  # all its numbers are decimal
    close: bool = False  # nothing stands between number and text


@dataclass(slots=True)
class _List:
    """Numbers that count on together: those of one abstract definition."""

    levels: dict[int, _Level] = field(default_factory=dict[int, _Level])
    counts: dict[int, int] = field(default_factory=dict[int, int])


@dataclass(slots=True)
class _Use:
    """What paragraphs name: a list, and where it differs from its definition."""

    list: _List
    levels: dict[int, _Level] = field(default_factory=dict[int, _Level])
    starts: dict[int, int] = field(default_factory=dict[int, int])  # until its first paragraph

    def level(self, number: int) -> _Level:
        return self.levels.get(number) or self.list.levels.get(number) or _Level(format="none")


class Numbering:
    """Counts as the document is walked; each numbered paragraph is asked for once, in order."""

    def __init__(self, root: Any) -> None:
        self._uses = _uses(root)

    def level_of_style(self, number_id: str, style_id: str) -> int | None:
        """Return the list level of a style's paragraphs, where the list says so."""
        use = self._uses.get(number_id)
        if use is None:
            return None
        levels = {**use.list.levels, **use.levels}
        return next((n for n, level in levels.items() if level.style == style_id), None)

    def label(self, number_id: str, level: int) -> str:
        """Return the label of the next paragraph of that level; empty for bullets."""
        use = self._uses.get(number_id)
        if use is None or not 0 <= level < LEVELS:
            return ""
        counts = use.list.counts
        start = use.starts.pop(level, None)
        if start is not None:
            counts[level] = start
        elif level in counts:
            counts[level] += 1
        else:
            counts[level] = use.level(level).start
        for deeper in [number for number in counts if number > level]:
            restart = use.level(deeper).restart
            if restart is None or level < restart:
                del counts[deeper]
        own = use.level(level)
        if own.format in {"bullet", "none"}:
            return ""

        def shown(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            of = use.level(place)
            number = counts.get(place, of.start)
            return formatted(number, "decimal" if own.legal else of.format)

        label = _PLACE.sub(shown, own.text).strip()
        return label if not label or own.close else f"{label} "


def _uses(root: Any) -> Mapping[str, _Use]:
    lists: dict[str, _List] = {}
    named: dict[str, _List] = {}  # by the style that they are the definition of
    links: dict[str, str] = {}
    uses: dict[str, _Use] = {}
    for element in () if root is None else root:
        kind = local_name(element)
        if kind == "abstractNum":
            list_id = attribute(element, "abstractNumId") or ""
            lists[list_id] = _List(_levels(element))
            if (style := _value(element, "styleLink")) is not None:
                named[style] = lists[list_id]
            if (style := _value(element, "numStyleLink")) is not None:
                links[list_id] = style
        elif kind == "num":
            list_id = _value(element, "abstractNumId") or ""
            found = named.get(links.get(list_id, "")) or lists.get(list_id)
            if found is not None:
                uses[attribute(element, "numId") or ""] = _use(element, found)
    return uses


def _use(element: Any, of: _List) -> _Use:
    use = _Use(of)
    for override in element:
        if local_name(override) == "lvlOverride":
            use.levels.update(_levels(override))
            level = _number(attribute(override, "ilvl"))
            start = _number(_value(override, "startOverride"))
            if level is not None and start is not None:
                use.starts[level] = start
    return use


def _levels(element: Any) -> dict[int, _Level]:
    return {
        number: _Level(
            start=_number(_value(level, "start")) or 0,
            format=_value(level, "numFmt") or "decimal",
            text=_value(level, "lvlText") or "",
            style=_value(level, "pStyle"),
            restart=_number(_value(level, "lvlRestart")),
            legal=child_of(level, "isLgl") is not None,
            close=_value(level, "suff") == "nothing",
        )
        for level in element
        if local_name(level) == "lvl" and (number := _number(attribute(level, "ilvl"))) is not None
    }


def _value(element: Any, name: str) -> str | None:
    found = child_of(element, name)
    return None if found is None else attribute(found, "val")


def _number(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() and len(value) < 6 else None


def formatted(number: int, format_: str) -> str:
    """A number as it is shown; in figures where the script's own numerals are not known here."""
    lower = format_.lower()
    if lower == "none":
        return ""
    if lower == "decimalzero":
        return f"{number:02}"
    shown = ""
    if lower.endswith("letter") and 0 < number <= LETTERS_MOST:
        repeats, place = divmod(number - 1, 26)
        shown = chr(ord("a") + place) * (repeats + 1)
    elif lower.endswith("roman") and 0 < number < ROMAN_MOST:
        for value, letters in _ROMAN:
            shown += letters * (number // value)
            number %= value
    elif lower == "ordinal":
        ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{'th' if number % 100 in {11, 12, 13} else ending}"
    if not shown:
        return str(number)
    return shown.upper() if format_.startswith("upper") else shown
