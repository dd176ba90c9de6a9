"""A document cut into passages: sentences packed up to a token budget, nothing lost.

Pure. The whole text is tokenised once, in large pieces; everything after that is arithmetic on
where tokens start.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from lodgepole.documents.builder import blocks_with_pages
from lodgepole.documents.continued_tables import continued
from lodgepole.ingestion.headers_footers import repeated
from lodgepole.model import Block, BlockKind, Document, Passage
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.text.scripts import UNSPACED, UNSPACED_SIGNS
from lodgepole.text.sentences import sentence_ends

WHOLE_TOKENS = 256  # up to which a table row, a record or a block of code is not cut
CHARS_PER_TOKEN = 40  # at most in a passage: tokenizers count a word of any length as one
RUNNING_TOKENS = 32  # over the budget, for a running line to stand beside other text
SECTION_SHARE = 0.5  # of the budget, from which a heading begins a new passage
PIECE_CHARS = 100_000  # tokenised at a time
HEADING_CHARS = 200  # of each heading in a path
HEADING_SOURCE_CHARS = 2_000  # of a heading as it is written, that are read for it
LEAD_LINES = 2  # of a page, that go into the header of its passages
LEAD_CHARS = 100  # of each, about the width of a printed line
HEAD_CHARS = 400  # of each row that names a table's columns
HEAD_ROWS = 2  # of a table, that go into the header of passages from further down

_LINE = re.compile(r"[^\n]+")
_PARTABLE = UNSPACED + UNSPACED_SIGNS  # a text may be cut before and after these
_CUTS = (
    (re.compile(r"\n+"), 0.5),
    (re.compile(r"[;:,，、；：—][)\]”’」』]*(?=\s|$)|[，、；：]"), 0.5),
    (re.compile(r"\s+"), 0.0),
    (re.compile(rf"(?<=[{_PARTABLE}])(?=.)|(?<=.)(?=[{_PARTABLE}])"), 0.0),
    (re.compile(r"(?<=[^\w\s])(?=[\w\s])"), 0.0),
)
"""Where to cut what has no sentence end, best first, with the least share of the budget to use."""


@dataclass(slots=True)
class _Unit:
    """What is packed: a sentence, a row, a heading; `[start, end)` without white space around."""

    start: int
    end: int
    tokens: int
    block: Block
    page: int | None
    path: tuple[str, ...]  # headings in force, this one included
    whole: bool = False  # never cut, even if it does not fit beside a heading

    @property
    def is_heading(self) -> bool:
        return self.block.kind is BlockKind.HEADING

    @property
    def is_running(self) -> bool:
        return self.block.kind is BlockKind.RUNNING


def chunk(
    document: Document, *, file_name: str, tokenizer: Tokenizer, target_tokens: int = 128
) -> list[Passage]:
    """Cut a document into passages of at most `target_tokens`, in order.

    Sentences, table rows, records and blocks of code stay whole; a row, record or block of code
    may take up to `WHOLE_TOKENS` by itself. Whatever is longer is cut at a line, a clause, a
    space, and inside a word only where the word alone is over the budget. A passage lies on one
    page, and a heading in the passage of the text it heads. A running line that repeats another
    is in none.

    Returns:
        Passages whose `text` is the document's `[start, end)`; every character but white space
        and repeated running lines is in exactly one, and what follows each up to the next is its
        `gap`. Ordinals count from 0. The same document gives the same passages.
    """
    text = document.text
    ruler = _Ruler(document, tokenizer)
    leads = _page_leads(document)
    parts = continued(document)
    passages: list[Passage] = []
    for units in _packed(_units(document, ruler, target_tokens), ruler, target_tokens):
        start, end = units[0].start, units[-1].end
        body = next((unit for unit in units if not (unit.is_heading or unit.is_running)), units[-1])
        passages.append(
            Passage(
                ordinal=len(passages),
                start=start,
                end=end,
                text=text[start:end],
                page=body.page,
                heading_path=body.path,
                header=_header(file_name, body, leads, _head_rows(text, body, parts)),
                tokens=ruler.count(start, end),
            )
        )
    ends = [*(following.start for following in passages[1:]), len(text)]
    return [
        replace(passage, gap=text[passage.end : end])
        for passage, end in zip(passages, ends, strict=False)
    ]


class _Ruler:
    """Token counts of any stretch of one text."""

    def __init__(self, document: Document, tokenizer: Tokenizer) -> None:
        self.text = document.text
        self.starts: list[int] = []
        for start, end in _pieces(document):
            spans = tokenizer.spans(self.text[start:end])
            self.starts.extend([start + first for first, last in spans if last > first])

    def count(self, start: int, end: int) -> int:
        return bisect_left(self.starts, end) - bisect_left(self.starts, start)

    def reach(self, start: int, tokens: int) -> int:
        """Return where the first token begins that is one too many from `start` on."""
        index = bisect_left(self.starts, start) + tokens
        return self.starts[index] if index < len(self.starts) else len(self.text)


def _pieces(document: Document) -> Iterator[tuple[int, int]]:
    """Stretches of about PIECE_CHARS that end between blocks, or else at white space."""
    start = 0
    for block in document.blocks:
        if block.start - start >= PIECE_CHARS:
            yield start, block.start
            start = block.start
        while block.end - start > 2 * PIECE_CHARS:
            window = document.text[start + PIECE_CHARS : start + 2 * PIECE_CHARS]
            space = re.search(r"\s", window)
            end = start + PIECE_CHARS + (space.start() if space else 0)
            yield start, end
            start = end
    if start < len(document.text):
        yield start, len(document.text)


# --- units --------------------------------------------------------------------------------------


def _units(document: Document, ruler: _Ruler, budget: int) -> Iterator[_Unit]:
    path: list[tuple[int, str]] = []
    titles: tuple[str, ...] = ()
    left_out = repeated(document)
    for block, page in blocks_with_pages(document):
        if block.start in left_out:
            continue
        if block.kind is BlockKind.HEADING:
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append((block.level, _heading(document.text[block.start : block.end])))
            titles = tuple(title for _, title in path)
        for start, end, whole in _stretches(block, ruler, budget):
            tokens = ruler.count(start, end)
            yield _Unit(start, end, tokens, block, page, titles, whole)


def _stretches(block: Block, ruler: _Ruler, budget: int) -> Iterator[tuple[int, int, bool]]:
    """`(start, end, is kept whole)` of what a block is packed by, each within its budget."""
    text = ruler.text
    most = max(budget, WHOLE_TOKENS)
    if block.kind in {BlockKind.CODE, BlockKind.RECORD}:
        if _fits(ruler, block.start, block.end, most):
            yield block.start, block.end, True
            return
        parts: Iterable[tuple[int, int]] = (
            sentence
            for line in _lines(text, block.start, block.end)
            for sentence in _sentences(text, *line)
        )
    elif block.kind is BlockKind.TABLE:
        for start, end in _lines(text, block.start, block.end):
            if _fits(ruler, start, end, most):
                yield start, end, True
            else:
                yield from ((*cut, False) for cut in _cut(ruler, start, end, budget, budget))
        return
    elif block.kind in {BlockKind.HEADING, BlockKind.RUNNING}:
        parts = ((block.start, block.end),)
    else:
        parts = _sentences(text, block.start, block.end)
    for start, end in parts:
        if _fits(ruler, start, end, budget):
            yield start, end, False
        else:
            yield from ((*cut, False) for cut in _cut(ruler, start, end, budget, budget))


def _fits(ruler: _Ruler, start: int, end: int, budget: int) -> bool:
    return end - start <= budget or (
        end - start <= budget * CHARS_PER_TOKEN and ruler.count(start, end) <= budget
    )


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _LINE.finditer(text, start, end):
        yield from _trimmed(text, match.start(), match.end())


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for stop in sentence_ends(text, start, end):
        yield from _trimmed(text, first, stop)
        first = stop
    yield from _trimmed(text, first, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch without white space around it, or nothing if it is blank."""
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(stripped)


