"""Outline of a document: its beginning, headings and the first sentence under each. Pure."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from lodgepole.chat.whole_documents.central_sentences import central_sentences
from lodgepole.model import Block, BlockKind, Document
from lodgepole.text.sentences import ends_sentence, sentence_spans
from lodgepole.text.word_lists import STOPWORDS
from lodgepole.text.words import WORD, similar_stems, squeeze, stems_of

MOST_SECTIONS = 12
MOST_PARAGRAPHS = 6  # of a document without headings, or pages of it
LOOKED_AT = 3_000  # characters of a block, for its first sentence
LONGEST_OF_BEGINNINGS = 10_000  # characters of a text that the beginnings of few paragraphs tell
TITLE_CHARS = 120
LEAST_WORDS = 4  # of a line, from which it may be a sentence
_PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
_ROWS = (BlockKind.TABLE, BlockKind.RECORD)
_LAYOUT = "#*_> \t\n"  # around a heading
_FORMAL = re.compile(
    r"\b(?:all rights reserved|copyright|disclaimer|confidential|for (?:demonstration"
    r"|information) purposes"
    r"|does not reflect the (?:opinions?|views?)|without (?:any )?warrant(?:y|ies)"
    r"|no warrant(?:y|ies)"
    r"|alle rechte vorbehalten|haftungsausschluss|vertraulich|tous droits réservés"
    r"|todos los derechos reservados|tutti i diritti riservati"
    r"|todos os direitos reservados)\b|©|\(c\) ?\d"
    r"|版权所有|無断転載|모든 권리",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\W{0,3}(?:[^\W\d_]{2,12}\s|第|제|§\s?)?([a-zA-Z]?\d{1,3}(?:\.\d{1,3}){0,3})\b\.?"
)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, where it goes to, and the first sentence under it."""

    title: str
    heading: Span
    end: int
    page: int | None
    first: Span | None


@dataclass(frozen=True, slots=True)
class Outline:
    """What is shown of a document as a whole; `left_out` counts sections or pages beyond.

    Where it is `central`, the lead is the most typical sentences of a text without headings.
    """

    title: str
    lead: tuple[Span, ...]
    sections: tuple[Section, ...]
    left_out: int = 0
    central: bool = False


def outline_of(document: Document) -> Outline:
    """The outline of a document."""
    text = document.text
    title = title_of(document)
    headings = sections_of(document)
    twice = sum(_same(s.title, title) for _, s in headings) > 1
    called = _plain(document.title) or (title if twice else "")
    main = _main(headings, called)
    under = next((s for s in main if _same(s.title, called) and s.first), None)
    sections = [s for s in main if not _same(s.title, called)] if len(main) > 1 else main
    lead = _lead(document, sections[0].heading[0] if sections else len(text), title)
    formal = bool(lead) and _FORMAL.search(text, lead[0][0], lead[-1][1]) is not None
    if under is not None and under.first and (formal or not lead):
        lead = [under.first]
    elif formal and any(s.first for s in sections):
        lead = []
    if not sections:
        starts = _beginnings(document)
        if len(starts) > MOST_PARAGRAPHS or len(text) > LONGEST_OF_BEGINNINGS:
            central = central_sentences(document)
            if len(central) > 1:
                return Outline(title, tuple(central), (), central=True)
        shown = starts[:MOST_PARAGRAPHS] or lead
        return Outline(title, tuple(shown), (), len(starts) - len(starts[:MOST_PARAGRAPHS]))
    shown = sections[:MOST_SECTIONS]
    return Outline(title, tuple(lead), tuple(shown), len(sections) - len(shown))


def title_of(document: Document) -> str:
    """What a document calls itself, or nothing."""
    if document.title.strip():
        return _plain(document.title)[:TITLE_CHARS]
    first = next((b for b in document.blocks if b.kind is not BlockKind.RUNNING), None)
    if first is None or first.kind is not BlockKind.HEADING:
        return ""
    return _plain(document.text[first.start : first.end])[:TITLE_CHARS]


def sections_of(document: Document) -> list[tuple[int, Section]]:
    """All headings with their levels; each goes on to the next of its level or above."""
    blocks = [b for b in document.blocks if b.kind is not BlockKind.RUNNING]
    at = [n for n, b in enumerate(blocks) if b.kind is BlockKind.HEADING]
    ends = _section_ends([blocks[n] for n in at], len(document.text))
    pages = [page.start for page in document.pages]
    return [
        (
            blocks[n].level,
            Section(
                _plain(document.text[blocks[n].start : blocks[n].end])[:TITLE_CHARS],
                (blocks[n].start, blocks[n].end),
                end,
                document.pages[bisect_right(pages, blocks[n].start) - 1].number if pages else None,
                _first_said(document.text, blocks, n + 1, end),
            ),
        )
        for n, end in zip(at, ends, strict=True)
    ]


def sections_named(document: Document, number: str, stems: Collection[str]) -> list[Section]:
    """The sections that have this number, or whose headings have all of these words."""
    sections = [section for _, section in sections_of(document)]
    if number:
        wanted = number.casefold()
        return [s for s in sections if _number_of(s.title) == wanted]
    asked = {s for s in stems if s not in STOPWORDS} or set(stems)
    if not asked:
        return []
    found: list[tuple[int, Section]] = []
    for section in sections:
        told = stems_of(section.title)
        if all(any(similar_stems(a, t) for t in told) for a in asked):
            found.append((len(told), section))
    fewest = min((size for size, _ in found), default=0)
    return [section for size, section in found if size == fewest]


