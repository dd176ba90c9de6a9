"""Pages without usable text, read from their picture; the lines are like those of other pages."""

import time
from collections import Counter, deque
from collections.abc import Sequence
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
HEIGHT_TO_SIZE = 1.1  # letters' height, ascender to descender or less, to font size; measured


def recognise(pdf: pypdfium2.PdfDocument, pages: Sequence[Page], with_: Recognition) -> None:
    """Give the pages that want it what their pictures say, as long as there is time."""
    wanted = [index for index, page in enumerate(pages) if page.wants_recognition]
    if not wanted:
        return
    waiting: deque[tuple[Page, Picture, Future[Sequence[SeenLine]]]] = deque()
    with ThreadPoolExecutor(PAGES_AT_ONCE) as pool:
        for index in wanted:
            if len(waiting) == PAGES_AT_ONCE:
                _take(*waiting.popleft(), with_)
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
            _take(*waiting.popleft(), with_)
    _one_size(pages)


def _take(
    page: Page, picture: Picture, task: Future[Sequence[SeenLine]], with_: Recognition
) -> None:
    """Use what was seen where it says more than the page's own text."""
    try:
        seen = task.result()
    except RecognitionFailed:
        return
    finally:
        with_.progressed()
    page.wants_recognition = False
    lines = _lines(seen, picture)
    if lines and (not page.readable or usable(lines) > usable(page.lines)):
        page.lines = in_reading_order(with_whole_rows(lines), page.width)
        page.readable = True
        page.recognised = True


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
