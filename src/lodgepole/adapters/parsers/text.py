"""Plain text: paragraphs are what blank lines separate."""

import re
from pathlib import Path

from lodgepole.documents.builder import DocumentBuilder, decode_text
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a text file in whatever encoding it is in.

    Raises:
        UnreadableFile: It holds no text, is over a limit, or is not text at all.
    """
    builder = DocumentBuilder(name, limits)
    for paragraph in _BLANK_LINES.split(decode_text(path.read_bytes(), name)):
        builder.add(paragraph, BlockKind.PARAGRAPH)
    return builder.build()
