"""CSV: a row becomes a record where names stand over the columns, else a line of a table."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lodgepole.documents.builder import DocumentBuilder, decode_text
from lodgepole.documents.tables import TableWriter
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import Document

SAMPLE_CHARS = 50_000
SAMPLE_ROWS = 300
DELIMITERS = ",;\t|"
CELL_CHARS = 10_000_000
REGULAR_SHARE = 0.5  # of the rows that have equally many cells, at least
_SAID = re.compile(r"sep=(.)\n")
_NONE = "\x1f"  # which no text has: it is cleaned away
_AMOUNT = re.compile(r"[-+]?\d{1,3}(?:[.,' ]?\d{3})*(?:[.,]\d+)?\s?\D?")
_LEFT = re.compile(r"[;\t|]|,(?!\s)")
"""What stands in no cell by itself: another sign that parts cells, but a comma before a space."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How cells are parted and quoted."""

    delimiter: str
    spaced: bool = False  # a space stands before an opening quotation mark
    escaped: bool = False  # a quotation mark in a cell has a backslash before it

    def rows(self, text: str) -> Iterator[list[str]]:
        """Raises csv.Error."""
        lines = (line + "\n" for line in text.split("\n"))  # other signs end no row
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            skipinitialspace=self.spaced,
            doublequote=not self.escaped,
            escapechar="\\" if self.escaped else None,
        )


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a table of text.

    Raises:
        UnreadableFile: It is no text, a cell never ends, it is over a limit, or holds nothing.
    """
    text = decode_text(path.read_bytes(), name)
    said = _SAID.match(text)  # as Excel writes and reads it
    if said is not None:
        text = text[said.end() :]
    csv.field_size_limit(CELL_CHARS)
    builder = DocumentBuilder(name, limits)
    dialect = _dialect(text, DELIMITERS if said is None else said[1])
    try:
        TableWriter(builder).add(enumerate(dialect.rows(text), 1))
    except csv.Error as error:
        raise UnreadableFile(
            f"{name!r} is no valid CSV ({error}): save it anew as CSV and upload it again."
        ) from None
    return builder.build()


def _dialect(text: str, delimiters: str) -> _Dialect:
    """The way to part cells by which rows have equally many, and cells look whole."""
    sample = text[:SAMPLE_CHARS]
    if len(sample) < len(text):
        sample = sample.rpartition("\n")[0] or sample
    escaped = '\\"' in sample
    best, most = _Dialect(_NONE), 0.0
    for delimiter in delimiters:
        if delimiter not in sample:
            continue
        spaced = re.search(rf'(?:^|{re.escape(delimiter)}) +"', sample, re.MULTILINE) is not None
        dialect = _Dialect(delimiter, spaced, escaped)
        score = _score(dialect, sample)
        if score > most:
            best, most = dialect, score
    if best.delimiter == _NONE and len(delimiters) == 1:
        return _Dialect(delimiters)
    return best


def _score(dialect: _Dialect, sample: str) -> float:
    """How well a sample is parted; 0 where it is not."""
    try:
        rows = [row for row, _ in zip(dialect.rows(sample), range(SAMPLE_ROWS), strict=False)]
    except csv.Error:
        return 0.0
    rows = [row for row in rows if any(map(str.strip, row))]
    widths = Counter(map(len, rows))
    del widths[1]  # titles, if there are columns at all
    if not widths:
        return 0.0
    count = max(widths.values())
    parted = [row for row in rows if len(row) > 1]
    regular = count / len(parted)
    titles = len(rows) - len(parted)
    if regular < REGULAR_SHARE or titles > max(len(rows) * REGULAR_SHARE, 1):
        return 0.0
    return regular * (1 - titles / (2 * len(rows))) * _wholeness(parted)


def _wholeness(rows: Iterable[Sequence[str]]) -> float:
    """The share of cells in which nothing seems to be left to part."""
    cells = [cell.strip() for row in rows for cell in row]
    whole = sum(
        not cell or bool(_AMOUNT.fullmatch(cell)) or _LEFT.search(cell) is None for cell in cells
    )
    return whole / len(cells) if cells else 0.0
