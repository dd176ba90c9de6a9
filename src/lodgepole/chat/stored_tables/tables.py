"""The tables of a document: the names of their columns, and their rows by column. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lodgepole.documents.builder import blocks_with_pages
from lodgepole.documents.continued_tables import continued
from lodgepole.documents.table_heads import ROWS_LOOKED_AT, find_head
from lodgepole.model import CELL_GAP, Block, BlockKind, Document
from lodgepole.text.words import squeeze

MOST_TABLES = 200  # of one document
MOST_ROWS = 100_000  # of one table; more are not computed with
LEAST_ROWS = 2
_RULE = re.compile(r"\s*+\|?\s*+:?-{3}[\s|:-]*+")
_TOTAL = re.compile(
    r"(?:grand |sub)?totals?|sum|average|gesamt\w{0,10}|zwischensumme|summe|insgesamt|somme|suma"
    r"|totale|soma|totaal|summa|i alt|yhteensä|razem|toplam|итого|всего|разом|合計|总计|合计|小計"
    r"|합계|총계|tổng(?: cộng)?|المجموع|total général",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row where it stands; `cells` has those that are filled, by the number of the column."""

    start: int
    end: int
    cells: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under names of columns.

    Attributes:
        names: Of all columns.
        rows: Without those that sum others up, or only name a group of them.
        head: The rows that name the columns, where the rows do not say these themselves.
        about: What stands over the table: headings, captions.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    head: str
    about: str

    def column(self, number: int) -> list[str]:
        """The cells of a column; empty ones where a row has none."""
        return [row.cells.get(number, "") for row in self.rows]


def tables_of(document: Document) -> list[Table]:
    """The tables whose columns have names and whose rows keep to them."""
    found: list[Table] = []
    parts = continued(document)
    headings: list[tuple[int, str]] = []
    before = ""
    group: list[Block] = []  # records, or the parts of one table
    about = ""
    for block, _ in [*blocks_with_pages(document), (None, None)]:
        if block is not None and block.kind is BlockKind.RUNNING:
            continue
        if block is not None and group and _goes_on(document, group, block, parts):
            group.append(block)
            continue
        if group and len(found) < MOST_TABLES:
            table = _table(document.text, group, about)
            found += [table] if table is not None else []
        group = []
        if block is None:
            break
        text = document.text[block.start : block.end]
        if block.kind is BlockKind.HEADING:
            headings = [h for h in headings if h[0] < block.level]
            headings.append((block.level, squeeze(text)))
        if block.kind in (BlockKind.TABLE, BlockKind.RECORD):
            group = [block]
            near = before if len(before) <= 200 else ""
            about = " ".join((*(title for _, title in headings), near, block.label))
        before = text if block.kind in (BlockKind.PARAGRAPH, BlockKind.CAPTION) else ""
    return found


def _goes_on(
    document: Document, group: Sequence[Block], block: Block, parts: Mapping[int, Block]
) -> bool:
    if block.kind is BlockKind.RECORD and group[0].kind is BlockKind.RECORD:
        gap = document.text[group[-1].end : block.start]
        return block.label.startswith("$") or gap.count("\n") < 2
    return block.kind is BlockKind.TABLE and parts.get(block.start) == group[0]


def _table(text: str, group: Sequence[Block], about: str) -> Table | None:
    if group[0].kind is BlockKind.RECORD:
        return _of_records(text, group, about)
    lines = [span for block in group for span in _lines(text, block)]
    if len(lines) > MOST_ROWS:
        return None
    rule = next((n for n, (a, b) in enumerate(lines) if _RULE.fullmatch(text, a, b)), None)
    cells = [_cells(text[a:b], barred=rule is not None) for a, b in lines]
    if rule is not None:
        if rule == 0:
            return None
        first, names = rule + 1, tuple(cells[rule - 1])
        head = "\n".join(text[a:b].strip() for a, b in lines[: rule + 1])
    else:
        found = find_head(cells[:ROWS_LOOKED_AT])
        if found is None:
            return None
        first, names = found.end, found.names
        head = "\n".join(squeeze(text[a:b]) for a, b in lines[found.start : found.end])
    said = {tuple(row) for row in cells[:first]}
    rows = [
        Row(a, b, {n: cell for n, cell in enumerate(row) if cell})
        for (a, b), row in zip(lines[first:], cells[first:], strict=True)
        if tuple(row) not in said and not _RULE.fullmatch(text, a, b)
    ]
    if any(max(row.cells, default=0) >= len(names) for row in rows):
        return None
    return _of_rows(names, rows, head, about)


def _of_records(text: str, group: Sequence[Block], about: str) -> Table | None:
    if len(group) > MOST_ROWS:
        return None
    numbers: dict[str, int] = {}
    rows: list[Row] = []
    for block in group:
        cells: dict[int, str] = {}
        last: int | None = None
        for name, value in _fields(text[block.start : block.end]):
            if name:
                last = numbers.setdefault(name, len(numbers))
                cells[last] = value
            elif last is not None:
                cells[last] = f"{cells[last]}{CELL_GAP}{value}"
        rows.append(Row(block.start, block.end, cells))
    return _of_rows(tuple(numbers), rows, "", about)


def _of_rows(names: tuple[str, ...], rows: Sequence[Row], head: str, about: str) -> Table | None:
    # A record leaves out what is empty, so that one of a single cell is no name of a group.
    width = len(names) if head else 0
    plain = [row for row in rows if not _is_aside(row, width)]
    if len(plain) < LEAST_ROWS or len(names) < 2:
        return None
    return Table(names, tuple(plain), head, about)


def _is_aside(row: Row, width: int) -> bool:
    """Whether a row sums up others or names a group of them, so that it counts for itself."""
    if not row.cells or (len(row.cells) == 1 and width > 2):
        return True
    first = row.cells[min(row.cells)]
    return _TOTAL.fullmatch(first.strip(" :*_")) is not None


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of a record; a value without a name goes on with the one before."""
    for piece in text.split(CELL_GAP) if CELL_GAP in text else text.split("\n"):
        name, colon, value = piece.partition(": ")
        if colon and 0 < len(name) <= 80:
            yield name.strip(), value.strip()
        else:
            yield "", piece.strip()


def _lines(text: str, block: Block) -> Iterator[tuple[int, int]]:
    at = block.start
    for line in text[block.start : block.end].split("\n"):
        if line.strip():
            yield at, at + len(line)
        at += len(line) + 1


def _cells(line: str, *, barred: bool) -> list[str]:
    """Cells by column; a plain row that begins with a bar has an empty first one."""
    line = line.strip()
    if barred:
        line = line.removeprefix("|").removesuffix("|")
    cells = [squeeze(cell) for cell in re.split(r"(?<!\\)\|", line)]
    while cells and not cells[-1]:
        cells.pop()
    return cells
