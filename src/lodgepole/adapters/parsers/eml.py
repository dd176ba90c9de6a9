"""Letters (EML): who wrote to whom and when, what, and the text that is attached."""

import contextlib
import email
import email.header
import email.policy
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.message import Message
from pathlib import Path

from lodgepole.adapters.parsers.html.dom_walk import add_html
from lodgepole.adapters.parsers.html.parser import decoded
from lodgepole.documents.builder import DocumentBuilder, clean_text, decode_text
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

HEADERS = ("From", "To", "Cc", "Date")
HEADER_CHARS = 2000
PARTS = 1000
LETTERS_DEEP = 5  # letters within letters
_HTML, _PLAIN, _LETTER = "text/html", "text/plain", "message/rfc822"


def parse(path: Path, name: str, limits: Limits) -> Document:
    """Read a letter and the letters and texts within it.

    Raises:
        UnreadableFile: It is no letter, over a limit, or holds no text.
    """
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    if not any(message.get(header) for header in (*HEADERS, "Subject", "Message-ID")):
        raise UnreadableFile(
            f"{name!r} is no e-mail: its first lines are not a letter's. Upload it with the "
            "ending of what it is."
        )
    builder = DocumentBuilder(name, limits)
    _letter(builder, message, name, depth=0)
    return builder.build(title=_header(message, "Subject"))


def _letter(builder: DocumentBuilder, message: Message, name: str, *, depth: int) -> None:
    builder.add(_header(message, "Subject"), BlockKind.HEADING, level=depth + 1)
    lines = [f"{key}: {value}" for key in HEADERS if (value := _header(message, key))]
    builder.add("\n".join(lines), BlockKind.RECORD)
    attached: list[str] = []
    for number, part in enumerate(_leaves(message)):
        if number >= PARTS:
            break
        kind, file_name = part.get_content_type(), _decoded(part.get_filename() or "")
        if kind == _LETTER:
            for inner in _parts(part)[:1] if depth < LETTERS_DEEP else ():
                _letter(builder, inner, name, depth=depth + 1)
        elif kind in {_PLAIN, _HTML} or (kind.startswith("text/") and not file_name):
            if file_name:
                builder.add(f"Attachment: {file_name}", BlockKind.PARAGRAPH)
            _text(builder, part, name, html=kind == _HTML)
        elif file_name:
            attached.append(f"Attachment: {file_name}")
    for line in attached:
        builder.add(line, BlockKind.PARAGRAPH, gap="\n")


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that hold something; of one said in several ways, the plainest that says it."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_type() == _LETTER or not part.is_multipart():
            yield part
            continue
        parts = _parts(part)
        if part.get_content_type() == "multipart/alternative" and parts:
            plain = [p for p in parts if p.get_content_type() == _PLAIN and _bytes(p).strip()]
            html = [p for p in parts if p.get_content_type() == _HTML]
            parts = plain[:1] or html[:1] or parts[-1:]
        waiting.extend(reversed(parts))


def _parts(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [p for p in payload if isinstance(p, Message)] if isinstance(payload, list) else []


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(builder: DocumentBuilder, part: Message, name: str, *, html: bool) -> None:
    data = _bytes(part)
    charset = part.get_content_charset()
    try:
        text = data.decode(charset) if charset else ""
    except (LookupError, UnicodeDecodeError, ValueError):
        text = ""
    if not text and data.strip():
        text = decoded(data, name) if html else decode_text(data, name)
    if html:
        add_html(builder, text, name)
        return
    for paragraph in clean_text(text).split("\n\n"):
        builder.add(paragraph, BlockKind.PARAGRAPH)


def _header(message: Message, key: str) -> str:
    value = message.get(key)
    return "" if value is None else _decoded(str(value))


def _decoded(value: str) -> str:
    """A header's text with its encoded words read."""
    value = value[:HEADER_CHARS]
    with contextlib.suppress(LookupError, UnicodeError, ValueError, HeaderParseError):
        value = str(email.header.make_header(email.header.decode_header(value)))
    return " ".join(clean_text(value).split())
