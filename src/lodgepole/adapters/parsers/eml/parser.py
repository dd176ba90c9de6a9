"""One letter, or several of a mailbox, as blocks."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path

from lodgepole.adapters.parsers.eml.messages import (
    bytes_of,
    file_name,
    header,
    headers,
    letters_within,
    messages_in,
    parts_of,
    text_of,
    unfolded,
)
from lodgepole.adapters.parsers.html.dom_walk import add_html
from lodgepole.adapters.parsers.html.parser import decoded
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

HEADERS = ("From", "To", "Cc", "Date")
OTHER_HEADERS = 20  # of a letter that says nothing else
PARTS = 1000
READ_ATTACHMENTS = 100
LETTERS_DEEP = 5  # letters within letters
RICHER_WORDS, RICHER_SHARE = 5, 0.2  # that only HTML has, for it to be read rather than plain text
NAMED = 10  # attachments in a notice
_HTML, _PLAIN, _LETTER = "text/html", "text/plain", "message/rfc822"
_LETTERS = frozenset({_LETTER, "message/global"})
_WORD = re.compile(r"\w+")

ReadAttached = Callable[[bytes, str], Document | None]
"""An attached file as a document by its name; None where that is no kind that is read.

It raises UnreadableFile.
"""


def parse(
    path: Path, name: str, limits: Limits, *, read_attached: ReadAttached = lambda _, __: None
) -> Document:
    """Read a letter and the letters and files within it.

    Raises:
        UnreadableFile: It is no letter, over a limit, or holds no text.
    """
    messages = messages_in(path.read_bytes())
    if not messages:
        raise UnreadableFile(
            f"{name!r} is no e-mail: its first lines are not a letter's. Upload it with the "
            "ending of what it is."
        )
    reader = _Reader(name, limits, read_attached)
    for message in messages:
        reader.letter(message, depth=0)
    return reader.document(messages)


@dataclass(slots=True)
class _Attachments:
    """What was not read of a letter's attachments."""

    unread: list[str] = field(default_factory=list[str])
    unnamed: Counter[str] = field(default_factory=Counter[str])
    read: int = 0


