"""Figures: which shapes are some, what names them, and where in the text they stand."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pypdfium2

from lodgepole.adapters.parsers.pdf.lines import FoundFigure, Line, Page
from lodgepole.adapters.parsers.pdf.ocr import seen_text
from lodgepole.adapters.parsers.pdf.pictures import coloured_part, grey_part, png
from lodgepole.adapters.parsers.pdf.vector_graphics import FIGURES, Box, Cluster, clusters
from lodgepole.documents.ocr import Recognition, RecognitionFailed

CAPTION_LINES = 5
CAPTION_REACH = 48.0  # points between a figure and its caption
LABEL_REACH = 14.0  # points around a drawing within which short text belongs to it
LABEL_CHARS = 40
INSIDE_CHARS = 600  # of the text inside a figure that are kept with it
PAD = 3.0  # points around a figure that are drawn with it
FIGURES_IN_FILE = 400
_NAMES = (
    "fig(?:ure|ura|uur|\\.)?|abb(?:ildung|\\.)|figura|gráfic[oa]|grafik|diagram(?:m|me|ma)?|chart|"
    "schema|schéma|schaubild|exhibit|plate|photo|image|bild|illustration|afbeelding|kuva|obr\\.|"
    "rys(?:unek|\\.)|рис(?:унок|\\.)|şekil|图|圖|図|그림|"
    "table(?:au)?|tab(?:elle|ella|la|\\.)|таблица|表|표"
)
_CAPTION = re.compile(rf"(?:{_NAMES})\s*(?:\d|[IVXA-H]\b)[\w.–-]*", re.IGNORECASE)


@dataclass(slots=True)
class _Candidate:
    box: Box
    caption: list[Line]
    inside: list[Line]


def find_figures(
    pdf: pypdfium2.PdfDocument,
    pages: Sequence[Page],
    recognition: Recognition | None,
    progressed: Callable[[float], None],
) -> None:
    """Hang each figure on the line of its page at which it stands, and mark its caption."""
    left = FIGURES_IN_FILE
    for index, (page, found) in enumerate(zip(pages, clusters(pdf, pages), strict=True)):
        page.lines = list(_captions_apart(page.lines))
        for candidate in list(_candidates(page, found))[: min(FIGURES, left)]:
            left -= 1
            _place(pdf, index, page, candidate, recognition)
        progressed((index + 1) / len(pages))


def _captions_apart(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines, those split that hold the captions of two figures side by side."""
    for line in lines:
        rest = line
        for index, left, right in line.gaps if _CAPTION.match(line.text) else ():
            start = index - (len(line.text) - len(rest.text))
            if _CAPTION.match(rest.text, start):
                yield replace(rest, text=rest.text[:start].rstrip(), x1=left, gaps=[])
                rest = replace(rest, text=rest.text[start:], x0=right, gaps=[])
        yield rest


def _candidates(page: Page, found: Sequence[Cluster]) -> Iterator[_Candidate]:
    """Clusters that are figures, with the caption and the labels of each."""
    used: set[int] = set()
    for cluster in found:
        first = _caption_start(page, cluster.box, used)
        if not cluster.is_figure(page, named=first is not None):
            continue
        caption = [] if first is None else _caption(page.lines, first)
        used.update(map(id, caption))
        box, inside = _labelled(page, cluster.box, used)
        used.update(map(id, inside))
        yield _Candidate(box, caption, inside)


def _caption_start(page: Page, box: Box, used: set[int]) -> int | None:
    """The line that begins the caption: the nearest below, else above."""
    best: tuple[float, int] | None = None
    for index, line in enumerate(page.lines):
        if id(line) in used or not _CAPTION.match(line.text):
            continue
        if line.x1 < box.left or line.x0 > box.right:
            continue
        below, above = box.bottom - (line.y + line.size), line.y - box.top
        distance = below if below > -line.size else 1.5 * above if above > -line.size else None
        if distance is not None and distance <= CAPTION_REACH:
            best = min(best, (distance, index)) if best else (distance, index)
    return None if best is None else best[1]


