"""Tables that go on at the top of the next page without their head, as printed ones do. Pure."""

from collections.abc import Mapping
from itertools import islice

from lodgepole.documents.builder import blocks_with_pages
from lodgepole.documents.table_heads import find_head
from lodgepole.documents.tables import CELL_GAP
from lodgepole.model import Block, BlockKind, Document

ROWS = 12  # of each part that are looked at
CHARS = 4000  # of each, at most


def continued(document: Document) -> Mapping[int, Block]:
    """The table's first part by where each later one starts.

    It is the last block of its page but for running lines, the later one is the first of the next,
    and has as many columns and no names of them.
    """
    found: dict[int, Block] = {}
    last: tuple[Block, int | None] | None = None
    for block, page in blocks_with_pages(document):
        if block.kind is BlockKind.RUNNING:
            continue
        if block.kind is BlockKind.TABLE and last is not None and page is not None:
            before, its_page = last
            if before.kind is BlockKind.TABLE and its_page == page - 1:
                first = found.get(before.start, before)
                if _goes_on(_rows(document.text, first), _rows(document.text, block)):
                    found[block.start] = first
        last = block, page
    return found


def _rows(text: str, block: Block) -> list[list[str]]:
    lines = islice(text[block.start : min(block.end, block.start + CHARS)].split("\n"), ROWS)
    return [_cells(line) for line in lines]


def _cells(line: str) -> list[str]:
    """Cells by column: what begins with a bar has an empty first cell."""
    return [cell.strip() for cell in line.strip().removeprefix(CELL_GAP.lstrip()).split("|")]


def _goes_on(first: list[list[str]], later: list[list[str]]) -> bool:
    widths = max(map(len, first)), max(map(len, later))
    if widths[0] != widths[1] or widths[0] < 2 or first[0] == later[0]:
        return False
    head = find_head(later)
    return head is None or not head.sure
