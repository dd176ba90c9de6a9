"""XFA forms: labels from their template, values from their data.

Their pages only say that another viewer is needed; the form itself is XML beside them.
"""

import ctypes
import re
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  lxml has no stubs

from lodgepole.adapters.parsers.pdf.annotations import BLANK, TICKED, UNTICKED
from lodgepole.documents.archives import local_name
from lodgepole.documents.builder import clean_text
from lodgepole.limits import MIB

PACKETS = 50
PACKET_BYTES = 50 * MIB
ELEMENTS = 200_000  # of one packet
VALUE_CHARS = 20_000
PLACEHOLDER = re.compile(
    r"please wait|if this message is not eventually replaced|adobe (?:acrobat )?reader", re.I
)
"""What pages say in place of a form."""


def is_dynamic(pdf: pypdfium2.PdfDocument) -> bool:
    """Return whether the pages stand in for a form that only XML holds."""
    return pdf.get_formtype() == pdfium.FORMTYPE_XFA_FULL


def xfa_lines(pdf: pypdfium2.PdfDocument) -> list[str]:
    """Return the form's lines, a field or a text each; empty where it cannot be read."""
    packets: dict[str, Any] = {}
    for number in range(min(pdfium.FPDF_GetXFAPacketCount(pdf.raw), PACKETS)):
        name, root = _name(pdf, number), _packet(pdf, number)
        if root is not None:
            packets[name or local_name(root)] = root
            packets.setdefault(local_name(root), root)
            for child in root:  # all of it in one packet
                packets.setdefault(local_name(child), child)
    values = _values(packets.get("datasets"))
    lines = list(_template_lines(packets.get("template"), values))
    for name, left in values.items():
        lines += [f"{name}: {value}" for value in left if value]
    return lines


def _name(pdf: pypdfium2.PdfDocument, number: int) -> str:
    buffer = ctypes.create_string_buffer(256)
    pdfium.FPDF_GetXFAPacketName(pdf.raw, number, buffer, len(buffer))
    return buffer.value.decode("utf-8", errors="replace")


def _packet(pdf: pypdfium2.PdfDocument, number: int) -> Any:
    size = ctypes.c_ulong()
    pdfium.FPDF_GetXFAPacketContent(pdf.raw, number, None, 0, ctypes.byref(size))
    if not 0 < size.value <= PACKET_BYTES:
        return None
    buffer = ctypes.create_string_buffer(size.value)
    pdfium.FPDF_GetXFAPacketContent(pdf.raw, number, buffer, size.value, ctypes.byref(size))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(buffer.raw, parser)
    except etree.XMLSyntaxError:
        return None  # such as the beginning and the end of the XML, which are packets too


def _walk(root: Any) -> Iterator[Any]:
    if root is not None:
        for number, element in enumerate(root.iter()):
            if number >= ELEMENTS:
                return
            yield element


def _values(datasets: Any) -> dict[str, deque[str]]:
    """Values by the names of their fields, in order."""
    found: dict[str, deque[str]] = defaultdict(deque)
    data = next((e for e in _walk(datasets) if local_name(e) == "data"), None)
    for element in _walk(data):
        if element is not data and not any(map(local_name, element)):
            found[local_name(element)].append(_text(element))
    return found


def _text(element: Any) -> str:
    return " ".join(clean_text("".join(element.itertext())).split())[:VALUE_CHARS]


def _template_lines(template: Any, values: dict[str, deque[str]]) -> Iterator[str]:
    for element in _walk(template):
        kind = local_name(element)
        if kind not in {"field", "draw"} or element.get("presence") in {"hidden", "invisible"}:
            continue
        if kind == "draw":
            yield from filter(None, [_child_text(element, "value")])
        elif not any(local_name(e) == "button" for e in element.iter()):
            name = element.get("name") or ""
            given = values.get(name)
            value = given.popleft() if given else _child_text(element, "value")
            yield _field(element, name, value)


def _field(element: Any, name: str, value: str) -> str:
    """A field with its label; its name, where it has none."""
    caption = _child_text(element, "caption") or name
    items = [[_text(item) for item in child] for child in element if local_name(child) == "items"]
    if any(local_name(e) == "checkButton" for e in element.iter()):
        on = items[0][0] if items and items[0] else "1"
        return f"{TICKED if value == on else UNTICKED} {caption}"
    if len(items) > 1 and value in items[1]:  # what is kept and what is shown
        place = items[1].index(value)
        value = items[0][place] if place < len(items[0]) else value
    return f"{caption.rstrip(' :')}: {value or BLANK}"


def _child_text(element: Any, name: str) -> str:
    found = next((child for child in element if local_name(child) == name), None)
    return "" if found is None else _text(found)
