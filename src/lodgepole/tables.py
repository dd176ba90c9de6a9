"""Rows of cells as blocks of a document: records where a first row names the columns. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from lodgepole.documents import DocumentBuilder, clean_text
from lodgepole.model import BlockKind

CELL_GAP = " | "
NAME_CHARS = 60  # of a column's name, above which a first row is data
ROWS_APART = 50  # rows without column names that make one block
_NUMBER = re.compile(r"[\d.,%+\-/: ]+")


def add_rows(builder: DocumentBuilder, rows: Iterable[Sequence[str]]) -> None:
    """Append rows, each on a line of its own; empty cells and rows are left out.

    Where the first row names the columns, every other row becomes a record, `Name: Ada | Town:
    Bergen`, so that it can be found and understood by itself.
    """
    filled = (tuple(_spelt(cell) for cell in row) for row in rows)
    waiting = iter(row for row in filled if any(row))
    first = list(islice(waiting, 2))
    if len(first) == 2 and _is_title(first):
        builder.add("".join(first[0]), BlockKind.PARAGRAPH)
        first = [first[1], *islice(waiting, 1)]
    if len(first) == 2 and _names_columns(first[0]):
        names = first[0]
        for number, row in enumerate(chain(first[1:], waiting), 2):
            builder.add(_record(names, row), BlockKind.RECORD, label=f"row {number}", gap="\n")
        return
    rest = chain(first, waiting)
    while group := list(islice(rest, ROWS_APART)):
        text = "\n".join(CELL_GAP.join(filter(None, row)) for row in group)
        builder.add(text, BlockKind.TABLE, gap="\n")


def _spelt(cell: str) -> str:
    return " ".join(clean_text(cell).split())


def _is_title(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of two rows is a line of text over a table."""
    title, below = (sum(map(bool, row)) for row in rows)
    return title == 1 and below > 1


def _names_columns(row: Sequence[str]) -> bool:
    """Whether a row holds names: several, all different, short, and none a number."""
    named = [cell for cell in row if cell]
    return (
        len(named) > 1
        and len(set(named)) == len(named)
        and all(len(cell) <= NAME_CHARS and not _NUMBER.fullmatch(cell) for cell in named)
    )


def _record(names: Sequence[str], row: Sequence[str]) -> str:
    return CELL_GAP.join(_named_cells(names, row))


def _named_cells(names: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    for index, cell in enumerate(row):
        if cell:
            name = names[index] if index < len(names) else ""
            yield f"{name}: {cell}" if name else cell
