"""PDF: pdfium's text, given lines, paragraphs, headings, tables, columns and running lines.

Words are pdfium's own, in its order; they are moved only where two columns of prose were drawn
row by row, and changed only where a line end split a word or a ligature stood for its letters.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from lodgepole.documents import DocumentBuilder, clean_text
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

HEADING_SIZE = 1.12  # times the body's font size, from which a short line is a heading
HEADING_CHARS = 160
BOLD_HEADING_CHARS = 100
BOLD_SHARE = 0.3  # of all text, below which a bold line stands out
SAME_HEIGHT = 0.2  # font sizes by which lines may differ in height and be one row
CELL_GAP = 1.3  # font sizes of empty width that separate the cells of a row
GUTTER_ROWS = 8  # with prose on both sides, from which a gap down the page is a gutter
PARAGRAPH_GAP = 1.45  # times the usual distance between lines
SET_WIDTH = 0.25  # of the page, that prose is at least set in
RUNNING_ON_GAP = 2.2  # the same, within a sentence
EDGE_LINES = 3  # at the top and bottom of a page, among which running lines are sought
RUNNING_PAGES = 3  # on which a line stands at the same height before it counts as running
OUTLINE_ENTRIES = 20_000
GARBLED_SHARE = 0.3  # of characters without a meaning, from which a page is not readable

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\xad": ""}
)
_LIGATURE = re.compile("[ﬀ-ﬆ\xad]")
_HYPHENS = "\x02\ufffe"
"""What pdfium writes for a hyphen at a line end, the line end itself left out."""
_SPLIT_WORD = re.compile(r"([^\W\d_]+)[\x02\ufffe](?=([^\W\d_]*))")
_LINE_HYPHEN = re.compile(r"(?<=[^\W\d_])-$")
_WORD = re.compile(r"\S+")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_ENDINGS = frozenset(".!?:;")
_BULLET_SIGNS = "•●○◦▪■□➢►‣⁃∙·\uf0b7\uf0a7"
_BULLET = re.compile("(?:[" + _BULLET_SIGNS + r"o–-]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s")
_ENCRYPTED, _DAMAGED = 4, 3  # FPDF_ERR_PASSWORD and FPDF_ERR_FORMAT of fpdfview.h


@dataclass(slots=True)
class _Line:
    """One line as pdfium sees it, with measures in points; `y` grows upwards."""

    text: str
    x0: float
    x1: float
    y: float
    size: float  # of its font
    bold: bool
    gaps: list[tuple[int, float, float]] = field(default_factory=list)
    """Wide white space inside: `(index of the character after it, left, right)`."""
    running: bool = False
    level: int = 0


@dataclass(slots=True)
class _Page:
    lines: list[_Line]
    width: float
    height: float
    readable: bool = True
    found: bool = True  # in the page tree, which may promise more than it holds


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a PDF's text.

    Raises:
        UnreadableFile: It is encrypted, damaged, over a limit, or has no text on any page.
    """
    pdf = _open(path, name)
    try:
        count = len(pdf)
        if count > limits.parse_pages:
            raise UnreadableFile(
                f"{name!r} has {count:,} pages; at most {limits.parse_pages:,} are read: split it "
                "and upload the parts."
            )
        if count == 0:
            raise _damaged(name)
        outline = _outline(pdf)
        pages: list[_Page] = []
        chars = 0
        for index in range(count):
            page = _read_page(pdf, index)
            chars += sum(len(line.text) for line in page.lines)
            if chars > limits.parse_text_chars:
                raise UnreadableFile(
                    f"{name!r} holds more than {limits.parse_text_chars:,} characters of text: "
                    "split it and upload the parts."
                )
            pages.append(page)
        title = _title(pdf)
    finally:
        pdf.close()
    while pages and not pages[-1].found:
        pages.pop()
    if not pages:
        raise _damaged(name)
    return _document(pages, outline, title, name, limits, promised=count)


def _open(path: Path, name: str) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _ENCRYPTED:
            raise UnreadableFile(
                f"{name!r} is encrypted: remove its password and upload it again."
            ) from None
        raise _damaged(name) from None


