"""Embedded parts of a document that are not in its own text: charts, diagrams, chunks, comments."""

import email
import email.policy
import posixpath
from collections.abc import Iterator
from typing import Any

from lodgepole.adapters.parsers.html.dom_walk import add_html
from lodgepole.adapters.parsers.html.parser import decoded
from lodgepole.documents.archives import Archive, attribute, children, local_name, relations_of
from lodgepole.documents.builder import DocumentBuilder, clean_text, decode_text
from lodgepole.documents.comments import comment_line
from lodgepole.documents.drawingml import add_paragraphs, chart, description, diagram_texts
from lodgepole.errors import UnreadableFile
from lodgepole.model import BlockKind

_PAGES = frozenset({".html", ".htm", ".xhtml"})
_MAILED_PAGES = frozenset({".mht", ".mhtml"})


class Embedded:
    """Appends what a document's main part uses of other parts, by relation."""

    def __init__(self, package: Archive, builder: DocumentBuilder, main: str) -> None:
        self._package = package
        self._builder = builder
        self._charts = package.used_by(main, "/chart")
        self._diagrams = package.used_by(main, "/diagramData")
        self._chunks = package.used_by(main, "/aFChunk")
        self._subdocuments = package.relations(relations_of(main), "/subDocument")
        comments = next(iter(package.used_by(main, "/comments").values()), "")
        self._comments = {
            attribute(comment, "id") or "": comment
            for comment in children(package.xml(comments) if comments else None)
        }

    def add_part(self, relation: str) -> None:
        """Append a chart or a diagram."""
        if relation in self._charts:
            root = self._package.xml(self._charts[relation])
            if root is not None:
                chart(root).add_to(self._builder)
        elif relation in self._diagrams:
            add_paragraphs(
                self._builder, diagram_texts(self._package.xml(self._diagrams[relation]))
            )

    def add_description(self, text: str) -> None:
        """Append what a picture shows, if somebody wrote it."""
        self._builder.add(description(text), BlockKind.CAPTION)

    def add_chunk(self, relation: str) -> None:
        """Append a piece in another format, which a word processor shows in its place."""
        part = self._chunks.get(relation, "")
        data = self._package.data(part) if part else None
        if data is None:
            return
        ending = posixpath.splitext(part)[1].lower()
        try:
            if ending in _PAGES:
                add_html(self._builder, decoded(data, part), part)
            elif ending in _MAILED_PAGES:
                for page in _mailed_pages(data):
                    add_html(self._builder, decoded(page, part), part)
            elif ending == ".txt":
                for paragraph in decode_text(data, part).split("\n"):
                    self._builder.add(paragraph, BlockKind.PARAGRAPH)
            else:
                self._builder.note(f"The embedded piece {part} was not read.")
        except UnreadableFile as error:
            self._builder.note(str(error))

    def add_subdocument(self, relation: str) -> None:
        """Append where a part of a master document is."""
        target = self._subdocuments.get(relation)
        if target:
            self._builder.add(f"Subdocument: {target}", BlockKind.PARAGRAPH)
            self._builder.note("Subdocuments are files of their own: upload them too.")

    def comment(self, comment_id: str) -> Iterator[str]:
        """A comment with who made it and when, once."""
        element = self._comments.pop(comment_id, None)
        if element is None:
            return
        text = " ".join(
            filter(None, map(_text, (p for p in element.iter() if local_name(p) == "p")))
        )
        author, when = attribute(element, "author") or "", attribute(element, "date") or ""
        if text:
            yield comment_line(text, author=author, when=when)

    def comments_left(self) -> Iterator[str]:
        """Comments to which no place in the text leads, such as replies."""
        for comment_id in list(self._comments):
            yield from self.comment(comment_id)


def _text(paragraph: Any) -> str:
    texts = (t.text or "" for t in paragraph.iter() if local_name(t) == "t")
    return " ".join(clean_text("".join(texts)).split())


def _mailed_pages(data: bytes) -> Iterator[bytes]:
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(payload, bytes):
            yield payload
