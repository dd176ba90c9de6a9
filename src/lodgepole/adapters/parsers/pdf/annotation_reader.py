"""Reads form fields, notes, stamps and links, which page text from pdfium lacks."""

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from lodgepole.adapters.parsers.pdf.annotations import (
    TICKED,
    UNTICKED,
    Annotations,
    FormField,
    Link,
    Note,
    Place,
)
from lodgepole.adapters.parsers.pdf.lines import Frame

NOTES = 5000  # of one page
NOTE_CHARS = 20_000  # of one
OPTIONS = 2000  # of one list that are asked whether they are chosen
_WRITTEN = (
    pdfium.FPDF_FORMFIELD_TEXTFIELD,
    pdfium.FPDF_FORMFIELD_COMBOBOX,
    pdfium.FPDF_FORMFIELD_LISTBOX,
)
_TICKS = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
_HIDDEN = 1 << 1 | 1 << 5  # hidden, and not to be viewed: PDF 32000-1, table 165
_PASSWORD = 1 << 13  # table 228
_MARKERS = frozenset(
    (
        pdfium.FPDF_ANNOT_HIGHLIGHT,
        pdfium.FPDF_ANNOT_UNDERLINE,
        pdfium.FPDF_ANNOT_SQUIGGLY,
        pdfium.FPDF_ANNOT_STRIKEOUT,
    )
)
_COMMENTS = _MARKERS | {
    pdfium.FPDF_ANNOT_TEXT,
    pdfium.FPDF_ANNOT_CARET,
    pdfium.FPDF_ANNOT_LINE,
    pdfium.FPDF_ANNOT_SQUARE,
    pdfium.FPDF_ANNOT_CIRCLE,
    pdfium.FPDF_ANNOT_POLYGON,
    pdfium.FPDF_ANNOT_POLYLINE,
    pdfium.FPDF_ANNOT_INK,
}


def form_of(pdf: pypdfium2.PdfDocument) -> Any:
    """The handle that fields are asked by; None where there is no form. Before any page is read."""
    try:
        if pdf.get_formtype() in (pdfium.FORMTYPE_NONE, pdfium.FORMTYPE_XFA_FULL):
            return None
        pdf.init_forms()
    except pypdfium2.PdfiumError:
        return None  # without what was filled in, and the text is still there
    return None if pdf.formenv is None else pdf.formenv.raw


def annotations_of(pdf: pypdfium2.PdfDocument, form: Any, page: Any, frame: Frame) -> Annotations:
    """Read the annotations of a page."""
    count = min(pdfium.FPDFPage_GetAnnotCount(page), NOTES)
    if count <= 0:
        return Annotations()
    if form is not None:
        pdfium.FORM_OnAfterLoadPage(page, form)
    fields: list[FormField] = []
    notes: list[Note] = []
    for number in range(count):
        raw = pdfium.FPDFPage_GetAnnot(page, number)
        if not raw:
            continue
        try:
            if pdfium.FPDFAnnot_GetFlags(raw) & _HIDDEN:
                continue
            if pdfium.FPDFAnnot_GetSubtype(raw) == pdfium.FPDF_ANNOT_WIDGET:
                fields += _field(form, raw, frame)
            else:
                notes += _note(raw, frame)
        finally:
            pdfium.FPDFPage_CloseAnnot(raw)
    if form is not None:
        pdfium.FORM_OnBeforeClosePage(page, form)
    return Annotations(tuple(fields), tuple(notes), tuple(_links(pdf, page, frame)))


def _field(form: Any, raw: Any, frame: Frame) -> Iterator[FormField]:
    if form is None:
        return
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, raw)
    if kind in _TICKS:
        text = TICKED if pdfium.FPDFAnnot_IsChecked(form, raw) else UNTICKED
    elif kind in _WRITTEN:
        if pdfium.FPDFAnnot_GetFormFieldFlags(form, raw) & _PASSWORD:
            return
        text = _chosen(form, raw) or _string(pdfium.FPDFAnnot_GetFormFieldValue, form, raw)
    else:
        return
    name = _string(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, raw)
    place = _place(raw, frame)
    yield FormField(place=place, text=_plain(text), is_tick=kind in _TICKS, name=_plain(name))


