"""The values of a table's column as numbers or dates, where all of them can be compared. Pure.

A column is read as a whole: which sign parts decimals is told by all of its cells, and values in
different units are not compared.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Problem = Literal["units", "gaps", "numbers"]

MOST_DIGITS = 30  # of a number that is one; longer ones are keys
LONGEST_UNIT = 14  # characters
_CELL = re.compile(
    r"(?P<open>\()?\s*+(?P<sign>[-+−–])?\s*+(?P<before>[^\d\s().,;:/+−–-]{1,6})?\s*+(?P<minus>[-−–])?"
    r"(?P<digits>\d[\d.,'’\u00a0\u202f ]*+)\s*+(?P<after>[^\d.,;:/()+−–-][^\d.,;:()]*+)?"
    r"\s*+(?P<close>\))?"
)
_CURRENCY = re.compile(
    r"(?:USD|EUR|GBP|CHF|JPY|CNY|RMB|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|CAD|AUD|NZD|INR|BRL|MXN|ZAR|RUB"
    r"|UAH|TRY|KRW|SGD|HKD|TWD|THB|VND|ILS|AED|SAR|[A-Z]{1,3}[$£]|[Kk]r\.?|Fr\.?|R[sp]\.?|zł|Kč)"
)
_SPACES = str.maketrans("", "", "'’\u00a0\u202f ")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].{0,20})?")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})\.? )?(?P<month>[A-Za-zä]{3,9})\.?(?: (?P<later>\d{1,2}),?)?"
    r" (?P<year>\d{4})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NOT_ENGLISH = {"mär": 3, "mai": 5, "okt": 10, "dez": 12}


@dataclass(frozen=True, slots=True)
class Style:
    """How a column writes its numbers, so that one that is computed is written alike."""

    before: str = ""
    after: str = ""
    point: str = "."
    grouping: str = ""
    decimals: int = 0
    spaced: bool = False  # between number and unit

    def write(self, value: Decimal, decimals: int | None = None) -> str:
        """The number in the column's style, without more zeros than the column has."""
        places = self.decimals if decimals is None else decimals
        rounded = round(value, places)
        text = f"{abs(rounded):,.{places}f}"
        whole, _, rest = text.partition(".")
        if decimals is not None:
            rest = rest[: self.decimals] + rest[self.decimals :].rstrip("0")
        whole = whole.replace(",", self.grouping)
        number = f"{whole}{self.point}{rest}" if rest else whole
        gap = " " if self.spaced else ""
        sign = "-" if rounded < 0 else ""
        return f"{sign}{self.before}{number}{gap}{self.after}"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column's values in the order of its cells."""

    values: tuple[Decimal, ...]
    style: Style


def read_numbers(cells: Sequence[str]) -> Numbers | Problem:
    """The cells as numbers of one unit, or why they are none."""
    if not cells or not all(cell.strip() for cell in cells):
        return "gaps"
    found = [_CELL.fullmatch(cell.strip()) for cell in cells]
    parts = [match for match in found if match is not None and _is_number(match)]
    if len(parts) < len(cells):
        return "numbers"
    units = {((m["before"] or "").strip(), (m["after"] or "").strip()) for m in parts}
    if len(units) > 1:
        return "units"
    digits = [m["digits"].translate(_SPACES).rstrip(".,") for m in parts]
    point = _point(digits)
    if point is None:
        return "numbers"
    values = tuple(
        _signed(match, _value(text, point)) for match, text in zip(parts, digits, strict=True)
    )
    before, after = units.pop()
    return Numbers(values, _style(parts, digits, point, before, after))


def read_dates(cells: Sequence[str]) -> tuple[date, ...] | None:
    """The cells as days; None where one is none, or may be read in two ways."""
    days = [_date(cell.strip()) for cell in cells]
    known = tuple(day for day in days if day is not None)
    return known if known and len(known) == len(days) else None


def is_number(cell: str) -> bool:
    """Whether a cell is a number, with a unit perhaps."""
    match = _CELL.fullmatch(cell.strip())
    return match is not None and _is_number(match)


# --- parts --------------------------------------------------------------------------------------


def _is_number(match: re.Match[str]) -> bool:
    if bool(match["open"]) != bool(match["close"]):
        return False
    if len(match["after"] or "") > LONGEST_UNIT or len(match["digits"]) > MOST_DIGITS:
        return False
    before = match["before"] or ""
    if any(map(str.isalpha, before)) and not _CURRENCY.fullmatch(before):
        return False  # `TCK-4103` and `A1` are keys
    digits = match["digits"].translate(_SPACES)
    return not re.search(r"[.,]{2}", digits)


def _point(digits: Sequence[str]) -> str | None:
    """The sign before decimals in a column; None where it cannot be told."""
    told: set[str] = set()
    unclear = False
    for text in digits:
        marks = [c for c in text if c in ".,"]
        if not marks:
            continue
        if len(set(marks)) == 2:
            last = marks[-1]
            if marks.count(last) > 1:
                return None
            told.add(last)
        elif len(marks) > 1:
            if not _GROUPED.fullmatch(text):
                return None
            told.add("," if marks[0] == "." else ".")
        elif not _GROUPED.fullmatch(text) or text.startswith("0"):
            told.add(marks[0])
        elif marks[0] == ",":
            told |= set() if "," in told else {"."}
        else:
            unclear = True  # 1.250 is more than a thousand here and little more than one there
    if len(told) > 1 or (unclear and not told):
        return None
    return next(iter(told), ".")


def _value(text: str, point: str) -> Decimal:
    grouping = "," if point == "." else "."
    return Decimal(text.replace(grouping, "").replace(point, "."))


def _signed(match: re.Match[str], value: Decimal) -> Decimal:
    negative = match["open"] or match["minus"] or (match["sign"] or "+") != "+"
    return -value if negative else value


def _style(
    parts: Sequence[re.Match[str]], digits: Sequence[str], point: str, before: str, after: str
) -> Style:
    decimals = max(len(text.rpartition(point)[2]) if point in text else 0 for text in digits)
    other = "," if point == "." else "."
    grouping = other if any(other in text for text in digits) else ""
    if not grouping:
        spaced = [m["digits"].strip() for m in parts]
        grouping = next((c for text in spaced for c in text if c in "'’\u00a0\u202f "), "")
    first = parts[0]
    gap = bool(after) and first.string[first.end("digits") - 1].isspace()
    gap = gap or (bool(after) and first.string[first.end("digits")].isspace())
    return Style(before, after, point, grouping, decimals, gap)


def _date(cell: str) -> date | None:
    try:
        if iso := _ISO.fullmatch(cell):
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if dotted := _DOTTED.fullmatch(cell):
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
        if named := _NAMED.fullmatch(cell):
            month = named["month"][:3].casefold()
            number = _NOT_ENGLISH.get(month) or _MONTHS.index(month) + 1
            return date(int(named["year"]), number, int(named["day"] or named["later"] or 1))
    except ValueError:
        return None
    return None
