"""Parser in this process, for tests: plain text and Markdown headings, no limits enforced."""

import re
from pathlib import Path

from lodgepole.documents.builder import DocumentBuilder, decode_text
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document, FileKind
from lodgepole.ports.parser import ReadingProgress, untold

_HEADING = re.compile(r"(#{1,6}) ")


class MemoryParser:
    """Reads every kind as UTF-8 text: blank lines separate blocks, form feeds pages."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    async def parse(
        self,
        path: Path,
        *,
        kind: FileKind,
        name: str,
        multimodal: bool,
        owner: str = "",
        progress: ReadingProgress = untold,
    ) -> Document:
        """Raises UnreadableFile for a file without text."""
        del multimodal, owner, progress  # nothing but text is read here, and at once
        data = path.read_bytes()  # noqa: ASYNC240  small files, in tests
        builder = DocumentBuilder(name, self._limits)
        paged = kind is FileKind.PDF
        for page in data.split(b"\f") if paged else [data]:
            if paged:
                builder.begin_page()
            for piece in re.split(r"\n\s*\n", decode_text(page, name)):
                heading = _HEADING.match(piece)
                if heading:
                    builder.add(piece, BlockKind.HEADING, level=len(heading[1]))
                else:
                    builder.add(piece, BlockKind.PARAGRAPH)
        return builder.build()

    async def close(self) -> None:
        """Nothing is held."""
