"""Tables of data in a page: their cells at the columns that they span."""

import re
from collections.abc import Callable, Sequence

from selectolax.lexbor import LexborNode

from lodgepole.documents.tables import CELL_GAP, Cell, Grid

TABLE_COLUMNS = 200  # beyond which a cell spans nothing
TABLE_NODES = 200_000  # of one table
LAYOUT_CHARS = 400  # of a cell with blocks in it, from which it is a part of the page
_INTEGER = re.compile("-?[0-9]{1,6}")
_BLOCKS = "p, div, ul, ol, dl, table, blockquote, section, article"


def rows_of(table: LexborNode, cell_text: Callable[[LexborNode], str]) -> list[str] | None:
    """Lines of a table of data; None for one that only lays out a page.

    One that names its columns or rows, or itself, is of data whatever stands in its cells.
    """
    if table.attributes.get("role") in {"presentation", "none"}:
        return None
    named = table.css_first("th, caption") is not None
    if table.css_first("h1, h2, h3, h4, h5, h6") is not None:
        return None
    if table.css_first("pre") is not None and not named:
        return None
    nested = table.css_first("table table") is not None
    rows = table.css("tr")[: TABLE_NODES + 1]
    if nested:
        rows = [row for row in rows if _owner(row) == table.mem_id]
    if (nested or not named) and any(map(_is_layout, _cells_of(rows, nested=nested))):
        return None
    grid = Grid(_placed(rows, cell_text, nested=nested))
    lines = (
        CELL_GAP.join(cell for cell in row if cell is not None).rstrip(" |") for row in grid.rows()
    )
    shown = [line for line in lines if line]
    several = any(CELL_GAP in row for row in shown)
    return shown if shown and (several or len(shown) > 1) else None


def integer(value: str | None) -> int | None:
    """A number that an attribute says."""
    return int(value) if value is not None and _INTEGER.fullmatch(value.strip()) else None


def _owner(node: LexborNode) -> int:
    """The table that a row is in."""
    parent = node.parent
    while parent is not None and parent.tag != "table":
        parent = parent.parent
    return 0 if parent is None else parent.mem_id


def _cells_of(rows: Sequence[LexborNode], *, nested: bool) -> list[LexborNode]:
    return [cell for row in rows for cell in _cells(row, nested=nested)]


def _cells(row: LexborNode, *, nested: bool) -> list[LexborNode]:
    found = row.css("td, th")
    if not nested:
        return found
    return [cell for cell in found if cell.parent is not None and cell.parent.mem_id == row.mem_id]


def _is_layout(cell: LexborNode) -> bool:
    if cell.css_first(_BLOCKS) is None:
        return False
    return len(" ".join(cell.text(deep=True).split())) > LAYOUT_CHARS


def _placed(
    rows: Sequence[LexborNode], cell_text: Callable[[LexborNode], str], *, nested: bool
) -> list[list[Cell]]:
    """Cells at their columns: each in the next that no cell of a row above reaches down to."""
    ends = {_group(row): number for number, row in enumerate(rows, 1)}
    placed: list[list[Cell]] = []
    free: dict[int, int] = {}  # the first row, by column, in which a cell from above has ended
    for number, row in enumerate(rows):
        cells: list[Cell] = []
        column = 0
        for node in _cells(row, nested=nested):
            while free.get(column, 0) > number:
                column += 1
            spare = max(TABLE_COLUMNS - column, 1)
            columns = min(max(integer(node.attributes.get("colspan")) or 1, 1), spare)
            spanned = integer(node.attributes.get("rowspan"))
            left = ends[_group(row)] - number
            down = 1 if spanned is None or spanned < 0 else min(spanned or left, left)
            cells.append(Cell(column, cell_text(node), down, columns))
            if down > 1 and column < TABLE_COLUMNS:
                free.update(dict.fromkeys(range(column, column + columns), number + down))
            column += columns
        placed.append(cells)
    return placed


def _group(row: LexborNode) -> int:
    """The head, body or foot of a table that a row is in, out of which no cell reaches."""
    return 0 if row.parent is None else row.parent.mem_id
