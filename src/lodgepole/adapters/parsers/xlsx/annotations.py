"""Parts of a sheet beside its cells: headers and footers, text boxes, charts, comments, links."""

import re
from collections.abc import Iterator
from typing import Any

from lodgepole.adapters.parsers.xlsx.cells import REFERENCE, column_number, rich_text
from lodgepole.documents.archives import (
    Archive,
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
from lodgepole.model import BlockKind

LINKED_CELLS = 10_000  # of one range that links
_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}|[A-Za-z&])')
_PARTS = re.compile(r"&[LCR]")
_THREAD = "[Threaded comment]"


def add_running(builder: DocumentBuilder, sheet: Any, which: str) -> None:
    """Append the `Header` or `Footer` lines of a sheet, each once."""
    for element in children_of(sheet, "headerFooter"):
        if local_name(element).endswith(which):
            for part in _PARTS.split(element.text or ""):
                text = " ".join(_CODE.sub(_shown, part).split())
                if any(map(str.isalpha, text)):
                    builder.add(text, BlockKind.RUNNING, gap="\n")


def _shown(code: re.Match[str]) -> str:
    """What stands in print for a code: page numbers, dates and names of files are no text."""
    return "&" if code[0] == "&&" else " "


def links(archive: Archive, part: str, sheet: Any) -> dict[tuple[int, int], str]:
    """Return the links of cells, by row, from 1, and column, from 0."""
    targets = archive.relations(relations_of(part), "/hyperlink")
    found: dict[tuple[int, int], str] = {}
    for link in children_of(sheet, "hyperlinks"):
        target = targets.get(relation_id(link) or "", "")
        corners = [REFERENCE.fullmatch(c) for c in (attribute(link, "ref") or "").split(":")]
        if not target or not all(corners) or len(found) > LINKED_CELLS:
            continue
        (top, left), (bottom, right) = (
            (int(c[2]), column_number(c[1])) for c in (corners[0], corners[-1]) if c
        )
        if (bottom - top + 1) * (right - left + 1) <= LINKED_CELLS:
            cells = ((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
            found.update(dict.fromkeys(cells, target))
    return found


def add_drawings(builder: DocumentBuilder, archive: Archive, part: str) -> None:
    """Append the text boxes, diagrams and charts that lie upon a sheet."""
    for drawing in archive.used_by(part, "/drawing").values():
        root = archive.xml(drawing)
        if root is None:
            continue
        targets = archive.relations(relations_of(drawing), "/hyperlink")
        for shape in named(root, "txBody"):
            add_paragraphs(builder, [paragraph_text(p, targets) for p in named(shape, "p")])
        for alt in _described(root):
            builder.add(alt, BlockKind.CAPTION)
        for target in archive.used_by(drawing, "/diagramData").values():
            add_paragraphs(builder, diagram_texts(archive.xml(target)))
        for target in archive.used_by(drawing, "/chart").values():
            found = archive.xml(target)
            if found is not None:
                chart(found).add_to(builder)


def _described(root: Any) -> Iterator[str]:
    """What pictures show, where somebody wrote it."""
    for picture in named(root, "pic"):
        for properties in named(picture, "cNvPr"):
            yield description(attribute(properties, "descr") or "")


def add_comments(builder: DocumentBuilder, archive: Archive, part: str) -> None:
    """Append the comments on a sheet's cells, each with its cell and who wrote it."""
    for line in (*_noted(archive, part), *_threaded(archive, part)):
        builder.add(line, BlockKind.PARAGRAPH, gap="\n")


def _noted(archive: Archive, part: str) -> Iterator[str]:
    for target in archive.used_by(part, "/comments").values():
        root = archive.xml(target)
        authors = [a.text or "" for a in children_of(root, "authors")]
        for comment in children_of(root, "commentList"):
            text = " ".join(clean_text(rich_text(child_of(comment, "text"))).split())
            number = attribute(comment, "authorId") or ""
            known = number.isdecimal() and len(number) < 8 and int(number) < len(authors)
            author = authors[int(number)] if known else ""
            if text.startswith(_THREAD):  # said again, for older programs
                continue
            text = text.removeprefix(f"{author}:").strip() if author else text
            if text:
                yield comment_line(text, author=author, on=attribute(comment, "ref") or "")


def _threaded(archive: Archive, part: str) -> Iterator[str]:
    people = {
        attribute(person, "id"): attribute(person, "displayName") or ""
        for name in archive.names()
        if name.startswith("xl/persons/")
        for person in children(archive.xml(name))
    }
    for target in archive.used_by(part, "/threadedComment").values():
        for comment in children(archive.xml(target)):
            found = child_of(comment, "text")
            text = " ".join(clean_text("" if found is None else found.text or "").split())
            if text:
                author = people.get(attribute(comment, "personId"), "")
                when, cell = attribute(comment, "dT") or "", attribute(comment, "ref") or ""
                yield comment_line(text, author=author, when=when, on=cell)
