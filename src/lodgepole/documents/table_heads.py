"""Detection of the rows that name a table's columns. Pure.

People put titles, dates and page numbers above the names; names are years, age groups and whole
questions, are said twice, or take two rows. What tells names from data is that they differ from
what stands below them: words over numbers, years over amounts, one row unlike all others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

ROWS_LOOKED_AT = 40  # of a table's beginning
PREAMBLE = 15  # rows above the names
HEAD_ROWS = 4  # that name columns together
NAME_CHARS = 60  # of a name that nothing else speaks for
QUESTION_CHARS = 400  # of one that is long, as questions are; it is at least twice what is below it
UNNAMED_SHARE = 0.25  # of the columns, beside the first; rows with more empty places are titles
FIGURES_SHARE = 0.6  # of a column's cells, from which it is one of figures
SELDOM_SHARE = 0.2  # of the rows that fill a column, below which it need not be named

_FIGURE = re.compile(
    r"[(\[]?+[-+−–±<>≤≥~]?+\s*+(?:[$€£¥₹]|[A-Z]{3}\b|kr\.?|Fr\.?)?+\s*+[-+−]?+"
    r"\d[\d.,'\u00a0\u202f ]*+(?:[eE][+-]?\d++)?+"
    r"\s*+(?:%|‰|[$€£¥₹]|°?"
    r"(?!(?i:st|nd|rd|th|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b)[^\W\d_]{0,3}[²³]?\.?)?[)\]]?"
)
_DATE = re.compile(
    r"\d{4}-\d{2}(?:-\d{2})?(?:[T ]\d.{0,12})?|\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})|"
    r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?"
)
_YEAR = re.compile(r"(?:1[89]|2[01])\d\d(?:\s?[/–-]\s?\d{2,4})?")
_RANGE = re.compile(r"[<>≤≥]?\s?(\d{1,6})\s?(?:[-–]\s?\d{1,6}|\+)?")


@dataclass(frozen=True, slots=True)
class Head:
    """Rows `[start, end)` of those looked at; what is above them are titles."""

    start: int
    end: int
    names: tuple[str, ...]
    sure: bool  # the names differ from what is below them in kind


def find_head(rows: Sequence[Sequence[str]], *, head_rows: int = 0) -> Head | None:
    """The rows that name columns among the first of a table, or None.

    Args:
        rows: Its beginning, each row with something in it, cells at the places of their columns.
        head_rows: How many rows the names take together, where merged cells tell.
    """
    rows = rows[:ROWS_LOOKED_AT]
    for start in range(min(PREAMBLE, len(rows) - 1)):
        table = _Below(rows[start + 1 :])
        if not table.is_covered_by(rows[start]):
            continue
        if head_rows > 1:
            end = min(start + head_rows, len(rows) - 1)
            return Head(start, end, _joined(rows[start:end]), sure=True)
        said = table.names(rows[start])
        if said is None:
            return None
        return _whole(rows, start, sure=said)
    return None


def _whole(rows: Sequence[Sequence[str]], start: int, *, sure: bool) -> Head:
    """The head with the rows above and below that name columns together with its own."""
    end = start + 1
    while end - start < HEAD_ROWS and end < len(rows) - 1 and _is_unclear(rows[end - 1]):
        table = _Below(rows[end + 1 :])
        if not (table.is_covered_by(rows[end]) and table.names(rows[end], counted=False)):
            break
        end += 1
    named = [list(row) for row in rows[start:end]]
    if start and (group := _group_names(rows[start - 1], rows[start])) is not None:
        named.insert(0, group)
        start -= 1
    return Head(start, end, _joined(named), sure)


def _is_unclear(row: Sequence[str]) -> bool:
    """Whether names are said twice or left out, so that a row below may tell them apart."""
    named = [cell for cell in row if cell]
    return len(set(named)) < len(named)


def _group_names(above: Sequence[str], names: Sequence[str]) -> list[str] | None:
    """What groups of columns have in common, for each of them; None where a row does not say it.

    A group's name stands over its first column, the others are empty.
    """
    places = [n for n, cell in enumerate(above) if cell]
    named = [n for n, cell in enumerate(names) if cell]
    first = named[0] if named else 0
    groups = [n for n in places if n >= first]
    if len(groups) < 2 or any(n >= len(names) or not names[n] for n in groups):
        return None
    if places[0] == first and not _is_unclear(names):
        return None
    spread: list[str] = []
    for n in range(len(names)):
        own = above[n] if n < len(above) else ""
        goes_on = n > first and names[n] and spread and n > groups[0]
        spread.append(own or (spread[-1] if goes_on else ""))
    return spread


def _joined(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    width = max(map(len, rows), default=0)
    return tuple(
        " ".join(dict.fromkeys(row[n] for row in rows if n < len(row) and row[n]))
        for n in range(width)
    )


class _Below:
    """The rows that a row may be the head of."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self._rows = rows
        columns: dict[int, list[str]] = {}
        for row in rows:
            for n, cell in enumerate(row):
                if cell:
                    columns.setdefault(n, []).append(cell)
        self._columns = columns
        self._kinds = {n: _kind_of_column(cells) for n, cells in columns.items()}

    def is_covered_by(self, row: Sequence[str]) -> bool:
        """Tell whether a row has something in nearly every column; the first may be left out."""
        filled = {n for n, cell in enumerate(row) if cell}
        often = SELDOM_SHARE * len(self._rows)
        used = sorted(n for n, cells in self._columns.items() if len(cells) > often)
        missing = [n for n in used[1:] if n not in filled]
        return len(filled) > 1 and len(missing) <= UNNAMED_SHARE * len(used)

    def names(self, row: Sequence[str], *, counted: bool = True) -> bool | None:
        """Tell whether a row is surely of names, those `counted` on too; None where it is none."""
        named = {n: cell for n, cell in enumerate(row) if cell}
        kinds = {n: _kind(cell) for n, cell in named.items()}
        if any(not self._may_name(n, cell) for n, cell in named.items()):
            return None
        figures = [n for n, kind in kinds.items() if kind != "text"]
        if figures and not self._is_series(row, figures, counted=counted):
            return None
        if len(figures) == len(named) and not self._has_labels(min(named)):
            return None
        sure = any(
            kind != self._kinds.get(n, kind) and self._kinds[n] != "text"
            for n, kind in kinds.items()
        ) or bool(figures)
        distinct = len(set(named.values())) == len(named)
        return sure if distinct or sure else None

    def _may_name(self, column: int, cell: str) -> bool:
        if len(cell) <= NAME_CHARS:
            return True
        below = sorted(map(len, self._columns.get(column, [""])))
        return len(cell) <= QUESTION_CHARS and 2 * below[len(below) // 2] <= len(cell)

    def _has_labels(self, first: int) -> bool:
        """Whether rows have a label left of the first name."""
        return any(n < first and kind == "text" for n, kind in self._kinds.items())

    def _is_series(self, row: Sequence[str], figures: Sequence[int], *, counted: bool) -> bool:
        """Whether figures of a row are names: years, dates, ranges, or counted on."""
        cells = [row[n] for n in figures]
        below = [[r[n] for n in figures if n < len(r) and r[n]] for r in self._rows]
        for told in (_are_years, _are_dates, *((_are_counted,) if counted else ())):
            if told(cells):
                return 2 * sum(map(told, below)) <= len(below)
        return False


def _are_years(cells: Sequence[str]) -> bool:
    return _differ(cells) and all(_YEAR.fullmatch(cell) for cell in cells)


def _are_dates(cells: Sequence[str]) -> bool:
    return _differ(cells) and all(_DATE.fullmatch(cell) for cell in cells)


def _are_counted(cells: Sequence[str]) -> bool:
    found = [_RANGE.fullmatch(cell) for cell in cells]
    numbers = [int(match[1]) for match in found if match]
    if len(numbers) < len(cells) or len(numbers) < 2:
        return False
    if any(not cell.isdecimal() for cell in cells):
        return all(a < b for a, b in pairwise(numbers))
    steps = {b - a for a, b in pairwise(numbers)}
    return len(numbers) > 2 and len(steps) == 1 and steps != {0}


def _differ(cells: Sequence[str]) -> bool:
    return bool(cells) and len(set(cells)) == len(cells)


def _kind(cell: str) -> str:
    if _DATE.fullmatch(cell):
        return "date"
    return "figure" if is_figure(cell) else "text"


def _kind_of_column(cells: Sequence[str]) -> str:
    kinds = [_kind(cell) for cell in cells]
    for kind in ("figure", "date"):
        if kinds.count(kind) >= FIGURES_SHARE * len(kinds):
            return kind
    return "text"


def is_figure(cell: str) -> bool:
    """Tell whether a cell is a number, perhaps with a sign, a currency or a unit."""
    return bool(_FIGURE.fullmatch(cell) or _RANGE.fullmatch(cell) or _YEAR.fullmatch(cell))
