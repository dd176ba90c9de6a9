"""Reads a paragraph: its runs in order, with notes, text boxes, pictures and comments."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lodgepole.adapters.parsers.docx.numbering import formatted
from lodgepole.adapters.parsers.docx.styles import RunStyle, is_placeholder, shift_of, switched_on
from lodgepole.documents.archives import attribute, child_of, children, local_name
from lodgepole.documents.drawingml import relation_id
from lodgepole.documents.inline_notation import note_mark
from lodgepole.documents.links import after_link
from lodgepole.documents.omml import linear
from lodgepole.documents.styled_text import Run, Shift, joined
from lodgepole.documents.symbol_fonts import in_font, sign

BREAK, RENDERED = "\f", "\v"  # within raw text: the author's break, and where a page began
TICKED, UNTICKED = "[x]", "[ ]"
SKIPPED = frozenset(
    {"del", "moveFrom", "delText", "instrText", "delInstrText", "rt", "pPr", "rPr", "sectPr",
     "tblPr", "trPr", "tcPr", "sdtPr", "Fallback", "tblGrid"}
)  # fmt: skip
_PICTURES = frozenset({"drawing", "pict", "object"})
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOTES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
_BOXES = str.maketrans({"☐": UNTICKED, "☑": TICKED, "☒": TICKED})
_MARK_BEFORE = re.compile(r"(?<=[^\s\[(])(\[\^[^\]\s]{1,40}\])")
_MARK_AFTER = re.compile(r"(\[\^[^\]\s]{1,40}\])(?=\w)")
_HYPERLINK = re.compile(r'\s*HYPERLINK\s+"([^"]{1,2000})"', re.IGNORECASE)


@dataclass(slots=True)
class Context:
    """Context of a part's paragraphs: styles, where links lead, which notes were counted."""

    run_styles: Mapping[str, RunStyle]
    links: Mapping[str, str]  # by relation
    counts: dict[str, int] = field(default_factory=dict[str, int])  # of notes, by their kind
    noted: dict[str, None] = field(default_factory=dict[str, None])  # sentences of the notice


@dataclass(slots=True)
class _Field:
    """One of Word's fields: what it is, and where its result begins."""

    code: str = ""
    start: int = 0


