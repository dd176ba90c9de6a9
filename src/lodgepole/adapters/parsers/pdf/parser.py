"""One PDF from its bytes to a document."""

import ctypes
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from lodgepole.adapters.parsers.pdf.annotation_reader import annotations_of, form_of
from lodgepole.adapters.parsers.pdf.attachments import (
    ReadAttached,
    attached_files,
    write_attached,
)
from lodgepole.adapters.parsers.pdf.columns import in_reading_order
from lodgepole.adapters.parsers.pdf.dehyphenation import Mender
from lodgepole.adapters.parsers.pdf.drop_caps import with_drop_caps
from lodgepole.adapters.parsers.pdf.figures import find_figures
from lodgepole.adapters.parsers.pdf.form_fields import remarks, with_annotations
from lodgepole.adapters.parsers.pdf.headings import mark_headings, spelling
from lodgepole.adapters.parsers.pdf.justified import with_stretched_spaces
from lodgepole.adapters.parsers.pdf.lines import (
    FoundFigure,
    Frame,
    Line,
    Page,
    frame_of,
    guessed_share,
    lines_of,
    mirrored,
    with_whole_rows,
)
from lodgepole.adapters.parsers.pdf.margin_numbers import without_margin_numbers
from lodgepole.adapters.parsers.pdf.notices import missing_languages, notices, refuse_unread
from lodgepole.adapters.parsers.pdf.ocr import is_language, is_latin, recognise, usable
from lodgepole.adapters.parsers.pdf.ocr_languages import in_languages, languages_of
from lodgepole.adapters.parsers.pdf.rows import in_place
from lodgepole.adapters.parsers.pdf.rulings import rulings_of
from lodgepole.adapters.parsers.pdf.structure import blocks_of, mark_running
from lodgepole.adapters.parsers.pdf.tables import with_tables_apart, with_tables_in_place
from lodgepole.adapters.parsers.pdf.xfa import PLACEHOLDER, is_dynamic, xfa_lines
from lodgepole.documents.builder import DocumentBuilder, clean_text
from lodgepole.documents.ocr import Recognition
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import Document, Figure

READ, RECOGNISED, DRAWN = 0.2, 0.6, 0.9  # shares of the work at the ends of its stages
OUTLINE_ENTRIES = 20_000
GARBLED_SHARE = 0.3  # of characters without a meaning, from which a page is not readable
USABLE_CHARS = 50  # letters and digits, below which a page with pictures may be a scan
PICTURE_SHARE = 0.25  # of a page with little text that pictures cover when it may be a scan
DRAWN_LETTERS = 100  # paths of a page without text that may be letters
ODD_CHARS = 100
ODD_SHARE = 0.4  # of letters and digits, below which a page's text may be no text
PAGE_OBJECTS = 5000  # looked at to tell whether a page shows something
GUESSED_SHARE = 0.5  # of characters without a letter in their font, from which text is doubted
WORD_CHARS = 15  # on average, above which guessed characters stand for no words
_PICTURES = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_SHADING)
_FILLING = re.compile(r"[\s._·…–—-]+")
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
FORM_SIZE, FORM_STEP = 10.0, 40.0  # points, of the lines of a form that has no places
UNREAD_FORM = (
    "This is an XFA form whose fields could not be read: print it to a new PDF and upload that."
)
_DAMAGES = (ValueError, TypeError, LookupError, ArithmeticError, ctypes.ArgumentError)
"""What numbers make of a page that no program would write."""
_ENCRYPTED = 4  # FPDF_ERR_PASSWORD of fpdfview.h


def parse(
    path: Path,
    name: str,
    limits: Limits,
    *,
    multimodal: bool = False,
    recognition: Recognition | None = None,
    read_attached: ReadAttached | None = None,
    progressed: Callable[[float], None] = lambda _: None,
) -> Document:
    """Read a PDF's text, and its figures.

    Args:
        path: Where its bytes are.
        name: What messages call it.
        limits: What it may take.
        multimodal: Whether to find figures too.
        recognition: Reads pages without usable text; None where none is installed.
        read_attached: Reads files within it; None where they are only to be named.
        progressed: Told after each page what share of the work is done.

    Raises:
        UnreadableFile: It is encrypted, damaged, over a limit, or has no text on any page.
    """
    pdf = _open(path, name)
    try:
        outline = _outline(pdf)
        count = _checked_count(pdf, name, limits, multimodal=multimodal)
        pages = _read_pages(pdf, name, limits, _between(progressed, 0.0, READ))
        languages = languages_of(pdf, pages)
        if recognition is not None:
            recognition = in_languages(recognition, languages)
            recognise(pdf, pages, recognition, _between(progressed, READ, RECOGNISED))
        if multimodal:
            find_figures(pdf, pages, recognition, _between(progressed, RECOGNISED, DRAWN))
        title = _title(pdf)
        said = xfa_lines(pdf) if is_dynamic(pdf) else None
        attached = list(attached_files(pdf, read_attached, lambda: progressed(DRAWN)))
        files = pdf.count_attachments()
    finally:
        pdf.close()
    while pages and not pages[-1].found:
        pages.pop()
    if not pages:
        raise _damaged(name)
    builder = DocumentBuilder(name, limits)
    if said:
        _put_in_place_of_pages(pages, said)
    elif said is not None:
        builder.note(UNREAD_FORM)
    if not any(file.document for file in attached):
        refuse_unread(pages, name, recognises=recognition is not None)
    told = notices(pages, promised=count, recognises=recognition is not None)
    for sentence in (*told, *missing_languages(recognition, languages)):
        builder.note(sentence)
    figures = _write(pages, outline, builder, _between(progressed, DRAWN, 1.0))
    write_attached(attached, files, builder)
    return _with_figures(builder.build(title=title), figures)


