"""One PDF from its bytes to a document."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from lodgepole.adapters.pypdfium2_parser.columns import in_reading_order
from lodgepole.adapters.pypdfium2_parser.lines import Line, Page, lines_of, with_whole_rows
from lodgepole.adapters.pypdfium2_parser.mending import Mender
from lodgepole.adapters.pypdfium2_parser.structure import (
    blocks_of,
    mark_headings,
    mark_running,
    spelling,
)
from lodgepole.documents import DocumentBuilder, clean_text
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import Document

OUTLINE_ENTRIES = 20_000
GARBLED_SHARE = 0.3  # of characters without a meaning, from which a page is not readable
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_ENCRYPTED = 4  # FPDF_ERR_PASSWORD of fpdfview.h


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
        pages: list[Page] = []
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
            key = spelling(bookmark.get_title())
            if index is not None and key:
                found.setdefault(index, {})[key] = bookmark.level + 1
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return found  # a damaged outline says less, and the text is still there
    return found


def _read_page(pdf: pypdfium2.PdfDocument, index: int) -> Page:
    raw = pdfium.FPDF_LoadPage(pdf.raw, index)
    if not raw:
        return Page([], 0, 0, readable=False, found=False)
    try:
        width, height = pdfium.FPDF_GetPageWidthF(raw), pdfium.FPDF_GetPageHeightF(raw)
        text_page = pdfium.FPDFText_LoadPage(raw)
        if not text_page:
            return Page([], width, height, readable=False)
        try:
            lines = with_whole_rows(lines_of(text_page))
        finally:
            pdfium.FPDFText_ClosePage(text_page)
        readable = _is_readable(lines) if lines else not _has_pictures(raw)
    finally:
        pdfium.FPDF_ClosePage(raw)
    return Page(in_reading_order(lines, width), width, height, readable)


def _is_readable(lines: Sequence[Line]) -> bool:
    text = "".join(line.text for line in lines)
    return len(_MEANINGLESS.findall(text)) <= GARBLED_SHARE * len(text)


def _has_pictures(page: Any) -> bool:
    """Whether a page without text shows something, rather than being blank."""
    kinds = {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_SHADING}
    return any(
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, number)) in kinds
        for number in range(min(pdfium.FPDFPage_CountObjects(page), 1000))
    )


def _document(
    pages: list[Page],
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
    mark_running(pages)
    mark_headings(pages, outline)
    mender = Mender(pages)
    builder = DocumentBuilder(name, limits)
    for page in pages:
        builder.begin_page()
        for kind, level, text, gap in blocks_of(page, mender):
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