@dataclass(slots=True)
class Paragraph:
    """A paragraph's text, with its breaks, and what hangs on it."""

    context: Context
    runs: list[Run] = field(default_factory=list[Run])
    boxes: list[Any] = field(default_factory=list[Any])  # elements of text boxes, in order
    notes: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    """Kind, id and mark of footnotes and endnotes."""
    comments: list[str] = field(default_factory=list[str])  # ids
    parts: list[str] = field(default_factory=list[str])  # relations of charts and diagrams
    alternatives: list[str] = field(default_factory=list[str])  # what pictures show, in words
    pictured: bool = False
    _fields: list[_Field] = field(default_factory=list[_Field])

    def text(self) -> str:
        """The text, with page breaks as signs in it."""
        text = joined(self.runs).translate(_BOXES)
        return _MARK_AFTER.sub(r"\1 ", _MARK_BEFORE.sub(r" \1", text)) if "[^" in text else text

    def collect(self, element: Any, shift: Shift = Shift.NONE, font: str = "") -> None:
        """Append what is in an element, in order; text boxes and notes are set aside."""
        for child in element:
            kind = local_name(child)
            if kind == "t":
                text = child.text or ""
                self.runs.append((in_font(text, font) if text else "", shift))
            elif kind == "r":
                self._run(child)
            elif kind not in SKIPPED or (kind == "Fallback" and _only_fallback(child)):
                if not self._special(child, kind, shift):
                    self.pictured = self.pictured or kind in _PICTURES
                    self.collect(child, shift, font)
            elif kind == "instrText" and self._fields:
                self._fields[-1].code += child.text or ""
            elif kind in {"del", "moveFrom"}:
                self.context.noted.setdefault(
                    "Text that tracked changes delete is left out; what they insert is read."
                )

    def _run(self, run: Any) -> None:
        properties = child_of(run, "rPr")
        if properties is None:
            self.collect(run)
            return
        if switched_on(child_of(properties, "vanish")):
            return  # hidden text
        if is_placeholder(properties, self.context.run_styles):
            return
        fonts = child_of(properties, "rFonts")
        font = "" if fonts is None else attribute(fonts, "ascii") or ""
        self.collect(run, shift_of(properties, self.context.run_styles), font)

    def _special(self, child: Any, kind: str, shift: Shift) -> bool:  # noqa: C901, PLR0912  one branch a kind
        """Take what is more than its text; False for everything else."""
        if kind == "lastRenderedPageBreak":
            self._say(RENDERED)
        elif kind == "br" and attribute(child, "type") == "page":
            self._say(BREAK)
        elif kind in _SIGNS:
            self._say(_SIGNS[kind])
        elif kind == "sym":
            self._sign(child, shift)
        elif kind in _NOTES:
            self._note(child, _NOTES[kind])
        elif kind == "commentReference":
            self.comments.append(attribute(child, "id") or "")
        elif kind == "txbxContent":
            self.boxes.append(child)
        elif kind == "oMath":
            self._say(linear(child, joined(self.runs[-4:])))
        elif kind in {"hyperlink", "fldSimple"}:
            self._link(child, kind)
        elif kind == "sdt":
            self._control(child)
        elif kind == "fldChar":
            self._field(child)
        elif kind in {"chart", "relIds"}:
            self.parts.append(attribute(child, "dm") or relation_id(child) or "")
        elif kind == "docPr":
            self.alternatives.append(attribute(child, "descr") or "")
        elif kind == "OLEObject":
            what = attribute(child, "ProgID") or "object"
            self.context.noted.setdefault(f"An embedded {what} is not read beyond its picture.")
        else:
            return False
        return True

    def _say(self, text: str) -> None:
        self.runs.append((text, Shift.NONE))

    def _sign(self, element: Any, shift: Shift) -> None:
        font = attribute(element, "font") or ""
        shown = sign(font, attribute(element, "char"))
        if not shown:
            self.context.noted.setdefault(f"Some signs of the font {font} could not be read.")
        self.runs.append((shown, shift))

    def _note(self, element: Any, kind: str) -> None:
        """A note's mark; one of the author's own follows as text."""
        mark = ""
        if not switched_on_attribute(element, "customMarkFollows"):
            count = self.context.counts[kind] = self.context.counts.get(kind, 0) + 1
            mark = str(count) if kind == "footnote" else formatted(count, "lowerRoman")
            self._say(note_mark(mark))
        self.notes.append((kind, attribute(element, "id") or "", mark))

    def _link(self, element: Any, kind: str) -> None:
        start = len(self.runs)
        self.collect(element)
        if kind == "hyperlink":
            target = self.context.links.get(relation_id(element) or "", "")
        else:
            found = _HYPERLINK.match(attribute(element, "instr") or "")
            target = found[1] if found else ""
        self._target(target, start)

    def _target(self, target: str, start: int) -> None:
        if target:
            self._say(after_link("".join(text for text, _ in self.runs[start:]), target))

    def _control(self, element: Any) -> None:
        """A content control: a box says whether it is ticked, a placeholder nothing."""
        properties = child_of(element, "sdtPr")
        box = child_of(properties, "checkbox")
        if box is not None:
            self._say(TICKED if switched_on(child_of(box, "checked")) else UNTICKED)
        elif not switched_on(child_of(properties, "showingPlcHdr")):
            self.collect(element)

    def _field(self, element: Any) -> None:
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            self._fields.append(_Field(start=len(self.runs)))
            self._say(legacy_field(child_of(element, "ffData")))
        elif kind == "separate" and self._fields:
            self._fields[-1].start = len(self.runs)
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            if found := _HYPERLINK.match(ended.code):
                self._target(found[1], ended.start)


def legacy_field(data: Any) -> str:
    """Return what a form field of the older kind shows; a text field's text stands beside it."""
    box, choices = child_of(data, "checkBox"), child_of(data, "ddList")
    if box is not None:
        said = child_of(box, "checked")
        return (
            TICKED
            if switched_on(said if said is not None else child_of(box, "default"))
            else UNTICKED
        )
    if choices is None:
        return ""
    entries = [attribute(e, "val") or "" for e in children(choices) if local_name(e) == "listEntry"]
    chosen = child_of(choices, "result")
    chosen = child_of(choices, "default") if chosen is None else chosen
    place = "0" if chosen is None else attribute(chosen, "val") or "0"
    return entries[int(place)] if place.isdecimal() and int(place) < len(entries) else ""


def switched_on_attribute(element: Any, name: str) -> bool:
    return attribute(element, name) in {"1", "true", "on"}


def _only_fallback(element: Any) -> bool:
    return all(local_name(sibling) != "Choice" for sibling in element.getparent())