def _checked_count(
    pdf: pypdfium2.PdfDocument, name: str, limits: Limits, *, multimodal: bool
) -> int:
    """How many pages there are. Raises UnreadableFile for none or too many."""
    count = len(pdf)
    most = limits.parse_pages
    if multimodal:
        most = min(most, limits.multimodal_pdf_pages)
    if count > most:
        raise UnreadableFile(
            f"{name!r} has {count:,} pages; at most {most:,} are read"
            f"{' with their figures' if multimodal else ''}: split it and upload the parts."
        )
    if count == 0:
        raise _damaged(name)
    return count


def _read_pages(
    pdf: pypdfium2.PdfDocument, name: str, limits: Limits, progressed: Callable[[float], None]
) -> list[Page]:
    form = form_of(pdf)
    count = len(pdf)
    pages: list[Page] = []
    chars = 0
    for index in range(count):
        page = _page_or_none(pdf, index, form)
        chars += sum(len(line.text) for line in page.lines)
        if chars > limits.parse_text_chars:
            raise UnreadableFile(
                f"{name!r} holds more than {limits.parse_text_chars:,} characters of text: "
                "split it and upload the parts."
            )
        pages.append(page)
        progressed(len(pages) / count)
    return pages


def _with_figures(document: Document, figures: Sequence[Figure]) -> Document:
    end = len(document.text)  # pages without text may come after it
    placed = (replace(figure, position=min(figure.position, end)) for figure in figures)
    return replace(document, figures=tuple(sorted(placed, key=lambda figure: figure.position)))


def _put_in_place_of_pages(pages: Sequence[Page], said: Sequence[str]) -> None:
    """Let an XFA form stand on the first page, instead of the request for another viewer."""
    first = pages[0]
    if PLACEHOLDER.search(" ".join(line.text for line in first.lines)):
        first.lines = []
    lowest = min((line.y for line in first.lines), default=first.height)
    first.lines += [
        Line(text, 0.0, 0.0, lowest - FORM_STEP * number, FORM_SIZE, bold=False)
        for number, text in enumerate(said, 1)
    ]
    first.readable = True


def _between(told: Callable[[float], None], begin: float, end: float) -> Callable[[float], None]:
    """Tells of a stage by what share of it is done."""
    return lambda done: told(begin + (end - begin) * done)


def _open(path: Path, name: str) -> pypdfium2.PdfDocument:
    # A file in memory has no name that pdfium could open.
    source = path if path.resolve().exists() else path.read_bytes()
    try:
        return pypdfium2.PdfDocument(source)
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
            key = spelling(bookmark.get_title())
            if index is not None and key:
                found.setdefault(index, {})[key] = bookmark.level + 1
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return found  # a damaged outline says less, and the text is still there
    return found


def _page_or_none(pdf: pypdfium2.PdfDocument, index: int, form: Any) -> Page:
    """A page; one without text, to be recognised, where what it holds is damaged."""
    try:
        return _read_page(pdf, index, form)
    except _DAMAGES:
        return Page([], 0, 0, readable=False, wants_recognition=True)


def _read_page(pdf: pypdfium2.PdfDocument, index: int, form: Any) -> Page:
    raw = pdfium.FPDF_LoadPage(pdf.raw, index)
    if not raw:
        return Page([], 0, 0, readable=False, found=False)
    try:
        width, height = pdfium.FPDF_GetPageWidthF(raw), pdfium.FPDF_GetPageHeightF(raw)
        text = _lines(raw)
        if text is None:
            return Page([], width, height, readable=False, wants_recognition=True)
        lines, frame, guessed = text
        lines = without_margin_numbers(lines)
        found = annotations_of(pdf, form, raw, frame)
        said = list(remarks(lines, found))
        lines = with_annotations(lines, found)
        lines, tables = with_tables_apart(lines, rulings_of(raw, frame), frame.width)
        lines = in_place(in_reading_order(lines, frame.width))
        lines = [*with_tables_in_place(lines, tables), *said]
        page = _page(raw, lines, width, height, guessed=guessed)
        page.annotations = found
        return page
    finally:
        pdfium.FPDF_ClosePage(raw)