def said_between(document: Document, start: int, end: int) -> Iterator[tuple[Block, list[Span]]]:
    """The blocks of a stretch but for running lines, each with its sentences or rows."""
    for block in document.blocks:
        if block.end <= start or block.kind is BlockKind.RUNNING:
            continue
        if block.start >= end:
            return
        first = max(block.start, start)
        piece = document.text[first : min(block.end, end)]
        spans = [(first + a, first + b) for a, b in sentence_spans(piece)]
        if spans:
            yield block, spans


def table_of_all(document: Document) -> tuple[int, tuple[str, ...]] | None:
    """How many rows, and which columns, where a document is one table of records and no more."""
    rows = [b for b in document.blocks if b.kind is BlockKind.RECORD]
    others = [b for b in document.blocks if b.kind is not BlockKind.RECORD]
    if len(rows) < 2 or any(b.kind is not BlockKind.HEADING for b in others):
        return None
    names: dict[str, None] = {}
    for row in rows[:50]:
        text = document.text[row.start : row.end]
        pieces = text.split(" | ") if " | " in text else text.split("\n")
        for piece in pieces:
            name, colon, _ = piece.partition(": ")
            if colon and len(name) <= 60:
                names.setdefault(name.strip())
    return (len(rows), tuple(names)) if names else None


# --- parts --------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    return squeeze(text.strip(_LAYOUT))


def _number_of(title: str) -> str | None:
    number = _NUMBER.match(title)
    return number.group(1).casefold() if number else None


def _section_ends(headings: Sequence[Block], last: int) -> list[int]:
    ends = [last] * len(headings)
    open_: list[int] = []
    for n, heading in enumerate(headings):
        while open_ and headings[open_[-1]].level >= heading.level:
            ends[open_.pop()] = heading.start
        open_.append(n)
    return ends


def _main(sections: Sequence[tuple[int, Section]], title: str) -> list[Section]:
    """The sections of as many levels as can be shown; not the title above all of them."""
    below = list(sections)
    if len(below) > 1:
        top = below[0][0]
        alone = sum(level <= top for level, _ in below) == 1
        if alone or _same(below[0][1].title, title):
            below = below[1:]
    elif below and _same(below[0][1].title, title):
        return []
    for most in sorted({level for level, _ in below}, reverse=True):
        shown = [section for level, section in below if level <= most]
        if len(shown) <= MOST_SECTIONS:
            return shown
    top = min((level for level, _ in below), default=0)
    return [section for level, section in below if level == top]


def _same(a: str, b: str) -> bool:
    return a.casefold() == b.casefold()


def _lead(document: Document, before: int, title: str) -> list[Span]:
    """The first sentences of the first paragraph that says something of its own.

    What reserves rights or disclaims comes only where there is nothing else, and of a document
    without any paragraph its first row.
    """
    rows: list[Span] = []
    formal: list[Span] = []
    short: list[Span] = []
    for block in document.blocks:
        if block.start >= before:
            break
        if block.kind in _ROWS and not rows:
            rows = _sentences(document.text, block)[:1]
        if block.kind not in _PROSE or _same(_plain(document.text[block.start : block.end]), title):
            continue
        said = [s for s in _sentences(document.text, block) if _says(document.text, s)][:2]
        if said and _FORMAL.search(document.text, block.start, block.end):
            formal = formal or said
        elif said and _ends(document.text, said[0]):
            return said
        elif said:
            short = short or said
    return short or formal or rows


def _beginnings(document: Document) -> list[Span]:
    """The first sentence on each page, or in each paragraph where there are no pages."""
    text = document.text
    found: list[Span] = []
    if len(document.pages) > 1:
        blocks = [b for b in document.blocks if b.kind in (*_PROSE, *_ROWS)]
        starts = [b.start for b in blocks]
        for page in document.pages:
            first = bisect_right(starts, page.start - 1)
            on_page = (b for b in blocks[first : first + 20] if b.start < page.end)
            spans = (s for b in on_page for s in _sentences(text, b) if _says(text, s))
            found += [span for span in (next(spans, None),) if span is not None]
        return found
    for block in document.blocks:
        if block.kind in _PROSE:
            found += [s for s in _sentences(text, block) if _says(text, s)][:1]
    return found


def _first_said(text: str, blocks: Sequence[Block], at: int, end: int) -> Span | None:
    """The first sentence of a section, else its first line or row."""
    line: Span | None = None
    row: Span | None = None
    for block in blocks[at : at + 40]:
        if block.start >= end:
            break
        if block.kind in _PROSE:
            for said in _sentences(text, block):
                if _says(text, said) and _ends(text, said):
                    return said
                line = line or (said if _says(text, said) else None)
        elif block.kind in _ROWS and row is None:
            row = next(iter(_sentences(text, block)), None)
    return line or row


def _sentences(text: str, block: Block) -> list[Span]:
    piece = text[block.start : min(block.end, block.start + LOOKED_AT)]
    return [(block.start + a, block.start + b) for a, b in sentence_spans(piece)]


def _says(text: str, span: Span) -> bool:
    return len(WORD.findall(text, *span)) >= LEAST_WORDS


def _ends(text: str, span: Span) -> bool:
    return ends_sentence(text[span[0] : span[1]])