def _damaged(name: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name!r} is damaged or not a PDF: open it in a PDF viewer, save it anew and upload it "
        "again."
    )


def _title(pdf: pypdfium2.PdfDocument) -> str:
    try:
        return clean_text(pdf.get_metadata_value("Title"))
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return ""


def _outline(pdf: pypdfium2.PdfDocument) -> dict[int, dict[str, int]]:
    """Titles on each page (from 0) with their levels, spelt for comparison."""
    found: dict[int, dict[str, int]] = {}
    try:
        for number, bookmark in enumerate(pdf.get_toc(max_depth=9)):
            if number >= OUTLINE_ENTRIES:
                break
            target = bookmark.get_dest()
            index = None if target is None else target.get_index()
            key = _spelling(bookmark.get_title())
            if index is not None and key:
                found.setdefault(index, {})[key] = bookmark.level + 1
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return found  # a damaged outline says less, and the text is still there
    return found


def _spelling(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


# --- one page -----------------------------------------------------------------------------------


def _read_page(pdf: pypdfium2.PdfDocument, index: int) -> _Page:
    raw = pdfium.FPDF_LoadPage(pdf.raw, index)
    if not raw:
        return _Page([], 0, 0, readable=False, found=False)
    try:
        width, height = pdfium.FPDF_GetPageWidthF(raw), pdfium.FPDF_GetPageHeightF(raw)
        text_page = pdfium.FPDFText_LoadPage(raw)
        if not text_page:
            return _Page([], width, height, readable=False)
        try:
            lines = _with_whole_rows(_lines(text_page))
        finally:
            pdfium.FPDFText_ClosePage(text_page)
        readable = _is_readable(lines) if lines else not _has_pictures(raw)
    finally:
        pdfium.FPDF_ClosePage(raw)
    return _Page(_in_reading_order(lines, width), width, height, readable)


def _is_readable(lines: Sequence[_Line]) -> bool:
    text = "".join(line.text for line in lines)
    return len(_MEANINGLESS.findall(text)) <= GARBLED_SHARE * len(text)


def _has_pictures(page: Any) -> bool:
    """Whether a page without text shows something, rather than being blank."""
    kinds = {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_SHADING}
    return any(
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, number)) in kinds
        for number in range(min(pdfium.FPDFPage_CountObjects(page), 1000))
    )


def _page_text(text_page: Any) -> str:
    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return ""
    # Characters beyond the basic plane take two units each.
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    return bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", errors="replace")


def _lines(text_page: Any) -> Iterator[_Line]:
    text = _page_text(text_page)
    measure = _Measure(text_page, same=len(text) == pdfium.FPDFText_CountChars(text_page))
    for match in re.finditer(r"[^\r\n]+", text):
        words = [(word.start(), word.end()) for word in _WORD.finditer(text, *match.span())]
        if not words:
            continue
        start, end = words[0][0], words[-1][1]
        line = measure.line(text, start, end)
        for (_, before), (after, _) in pairwise(words):
            left, right = measure.right(before - 1), measure.left(after)
            if right - left > CELL_GAP * line.size:
                line.gaps.append((after - start, left, right))
        yield line


def _with_whole_rows(lines: Iterable[_Line]) -> list[_Line]:
    """The lines, those joined that pdfium broke in two on one height, as it may between cells."""
    rows: list[_Line] = []
    for line in lines:
        last = rows[-1] if rows else None
        if (
            last is not None
            and abs(last.y - line.y) < SAME_HEIGHT * line.size
            and line.x0 > last.x1
        ):
            shift = len(last.text) + 1
            if line.x0 - last.x1 > CELL_GAP * line.size:
                last.gaps.append((shift, last.x1, line.x0))
            last.gaps += [(shift + index, left, right) for index, left, right in line.gaps]
            last.text = f"{last.text} {line.text}"
            last.x1 = line.x1
            last.bold = last.bold and line.bold
        else:
            rows.append(line)
    return rows


