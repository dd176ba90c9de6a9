"""Finds rows of tables in a snippet, and the header rows above them. Pure."""

from collections.abc import Iterator, Sequence

from lodgepole.documents.table_heads import ROWS_LOOKED_AT, find_head
from lodgepole.documents.tables import CELL_GAP
from lodgepole.text.sentences import is_field


def is_plain_row(text: str) -> bool:
    """Whether a line is a row of a table that has no marks of its own, as Markdown has."""
    return CELL_GAP in text and not text.endswith("|")


def heads(
    lines: Sequence[tuple[str, bool]], above: str
) -> Iterator[tuple[range, range, str | None]]:
    """The tables among lines, each as the places of its head and of its rows.

    Args:
        lines: Texts of lines, and whether each stands apart from the one before.
        above: The head of a table within which the lines begin, if they do.

    Yields:
        Places of the rows that name columns, places of the rows under them, and the text of the
        former where it is not among the lines. Tables without a head are passed over.
    """
    start = 0
    while start < len(lines):
        if not _is_of_table(lines[start][0]):
            start += 1
            continue
        end = start + 1
        while end < len(lines) and _is_of_table(lines[end][0]) and not lines[end][1]:
            end += 1
        if start == 0 and above:
            yield range(0), range(end), above
        else:
            first = [_cells(text) for text, _ in lines[start:end][:ROWS_LOOKED_AT]]
            head = find_head(first)
            if head is not None:
                names = range(start + head.start, start + head.end)
                yield names, range(start + head.end, end), None
        start = end


def _is_of_table(text: str) -> bool:
    """Records name their columns themselves."""
    return is_plain_row(text) and not is_field(text)


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")]
