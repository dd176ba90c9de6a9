"""CSV: a row becomes a record where the first one names the columns, else a line of a table."""

import csv
from pathlib import Path

from lodgepole.documents import DocumentBuilder, decode_text
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import Document
from lodgepole.tables import add_rows

SNIFFED_CHARS = 20_000
DELIMITERS = ",;\t|"
CELL_CHARS = 10_000_000


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a table of text.

    Raises:
        UnreadableFile: It is no text, a cell never ends, it is over a limit, or holds nothing.
    """
    text = decode_text(path.read_bytes(), name)
    try:
        dialect = csv.Sniffer().sniff(text[:SNIFFED_CHARS], DELIMITERS)
        delimiter = dialect.delimiter
    except csv.Error:
        delimiter = ","
    csv.field_size_limit(CELL_CHARS)
    builder = DocumentBuilder(name, limits)
    lines = text.splitlines(keepends=True)
    try:
        add_rows(builder, csv.reader(lines, delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFile(
            f"{name!r} is no valid CSV ({error}): save it anew as CSV and upload it again."
        ) from None
    return builder.build()
