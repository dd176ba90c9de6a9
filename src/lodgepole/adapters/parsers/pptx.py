"""Presentations: a slide is a page, its title a heading; charts, notes and comments follow."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from lodgepole.documents.archives import (
    Archive,
    Kept,
    attribute,
    child_of,
    children,
    children_of,
    local_name,
    relations_of,
)
from lodgepole.documents.builder import DocumentBuilder, clean_text
from lodgepole.documents.comments import comment_line
from lodgepole.documents.drawingml import (
    add_paragraphs,
    chart,
    description,
    diagram_texts,
    named,
    paragraph_text,
    relation_id,
)
from lodgepole.documents.tables import CELL_GAP, Cell, Grid
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

SLIDES = Kept("a presentation", ".pptx", "a presentation program", old=".ppt")
SPAN_DIGITS = 6  # of a number of rows or columns
_TITLES = frozenset({"title", "ctrTitle"})
_LEFT_OUT = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})

Targets = Mapping[str, str]
"""Where links lead, by relation."""


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
    slides = archive.used_by(main, "/slide")
    authors = _authors(archive, main)
    builder = DocumentBuilder(name, limits)
    title = ""
    for number, entry in enumerate(children_of(root, "sldIdLst"), 1):
        part = slides.get(relation_id(entry) or "", "")
        slide = archive.xml(part) if part else None
        builder.begin_page()
        if slide is None:
            continue
        title = title or _title(slide)
        _add_slide(builder, archive, part, slide)
        _add_comments(builder, archive, part, authors)
        if attribute(slide, "show") in {"0", "false"}:
            builder.note(f"Slide {number:,} is hidden and was read too.")
    archive.tell_damage(builder)
    return builder.build(title=title)


def _add_slide(builder: DocumentBuilder, archive: Archive, part: str, slide: Any) -> None:
    """Append a slide's shapes, diagrams, charts and notes."""
    _shapes(builder, slide, _targets(archive, part))
    for target in archive.used_by(part, "/diagramData").values():
        add_paragraphs(builder, diagram_texts(archive.xml(target)))
    for target in archive.used_by(part, "/chart").values():
        found = archive.xml(target)
        if found is not None:
            chart(found).add_to(builder)
    for target in archive.used_by(part, "/notesSlide").values():
        notes = archive.xml(target)
        if notes is not None:
            _shapes(builder, notes, _targets(archive, target))
    for element in named(slide, "oleObj"):
        what = attribute(element, "progId") or "object"
        builder.note(f"An embedded {what} is not read beyond its picture.")


def _targets(archive: Archive, part: str) -> Targets:
    return archive.relations(relations_of(part), "/hyperlink")


def _authors(archive: Archive, main: str) -> dict[str, str]:
    """Names of those who comment, by id."""
    parts = (*archive.used_by(main, "/commentAuthors").values(),
             *archive.used_by(main, "/authors").values())  # fmt: skip
    return {
        attribute(author, "id") or "": attribute(author, "name") or ""
        for part in parts
        for author in children(archive.xml(part))
    }


def _add_comments(
    builder: DocumentBuilder, archive: Archive, part: str, authors: Mapping[str, str]
) -> None:
    """Append the comments on a slide and the replies to them, as such."""
    for target in archive.used_by(part, "/comments").values():
        root = archive.xml(target)
        for comment in () if root is None else root.iter():
            if local_name(comment) not in {"cm", "reply"}:
                continue
            plain, body = child_of(comment, "text"), child_of(comment, "txBody")
            texts = [] if body is None else [paragraph_text(p) for p in named(body, "p")]
            text = " ".join((*texts, clean_text("" if plain is None else plain.text or ""))).strip()
            when = attribute(comment, "dt") or attribute(comment, "created") or ""
            author = authors.get(attribute(comment, "authorId") or "", "")
            if text:
                line = comment_line(text, author=author, when=when)
                builder.add(line, BlockKind.PARAGRAPH)


def _placeholder(shape: Any) -> str:
    """What a shape is in its layout, e.g. `title`; empty for a shape of its own."""
    found = next(named(shape, "ph"), None)
    return "" if found is None else attribute(found, "type") or "body"