class _Reader:
    def __init__(self, name: str, limits: Limits, read_attached: ReadAttached) -> None:
        self._name = name
        self._limits = limits
        self._read_attached = read_attached
        self._builder = DocumentBuilder(name, limits)
        self._attachments = _Attachments()
        self._parts = 0

    def document(self, messages: Sequence[Message]) -> Document:
        builder = self._builder
        if not len(builder):  # an empty letter: what there is of headers
            shown = [f"{key}: {value}" for message in messages for key, value in headers(message)]
            builder.add("\n".join(shown[:OTHER_HEADERS]), BlockKind.RECORD)
            builder.note("The letter has no text.")
        if unread := self._attachments.unread:
            more = f" and {len(unread) - NAMED:,} more" if len(unread) > NAMED else ""
            builder.note(f"Attachments that were not read: {', '.join(unread[:NAMED])}{more}.")
        for kind, count in self._attachments.unnamed.most_common(NAMED):
            builder.note(f"Parts without a name that were not read: {count:,} of {kind}.")
        if self._parts > PARTS:
            builder.note(f"Only the first {PARTS:,} parts were read.")
        return builder.build(title=header(messages[0], "Subject"))

    def letter(self, message: Message, *, depth: int) -> None:
        """Append a letter: its subject as a heading, its headers, its parts."""
        self._builder.add(header(message, "Subject"), BlockKind.HEADING, level=depth + 1)
        lines = [f"{key}: {value}" for key in HEADERS if (value := header(message, key))]
        self._builder.add("\n".join(lines), BlockKind.RECORD)
        later: list[str] = []
        for part in self._leaves(message):
            self._parts += 1
            if self._parts > PARTS:
                break
            name = file_name(part)
            if not self._part(part, name, depth) and name:
                later.append(name)
        for name in later:
            self._builder.add(f"Attachment: {name}", BlockKind.PARAGRAPH, gap="\n")
            self._attachments.unread.append(name)

    def _part(self, part: Message, name: str, depth: int) -> bool:
        """Append a part; False where it is not read."""
        kind = part.get_content_type()
        if kind in _LETTERS:
            inner = letters_within(part) if depth < LETTERS_DEEP else []
            for letter in inner:
                self.letter(letter, depth=depth + 1)
            return bool(inner)
        if kind == "message/delivery-status":
            for about in parts_of(part):
                lines = (f"{key}: {value}" for key, value in headers(about))
                self._builder.add("\n".join(lines), BlockKind.RECORD)
            return True
        text = kind.startswith(("text/", "multipart/"))
        if name and (document := self._attached(part, name)) is not None:
            self._append(document, name, depth)
            return True
        if text and (not name or kind in {_PLAIN, _HTML} or kind.startswith("text/")):
            document = self._body(part)
            if document is not None:
                self._append(document, name, depth)
            return document is not None or not name
        if not name and bytes_of(part):
            self._attachments.unnamed[kind] += 1
        return False

    def _attached(self, part: Message, name: str) -> Document | None:
        data = bytes_of(part)
        if not data.strip() or self._attachments.read >= READ_ATTACHMENTS:
            return None
        try:
            found = self._read_attached(data, name)
        except UnreadableFile as error:
            self._builder.note(str(error))
            return None
        self._attachments.read += found is not None
        return found

    def _append(self, document: Document, name: str, depth: int) -> None:
        """Append a part's blocks, below its name if it has one."""
        if name:
            self._builder.add(f"Attachment: {name}", BlockKind.PARAGRAPH)
            if document.notice:
                self._builder.note(f"{name}: {document.notice}")
        end = 0
        for block in document.blocks:
            close = end and "\n\n" not in document.text[end : block.start]
            level = min(block.level + depth + 1, 9) if block.level else 0
            text, end = document.text[block.start : block.end], block.end
            gap = "\n" if close else "\n\n"
            self._builder.add(text, block.kind, level=level, label=block.label, gap=gap)

    def _body(self, part: Message) -> Document | None:
        """A part that is text; None where it is empty or cannot be read."""
        builder = DocumentBuilder(self._name, self._limits)
        kind = part.get_content_type()
        try:
            if kind == _HTML:
                add_html(builder, self._page(part), self._name)
            else:
                text = text_of(part, self._name)
                if part.get_param("format") == "flowed":
                    text = unfolded(text)
                for paragraph in text.split("\n\n"):
                    builder.add(paragraph, BlockKind.PARAGRAPH)
            return builder.build() if len(builder) else None
        except UnreadableFile as error:
            self._builder.note(str(error))
            return None

    def _page(self, part: Message) -> str:
        if part.get_content_charset():
            return text_of(part, self._name)
        return decoded(bytes_of(part), self._name)

    def _leaves(self, message: Message) -> Iterator[Message]:
        """Parts that hold something; of one said in several ways, the richer one."""
        waiting = [message]
        while waiting:
            part = waiting.pop()
            kind = part.get_content_type()
            if kind.startswith("message/") or not part.is_multipart():
                yield part
                continue
            parts = parts_of(part)
            if kind == "multipart/alternative" and parts:
                chosen = self._richest(parts)
                same = [p for p in parts if p.get_content_type() == chosen.get_content_type()]
                said = {" ".join(text_of(p, self._name).split()): p for p in reversed(same)}
                others = [p for p in same if p in said.values()] if len(same) > 1 else [chosen]
                parts = [*others, *_attached_to_others(parts, chosen)]
            waiting.extend(reversed(parts))

    def _richest(self, parts: Sequence[Message]) -> Message:
        """Plain text, unless HTML says clearly more: some programs put a mere hint there."""
        plain = html = None
        for part in parts:
            said = _first_text(part)
            if said is not None and said.get_content_type() == _PLAIN and bytes_of(said).strip():
                plain = plain or part
            elif said is not None and said.get_content_type() == _HTML:
                html = html or part
        if plain is None or html is None:
            return plain or html or parts[-1]
        in_plain, in_html = self._words(plain), self._words(html)
        missing = (in_html - in_plain).total()
        richer = missing > max(RICHER_WORDS, RICHER_SHARE * in_plain.total())
        return html if richer and missing > (in_plain - in_html).total() else plain

    def _words(self, part: Message) -> Counter[str]:
        said = _first_text(part)
        document = None if said is None else self._body(said)
        return Counter(_WORD.findall("" if document is None else document.text.casefold()))


def _first_text(part: Message) -> Message | None:
    """What a part says: itself, or the first text within."""
    for inner in part.walk():
        if inner.get_content_type() in {_PLAIN, _HTML} and not inner.is_multipart():
            return inner
    return None


def _attached_to_others(parts: Sequence[Message], chosen: Message) -> list[Message]:
    """Files that are attached to the ways of saying it that are not read."""
    return [
        inner
        for part in parts
        if part is not chosen
        for inner in part.walk()
        if not inner.is_multipart() and inner.get_filename()
    ]
