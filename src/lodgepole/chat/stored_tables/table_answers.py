"""Rows of stored tables counted, added up, compared or looked up, and shown. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lodgepole.chat.quoting.prepared_answers import Line, Page, PreparedAnswer
from lodgepole.chat.stored_tables.cell_values import Problem, Style, read_dates, read_numbers
from lodgepole.chat.stored_tables.table_phrases import TablePhrases
from lodgepole.chat.stored_tables.table_questions import Wanted, wanted
from lodgepole.chat.stored_tables.tables import Row, Table, tables_of
from lodgepole.chat.whole_documents.document_outlines import title_of
from lodgepole.model import Document, File
from lodgepole.text.words import squeeze

MOST_SHOWN = 30  # rows; further ones are counted
MOST_TABLES = 3  # that answer equally, as price lists of several years do
AVERAGE_DECIMALS = 2  # more than the values have, of an average


@dataclass(frozen=True, slots=True)
class _Fitting:
    file: File
    document: Document
    table: Table
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class _Result:
    """What is said of the rows, and those of them that are shown."""

    said: str
    rows: Sequence[Row]


def table_answer(
    read: Sequence[tuple[File, Document]], question: str, ours: TablePhrases, more: str
) -> PreparedAnswer | None:
    """The answer from the tables that fit the question; None where none does.

    Args:
        read: Documents that may hold it, likely ones first.
        question: As it would be asked alone.
        ours: What is said around rows.
        more: What is said of `{n}` rows that are not shown.
    """
    fitting = [
        _Fitting(file, document, table, found)
        for file, document in read
        for table in tables_of(document)
        if (found := wanted(question, table, f"{_words(file.upload.name)} {title_of(document)}"))
    ]
    if not fitting:
        return None
    most = max(fit.wanted.weight for fit in fitting)
    best = [fit for fit in fitting if fit.wanted.weight == most][:MOST_TABLES]
    page = Page()
    for fit in best:
        _put(page, fit, ours, more)
    return page.done()


def _put(page: Page, fit: _Fitting, ours: TablePhrases, more: str) -> None:
    result = _result(fit.table, fit.wanted, ours)
    shown = result.rows[:MOST_SHOWN]
    page.say(f"{fit.file.upload.name}{_told(fit)} — {result.said}")
    head = [Line(line) for line in fit.table.head.split("\n") if line]
    page.put(*head, *(page.quote(fit.file, fit.document, row.start, row.end) for row in shown))
    if len(result.rows) > len(shown):
        page.say(more.format(n=len(result.rows) - len(shown)))
    if fit.document.notice:  # what was not read may be rows
        page.say(f"{fit.file.upload.name}: {fit.document.notice}")


def _told(fit: _Fitting) -> str:
    """What the rows have, as the table spells it: ` (Status: Open)`."""
    filters: list[str] = []
    for column, values in fit.wanted.filters.items():
        cells = dict.fromkeys(fit.table.column(column))
        spelt = [cell for cell in cells if cell.casefold() in values]
        filters.append(f"{fit.table.names[column]}: {', '.join(spelt)}")
    return f" ({'; '.join(filters)})" if filters else ""


def _result(table: Table, wants: Wanted, ours: TablePhrases) -> _Result:
    rows, column = wants.rows, wants.column
    if not rows:
        return _Result(ours.none.format(total=len(table.rows)), ())
    if wants.operation == "rows":
        return _Result(ours.rows, rows)
    if column is None:
        return _Result(ours.count.format(n=len(rows), total=len(table.rows)), rows)
    name = squeeze(table.names[column])
    cells = [row.cells.get(column, "") for row in rows]
    if wants.operation in ("highest", "lowest"):
        return _extreme(wants, cells, name, ours)
    numbers = read_numbers(cells)
    if isinstance(numbers, str):
        return _Result(_why(numbers, ours).format(column=name), rows)
    total = sum(numbers.values, Decimal(0))
    if wants.operation == "sum":
        value, said = numbers.style.write(total), ours.total
    else:
        value, said = _average(total, len(rows), numbers.style), ours.average
    return _Result(said.format(column=name, value=value, n=len(rows)), rows)


def _extreme(wants: Wanted, cells: Sequence[str], name: str, ours: TablePhrases) -> _Result:
    highest = wants.operation == "highest"
    dates = read_dates(cells)
    if dates is not None:
        best = max(dates) if highest else min(dates)
        at = [n for n, day in enumerate(dates) if day == best]
    else:
        numbers = read_numbers(cells)
        if isinstance(numbers, str):
            return _Result(_why(numbers, ours).format(column=name), wants.rows)
        most = max(numbers.values) if highest else min(numbers.values)
        at = [n for n, value in enumerate(numbers.values) if value == most]
    said = ours.highest if highest else ours.lowest
    told = said.format(column=name, value=cells[at[0]], n=len(cells))
    return _Result(told, [wants.rows[n] for n in at])


def _average(total: Decimal, count: int, style: Style) -> str:
    return style.write(total / count, style.decimals + AVERAGE_DECIMALS)


def _why(problem: Problem, ours: TablePhrases) -> str:
    return {"units": ours.units, "gaps": ours.gaps, "numbers": ours.numbers}[problem]


def _words(name: str) -> str:
    return name.rpartition(".")[0].replace("_", " ").replace("-", " ")
