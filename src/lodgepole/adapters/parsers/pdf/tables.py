"""Tables of a page found and put into its lines: one line a row, where the table began. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lodgepole.adapters.parsers.pdf.aligned_tables import aligned_tables
from lodgepole.adapters.parsers.pdf.lines import Line
from lodgepole.adapters.parsers.pdf.ruled_tables import ruled_tables
from lodgepole.adapters.parsers.pdf.rulings import Rulings
from lodgepole.adapters.parsers.pdf.table_words import Table, Word, line_of, words_of
from lodgepole.documents.tables import CELL_GAP


@dataclass(slots=True)
class PlacedTable:
    """A table, and the line that holds its place among the others."""

    place: Line
    table: Table


def with_tables_apart(
    lines: Sequence[Line], rulings: Rulings, width: float
) -> tuple[list[Line], list[PlacedTable]]:
    """The lines without those of tables, in whose place one line as large as each stands."""
    if any(line.right_to_left for line in lines):
        return list(lines), []
    placed: list[PlacedTable] = []
    for table in ruled_tables(lines, rulings):
        lines = _without(lines, table, placed)
    for table in aligned_tables(lines, rulings, width):
        lines = _without(lines, table, placed)
    return list(lines), placed


def with_tables_in_place(lines: Sequence[Line], placed: Sequence[PlacedTable]) -> list[Line]:
    """The lines, each that holds a table's place exchanged for its rows."""
    tables = {id(item.place): item.table for item in placed}
    found: list[Line] = []
    for line in lines:
        table = tables.get(id(line))
        found += [line] if table is None else list(_rows(table))
    return found


def _without(lines: Sequence[Line], table: Table, placed: list[PlacedTable]) -> list[Line]:
    taken: dict[int, list[Word]] = {}
    for word in table.words:
        taken.setdefault(id(word.line), []).append(word)
    place = Line("\0", table.left, table.right, table.top, table.rows[0].size, bold=False)
    placed.append(PlacedTable(place, table))
    kept: list[Line] = []
    begun = False
    for line in lines:
        if id(line) not in taken:
            kept.append(line)
            continue
        if not begun:
            kept.append(place)
            begun = True
        kept += _left_over(line, taken[id(line)])
    return kept


def _left_over(line: Line, taken: Sequence[Word]) -> Iterator[Line]:
    """What a line has beside words that a table took, each stretch as a line of its own."""
    gone = {(word.x0, word.text) for word in taken}
    run: list[Word] = []
    for word in [*words_of([line]), None]:
        if word is not None and (word.x0, word.text) not in gone:
            run.append(word)
        elif run:
            yield line_of(run)
            run = []


def _rows(table: Table) -> Iterator[Line]:
    for row in table.rows:
        yield Line(
            text=CELL_GAP.join(" ".join(lines) for lines in row.cells),
            x0=table.left,
            x1=table.right,
            y=row.y,
            size=row.size,
            bold=row.bold,
            cells=row.cells,
            table=id(table),
        )
