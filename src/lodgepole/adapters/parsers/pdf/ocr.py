"""Pages without usable text, read from their picture; the lines are like those of other pages."""

import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from statistics import fmean, median
from string import ascii_letters

import pypdfium2

from lodgepole.adapters.parsers.pdf.columns import in_reading_order
from lodgepole.adapters.parsers.pdf.form_fields import remarks, with_annotations
from lodgepole.adapters.parsers.pdf.lines import CELL_GAP, Line, Page, with_whole_rows
from lodgepole.adapters.parsers.pdf.pictures import grey_page
from lodgepole.documents.ocr import (
    Picture,
    Recognition,
    RecognitionFailed,
    SeenLine,
    SeenWord,
)

PAGES_AT_ONCE = 2
TRUSTED = 0.4  # mean confidence of a line's words, below which it is noise
LARGE = 1.3  # times the page's usual height, from which a line is set larger than the body
AGREEMENT = 0.6  # of a text's words that were recognised too, from which it is sound
SAME_WIDTH = 5.0  # points by which a page and its picture may differ, if they lie alike
JUDGED_LETTERS = 100  # Latin ones on a page, from which it is judged by them
LATIN_SHARE = 0.8  # of a page's letters, from which it is
VOWELS_LEAST = 0.25  # of letters; measured: prose 0.31 to 0.43, code from 0.3, glyphs 0.04 to 0.24
HEIGHT_TO_SIZE = 1.06  # letters' height, ascender to descender, to font size; as usual fonts have
TALL, DEEP = 0.24, 0.23  # of that height, above small letters and below the line

_SMALL, _DEEP = frozenset("acemnorsuvwxz.-:"), frozenset("gjpqy,;")
_WORD = re.compile(r"[^\W_]{2,}")
_LATIN = frozenset(ascii_letters)
_VOWELS = frozenset("aeiouyAEIOUY")


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
    seen, picture = upright(seen, picture)
    lines = _lines(seen, picture)
    if not lines:
        return
    width = picture.width * 72 / picture.dpi
    if page.readable and page.lines and _agree(page.lines, lines):
        if abs(width - page.width) <= SAME_WIDTH:
            beside = list(_beside(lines, page.lines))
            page.lines = [*page.lines, *in_reading_order(with_whole_rows(beside), width)]
    elif not page.readable or _says_more(lines, page.lines):
        rows = with_whole_rows(lines)
        said = list(remarks(rows, page.annotations))
        page.lines = [*in_reading_order(with_annotations(rows, page.annotations), width), *said]
        page.readable = True
        page.recognised = True


def _agree(own: Sequence[Line], seen: Sequence[Line]) -> bool:
    """Return whether most words of the page's own text were recognised, too, so that it is sound.

    What was recognised has slips of its own, in numbers above all.
    """
    words = Counter(_words(own))
    found = words & Counter(_words(seen))
    return bool(words) and found.total() >= AGREEMENT * words.total()


def _words(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        yield from _WORD.findall(line.text.casefold())


def _beside(seen: Sequence[Line], own: Sequence[Line]) -> Iterator[Line]:
    """What was recognised where the page's own text has nothing, as in pictures."""
    for line in seen:
        middle = line.y + 0.5 * line.size
        covered = any(
            other.y - 0.5 * other.size <= middle <= other.y + 1.5 * other.size
            and line.x0 < other.x1
            and other.x0 < line.x1
            for other in own
        )
        if not covered:
            yield line


def upright(seen: Sequence[SeenLine], picture: Picture) -> tuple[Sequence[SeenLine], Picture]:
    """The places turned so that most lines run from left to right.

    Engines read pages that lie on their side, and give the places as they are on the picture.
    """
    turns = Counter(_turn(line) for line in seen if len(line.words) > 1)
    turn = turns.most_common(1)[0][0] if turns else 0
    if not turn:
        return seen, picture
    width, height = picture.width, picture.height

    def turned(word: SeenWord) -> SeenWord:
        x0, y0, x1, y1 = word.x0, word.y0, word.x1, word.y1
        match turn:
            case 1:
                x0, y0, x1, y1 = y0, width - x1, y1, width - x0
            case 2:
                x0, y0, x1, y1 = width - x1, height - y1, width - x0, height - y0
            case _:
                x0, y0, x1, y1 = height - y1, x0, height - y0, x1
        return replace(word, x0=x0, y0=y0, x1=x1, y1=y1)

    if turn % 2:
        picture = replace(picture, width=height, height=width)
    return [SeenLine(tuple(map(turned, line.words))) for line in seen], picture


def _turn(line: SeenLine) -> int:
    """By how many quarter turns with the clock a line is turned."""
    first, last = line.words[0], line.words[-1]
    right, down = last.x0 + last.x1 - first.x0 - first.x1, last.y0 + last.y1 - first.y0 - first.y1
    if abs(right) >= abs(down):
        return 0 if right >= 0 else 2
    return 1 if down > 0 else 3


def _says_more(lines: Sequence[Line], than: Sequence[Line]) -> bool:
    reads, read = (is_language("".join(line.text for line in some)) for some in (lines, than))
    return reads if reads != read else usable(lines) > usable(than)


def is_language(text: str) -> bool:
    """Return whether Latin letters have the vowels that languages have.

    Text without many is not judged, nor are the names and commands within another script.
    """
    signs = Counter(text)
    letters = _of(signs, _LATIN)
    if letters < JUDGED_LETTERS or not _are_latin(signs):
        return True
    return _of(signs, _VOWELS) > VOWELS_LEAST * letters


def is_latin(text: str) -> bool:
    """Return whether letters are Latin ones but for a few."""
    return _are_latin(Counter(text))


def _are_latin(signs: Mapping[str, int]) -> bool:
    letters = sum(count for sign, count in signs.items() if sign.isalpha())
    return _of(signs, _LATIN) >= LATIN_SHARE * letters


def _of(signs: Mapping[str, int], kind: frozenset[str]) -> int:
    return sum(signs[sign] for sign in signs.keys() & kind)


def usable(lines: Sequence[Line]) -> int:
    """Count the letters and digits of the lines."""
    return sum(sum(map(str.isalnum, line.text)) for line in lines)


def _lines(seen: Sequence[SeenLine], picture: Picture) -> list[Line]:
    """Lines in points; a size is the page's usual one, or larger where it evidently is."""
    trusted = _trusted(seen)
    if not trusted:
        return []
    scale = 72 / picture.dpi
    heights = [_height(line) for line in trusted]
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
            made.spaces.append((position, before.x1 * scale, after.x0 * scale))
            if (after.x0 - before.x1) * scale > CELL_GAP * size:
                made.gaps.append((position, before.x1 * scale, after.x0 * scale))
        lines.append(made)
    return lines


def _height(line: SeenLine) -> float:
    """From the top of a line's tall letters to the foot of its deep ones, as if it had both."""
    words = [word for word in line.words if any(map(str.isalnum, word.text))]
    if len({(word.y0, word.y1) for word in words}) == 1:  # boxed as one
        return (words[0].y1 - words[0].y0) / _share_of_height(_text(line))
    return median((word.y1 - word.y0) / _share_of_height(word.text) for word in words)


def _share_of_height(text: str) -> float:
    """How much of a line's height letters take: `nose` has neither tall nor deep ones."""
    tall = 0.0 if all(letter in _SMALL or letter in _DEEP for letter in text) else TALL
    deep = DEEP if any(letter in _DEEP for letter in text) else 0.0
    return 1 - TALL - DEEP + tall + deep


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
