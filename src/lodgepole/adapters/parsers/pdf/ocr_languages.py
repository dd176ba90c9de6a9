"""The languages in which a file's scanned pages are read."""

import ctypes
from collections.abc import Iterable, Sequence

import pypdfium2
import pypdfium2.raw as pdfium

from lodgepole.adapters.parsers.pdf.lines import Page
from lodgepole.documents.ocr import Recognition, code_of
from lodgepole.text.languages import detect_language


def languages_of(pdf: pypdfium2.PdfDocument, pages: Sequence[Page]) -> list[str]:
    """Return the languages of the text and of the file's own word; none without a scan."""
    if not any(page.wants_recognition for page in pages):
        return []
    text = "\n".join(line.text for page in pages if page.readable for line in page.lines)
    found = {code_of(language): language for language in (detect_language(text), _said(pdf))}
    return [language for code, language in found.items() if code is not None]


def in_languages(recognition: Recognition, languages: Iterable[str]) -> Recognition:
    """Recognition that also reads these languages, as far as they are installed."""
    for language in languages:
        code = code_of(language)
        if code is not None and code not in recognition.languages:
            recognition = recognition.with_language(code) or recognition
    return recognition


def _said(pdf: pypdfium2.PdfDocument) -> str:
    """The language that the file says it is in, as `de-AT`; empty where it says none."""
    buffer = (ctypes.c_ushort * 32)()
    size = pdfium.FPDFCatalog_GetLanguage(pdf.raw, buffer, ctypes.sizeof(buffer))
    if not 2 < size <= ctypes.sizeof(buffer):
        return ""
    return bytes(buffer)[: size - 2].decode("utf-16-le", errors="replace")
