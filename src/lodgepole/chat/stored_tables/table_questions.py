"""Parses a question about a table into an operation, a column and row filters. Pure.

Every word of a question must be the name of a column, a value in one, what the table is of, or a
word for computing. Where one is left, the table may say less than is asked, and nothing is told.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lodgepole.chat.stored_tables.cell_values import is_number, read_dates
from lodgepole.chat.stored_tables.table_words import (
    ABOUT_PRICE,
    ASKS_ROWS,
    COMPARES,
    COUNTED,
    GENERIC,
    NO_AMOUNT,
    OPERATIONS,
    PRICE,
    WHEN,
    Operation,
)
from lodgepole.chat.stored_tables.tables import Row, Table
from lodgepole.text.words import (
    content_stems,
    is_negated,
    similar_stems,
    stems_of,
    words,
)

LONGEST_VALUE = 60  # characters of a cell that a question may give
SHORTEST_FORM = 4  # letters, from which words that differ in their last one are taken for the same


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants of one table.

    Attributes:
        operation: What is to be made of the rows.
        column: What is added up or compared; None where rows are counted or shown.
        rows: Those that have all that the question says.
        filters: What these have, by the number of the column.
        weight: How many words of the question the table's columns and values have.
    """

    operation: Operation
    column: int | None
    rows: tuple[Row, ...]
    filters: Mapping[int, tuple[str, ...]]
    weight: int


def asks_table(question: str) -> bool:
    """Whether a table might answer the question by all of its rows or by one that it names."""
    return _operation(question) is not None or ASKS_ROWS.search(question) is not None


def told_words(question: str) -> frozenset[str]:
    """The words of a question that a table must have, as it has them or begun alike."""
    found = _operation(question)
    said = content_stems(words(found[1] if found else question)) - GENERIC
    return frozenset(s[: max(SHORTEST_FORM, len(s) - 1)] for s in said)


def wanted(question: str, table: Table, about: str) -> Wanted | None:
    """What the question wants of this table; None where it has words that say nothing of it.

    Args:
        question: As it would be asked alone.
        table: That may answer it.
        about: What else is known of the table: its file's name, its document's title.
    """
    found = _operation(question)
    if is_negated(words(question)) or COMPARES.search(question) or _hides(question):
        return None
    operation, plain = found or ("rows", question)
    asked = frozenset(content_stems(words(plain)))
    names = [frozenset(stems_of(name)) for name in table.names]
    context = frozenset(stems_of(f"{about} {table.about}"))
    values = _filters(asked, table, names)
    if values is None:
        return None
    by_value = frozenset(s for stems in values.values() for s in stems.told)
    by_name = {s for s in asked - by_value if any(_like(s, name) for name in names)}
    said = asked - by_value - by_name
    if any(s not in GENERIC and not _like(s, context) for s in said):
        return None
    filters = {column: told.values for column, told in values.items()}
    rows = tuple(
        row
        for row in table.rows
        if all(row.cells.get(n, "").casefold() in told for n, told in filters.items())
    )
    column = None
    if operation != "rows":
        column = (
            _counted(question, by_value, table, about)
            if operation == "count"
            else _column(operation, question, table, by_name, filters)
        )
        if column is None:
            return None
        if operation == "count":
            operation, column = ("count", None) if column < 0 else ("sum", column)
    elif not filters or len(asked) < 2 or not (by_name or said - GENERIC):
        return None
    if operation in ("highest", "lowest") and len(rows) == 1:
        operation, column = "rows", None  # there is nothing to compare it with
    return Wanted(operation, column, rows, filters, len(by_value) + len(by_name))


def _counted(question: str, by_value: Collection[str], table: Table, about: str) -> int | None:
    """The column whose amounts `how many` asks for, or -1 for rows; None for neither."""
    asked = COUNTED.search(question)
    following = [w.stem for w in words(question[asked.end() :]) if w.is_content] if asked else []
    noun = next((s for s in following if s not in by_value and s not in GENERIC), None)
    if noun is None:
        return -1
    names = [frozenset(stems_of(name)) for name in table.names]
    columns = [n for n, name in enumerate(names) if _like(noun, name)]
    amounts = [n for n in columns if _has_amounts(table, n)]
    if amounts:
        return amounts[0] if len(amounts) == 1 else None
    # Customers are fewer than the tickets that they have.
    return -1 if _like(noun, names[0] | frozenset(stems_of(f"{about} {table.about}"))) else None


def _like(stem_: str, among: Collection[str]) -> bool:
    """Whether a word is among others, in one form or another: `Preise` and `Preis`, too."""
    return any(
        similar_stems(stem_, other)
        or (min(len(stem_), len(other)) >= SHORTEST_FORM and _begins(stem_, other))
        for other in among
    )


