"""Messages out of a file's bytes, and text out of a message's parts and headers."""

import codecs
import contextlib
import email
import email.header
import email.policy
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message

from lodgepole.documents.builder import clean_text, decode_text
from lodgepole.errors import UnreadableFile

HEADER_CHARS = 2000
LETTERS = 10_000  # in one mailbox
_HEADERS = frozenset(
    {"from", "to", "cc", "bcc", "date", "subject", "message-id", "sender", "reply-to", "received",
     "return-path", "delivered-to", "mime-version", "content-type", "in-reply-to", "references",
     "content-transfer-encoding", "x-mailer", "list-id", "dkim-signature", "envelope-to"}
)  # fmt: skip
_POSTMARK = re.compile(rb"(?:\A|(?<=\n))From [^\r\n]{1,300}\r?\n(?=[A-Za-z][\w-]{0,80}:)")
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WIDE_HEADER = re.compile(rb"\A(?:(?:[\w-]\0){2,80}:\0|(?:\0[\w-]){2,80}\0:)")
_SUPERSETS = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "shift_jis": "cp932",
    "shift-jis": "cp932", "sjis": "cp932", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "iso-8859-9": "cp1254", "tis-620": "cp874",
    "big5": "big5hkscs", "iso-8859-8-i": "iso-8859-8", "unicode-1-1-utf-7": "utf-7",
}  # fmt: skip
"""Encodings that programs name and those that they write."""


def messages_in(data: bytes) -> list[Message]:
    """The messages of a file: one, or those of a mailbox; none where it is neither."""
    data = _as_bytes_of_letters(data).lstrip(b"\r\n \t")
    starts = [match.end() for match in _POSTMARK.finditer(data)][:LETTERS]
    if starts and data.startswith(b"From "):
        ends = [match.start() for match in _POSTMARK.finditer(data)][1 : len(starts)]
        pieces = [data[a:b] for a, b in zip(starts, [*ends, len(data)], strict=True)]
    else:
        pieces = [data]
    found = [email.message_from_bytes(piece, policy=email.policy.compat32) for piece in pieces]
    return [message for message in found if is_letter(message)]


def is_letter(message: Message) -> bool:
    """Return whether a message has at least one of the headers that letters have."""
    return any(key.lower() in _HEADERS for key in message)


def _as_bytes_of_letters(data: bytes) -> bytes:
    """The file without a byte order mark, and in UTF-8 if it is in UTF-16."""
    data = data.removeprefix(codecs.BOM_UTF8)
    for mark, encoding in _WIDE:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace").encode("utf-8", errors="replace")
    if wide := _WIDE_HEADER.match(data):
        encoding = "utf-16-be" if wide[0].startswith(b"\0") else "utf-16-le"
        return data.decode(encoding, errors="replace").encode("utf-8", errors="replace")
    return data


def parts_of(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [p for p in payload if isinstance(p, Message)] if isinstance(payload, list) else []


def bytes_of(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def letters_within(part: Message) -> list[Message]:
    """The letters that an attached message is; it may be encoded against the rules."""
    inner = parts_of(part)
    encoded = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if inner and encoded in {"base64", "quoted-printable"} and not is_letter(inner[0]):
        wrapped = Message()
        wrapped["Content-Transfer-Encoding"] = encoded
        wrapped.set_payload(inner[0].as_bytes().decode("ascii", errors="ignore"))
        return messages_in(bytes_of(wrapped))
    return inner[:1]


def text_of(part: Message, name: str) -> str:
    """A part's text, in the encoding that it names or else the one that it is in."""
    data = bytes_of(part)
    charset = (part.get_content_charset() or "").lower()
    for encoding in filter(None, ("utf-8", _SUPERSETS.get(charset, charset))):
        with contextlib.suppress(LookupError, UnicodeDecodeError, ValueError):
            return clean_text(data.decode(encoding))
    try:
        return decode_text(data, name)
    except UnreadableFile:
        return ""


def unfolded(text: str) -> str:
    """Text whose lines were broken only for the way (RFC 3676, format=flowed)."""
    lines: list[str] = []
    open_ = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        if open_ and not quoted and line != "-- ":
            lines[-1] += line
        else:
            lines.append(line)
        open_ = line.endswith(" ") and not quoted and line != "-- "
    return "\n".join(lines)


def header(message: Message, key: str) -> str:
    """A header's text; the first, where there are several."""
    for name, value in message.raw_items():
        if name.lower() == key.lower():
            return decoded(_as_written(str(value)))
    return ""


def headers(message: Message) -> Iterator[tuple[str, str]]:
    for name, value in message.raw_items():
        yield name, decoded(_as_written(str(value)))


def _as_written(value: str) -> str:
    """A header with letters beyond ASCII, which the rules do not allow it."""
    raw = value.encode("utf-8", errors="surrogateescape")
    if raw.isascii():
        return value
    try:
        return decode_text(raw[:HEADER_CHARS], "")
    except UnreadableFile:
        return value.encode("utf-8", errors="replace").decode("utf-8")


def decoded(value: str) -> str:
    """A header's text with its encoded words read."""
    value = value[:HEADER_CHARS]
    with contextlib.suppress(LookupError, UnicodeError, ValueError, MessageError):
        value = str(email.header.make_header(email.header.decode_header(value)))
    return " ".join(clean_text(value).split())


def file_name(part: Message) -> str:
    name = part.get_filename() or ""
    return decoded(_as_written(name))
