"""Presentations: a slide is a page, its title a heading; tables, diagrams and notes follow."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lodgepole.documents.archives import Archive, Kept, attribute, child_of, local_name
from lodgepole.documents.builder import DocumentBuilder, clean_text
from lodgepole.documents.tables import CELL_GAP, Cell, Grid
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

SLIDES = Kept("a presentation", ".pptx", "a presentation program", old=".ppt")
SPAN_DIGITS = 6  # of a number of rows or columns
_INEXACT = re.compile(r"-?\d+\.\d{12,}(?:[eE][+-]?\d{1,3})?")  # 0.1 as a computer has it
_TITLES = frozenset({"title", "ctrTitle"})
_LEFT_OUT = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a presentation.

    Raises:
        UnreadableFile: It is encrypted, damaged, over a limit, or holds no text.
    """
    archive = Archive(path, name, limits, SLIDES)
    try:
        return _read(archive, name, limits)
    finally:
        archive.close()


def _read(archive: Archive, name: str, limits: Limits) -> Document:
    main = archive.main_part() or "ppt/presentation.xml"
    root = archive.xml(main, required=True)
    slides = archive.relations(_relations_of(main), "/slide")
    builder = DocumentBuilder(name, limits)
    title = ""
    for entry in child_of(root, "sldIdLst") if child_of(root, "sldIdLst") is not None else ():
        target = next((v for k, v in entry.attrib.items() if k.endswith("}id")), "")
        part = _beside(main, slides.get(str(target), ""))
        slide = archive.xml(part)
        builder.begin_page()
        if slide is None:
            continue
        title = title or _title(slide)
        _shapes(builder, slide)
        for target in archive.relations(_relations_of(part), "/diagramData").values():
            diagram = archive.xml(_beside(part, target))
            _paragraphs(builder, () if diagram is None else _named(diagram, "t"), diagram)
        for target in archive.relations(_relations_of(part), "/chart").values():
            chart = archive.xml(_beside(part, target))
            if chart is not None:
                _chart(builder, chart)
        for target in archive.relations(_relations_of(part), "/notesSlide").values():
            notes = archive.xml(_beside(part, target))
            if notes is not None:
                _shapes(builder, notes)
    archive.tell_damage(builder)
    return builder.build(title=title)


def _relations_of(part: str) -> str:
    folder, file = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{file}.rels")


def _beside(part: str, target: str) -> str:
    """A relation's target as the name of a part; those from the root lost their slash."""
    if target.startswith("ppt/"):
        return target
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))


def _named(root: Any, name: str) -> Iterator[Any]:
    return (element for element in root.iter() if local_name(element) == name)


def _placeholder(shape: Any) -> str:
    """What a shape is in its layout, e.g. `title`; empty for a shape of its own."""
    found = next(_named(shape, "ph"), None)
    return "" if found is None else attribute(found, "type") or "body"


def _title(slide: Any) -> str:
    for shape in _named(slide, "sp"):
        if _placeholder(shape) in _TITLES:
            return " ".join(_text(p) for p in _named(shape, "p")).strip()
    return ""


def _shapes(builder: DocumentBuilder, slide: Any) -> None:
    """The text of a slide's shapes, titles first, then in the order in which they are drawn."""
    shapes = list(_shapes_within(slide))
    roles = {id(shape): _placeholder(shape) for shape in shapes}
    for shape in sorted(shapes, key=lambda s: roles[id(s)] not in _TITLES):
        role = roles[id(shape)]
        if role in _LEFT_OUT:
            continue
        table = next(_named(shape, "tbl"), None)
        if table is not None:
            _table(builder, table)
            continue
        paragraphs = list(_named(shape, "p"))
        if role in _TITLES:
            heading = " ".join(filter(None, map(_text, paragraphs)))
            builder.add(" ".join(heading.split()), BlockKind.HEADING, level=1)
        else:
            _paragraphs(builder, paragraphs, shape)


def _shapes_within(element: Any) -> Iterator[Any]:
    """Shapes in order; what older programs are offered in place of one is left out."""
    for child in element.iter():
        if local_name(child) in {"sp", "graphicFrame"} and not _is_offered_again(child):
            yield child


def _is_offered_again(shape: Any) -> bool:
    return any(
        local_name(outer) == "Fallback"
        and any(local_name(other) == "Choice" for other in outer.getparent())
        for outer in shape.iterancestors()
    )


def _paragraphs(builder: DocumentBuilder, paragraphs: Any, owner: Any) -> None:
    del owner  # keeps the tree alive while its elements are read
    texts = [text for text in map(_text, paragraphs) if text]
    kind = BlockKind.LIST_ITEM if len(texts) > 1 else BlockKind.PARAGRAPH
    for index, text in enumerate(texts):
        builder.add(text, kind, gap="\n" if index else "\n\n")


def _table(builder: DocumentBuilder, table: Any) -> None:
    grid = Grid([list(_cells(row)) for row in _named(table, "tr")])
    rows = [CELL_GAP.join(cell for cell in row if cell is not None) for row in grid.rows()]
    builder.add("\n".join(row for row in rows if row.strip(" |")), BlockKind.TABLE)


def _cells(row: Any) -> Iterator[Cell]:
    for column, cell in enumerate(_named(row, "tc")):
        text = " ".join(map(_text, _named(cell, "p")))
        spanned = any(attribute(cell, name) in {"1", "true"} for name in ("hMerge", "vMerge"))
        if text or not spanned:
            rows, columns = (attribute(cell, name) or "1" for name in ("rowSpan", "gridSpan"))
            yield Cell(column, text, _span(rows), _span(columns))


def _span(value: str) -> int:
    return max(int(value), 1) if value.isdecimal() and len(value) < SPAN_DIGITS else 1


def _chart(builder: DocumentBuilder, root: Any) -> None:
    """A chart's title and the numbers that it shows, a row for each category."""
    title = child_of(child_of(root, "chart"), "title")
    if title is not None:
        builder.add(" ".join(filter(None, map(_text, _named(title, "p")))), BlockKind.CAPTION)
    series = [
        (_points(child_of(item, "tx")), _points(_first(item, "cat", "xVal")), _points(values))
        for item in _named(root, "ser")
        if (values := _first(item, "val", "yVal")) is not None
    ]
    rows: dict[str, list[str]] = {}
    for name, categories, values in series:
        named = "".join(name.values())
        for place, value in values.items():
            row = rows.setdefault(categories.get(place, str(place + 1)), [])
            row.append(f"{named}: {value}" if named else value)
    lines = [CELL_GAP.join((category, *values)) for category, values in rows.items()]
    builder.add("\n".join(lines), BlockKind.TABLE)


def _first(element: Any, *names: str) -> Any:
    return next((found for name in names if (found := child_of(element, name)) is not None), None)


def _points(element: Any) -> dict[int, str]:
    """What a chart has kept of the cells that it was drawn from, by their places."""
    points: dict[int, str] = {}
    for point in () if element is None else _named(element, "pt"):
        place, value = attribute(point, "idx") or "", child_of(point, "v")
        shown = "" if value is None else clean_text(value.text or "").strip()
        if _INEXACT.fullmatch(shown):
            shown = f"{float(shown):.15g}"
        if place.isdecimal() and shown:
            points.setdefault(int(place), shown)
    return points


def _text(paragraph: Any) -> str:
    parts: list[str] = []
    for element in paragraph.iter():
        kind = local_name(element)
        if kind == "t":
            parts.append(element.text or "")
        elif kind in {"br", "tab"}:
            parts.append(" ")
    return clean_text("".join(parts)).strip()
