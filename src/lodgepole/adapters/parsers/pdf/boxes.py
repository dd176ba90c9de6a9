"""Boxes of a text on a page, for drawing a highlight; computed from the file when asked."""

import ctypes
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from lodgepole.adapters.parsers.pdf.characters import page_text
from lodgepole.adapters.parsers.pdf.lines import frame_of, lines_of
from lodgepole.adapters.parsers.pdf.vector_graphics import Box
from lodgepole.documents.tables import CELL_GAP
from lodgepole.text.normalization import normalized

BOXES = 500  # of one text
ROWS = 50  # of a table, in one text
PLACES = 20  # of one cell on a page that are looked at
NEAR = 4.0  # heights of a line, that cells of one row are apart at most
WORDS = 2000
_WORD = re.compile(r"\w+")


def boxes(path: Path, page: int, text: str) -> list[Box]:
    """Rectangles around a text on a page, one a line, in points from the lower left corner.

    Words are compared without case, accents, white space, hyphens or signs, because the document's
    text is mended where the page's is not. Empty when the text is not on the page, as on scanned
    ones.

    Raises:
        pypdfium2.PdfiumError: The file cannot be read.
    """
    wanted = "".join(letter for word in _WORD.findall(text)[:WORDS] for letter in _plain(word))
    with pypdfium2.PdfDocument(path) as pdf:
        if not wanted or not 1 <= page <= len(pdf):
            return []
        raw_page = pdf[page - 1]
        text_page = raw_page.get_textpage()
        try:
            found = _span(page_text(text_page.raw), wanted)
            if found is not None:
                return _rectangles(text_page.raw, *found)
            lines = list(_lines(raw_page.raw, text_page.raw, wanted))
            if lines or CELL_GAP not in text:
                return lines
            return list(islice(_rows(text_page.raw, text), BOXES))
        finally:
            text_page.close()
            raw_page.close()


def _lines(raw_page: Any, text_page: Any, wanted: str) -> Iterator[Box]:
    """The lines that hold it, whole: those of Arabic and Hebrew are not in the page's own order."""
    frame = frame_of(raw_page, text_page)
    lines = [] if frame.turn else list(lines_of(text_page, frame))
    found = _span("\n".join(line.text for line in lines), wanted)
    begin = 0
    for line in lines if found is not None else ():
        end = begin + len(line.text)
        if found is not None and begin < found[1] and found[0] < end:
            yield Box(line.x0, line.y, line.x1, line.y + line.size)
        begin = end + 1


def _rows(text_page: Any, text: str) -> Iterator[Box]:
    """The cells of rows that the page says in another order, each where the row stands."""
    page = _Spelt(page_text(text_page))
    for row in text.split("\n")[:ROWS]:
        cells = [
            [_rectangles(text_page, *span) for span in islice(page.spans(_plain(cell)), PLACES)]
            for cell in row.split(CELL_GAP.strip())
            if _plain(cell)
        ]
        told = [places for places in cells if places and places[0]]
        if not told or 2 * len(told) < len(cells):
            continue
        anchors = min(told, key=len)
        best = min(anchors, key=lambda anchor: sum(_nearest(anchor, places)[0] for places in told))
        for places in told:
            distance, found = _nearest(best, places)
            if distance <= NEAR * (best[0].top - best[0].bottom):
                yield from found


def _nearest(anchor: Sequence[Box], places: Sequence[Sequence[Box]]) -> tuple[float, Sequence[Box]]:
    """Which of the places is nearest to the height of another, and how far it is."""
    middle = (anchor[0].top + anchor[0].bottom) / 2
    apart = [
        (min(abs((box.top + box.bottom) / 2 - middle) for box in place), number)
        for number, place in enumerate(places)
        if place
    ]
    distance, number = min(apart, default=(float("inf"), -1))
    return distance, places[number] if number >= 0 else ()


def _plain(text: str) -> str:
    """Letters and digits without case, accents and height."""
    plain = normalized("NFKD", text).casefold()
    return "".join(filter(str.isalnum, plain))


class _Spelt:
    """A page's letters and digits, and where each stands in its text."""

    def __init__(self, shown: str) -> None:
        letters: list[str] = []
        self._places: list[int] = []
        for match in _WORD.finditer(shown):
            for place in range(*match.span()):
                for letter in _plain(shown[place]):  # one letter may become two
                    letters.append(letter)
                    self._places.append(place)
        self._shown = shown
        self._letters = "".join(letters)

    def first(self, wanted: str) -> tuple[int, int] | None:
        start = self._letters.find(wanted)
        return None if start < 0 else self._span(start, wanted)

    def spans(self, wanted: str) -> Iterator[tuple[int, int]]:
        """Every `[start, end)` in the page's text of whole words that spell it."""
        start = self._letters.find(wanted)
        while start >= 0:
            begin, end = self._span(start, wanted)
            before, after = self._shown[max(begin - 1, 0) : begin], self._shown[end : end + 1]
            if not (before.isalnum() or after.isalnum()):
                yield begin, end
            start = self._letters.find(wanted, start + 1)

    def _span(self, start: int, wanted: str) -> tuple[int, int]:
        return self._places[start], self._places[start + len(wanted) - 1] + 1


def _span(shown: str, wanted: str) -> tuple[int, int] | None:
    """`[start, end)` in the page's own text of what spells `wanted`."""
    return _Spelt(shown).first(wanted)


def _rectangles(text_page: object, start: int, end: int) -> list[Box]:
    if len(page_text(text_page)) != pdfium.FPDFText_CountChars(text_page):
        index = pdfium.FPDFText_GetCharIndexFromTextIndex
        start, end = index(text_page, start), index(text_page, end - 1) + 1
    count = pdfium.FPDFText_CountRects(text_page, start, end - start)
    sides = [ctypes.c_double() for _ in range(4)]
    found: list[Box] = []
    for number in range(min(count, BOXES)):
        if pdfium.FPDFText_GetRect(text_page, number, *sides):
            left, top, right, bottom = (side.value for side in sides)
            found.append(Box(left, bottom, right, top))
    return found
