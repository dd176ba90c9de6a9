"""Styles of a document, and their effect on its paragraphs and runs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lodgepole.documents.archives import attribute, child_of, children, local_name
from lodgepole.documents.styled_text import Shift

LEAST_RISE = 4  # half-points above or below the line, from which text is raised or lowered
_HEADING_NAME = re.compile(r"heading ([1-9])", re.IGNORECASE)
_SHIFTS = {"superscript": Shift.RAISED, "subscript": Shift.LOWERED, "baseline": Shift.NONE}


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    based_on: str | None
    level: int  # of a heading; 0 for none
    number: tuple[str | None, int | None]  # of its list, and of its level there


@dataclass(frozen=True, slots=True)
class RunStyle:
    shift: Shift = Shift.NONE
    placeholder: bool = False  # text that only says what to write


def paragraph_styles(root: Any) -> dict[str, ParagraphStyle]:
    styles: dict[str, ParagraphStyle] = {}
    for element in children(root):
        style_id = attribute(element, "styleId") if local_name(element) == "style" else None
        if style_id is None or attribute(element, "type") not in {None, "paragraph"}:
            continue
        properties = child_of(element, "pPr")
        based_on = child_of(element, "basedOn")
        styles[style_id] = ParagraphStyle(
            based_on=None if based_on is None else attribute(based_on, "val"),
            level=_named_level(_name(element)) or outline_level(child_of(properties, "outlineLvl")),
            number=number_of(properties),
        )
    return styles


def run_styles(root: Any) -> dict[str, RunStyle]:
    """Character styles that raise or lower text, or are of placeholders."""
    return {
        attribute(element, "styleId") or "": RunStyle(
            shift=shift_of(child_of(element, "rPr"), {}),
            placeholder=_name(element).lower() == "placeholder text",
        )
        for element in children(root)
        if local_name(element) == "style" and attribute(element, "type") == "character"
    }


def shift_of(properties: Any, styles: Mapping[str, RunStyle]) -> Shift:
    """Return whether a run is raised or lowered, by its properties or else by its style."""
    if properties is None:
        return Shift.NONE
    align = child_of(properties, "vertAlign")
    if align is not None:
        return _SHIFTS.get(attribute(align, "val") or "", Shift.NONE)
    position = child_of(properties, "position")
    value = "" if position is None else attribute(position, "val") or ""
    if re.fullmatch(r"-?\d{1,4}", value) and abs(int(value)) >= LEAST_RISE:
        return Shift.RAISED if int(value) > 0 else Shift.LOWERED
    style = child_of(properties, "rStyle")
    found = styles.get("" if style is None else attribute(style, "val") or "")
    return Shift.NONE if found is None else found.shift


def is_placeholder(properties: Any, styles: Mapping[str, RunStyle]) -> bool:
    """Return whether a run only says what to write in its place."""
    style = child_of(properties, "rStyle")
    found = styles.get("" if style is None else attribute(style, "val") or "")
    return found is not None and found.placeholder


def outline_level(element: Any) -> int:
    value = None if element is None else attribute(element, "val")
    return int(value) + 1 if value is not None and value.isdigit() and int(value) < 9 else 0


def number_of(properties: Any) -> tuple[str | None, int | None]:
    """The list that a paragraph or style names, `0` for none, and the level."""
    found = child_of(properties, "numPr")
    number, level = child_of(found, "numId"), child_of(found, "ilvl")
    place = None if level is None else attribute(level, "val") or ""
    return (
        None if number is None else attribute(number, "val"),
        int(place) if place is not None and place.isdecimal() and len(place) < 3 else None,
    )


def switched_on(element: Any) -> bool:
    return element is not None and attribute(element, "val") not in {"0", "false", "off"}


def _name(style: Any) -> str:
    name = child_of(style, "name")
    return "" if name is None else attribute(name, "val") or ""


def _named_level(name: str) -> int:
    match = _HEADING_NAME.fullmatch(name)
    if match:
        return int(match[1])
    return 1 if name.lower() == "title" else 0
