"""What parsing makes of a file, what is indexed of it, and what retrieval returns."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from lodgepole.model.files import File, FileVersion

CELL_GAP = " | "
"""Between the cells of a row, in the text of a document."""


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"  # one line of text per row
    CODE = "code"
    RECORD = "record"  # one element of a JSON array, or one object
    CAPTION = "caption"
    RUNNING = "running"  # header or footer line repeated over pages


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch `[start, end)` of a document's text with one role, in characters."""

    start: int
    end: int
    kind: BlockKind
    level: int = 0  # heading depth from 1; 0 for everything else
    label: str = ""  # a record's path, e.g. `$.people[3]`; a table's caption; otherwise empty


@dataclass(frozen=True, slots=True)
class PageSpan:
    """Page `number` (from 1) holds the characters `[start, end)`. Blank pages have start == end."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """An image found in a document, its position in the text and what is known of it."""

    page: int
    position: int  # character offset where its caption text stands in the document
    caption: str
    mime_type: str
    data: bytes
    width: int  # pixels
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The canonical text of one file generation with its structure. All offsets are characters.

    Blocks are in order, do not overlap and lie within one page each; text outside every block is
    white space. Pages are in order and cover the text; kinds without pages have none.
    """

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...] = ()
    pages_estimated: bool = False
    title: str = ""
    figures: tuple[Figure, ...] = ()
    notice: str | None = None  # e.g. `Pages 3 and 7 hold no readable text.`


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The unit that is embedded and indexed: `text` is exactly the document's `[start, end)`.

    `gap` is what follows it, up to the next passage (or the document's end): white space, and
    running lines that are not searched. Neighbouring passages joined with their gaps are the
    document's text again.
    """

    ordinal: int  # from 0 within the file version
    start: int
    end: int
    text: str
    page: int | None  # None for kinds without pages; a passage never crosses a page
    heading_path: tuple[str, ...] = ()
    header: str = ""  # indexed for words only, never embedded, never returned
    tokens: int = 0  # of `text`, counted by the embedder's tokenizer
    gap: str = ""


class PassageKey(NamedTuple):
    """Where a passage is found within one assistant's index."""

    version: FileVersion
    ordinal: int


class Hit(NamedTuple):
    """A passage with its score for one query; higher is better."""

    key: PassageKey
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """What retrieval returns: `text` is the document's `[start, end)`, grown around its hits."""

    file: File
    text: str
    start: int
    end: int
    pages: tuple[int, ...]  # ascending; empty for kinds without pages
    score: float  # in [0, 1], comparable within one response
    tokens: int
    page_starts: tuple[tuple[int, int], ...] = ()  # (page, offset within `text`) in order
    heading_path: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    running: tuple[tuple[int, int], ...] = ()  # [start, end) within `text` that are not searched
    table_head: str = ""  # rows that name the columns of the table within which `text` begins
    sections: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """(offset within `text`, the headings over what follows) in order, where these are known."""
