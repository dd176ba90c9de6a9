"""Where a text stands on a page, for drawing a highlight; computed from the file when asked."""

import ctypes
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from lodgepole.adapters.parsers.pdf.characters import page_text
from lodgepole.adapters.parsers.pdf.lines import frame_of, lines_of
from lodgepole.adapters.parsers.pdf.vector_graphics import Box
from lodgepole.text.normalization import normalized

BOXES = 500  # of one text
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
            return list(_lines(raw_page.raw, text_page.raw, wanted))
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


def _plain(text: str) -> str:
    """Letters and digits without case, accents and height."""
    plain = normalized("NFKD", text).casefold()
    return "".join(filter(str.isalnum, plain))


def _span(shown: str, wanted: str) -> tuple[int, int] | None:
    """`[start, end)` in the page's own text of what spells `wanted`."""
    letters: list[str] = []
    places: list[int] = []
    for match in _WORD.finditer(shown):
        for place in range(*match.span()):
            for letter in _plain(shown[place]):  # one letter may become two
                letters.append(letter)
                places.append(place)
    start = "".join(letters).find(wanted)
    if start < 0:
        return None
    return places[start], places[start + len(wanted) - 1] + 1


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