def _lines(raw: Any) -> tuple[list[Line], Frame, float] | None:
    """The lines, how they stand, and the share of their characters that are guessed."""
    rotation = pdfium.FPDFPage_GetRotation(raw)
    text_page = pdfium.FPDFText_LoadPage(raw)
    try:
        frame = frame_of(raw, text_page) if text_page else None
        if frame is not None and frame.turn != rotation:
            # pdfium puts text in order as the page is shown: let it be shown upright.
            pdfium.FPDFText_ClosePage(text_page)
            pdfium.FPDFPage_SetRotation(raw, frame.turn)
            text_page = pdfium.FPDFText_LoadPage(raw)
        if frame is None or not text_page:
            return None
        lines = with_whole_rows(lines_of(text_page, frame))
        with_stretched_spaces(lines)
        return lines, frame, guessed_share(text_page)
    finally:
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDFPage_SetRotation(raw, rotation)


def _page(raw: Any, lines: list[Line], width: float, height: float, *, guessed: float) -> Page:
    """What its text says of a page: whether it can be read, and whether a picture says more."""
    text = "".join(line.text for line in lines)
    if guessed > GUESSED_SHARE and not _is_guessed_right(text, lines):
        return Page([], width, height, readable=False, wants_recognition=True)
    garbled = len(_MEANINGLESS.findall(text)) > GARBLED_SHARE * len(text)
    page = Page(lines, width, height, readable=not garbled)
    letters = usable(lines)
    if garbled or _is_odd(text):
        page.wants_recognition = True
    elif letters < USABLE_CHARS:
        area = width * height if letters else 0.0  # a page without text may show little
        page.wants_recognition = _shows_pictures(raw, PICTURE_SHARE * area)
        page.readable = bool(lines) or not page.wants_recognition
    return page


def _is_guessed_right(text: str, lines: Sequence[Line]) -> bool:
    """Return whether the numbers of letters are those of ASCII, as in TeX's oldest fonts."""
    words = sum(len(line.text.split()) for line in lines)
    spaced = sum(len(line.text) for line in lines) <= WORD_CHARS * words
    return spaced and is_latin(text) and is_language(text)


def _is_odd(text: str) -> bool:
    """Whether text is no language, or signs, as where a font says other letters than it shows."""
    signs = _FILLING.sub("", text)
    return not is_language(text) or (
        len(signs) > ODD_CHARS and sum(map(str.isalnum, signs)) < ODD_SHARE * len(signs)
    )


def _shows_pictures(page: Any, area: float) -> bool:
    """Return whether the page shows pictures of at least that area, or letters drawn as lines."""
    paths = 0
    shown = 0.0
    sides = [ctypes.c_float() for _ in range(4)]
    for number in range(min(pdfium.FPDFPage_CountObjects(page), PAGE_OBJECTS)):
        item = pdfium.FPDFPage_GetObject(page, number)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            paths += 1
        elif kind in _PICTURES and pdfium.FPDFPageObj_GetBounds(item, *sides):
            left, bottom, right, top = (side.value for side in sides)
            shown += max(right - left, 0.0) * max(top - bottom, 0.0)
        if paths >= DRAWN_LETTERS or shown > area:
            return True
    return False


def _write(
    pages: Sequence[Page],
    outline: dict[int, dict[str, int]],
    builder: DocumentBuilder,
    progressed: Callable[[float], None],
) -> tuple[Figure, ...]:
    """Build the text; the figures, placed in it."""
    for page in pages:
        mirrored(page)
    mark_running(pages)
    progressed(0.0)
    mark_headings(pages, outline)
    progressed(0.0)
    mender = Mender(pages)
    figures: list[Figure] = []
    for number, page in enumerate(pages, 1):
        builder.begin_page()
        figures += [_figure(found, len(builder)) for found in page.figures]
        page.lines = with_drop_caps(page.lines, mender.spelt)
        for block in blocks_of(page, mender):
            builder.add(block.text, block.kind, level=block.level, gap=block.gap)
            start = len(builder) - len(block.text.strip())
            figures += [_figure(found, start) for found in block.figures]
        progressed(number / len(pages))
    return tuple(figures)


def _figure(found: FoundFigure, position: int) -> Figure:
    return Figure(
        page=found.page,
        position=position,
        caption=clean_text(found.caption),
        mime_type="image/png",
        data=found.data,
        width=found.width,
        height=found.height,
    )
