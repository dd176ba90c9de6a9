"""What was filled into a page: fields of forms, and text put on it as an annotation.

A viewer shows it beside the page's own text; pdfium's text of a page is without it.
"""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from lodgepole.adapters.parsers.pdf.lines import Frame, Line

NOTES = 5000  # of one page
NOTE_CHARS = 20_000  # of one
LABEL_DISTANCE = 250.0  # points, from a label to its field at most
TICK = "\u2612"
_WRITTEN = (
    pdfium.FPDF_FORMFIELD_TEXTFIELD,
    pdfium.FPDF_FORMFIELD_COMBOBOX,
    pdfium.FPDF_FORMFIELD_LISTBOX,
)
_TICKED = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
_HIDDEN = 1 << 1 | 1 << 5  # hidden, and not to be viewed: PDF 32000-1, table 165


def form_of(pdf: pypdfium2.PdfDocument) -> Any:
    """The handle that fields are asked by; None where there is no form. Before any page is read."""
    try:
        if pdf.get_formtype() == pdfium.FORMTYPE_NONE:
            return None
        pdf.init_forms()
    except pypdfium2.PdfiumError:
        return None  # without what was filled in, and the text is still there
    return None if pdf.formenv is None else pdf.formenv.raw


def notes_of(form: Any, page: Any, frame: Frame) -> Iterator[Line]:
    """What was filled in, each as a line where it stands."""
    count = pdfium.FPDFPage_GetAnnotCount(page)
    if count <= 0:
        return
    if form is not None:
        pdfium.FORM_OnAfterLoadPage(page, form)
    for number in range(min(count, NOTES)):
        note = pdfium.FPDFPage_GetAnnot(page, number)
        if not note:
            continue
        try:
            text = " ".join(_text(form, note).split())
            if text and not pdfium.FPDFAnnot_GetFlags(note) & _HIDDEN:
                yield _line(text, note, frame)
        finally:
            pdfium.FPDFPage_CloseAnnot(note)
    if form is not None:
        pdfium.FORM_OnBeforeClosePage(page, form)


def with_notes(lines: Sequence[Line], notes: Iterable[Line]) -> list[Line]:
    """The lines, each field beside the label to its left, else below the line above it."""
    placed = list(lines)
    for note in notes:
        label = _label(placed, note)
        if label is not None:
            label.text = f"{label.text} {note.text}"
            continue
        above = [index for index, line in enumerate(placed) if line.y > note.y]
        placed.insert(min(above, key=lambda i: placed[i].y, default=-1) + 1, note)
    return placed


def _label(lines: Sequence[Line], note: Line) -> Line | None:
    near = [
        line
        for line in lines
        if abs(line.y - note.y) < max(line.size, note.size) and note.x0 - line.x1 >= 0
    ]
    label = max(near, key=lambda line: line.x1, default=None)
    return label if label and note.x0 - label.x1 < LABEL_DISTANCE else None


def _text(form: Any, note: Any) -> str:
    kind = pdfium.FPDFAnnot_GetSubtype(note)
    if kind == pdfium.FPDF_ANNOT_FREETEXT:
        return _string(pdfium.FPDFAnnot_GetStringValue, note, b"Contents")
    if kind != pdfium.FPDF_ANNOT_WIDGET or form is None:
        return ""
    field = pdfium.FPDFAnnot_GetFormFieldType(form, note)
    if field in _WRITTEN:
        return _string(pdfium.FPDFAnnot_GetFormFieldValue, form, note)
    return TICK if field in _TICKED and pdfium.FPDFAnnot_IsChecked(form, note) else ""


def _string(ask: Any, *about: Any) -> str:
    """What a function of pdfium writes as UTF-16 into a buffer."""
    size = ask(*about, None, 0)  # bytes, with the zero at the end
    if not 2 < size <= 4 * NOTE_CHARS:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    ask(*about, buffer, size)
    return bytes(buffer).decode("utf-16-le", errors="replace").rstrip("\0")


def _line(text: str, note: Any, frame: Frame) -> Line:
    box = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(note, ctypes.byref(box))
    left, bottom, right, top = frame.turned(box.left, box.bottom, box.right, box.top)
    size = min(10.0, max(top - bottom, 1.0))
    # A field of several lines begins at its top; one of a line stands in its middle.
    y = top - 1.2 * size if top - bottom > 3 * size else (bottom + top - size) / 2
    return Line(text, left, right, y, size, bold=False)
