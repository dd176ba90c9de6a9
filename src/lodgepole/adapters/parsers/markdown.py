"""Markdown: keeps the source text, without embedded data; finds its structure."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lodgepole.documents.builder import data_left_out, decode_text, no_text
from lodgepole.documents.machine_text import without_data
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import Block, BlockKind, Document

TITLE_BLOCKS = 4  # from the start, among which a heading is the document's title
PARAGRAPHS = (
    100_000  # above which a file is a dump rather than a text, and is read without structure
)
LINE_STEPS = 30  # that a line takes to parse; each quote around it is looked at for one more
STEPS = 12_000_000  # about as many microseconds; above, a file is read without structure too
_QUOTED = re.compile(r"^[-+* \t>]++", re.M)
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_FRONT_MATTER = re.compile(
    r"\A(?:---[ \t]*\n.*?\n(?:---|\.\.\.)|\+\+\+[ \t]*\n.*?\n\+\+\+)[ \t]*(?:\n|\Z)", re.S
)
_LEAVES = {
    "paragraph_open": BlockKind.PARAGRAPH,
    "heading_open": BlockKind.HEADING,
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "html_block": BlockKind.PARAGRAPH,
    "table_open": BlockKind.TABLE,
    "hr": BlockKind.PARAGRAPH,
}
_HEADING_MARKS = re.compile(r"^\s*+#++\s*+|(?<!\s)\s++#++\s*+$|\n[=\-]++\s*+$|[*`]")


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a Markdown file; every line of it is in exactly one block or blank.

    Raises:
        UnreadableFile: It holds no text, is over a limit, or is not text at all.
    """
    text = decode_text(path.read_bytes(), name)
    if len(text) > limits.parse_text_chars:
        raise UnreadableFile(
            f"{name!r} holds more than {limits.parse_text_chars:,} characters of text: split it "
            "and upload the parts."
        )
    if not text.strip():
        raise no_text(name)
    text, left_out = without_data(text)
    notice = data_left_out(left_out) if left_out else None
    if text.count("\n\n") > PARAGRAPHS or _steps(text) > STEPS:
        return Document(text=text, blocks=tuple(_plain(text)), notice=notice)
    lines = _line_starts(text)
    blocks: list[Block] = []
    position = 0
    for start_line, end_line, kind, level in _leaves(text, lines):
        start, end = _trimmed(text, max(lines[start_line], position), lines[end_line])
        if start < end:
            _cover(text, position, start, blocks)
            blocks.append(Block(start, end, kind, level))
            position = end
    _cover(text, position, len(text), blocks)
    title = _title(text, blocks)
    return Document(text=text, blocks=tuple(blocks), title=title, notice=notice)


def _steps(text: str) -> int:
    """How long parsing takes at most: what nothing separates may go on the deepest quote."""
    deepest = max((match.group().count(">") for match in _QUOTED.finditer(text)), default=0)
    return (text.count("\n") + 1) * (LINE_STEPS + deepest)


def _plain(text: str) -> Iterator[Block]:
    """What blank lines separate, without any other structure."""
    for match in _PARAGRAPH.finditer(text):
        start, end = _trimmed(text, *match.span())
        if start < end:
            yield Block(start, end, BlockKind.PARAGRAPH)


def _leaves(text: str, lines: list[int]) -> list[tuple[int, int, BlockKind, int]]:
    """`(first line, line after the last, kind, level)` of the blocks that hold no others."""
    front = _FRONT_MATTER.match(text)
    first = bisect_right(lines, front.end() - 1) if front else 0
    found: list[tuple[int, int, BlockKind, int]] = []
    if front:
        found.append((0, first, BlockKind.RECORD, 0))
    # Only block structure is wanted; inline parsing is most of the time and its result unused.
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    covered = first
    depth = 0
    for token in parser.parse("\n" * first + text[lines[first] :]):
        if token.type == "list_item_open":
            depth += 1
        elif token.type == "list_item_close":
            depth -= 1
        kind = _LEAVES.get(token.type)
        if kind is None or token.map is None or token.map[0] < covered:
            continue
        covered = min(token.map[1], len(lines) - 1)
        if depth and kind is BlockKind.PARAGRAPH:
            kind = BlockKind.LIST_ITEM
        found.append((token.map[0], covered, kind, _level(token, kind)))
    return found


def _level(token: Token, kind: BlockKind) -> int:
    return int(token.tag[1:]) if kind is BlockKind.HEADING else 0


def _line_starts(text: str) -> list[int]:
    """Offsets of the lines, and the text's length once more at the end."""
    starts = [0]
    starts.extend(match.end() for match in re.finditer("\n", text))
    if starts[-1] < len(text) or len(starts) == 1:
        starts.append(len(text))
    return starts


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _cover(text: str, start: int, end: int, blocks: list[Block]) -> None:
    """Make paragraphs of what the parser gives no block for, such as link definitions."""
    start, end = _trimmed(text, start, end)
    if start < end:
        blocks.append(Block(start, end, BlockKind.PARAGRAPH))


def _title(text: str, blocks: list[Block]) -> str:
    for block in blocks[:TITLE_BLOCKS]:
        if block.kind is BlockKind.HEADING:
            return " ".join(_HEADING_MARKS.sub("", text[block.start : block.end]).split())[:500]
    return ""
