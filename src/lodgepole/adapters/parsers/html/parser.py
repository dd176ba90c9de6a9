"""HTML pages: what a reader sees, with headings, lists, tables and code."""

import re
from pathlib import Path

from lodgepole.adapters.parsers.html.dom_walk import add_html
from lodgepole.adapters.parsers.html.xhtml import as_html, is_xhtml
from lodgepole.documents.builder import DocumentBuilder, decode_text
from lodgepole.limits import Limits
from lodgepole.model import Document

DECLARED_BYTES = 4096  # of the beginning, in which a page says its encoding
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}charset\s*+=\s*+["']?\s*+([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE
)


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a page.

    Raises:
        UnreadableFile: It is no text, over a limit, or shows nothing.
    """
    builder = DocumentBuilder(name, limits)
    page = decoded(path.read_bytes(), name)
    title = add_html(builder, as_html(page) if is_xhtml(page) else page, name)
    return builder.build(title=title)


def decoded(data: bytes, name: str) -> str:
    """A page's text in the encoding that it declares, where that holds; else as of any text."""
    declared = _CHARSET.search(data[:DECLARED_BYTES])
    if declared is not None:
        try:
            return data.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    return decode_text(data, name)
