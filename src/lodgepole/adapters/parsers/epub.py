"""Books (EPUB): the chapters in the order of the spine, each read as HTML."""

import posixpath
from pathlib import Path
from urllib.parse import unquote

from lodgepole.adapters.parsers.html.dom_walk import add_html
from lodgepole.adapters.parsers.html.parser import decoded
from lodgepole.adapters.parsers.html.xhtml import as_html
from lodgepole.documents.archives import Archive, Kept, attribute, child_of, local_name
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import Document

BOOK = Kept("an EPUB book", ".epub", "an e-book editor")
CHAPTERS = 10_000


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a book.

    Raises:
        UnreadableFile: It is protected, damaged, over a limit, or holds no text.
    """
    archive = Archive(path, name, limits, BOOK)
    try:
        if "META-INF/rights.xml" in archive.names():
            raise UnreadableFile(
                f"{name!r} is protected against copying (DRM): upload a copy that is not."
            )
        return _read(archive, name, limits)
    finally:
        archive.close()


def _read(archive: Archive, name: str, limits: Limits) -> Document:
    container = archive.xml("META-INF/container.xml", required=True)
    package = next(
        (
            attribute(element, "full-path")
            for element in container.iter()
            if local_name(element) == "rootfile"
        ),
        None,
    )
    if package is None:
        raise archive.damaged()
    root = archive.xml(package, required=True)
    targets = {
        attribute(item, "id"): attribute(item, "href") or ""
        for item in _children(child_of(root, "manifest"))
    }
    builder = DocumentBuilder(name, limits)
    for item in _children(child_of(root, "spine"))[:CHAPTERS]:
        href = unquote(targets.get(attribute(item, "idref"), "").partition("#")[0])
        part = posixpath.normpath(posixpath.join(posixpath.dirname(package), href))
        data = archive.data(part) if href else None
        if data:
            add_html(builder, as_html(decoded(data, part)), name)
    archive.tell_damage(builder)
    title = child_of(child_of(root, "metadata"), "title")
    return builder.build(title="" if title is None else title.text or "")


def _children(element: object) -> list[object]:
    return [] if element is None else list(element)  # type: ignore[call-overload]