def _begins(a: str, b: str) -> bool:
    return abs(len(a) - len(b)) <= 1 and (a.startswith(b) or b.startswith(a))


def _hides(question: str) -> bool:
    """Whether a name is written like a word without meaning: `IT`, `May`."""
    said = (question[w.start : w.end] for w in words(question)[1:] if not w.is_content)
    return any((len(s) > 1 and s.isupper()) or s == "May" for s in said) and not question.isupper()


def _operation(question: str) -> tuple[Operation, str] | None:
    """What is to be computed, and the question without the words for it; None for nothing."""
    said = [known for known in OPERATIONS if known[1].search(question)]
    kinds = {operation for operation, _ in said}
    if not said or {"highest", "lowest"} <= kinds:
        return None
    plain = question
    for _, pattern in said:
        plain = pattern.sub(" ", plain)
    return said[0][0], plain


# --- rows ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """Values of a column that a question gives, in small letters, and the words that give them."""

    values: tuple[str, ...]
    told: frozenset[str]


def _filters(
    asked: Collection[str], table: Table, names: Sequence[frozenset[str]]
) -> dict[int, _Told] | None:
    """The values that a question gives, by column; None where one may be of several columns."""
    found: dict[int, _Told] = {}
    for column in range(len(table.names)):
        given: dict[str, frozenset[str]] = {}
        for cell in dict.fromkeys(cell.casefold() for cell in table.column(column)):
            stems = _stems(cell, asked, names[column])
            if stems:
                given[cell] = stems
        longest = {
            cell: stems
            for cell, stems in given.items()
            if not any(stems < o for o in given.values())
        }
        if longest:
            told = frozenset(s for stems in longest.values() for s in stems)
            found[column] = _Told(tuple(longest), told)
    return _of_one_column(found, asked, names)


def _stems(cell: str, asked: Collection[str], name: frozenset[str]) -> frozenset[str]:
    """The words of a cell, if the question has all of them."""
    if not cell or len(cell) > LONGEST_VALUE:
        return frozenset()
    stems = frozenset(content_stems(words(cell)))
    if not stems or not stems <= set(asked):
        return frozenset()
    if is_number(cell) and not (len(stems_of(cell)) == 1 and 1900 <= _whole(cell) <= 2100):
        named = any(_like(a, name) for a in asked)
        return stems if named else frozenset()
    return stems


def _whole(cell: str) -> int:
    return int(cell) if cell.isdecimal() and len(cell) == 4 else 0


def _of_one_column(
    found: dict[int, _Told], asked: Collection[str], names: Sequence[frozenset[str]]
) -> dict[int, _Told] | None:
    """Each word of one column alone: of the one that is named, or whose value has more words."""
    uses = Counter(s for told in found.values() for s in told.told)
    for stem_, count in uses.items():
        if count < 2:
            continue
        columns = [n for n, told in found.items() if stem_ in told.told]
        most = max(len(found[n].told) for n in columns)
        longest = [n for n in columns if len(found[n].told) == most]
        named = [n for n in columns if any(_like(a, names[n]) for a in asked)]
        kept = longest if len(longest) == 1 else named
        if len(kept) != 1:
            return None
        for n in columns:
            if n != kept[0]:
                del found[n]
    return found


# --- the column -----------------------------------------------------------------------------------


def _column(
    operation: Operation,
    question: str,
    table: Table,
    by_name: Collection[str],
    filters: Collection[int],
) -> int | None:
    """The column that is meant; None where that is not clear, or rows are counted."""
    names = [frozenset(stems_of(name)) for name in table.names]
    amounts = [n for n in range(len(names)) if n not in filters and _has_amounts(table, n)]
    if WHEN.search(question):
        dates = [n for n in range(len(names)) if read_dates(table.column(n)) is not None]
        if len(dates) == 1:
            return dates[0]
    shared = {n: sum(_like(a, names[n]) for a in by_name) / max(1, len(names[n])) for n in amounts}
    most = max(shared.values(), default=0.0)
    if most > 0:
        best = [n for n in amounts if shared[n] == most]
        return best[0] if len(best) == 1 else None
    if operation in ("highest", "lowest") and ABOUT_PRICE.search(question):
        prices = [n for n in amounts if PRICE.search(table.names[n])]
        if len(prices) == 1:
            return prices[0]
    return amounts[0] if len(amounts) == 1 else None


def _has_amounts(table: Table, column: int) -> bool:
    """Whether a column has numbers that can be added or compared: no keys, no years."""
    cells = [cell for cell in table.column(column) if cell]
    numbers = sum(map(is_number, cells))
    if not cells or 2 * numbers <= len(cells) or NO_AMOUNT.search(table.names[column]):
        return False
    keys = column == 0 and len(set(cells)) == len(cells) and all(c.isdecimal() for c in cells)
    return not keys