def _caption(lines: Sequence[Line], first: int) -> list[Line]:
    """The caption's lines: what follows close and in the same size."""
    caption = [lines[first]]
    for line in lines[first + 1 : first + CAPTION_LINES]:
        before = caption[-1]
        drop = before.y - line.y
        alike = abs(line.size - before.size) < 0.1 * before.size
        if not alike or not 0 < drop < 1.5 * before.size or _CAPTION.match(line.text):
            break
        if abs(line.x0 - before.x0) > 4 * before.size:
            break
        caption.append(line)
    return caption


def _labelled(page: Page, box: Box, used: set[int]) -> tuple[Box, list[Line]]:
    """The box widened by the short lines around it, and the lines in it."""
    inside: list[Line] = []
    wide = box
    for line in page.lines:
        near = LABEL_REACH if len(line.text) <= LABEL_CHARS and not line.level else 2.0
        if id(line) not in used and box.holds(line, near):
            inside.append(line)
            wide = wide.with_(Box(line.x0, line.y, line.x1, line.y + line.size))
    return wide, inside


def _place(
    pdf: pypdfium2.PdfDocument,
    index: int,
    page: Page,
    candidate: _Candidate,
    recognition: Recognition | None,
) -> None:
    box = _padded(candidate.box, page)
    try:
        pixels, width, height = coloured_part(pdf, index, box)
    except pypdfium2.PdfiumError:
        return
    own = " ".join(line.text for line in candidate.inside)
    seen = "" if own else _seen(pdf, index, box, recognition)
    caption = " ".join(line.text for line in candidate.caption)
    told = " ".join(filter(None, (caption, (own or seen)[:INSIDE_CHARS])))
    figure = FoundFigure(
        page=index + 1,
        caption=told or f"Figure on page {index + 1}",
        data=png(pixels, width, height),
        width=width,
        height=height,
    )
    for line in candidate.inside:
        line.inside = True
    for line in candidate.caption:
        line.caption = id(figure)
    anchor = candidate.caption or candidate.inside
    if seen:
        # What recognition saw stands in the document too, so that it is searched and cited.
        line = _written(seen, candidate.box)
        line.caption = id(figure)
        where = page.lines.index(anchor[-1]) + 1 if anchor else _where(page.lines, box)
        page.lines.insert(where, line)
        anchor = anchor or [line]
    if not anchor and page.lines:
        anchor = [page.lines[max(_where(page.lines, box) - 1, 0)]]
    (anchor[0].figures if anchor else page.figures).append(figure)


def _padded(box: Box, page: Page) -> Box:
    return Box(
        max(box.left - PAD, 0),
        max(box.bottom - PAD, 0),
        min(box.right + PAD, page.width),
        min(box.top + PAD, page.height),
    )


def _seen(pdf: pypdfium2.PdfDocument, index: int, box: Box, recognition: Recognition | None) -> str:
    """The words that recognition finds in the figure; none where it is missing or late."""
    if recognition is None:
        return ""
    seconds = min(recognition.page_seconds, recognition.deadline - time.monotonic())
    if seconds <= 0:
        return ""
    try:
        seen = recognition.recogniser.read(grey_part(pdf, index, box), seconds=seconds)
    except (RecognitionFailed, pypdfium2.PdfiumError):
        return ""
    finally:
        recognition.progressed()
    return seen_text(seen)[:INSIDE_CHARS].strip()


def _written(text: str, box: Box) -> Line:
    """A line of the document that was a picture on the page."""
    return Line(text, box.left, box.right, box.bottom, 10.0, bold=False)


def _where(lines: Sequence[Line], box: Box) -> int:
    """Before which line something stands that has no text: after the last one above it."""
    above = [
        index
        for index, line in enumerate(lines)
        if line.y >= box.top - line.size and line.x0 < box.right and line.x1 > box.left
    ]
    return max(above) + 1 if above else 0