def _title(slide: Any) -> str:
    for shape in named(slide, "sp"):
        if _placeholder(shape) in _TITLES:
            return " ".join(paragraph_text(p) for p in named(shape, "p")).strip()
    return ""


def _shapes(builder: DocumentBuilder, slide: Any, targets: Targets) -> None:
    """The text of a slide's shapes, titles first, then in the order in which they are drawn."""
    shapes = list(_shapes_within(slide))
    roles = {id(shape): _placeholder(shape) for shape in shapes}
    for shape in sorted(shapes, key=lambda s: roles[id(s)] not in _TITLES):
        role = roles[id(shape)]
        if role in _LEFT_OUT:
            continue
        if local_name(shape) == "pic":
            properties = next(named(shape, "cNvPr"), None)
            shows = "" if properties is None else attribute(properties, "descr") or ""
            builder.add(description(shows), BlockKind.CAPTION)
            continue
        table = next(named(shape, "tbl"), None)
        if table is not None:
            _table(builder, table, targets)
            continue
        paragraphs = list(named(shape, "p"))
        if role in _TITLES:
            heading = " ".join(paragraph_text(p, targets) for p in paragraphs)
            builder.add(" ".join(heading.split()), BlockKind.HEADING, level=1)
        else:
            add_paragraphs(builder, list(_numbered(paragraphs, targets)))


def _shapes_within(element: Any) -> Iterator[Any]:
    """Shapes in order; what older programs are offered in place of one is left out."""
    for child in element.iter():
        if local_name(child) in {"sp", "graphicFrame", "pic"} and not _is_offered_again(child):
            yield child


def _is_offered_again(shape: Any) -> bool:
    return any(
        local_name(outer) == "Fallback"
        and any(local_name(other) == "Choice" for other in outer.getparent())
        for outer in shape.iterancestors()
    )


def _numbered(paragraphs: Sequence[Any], targets: Targets) -> Iterator[str]:
    """Paragraphs with the numbers that a list puts before them."""
    counts: dict[str, int] = {}  # by level
    for paragraph in paragraphs:
        text = paragraph_text(paragraph, targets)
        properties = child_of(paragraph, "pPr")
        level = "0" if properties is None else attribute(properties, "lvl") or "0"
        style = child_of(properties, "buAutoNum")
        if not text:
            continue
        counts = {key: count for key, count in counts.items() if key < level or key == level}
        if style is None:
            counts.pop(level, None)
            yield text
            continue
        start = attribute(style, "startAt") or "1"
        first = int(start) if start.isdecimal() and len(start) < SPAN_DIGITS else 1
        counts[level] = counts.get(level, first - 1) + 1
        yield f"{_number(counts[level], attribute(style, 'type') or '')} {text}"


def _number(count: int, style: str) -> str:
    """A number as a list shows it: `1.`, `a)`; Roman ones in figures."""
    shown = str(count)
    if style.startswith("alpha") and count <= len(ascii_lowercase):
        letter = ascii_lowercase[count - 1]
        shown = letter.upper() if style.startswith("alphaUc") else letter
    if style.endswith("ParenBoth"):
        return f"({shown})"
    return shown + (")" if style.endswith("ParenR") else ".")


def _table(builder: DocumentBuilder, table: Any, targets: Targets) -> None:
    grid = Grid([list(_cells(row, targets)) for row in named(table, "tr")])
    rows = (CELL_GAP.join(cell for cell in row if cell is not None) for row in grid.rows())
    lines = (row.rstrip(" |") for row in rows)
    builder.add("\n".join(line for line in lines if line), BlockKind.TABLE)


def _cells(row: Any, targets: Targets) -> Iterator[Cell]:
    for column, cell in enumerate(named(row, "tc")):
        text = " ".join(paragraph_text(p, targets) for p in named(cell, "p"))
        spanned = any(attribute(cell, name) in {"1", "true"} for name in ("hMerge", "vMerge"))
        if text or not spanned:
            rows, columns = (attribute(cell, name) or "1" for name in ("rowSpan", "gridSpan"))
            yield Cell(column, text, _span(rows), _span(columns))


def _span(value: str) -> int:
    return max(int(value), 1) if value.isdecimal() and len(value) < SPAN_DIGITS else 1