def _chosen(form: Any, raw: Any) -> str:
    """The options that are chosen, as they are shown rather than as they are sent."""
    count = min(pdfium.FPDFAnnot_GetOptionCount(form, raw), OPTIONS)
    return ", ".join(
        _string(pdfium.FPDFAnnot_GetOptionLabel, form, raw, number)
        for number in range(max(count, 0))
        if pdfium.FPDFAnnot_IsOptionSelected(form, raw, number)
    )


def _note(raw: Any, frame: Frame) -> Iterator[Note]:
    kind = pdfium.FPDFAnnot_GetSubtype(raw)
    text = _plain(_string(pdfium.FPDFAnnot_GetStringValue, raw, b"Contents"))
    if kind == pdfium.FPDF_ANNOT_FREETEXT and text:
        yield Note(place=_place(raw, frame), text=text, is_remark=False)
    what = "Comment" if kind in _COMMENTS else "Stamp"
    if kind == pdfium.FPDF_ANNOT_STAMP:
        text = text or _plain(_string(pdfium.FPDFAnnot_GetStringValue, raw, b"Name"))
    elif kind not in _COMMENTS:
        return
    if not text:
        return
    author = _plain(_string(pdfium.FPDFAnnot_GetStringValue, raw, b"T"))
    by = f" by {author}" if author else ""
    yield Note(
        place=_place(raw, frame),
        text=f"{what}{by}: {text}",
        is_remark=True,
        marks_words=kind in _MARKERS,
    )


def _links(pdf: pypdfium2.PdfDocument, page: Any, frame: Frame) -> Iterator[Link]:
    """The links that leave the file; those of one target that follow each other are one."""
    position, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    places: list[Place] = []
    target = ""
    for _ in range(NOTES):
        if not pdfium.FPDFLink_Enumerate(page, ctypes.byref(position), ctypes.byref(link)):
            break
        address = _address(pdf, link)
        if address != target and places:
            yield Link(places=tuple(places), target=target)
            places = []
        target = address
        if address:
            places += _places(link, frame)
    if places:
        yield Link(places=tuple(places), target=target)


def _address(pdf: pypdfium2.PdfDocument, link: Any) -> str:
    action = pdfium.FPDFLink_GetAction(link)
    if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
        return ""
    size = pdfium.FPDFAction_GetURIPath(pdf.raw, action, None, 0)
    if not 1 < size <= NOTE_CHARS:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAction_GetURIPath(pdf.raw, action, buffer, size)
    return buffer.value.decode("utf-8", errors="replace")


def _places(link: Any, frame: Frame) -> Iterator[Place]:
    quad = pdfium.FS_QUADPOINTSF()
    count = min(pdfium.FPDFLink_CountQuadPoints(link), NOTES)
    for number in range(max(count, 0)):
        if pdfium.FPDFLink_GetQuadPoints(link, number, ctypes.byref(quad)):
            xs = (quad.x1, quad.x2, quad.x3, quad.x4)
            ys = (quad.y1, quad.y2, quad.y3, quad.y4)
            yield _turned(frame, min(xs), min(ys), max(xs), max(ys))
    if count <= 0:
        box = pdfium.FS_RECTF()
        if pdfium.FPDFLink_GetAnnotRect(link, ctypes.byref(box)):
            yield _turned(frame, box.left, box.bottom, box.right, box.top)


def _place(raw: Any, frame: Frame) -> Place:
    box = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(raw, ctypes.byref(box))
    return _turned(frame, box.left, box.bottom, box.right, box.top)


def _turned(frame: Frame, left: float, bottom: float, right: float, top: float) -> Place:
    left, right = sorted((left, right))
    bottom, top = sorted((bottom, top))
    left, bottom, right, top = frame.turned(left, bottom, right, top)
    return Place(left=left, bottom=bottom, right=right, top=top)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _string(ask: Any, *about: Any) -> str:
    """What a function of pdfium writes as UTF-16 into a buffer."""
    size = ask(*about, None, 0)  # bytes, with the zero at the end
    if not 2 < size <= 4 * NOTE_CHARS:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    ask(*about, buffer, size)
    return bytes(buffer).decode("utf-16-le", errors="replace").rstrip("\0")