class _Measure:
    """Where characters of one page's text stand; indices are into that text."""

    def __init__(self, text_page: Any, *, same: bool) -> None:
        self._page = text_page
        self._same = same  # text and characters count alike
        self._box = pdfium.FS_RECTF()
        self._box_at = ctypes.byref(self._box)
        self._matrix = pdfium.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()

    def _char(self, index: int) -> int:
        if self._same:
            return index
        return pdfium.FPDFText_GetCharIndexFromTextIndex(self._page, index)

    def left(self, index: int) -> float:
        pdfium.FPDFText_GetLooseCharBox(self._page, self._char(index), self._box_at)
        return self._box.left

    def right(self, index: int) -> float:
        pdfium.FPDFText_GetLooseCharBox(self._page, self._char(index), self._box_at)
        return self._box.right

    def line(self, text: str, start: int, end: int) -> _Line:
        x1 = self.right(end - 1)
        x0 = self.left(start)
        y = self._box.bottom
        fonts = [self._font(index) for index in (start, (start + end) // 2, end - 1)]
        size = sorted(size for size, _ in fonts)[1]  # bullets and note marks have their own
        return _Line(text[start:end], x0, x1, y, size, all(bold for _, bold in fonts))

    def _font(self, index: int) -> tuple[float, bool]:
        """`(size in points, is bold)` of a character; the size as scaled onto the page."""
        char = self._char(index)
        size = pdfium.FPDFText_GetFontSize(self._page, char)
        if pdfium.FPDFText_GetMatrix(self._page, char, self._matrix):
            size *= (self._matrix.b**2 + self._matrix.d**2) ** 0.5
        length = pdfium.FPDFText_GetFontInfo(
            self._page, char, self._name, len(self._name), self._flags
        )
        name = self._name.value[:length].lower()
        bold = b"bold" in name or b"black" in name or b"heavy" in name or b"-bd" in name
        return round(size, 1), bold or pdfium.FPDFText_GetFontWeight(self._page, char) >= 600


# --- columns ------------------------------------------------------------------------------------


def _in_reading_order(lines: list[_Line], width: float) -> list[_Line]:
    """The lines, column after column where two were drawn row by row, else as they came."""
    gutter = _gutter(lines, width) or _gutter_between(lines, width)
    if gutter is None:
        return lines
    ordered: list[_Line] = []
    left: list[_Line] = []
    right: list[_Line] = []
    for line in _split_at(lines, gutter):
        if line.x1 <= gutter + 1:
            left.append(line)
        elif line.x0 >= gutter - 1:
            right.append(line)
        else:  # as wide as the page: what stands above it is read first
            ordered += [*left, *right, line]
            left, right = [], []
    return [*ordered, *left, *right]


def _gutter(lines: Sequence[_Line], width: float) -> float | None:
    """Where prose on the left and prose on the right are kept apart in most rows, if anywhere."""
    rows = [
        (line, gap)
        for line in lines
        for gap in line.gaps
        if 0.3 < (gap[1] + gap[2]) / 2 / width < 0.7
    ]
    if len(rows) < GUTTER_ROWS:
        return None
    low = max(gap[1] for _, gap in rows if gap[1] < 0.7 * width)
    high = min(gap[2] for _, gap in rows)
    place = Counter(round((gap[1] + gap[2]) / 2 / 4) for _, gap in rows).most_common(1)[0][0] * 4.0
    if not low < high:
        low = high = place
    middle = (low + high) / 2
    crossed = [(line, gap) for line, gap in rows if gap[1] - 2 <= middle <= gap[2] + 2]
    if len(crossed) < max(GUTTER_ROWS, 0.5 * len(lines)):
        return None
    sides = [(line.text[: gap[0]].split(), line.text[gap[0] :].split()) for line, gap in crossed]
    words = [sorted(len(side[which]) for side in sides) for which in (0, 1)]
    if min(counts[len(counts) // 2] for counts in words) < 4:
        return None  # cells of a table rather than lines of prose
    lefts = sorted(gap[1] - line.x0 for line, gap in crossed)
    full = lefts[int(0.9 * (len(lefts) - 1))]
    return middle if lefts[len(lefts) // 2] > 0.8 * full else None


def _gutter_between(lines: Sequence[_Line], width: float) -> float | None:
    """Where lines of prose left and right were drawn in turns, on heights of their own."""
    begins = Counter(round(line.x0) for line in lines if line.x0 > 0.35 * width)
    if not begins:
        return None
    gutter = begins.most_common(1)[0][0] - 2.0
    sides = [line.x0 >= gutter for line in lines if line.x1 <= gutter or line.x0 >= gutter]
    turns = sum(before != after for before, after in pairwise(sides))
    words = sorted(len(line.text.split()) for line in lines)
    prose = len(words) > 0 and words[len(words) // 2] >= 4
    return gutter if prose and turns >= max(GUTTER_ROWS, 0.5 * len(lines)) else None


def _split_at(lines: Sequence[_Line], gutter: float) -> Iterator[_Line]:
    for line in lines:
        gap = next((gap for gap in line.gaps if gap[1] - 2 <= gutter <= gap[2] + 2), None)
        if gap is None:
            yield line
            continue
        index, before, after = gap
        yield _Line(line.text[:index].rstrip(), line.x0, before, line.y, line.size, line.bold)
        yield _Line(line.text[index:], after, line.x1, line.y, line.size, line.bold)


# --- the whole ----------------------------------------------------------------------------------


def _document(
    pages: list[_Page],
    outline: dict[int, dict[str, int]],
    title: str,
    name: str,
    limits: Limits,
    *,
    promised: int,
) -> Document:
    unread = [number for number, page in enumerate(pages, 1) if not page.readable]
    if unread and not any(page.lines and page.readable for page in pages):
        raise UnreadableFile(
            f"{name!r} has no readable text on any page: it is scanned, or its fonts say nothing, "
            "and text recognition (OCR) is not available here. Run it through OCR and upload the "
            "result."
        )
    _mark_running(pages)
    _mark_headings(pages, outline)
    mender = _Mender(pages)
    builder = DocumentBuilder(name, limits)
    for page in pages:
        builder.begin_page()
        for kind, level, text, gap in _blocks(page, mender):
            builder.add(text, kind, level=level, gap=gap)
    return builder.build(title=title, notice=_notice(unread, len(pages), promised))


def _notice(unread: Sequence[int], found: int, promised: int) -> str | None:
    """What a reader should know of pages that gave no text; None when all is well."""
    sentences: list[str] = []
    shown = [str(page) for page in unread[:20]]
    if len(unread) > len(shown):
        shown.append(f"{len(unread) - len(shown):,} more")
    if len(shown) == 1:
        sentences.append(f"Page {shown[0]} holds no readable text.")
    elif shown:
        sentences.append(f"Pages {', '.join(shown[:-1])} and {shown[-1]} hold no readable text.")
    if found < promised:
        sentences.append(f"The file says it has {promised:,} pages; {found:,} could be found.")
    return " ".join(sentences) or None


def _mark_running(pages: Sequence[_Page]) -> None:
    """Lines that stand at one height of several pages, alike but for their numbers."""
    places: dict[tuple[str, int], dict[int, _Line]] = {}
    for number, page in enumerate(pages):
        by_height = sorted(page.lines, key=lambda line: line.y)
        edges = {id(line): line for line in by_height[:EDGE_LINES] + by_height[-EDGE_LINES:]}
        for line in edges.values():
            key = _DIGITS.sub("#", " ".join(line.text.split()).casefold())
            for height in {round(line.y / 6), round(line.y / 6 + 0.5)}:
                places.setdefault((key, height), {})[number] = line
    needed = min(RUNNING_PAGES, max(2, len(pages)))
    for lines in places.values():
        near = [
            line
            for number, line in lines.items()
            if any(number + step in lines for step in (-2, -1, 1, 2))  # left and right pages differ
        ]
        if len(near) >= needed:
            for line in near:
                line.running = True


def _mark_headings(pages: Sequence[_Page], outline: dict[int, dict[str, int]]) -> None:
    """Give lines a level: the outline's, else by size, else by standing out in bold."""
    lines = [line for page in pages for line in page.lines if not line.running]
    if not lines:
        return
    sizes: Counter[float] = Counter()
    weights: Counter[bool] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
        weights[line.bold] += len(line.text)
    body = sizes.most_common(1)[0][0]
    levels = _levels_of_sizes([size for size in sizes if size >= HEADING_SIZE * body])
    deepest = min(max(levels.values(), default=0) + 1, 6)
    bold_counts = weights[True] < BOLD_SHARE * weights.total()
    for index, page in enumerate(pages):
        titles = outline.get(index, {})
        for line in page.lines:
            if line.running or len(line.gaps) > 1 or line.text[0] in _BULLET_SIGNS:
                continue
            if not _LETTERS.search(line.text):
                continue
            line.level = titles.get(_spelling(line.text), 0) if titles else 0
            if not line.level and len(line.text) <= HEADING_CHARS:
                line.level = levels.get(line.size, 0)
            if not line.level and line.size >= 0.95 * body and _stands_out(line, bold_counts):
                line.level = deepest


def _stands_out(line: _Line, bold_counts: bool) -> bool:
    """Whether a line of the body's size is set as a title: in bold or in capitals."""
    if len(line.text) > BOLD_HEADING_CHARS or line.text[-1] in ".,;" or line.gaps:
        return False
    if line.bold and bold_counts:
        return True
    return line.text.isupper() and " " in line.text and len(_LETTERS.findall(line.text)) > 1


def _levels_of_sizes(sizes: Iterable[float]) -> dict[float, int]:
    """Depth by size, largest first; sizes within 4 % of each other share one."""
    levels: dict[float, int] = {}
    level, last = 0, float("inf")
    for size in sorted(sizes, reverse=True):
        if size < 0.96 * last:
            level, last = min(level + 1, 6), size
        levels[size] = level
    return levels


def _blocks(page: _Page, mender: "_Mender") -> Iterator[tuple[BlockKind, int, str, str]]:
    """`(kind, level, text, what stands before it)` of a page's blocks, in order."""
    lines = page.lines
    right = _right_edges(lines, SET_WIDTH * page.width)
    step = _usual_step(lines)
    start = 0
    while start < len(lines):
        kind = _kind(lines, start)
        end = start + 1
        while end < len(lines) and _continues(lines, start, end, kind, right=right, step=step):
            end += 1
        group = lines[start:end]
        if kind is BlockKind.TABLE:
            text = "\n".join(_row(line, mender) for line in group)
        else:
            text = mender.joined([line.text for line in group])
        close = start and 0 <= lines[start - 1].y - lines[start].y <= PARAGRAPH_GAP * step
        plain = kind not in {BlockKind.HEADING, BlockKind.RUNNING}
        yield kind, lines[start].level, text, "\n" if close and plain else "\n\n"
        start = end


def _kind(lines: Sequence[_Line], index: int) -> BlockKind:
    line = lines[index]
    if line.running:
        return BlockKind.RUNNING
    if line.level:
        return BlockKind.HEADING
    if line.gaps and not (len(line.gaps) == 1 and _BULLET.match(line.text)):
        near = lines[max(index - 1, 0) : index + 2]
        if len(line.gaps) > 1 or sum(bool(other.gaps) for other in near) > 1:
            return BlockKind.TABLE
    return BlockKind.LIST_ITEM if _BULLET.match(line.text) else BlockKind.PARAGRAPH


def _continues(
    lines: Sequence[_Line],
    start: int,
    index: int,
    kind: BlockKind,
    *,
    right: dict[int, float],
    step: float,
) -> bool:
    """Whether the line at `index` belongs to the block that begins at `start`."""
    before, line = lines[index - 1], lines[index]
    same = _kind(lines, index)
    if kind is BlockKind.RUNNING:
        return False
    if kind is BlockKind.TABLE:
        return same is BlockKind.TABLE
    drop = before.y - line.y
    if kind is BlockKind.HEADING:
        return (
            same is BlockKind.HEADING
            and line.level == before.level
            and line.size == before.size
            and 0 < drop < 1.6 * line.size
            and index - start < 3
            and not _fits(before, line, right[id(before)])
        )
    if same is not BlockKind.PARAGRAPH or abs(line.size - before.size) > 0.15 * before.size:
        return False
    if before.text[-1] in _HYPHENS:
        return True
    if drop < 0:  # the next column: a sentence may run on into it
        return before.text[-1] not in _ENDINGS and line.text[:1].islower()
    runs_on = before.text[-1] not in _ENDINGS and line.text[:1].islower()
    if runs_on:
        return drop <= RUNNING_ON_GAP * step
    return drop <= PARAGRAPH_GAP * step and not _fits(before, line, right[id(before)])


def _fits(before: _Line, line: _Line, right: float) -> bool:
    """Whether the next line's first word had room, so that the break was the author's."""
    first = line.text.split(None, 1)[0]
    width = (line.x1 - line.x0) / max(len(line.text), 1)
    return before.x1 + (len(first) + 1) * width < right - 0.5 * line.size


def _right_edges(lines: Sequence[_Line], least: float) -> dict[int, float]:
    """How far to the right lines reach that begin about where each line begins.

    No line is set narrower than `least` points: short lines alone tell of no margin.
    """
    edges: dict[int, float] = {}
    reach: dict[int, float] = {}
    for line in lines:
        for band in (round(line.x0 / 72), round(line.x0 / 72 + 0.5) + 1000):
            reach[band] = max(reach.get(band, 0.0), line.x1)
    for line in lines:
        bands = (round(line.x0 / 72), round(line.x0 / 72 + 0.5) + 1000)
        edges[id(line)] = max(line.x0 + least, *(reach[band] for band in bands))
    return edges


def _usual_step(lines: Sequence[_Line]) -> float:
    """The commonest distance from one line to the next, in points."""
    steps = Counter(
        round(before.y - line.y, 0)
        for before, line in pairwise(lines)
        if 0 < before.y - line.y < 4 * line.size
    )
    if not steps:
        return lines[0].size * 1.3 if lines else 0.0
    return max(steps.most_common(1)[0][0], 1.0)


def _row(line: _Line, mender: "_Mender") -> str:
    """A table row: cells two spaces apart."""
    cells: list[str] = []
    start = 0
    for index, _, _ in line.gaps:
        cells.append(mender.joined([line.text[start:index].strip()]))
        start = index
    cells.append(mender.joined([line.text[start:].strip()]))
    return "  ".join(filter(None, cells))


class _Mender:
    """Puts words together that a line end split, going by how the document spells them."""

    def __init__(self, pages: Sequence[_Page]) -> None:
        self._pages = pages

    @cached_property
    def _words(self) -> Counter[str]:
        """How often each word stands in the document, those with hyphens both whole and apart."""
        words: Counter[str] = Counter()
        for page in self._pages:
            for line in page.lines:
                text = line.text.casefold()
                words.update(_LETTERS.findall(text))
                if "-" in text:
                    words.update(_HYPHENATED.findall(text))
        return words

    def joined(self, lines: Sequence[str]) -> str:
        """The lines as one, each line end a space, or nothing within a mended word."""
        parts: list[str] = []
        for line in lines:
            if parts:
                before = parts[-1]
                if before[-1] in _HYPHENS:
                    pass  # mended below, as where pdfium has left the line end out
                elif _LINE_HYPHEN.search(before) and line[:1].islower():
                    parts[-1] = before[:-1] + _HYPHENS[0]
                else:
                    parts.append(" ")
            parts.append(line)
        text = "".join(parts)
        if any(mark in text for mark in _HYPHENS):
            text = _SPLIT_WORD.sub(self._mend, text)
            text = re.sub(f"[{_HYPHENS}]", "-", text)
        if _LIGATURE.search(text):
            text = text.translate(_LIGATURES)
        return clean_text(text)

    def _mend(self, match: re.Match[str]) -> str:
        head, tail = match[1], match[2]
        return head if tail[:1].islower() and self._is_one_word(match, head, tail) else f"{head}-"

    def _is_one_word(self, match: re.Match[str], head: str, tail: str) -> bool:
        around = (
            match.string[max(match.start() - 1, 0)],
            match.string[match.end() + len(tail) :][:1],
        )
        if "-" in around:
            return False  # `over-the-` and `counter`
        words = self._words
        one, two = words[f"{head}{tail}".casefold()], words[f"{head}-{tail}".casefold()]
        if one or two:
            return one > two
        # Two halves that are words by themselves were joined by their author.
        return words[head.casefold()] <= 1 or words[tail.casefold()] <= 1