def _cut(
    ruler: _Ruler, start: int, end: int, first_budget: int, budget: int
) -> Iterator[tuple[int, int]]:
    """Stretches of `[start, end)` that fit: the first in its own budget, the rest in theirs."""
    text, allowed = ruler.text, first_budget
    while start < end:
        if _fits(ruler, start, end, allowed):
            yield start, end
            return
        limit = min(ruler.reach(start, allowed), start + allowed * CHARS_PER_TOKEN, end)
        position = _cut_position(text, start, limit)
        yield from _trimmed(text, start, position)
        while position < end and text[position].isspace():
            position += 1
        start, allowed = position, budget


def _cut_position(text: str, start: int, limit: int) -> int:
    """The best place to cut in `(start, limit]`, by `_CUTS`; `limit` if a word fills it all."""
    window = text[start : limit + 1]
    size = limit - start
    if text[limit - 1].isspace() or (limit < len(text) and text[limit].isspace()):
        fallback = limit
    else:
        fallback = 0
    for pattern, share in _CUTS:
        if fallback and share == 0.0:
            return fallback
        last = 0
        for match in pattern.finditer(window):
            if not 0 < match.end() <= size:
                continue
            if not unicodedata.combining(window[match.end() : match.end() + 1] or " "):
                last = match.end()
        if last > share * size:
            return start + last
    return max(limit, start + 1)


# --- packing ------------------------------------------------------------------------------------


