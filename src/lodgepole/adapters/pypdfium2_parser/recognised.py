"""Pages without usable text, read from their picture; the lines are like those of other pages."""

import re
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from statistics import fmean, median

import pypdfium2

from lodgepole.adapters.pypdfium2_parser.columns import in_reading_order
from lodgepole.adapters.pypdfium2_parser.lines import CELL_GAP, Line, Page, with_whole_rows
from lodgepole.adapters.pypdfium2_parser.pictures import grey_page
from lodgepole.recognition import Picture, Recognition, RecognitionFailed, SeenLine

PAGES_AT_ONCE = 2
TRUSTED = 0.4  # mean confidence of a line's words, below which it is noise
LARGE = 1.3  # times the page's usual height, from which a line is set larger than the body
JUDGED_LETTERS = 100  # on a page, from which it is judged by them
VOWELS_LEAST = 0.25  # of letters; measured: prose 0.31 to 0.43, code from 0.3, glyphs 0.04 to 0.24
HEIGHT_TO_SIZE = 1.1  # letters' height, ascender to descender or less, to font size; measured

_LATIN = re.compile("[A-Za-z]")
_VOWELS = re.compile("[aeiouyAEIOUY]")


def recognise(
    pdf: pypdfium2.PdfDocument,
    pages: Sequence[Page],
    with_: Recognition,
    progressed: Callable[[float], None],
) -> None:
    """Give the pages that want it what their pictures say, as long as there is time."""
    wanted = [index for index, page in enumerate(pages) if page.wants_recognition]
    if not wanted:
        return
    waiting: deque[tuple[Page, Picture, Future[Sequence[SeenLine]]]] = deque()
    with ThreadPoolExecutor(PAGES_AT_ONCE) as pool:
        for number, index in enumerate(wanted):
            if len(waiting) == PAGES_AT_ONCE:
                _take(*waiting.popleft())
                progressed((number - len(waiting)) / len(wanted))
            seconds = min(with_.page_seconds, with_.deadline - time.monotonic())
            if seconds <= 0:
                break
            try:
                picture = grey_page(pdf, index)
            except pypdfium2.PdfiumError:
                continue
            task = pool.submit(with_.recogniser.read, picture, seconds=seconds)
            waiting.append((pages[index], picture, task))
        while waiting:
            _take(*waiting.popleft())
            progressed(1 - len(waiting) / len(wanted))
    _one_size(pages)


def _take(page: Page, picture: Picture, task: Future[Sequence[SeenLine]]) -> None:
    """Use what was seen where it says more than the page's own text."""
    try:
        seen = task.result()
    except RecognitionFailed:
        return
    page.wants_recognition = False
    lines = _lines(seen, picture)
    if lines and (not page.readable or _says_more(lines, page.lines)):
        page.lines = in_reading_order(with_whole_rows(lines), page.width)
        page.readable = True
        page.recognised = True


def _says_more(lines: Sequence[Line], than: Sequence[Line]) -> bool:
    reads, read = (is_language("".join(line.text for line in some)) for some in (lines, than))
    return reads if reads != read else usable(lines) > usable(than)


def is_language(text: str) -> bool:
    """Whether Latin letters have the vowels that languages have; text without many always is."""
    letters = len(_LATIN.findall(text))
    return letters < JUDGED_LETTERS or len(_VOWELS.findall(text)) > VOWELS_LEAST * letters


def usable(lines: Sequence[Line]) -> int:
    """How many letters and digits the lines hold."""
    return sum(sum(map(str.isalnum, line.text)) for line in lines)


def _lines(seen: Sequence[SeenLine], picture: Picture) -> list[Line]:
    """Lines in points; a size is the page's usual one, or larger where it evidently is."""
    trusted = _trusted(seen)
    if not trusted:
        return []
    scale = 72 / picture.dpi
    heights = [median(word.y1 - word.y0 for word in line.words) for line in trusted]
    body = median(heights)
    lines: list[Line] = []
    for line, height in zip(trusted, heights, strict=True):
        size = HEIGHT_TO_SIZE * scale * (height if height >= LARGE * body else body)
        made = Line(
            _text(line),
            line.words[0].x0 * scale,
            line.words[-1].x1 * scale,
            (picture.height - median(word.y1 for word in line.words)) * scale,
            round(size, 1),
            bold=False,
        )
        position = 0
        for before, after in pairwise(line.words):
            position += len(before.text) + 1
            if (after.x0 - before.x1) * scale > CELL_GAP * size:
                made.gaps.append((position, before.x1 * scale, after.x0 * scale))
        lines.append(made)
    return lines


def _trusted(seen: Sequence[SeenLine]) -> list[SeenLine]:
    likely = [line for line in seen if fmean(w.confidence for w in line.words) >= TRUSTED]
    return [line for line in likely if any(map(str.isalnum, _text(line)))]


def seen_text(seen: Sequence[SeenLine]) -> str:
    """The words of a picture in one line."""
    return " ".join(map(_text, _trusted(seen)))


def _text(line: SeenLine) -> str:
    return " ".join(word.text for word in line.words)


def _one_size(pages: Sequence[Page]) -> None:
    """Let recognised pages share one size of body text: measured ones differ a little."""
    usual = [_usual_size(page) for page in pages if page.recognised]
    if not usual:
        return
    shared = median(usual)
    for page in pages:
        if page.recognised:
            factor = shared / _usual_size(page)
            for line in page.lines:
                line.size = round(line.size * factor, 1)


def _usual_size(page: Page) -> float:
    sizes: Counter[float] = Counter()
    for line in page.lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0]
