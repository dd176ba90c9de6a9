"""CSV: a row becomes a record where the first one names the columns, else a line of a table."""

import csv
import re
from pathlib import Path

from lodgepole.documents.builder import DocumentBuilder, decode_text
from lodgepole.documents.tables import add_rows
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import Document

SNIFFED_CHARS = 20_000
DELIMITERS = ",;\t|"
_SAID = re.compile(r"sep=(.)\n")
HEAD_LINES = 2  # a title perhaps, and the names of the columns
_NONE = "\x1f"  # which no text has: it is cleaned away
CELL_CHARS = 10_000_000


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
    delimiter = said[1] if said is not None else _delimiter(text)
    lines = (line + "\n" for line in text.split("\n"))  # other signs end no row
    try:
        add_rows(builder, csv.reader(lines, delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFile(
            f"{name!r} is no valid CSV ({error}): save it anew as CSV and upload it again."
        ) from None
    return builder.build()


def _delimiter(text: str) -> str:
    """What parts the cells; nothing in a file of one column, though a comma may stand in it."""
    try:
        found = csv.Sniffer().sniff(text[:SNIFFED_CHARS], DELIMITERS).delimiter
    except csv.Error:
        found = ","
    first = text[:SNIFFED_CHARS].split("\n", HEAD_LINES)[:HEAD_LINES]
    return found if any(found in line for line in first) else _NONE