def _packed(units: Iterable[_Unit], ruler: _Ruler, budget: int) -> Iterator[list[_Unit]]:
    """Units gathered up to the budget; headings go along with what follows them."""
    held: list[_Unit] = []
    tokens = 0
    for unit in units:
        if held and unit.page != held[-1].page:
            yield held
            held, tokens = [], 0
        if (
            held
            and unit.is_heading
            and not held[-1].is_heading
            and tokens >= SECTION_SHARE * budget
        ):
            yield held
            held, tokens = [], 0
        if held and not _joins(held, unit, tokens, budget):
            closed, held = _without_trailing_headings(held)
            if closed:
                yield closed
            tokens = _total(held)
            if held and not _joins(held, unit, tokens, budget):
                # Only headings are held, and what they head is too long to stand beside them.
                room = budget - tokens
                if unit.whole or unit.is_heading or room < budget // 4:
                    yield held
                    held, tokens = [], 0
                else:
                    head, *rest = _parts(unit, ruler, room, budget)
                    yield [*held, head]
                    for part in rest[:-1]:
                        yield [part]
                    held = rest[-1:]
                    tokens = _total(held)
                    continue
        held.append(unit)
        tokens += unit.tokens
    if held:
        yield held


def _joins(held: Sequence[_Unit], unit: _Unit, tokens: int, budget: int) -> bool:
    """Return whether a unit may stand beside what is held."""
    if unit.whole and all(other.is_heading for other in held):
        budget = max(budget, WHOLE_TOKENS)
    elif _is_beside_running(held, unit, tokens):
        budget = max(budget, min(budget + RUNNING_TOKENS, WHOLE_TOKENS))
    chars = unit.end - held[0].start
    return tokens + unit.tokens <= budget and chars <= budget * CHARS_PER_TOKEN


def _is_beside_running(held: Sequence[_Unit], unit: _Unit, tokens: int) -> bool:
    """Return whether a short running line would make a passage by itself if the two were parted."""
    if unit.is_running:
        return unit.tokens <= RUNNING_TOKENS
    if tokens > RUNNING_TOKENS or not any(other.is_running for other in held):
        return False
    return all(other.is_heading or other.is_running for other in held)


def _without_trailing_headings(held: list[_Unit]) -> tuple[list[_Unit], list[_Unit]]:
    """What is closed, and the headings at its end that wait for their text."""
    index = len(held)
    while index and held[index - 1].is_heading:
        index -= 1
    return held[:index], held[index:]


def _parts(unit: _Unit, ruler: _Ruler, room: int, budget: int) -> list[_Unit]:
    return [
        _Unit(start, end, ruler.count(start, end), unit.block, unit.page, unit.path)
        for start, end in _cut(ruler, unit.start, unit.end, room, budget)
    ]


def _total(units: Iterable[_Unit]) -> int:
    return sum(unit.tokens for unit in units)


# --- headers ------------------------------------------------------------------------------------


def _heading(text: str) -> str:
    """The words of a heading, without the signs that Markdown marks it with."""
    lines = text[:HEADING_SOURCE_CHARS].strip().split("\n")
    if len(lines) > 1 and set(lines[-1].strip()) in ({"="}, {"-"}):
        lines.pop()
    title = " ".join(" ".join(lines).split())
    marks = title[: len(title) - len(title.lstrip("#"))]
    if 0 < len(marks) <= 6 and title[len(marks) :].startswith(" "):
        title = title[len(marks) + 1 :]
    if title.endswith("#") and title.rstrip("#").endswith(" "):
        title = title.rstrip("#").rstrip()
    return title[:HEADING_CHARS]


def _header(
    file_name: str, body: _Unit, leads: dict[int, tuple[str, ...]], head: Sequence[str]
) -> str:
    lead = () if body.page is None else leads.get(body.page, ())
    label = (body.block.label,) if body.block.label else ()
    return "\n".join(dict.fromkeys((file_name, *body.path, *label, *head, *lead)))


def _head_rows(text: str, body: _Unit, parts: Mapping[int, Block]) -> list[str]:
    """The rows that name a table's columns, for a passage that begins below them."""
    if body.block.kind is not BlockKind.TABLE:
        return []
    first = parts.get(body.block.start)
    span = (body.block.start, body.start) if first is None else (first.start, first.end)
    lines = islice(_lines(text, *span), HEAD_ROWS)
    return [" ".join(text[start : min(end, start + HEAD_CHARS)].split()) for start, end in lines]


def _page_leads(document: Document) -> dict[int, tuple[str, ...]]:
    """The first lines of each page, running ones left out; none where pages are a guess."""
    leads: dict[int, list[str]] = {}
    if document.pages_estimated:
        return {}
    for block, page in blocks_with_pages(document):
        if page is None:
            break
        lines = leads.setdefault(page, [])
        if block.kind is BlockKind.RUNNING or len(lines) >= LEAD_LINES:
            continue
        for start, end in _lines(document.text, block.start, block.end):
            line = " ".join(document.text[start : min(end, start + LEAD_CHARS)].split())
            if end - start > LEAD_CHARS:
                line = line.rpartition(" ")[0] or line
            lines.append(line)
            if len(lines) >= LEAD_LINES:
                break
    return {number: tuple(lines) for number, lines in leads.items()}
