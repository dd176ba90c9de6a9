"""Documents put together, checked and written as bytes; and bytes decoded to text.

Format parsers build with `DocumentBuilder`, so that offsets are right by construction;
`check_document` states what every document promises; `to_json` and `from_json` carry one between
processes and into storage without loss.
"""

import base64
import codecs
import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from lodgepole.documents.machine_text import without_data
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import Block, BlockKind, Document, Figure, PageSpan

BLOCK_GAP = "\n\n"
"""Separator of two blocks, unless a parser asks for less."""

_CONTROLS = dict.fromkeys([*range(9), *range(0x0E, 0x20), 0x7F])
_DROPPED = {
    **_CONTROLS,
    0x0B: "\n",  # vertical tabs and form feeds separate like line ends do
    0x0C: "\n",
    **dict.fromkeys(range(55296, 57344), "�"),
}
_TO_CLEAN = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\x7f\ud800-\udfff]")
_UNLIKE_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # DEL is a letter of JSON's strings
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF", ".pdf"),
    (b"PK\x03\x04", "a ZIP archive or an Office document", ".docx, if it is one"),
    (b"\xd0\xcf\x11\xe0", "an old Office document", ".docx, after saving it in that format"),
    (b"\x89PNG", "a PNG image", ".pdf, after converting it"),
    (b"\xff\xd8\xff", "a JPEG image", ".pdf, after converting it"),
    (b"\x1f\x8b", "a gzip archive", "what it contains, after unpacking it"),
)
GUESS_BYTES = 400_000  # of a file in no Unicode encoding, read to guess which one it is in
WIDE_SCRIPTS = 6  # high bytes of UTF-16 that a text without Chinese or Japanese has at most
USUAL_BONUS = 0.1  # to how much a text seems to be of a language
_USUAL = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258")
_ENCODINGS = (
    *_USUAL,
    *("gb18030", "big5", "cp932", "euc_jp", "cp949", "utf_16_le", "utf_16_be"),
    *("koi8_r", "koi8_u", "iso8859_7", "iso8859_15", "mac_roman", "cp850", "cp852", "cp866"),
)
"""Encodings of people's files; among all there are, a rare one often seems to fit as well."""
NOTICES = 12  # sentences about one file, beyond which the rest is counted
NOTICE_CHARS = 300  # of each
CONTROL_SHARE = 0.05  # of control characters, above which bytes are not text in any encoding


def clean_text(text: str) -> str:
    r"""The text with `\n` line ends and without control characters or lone surrogates."""
    if _TO_CLEAN.search(text) is None:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED)


def decode_text(data: bytes, name: str) -> str:
    """The text of a file that carries no encoding but perhaps a byte order mark.

    Tried in order: byte order mark, strict UTF-8, what charset-normalizer takes it for, and
    Windows-1252, in which every remaining byte has some reading.

    Raises:
        UnreadableFile: The bytes are no text in any encoding.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return clean_text(data.decode(encoding, errors="replace"))
    for signature, what, ending in _SIGNATURES:
        if data.startswith(signature):
            raise UnreadableFile(
                f"{name!r} is {what} by its content, not text: upload it with the ending {ending}."
            )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _guess(data)
    controls = len(_UNLIKE_TEXT.findall(text[:GUESS_BYTES]))
    if controls > CONTROL_SHARE * max(min(len(text), GUESS_BYTES), 20):
        if b"\0" in data[:GUESS_BYTES] and (wide := _wide(data)) is not None:
            return clean_text(wide)
        raise UnreadableFile(
            f"{name!r} does not hold text in any known encoding: save it as UTF-8 and upload it "
            "again."
        )
    return clean_text(text)


def _guess(data: bytes) -> str:
    import charset_normalizer  # noqa: PLC0415  seldom needed and slow to import

    sample = data[:GUESS_BYTES]
    found = list(charset_normalizer.from_bytes(sample, cp_isolation=list(_ENCODINGS)))
    found = found or list(charset_normalizer.from_bytes(sample, cp_isolation=["cp874"]))  # Thai
    best = min(found, key=_doubt, default=None)
    encodings = [] if best is None else [best.encoding]
    if encodings == ["cp1250"]:  # of its neighbour it has all but a few letters
        encodings.append("iso8859_2")
    texts: list[str] = []
    for encoding in encodings:
        with contextlib.suppress(UnicodeDecodeError, LookupError):
            texts.append(data.decode(encoding))
    letters = [sum(map(str.isalpha, text[:GUESS_BYTES])) for text in texts]
    if texts:
        return texts[letters.index(max(letters))]
    return data.decode("cp1252", errors="replace")


def _doubt(match: Any) -> tuple[float, float, int]:
    """How little a text seems to be in an encoding, those of one likelihood in our order."""
    usual = USUAL_BONUS if match.encoding in _USUAL else 0.0
    order = _ENCODINGS.index(match.encoding) if match.encoding in _ENCODINGS else len(_ENCODINGS)
    return round(match.chaos, 2), -round(match.coherence + usual, 2), order


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte order mark, told by where its zero bytes stand."""
    sample = data[: GUESS_BYTES & ~1]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) > 0.05 * len(sample) / 2:
        return None
    if max(even, odd) < 0.3 * len(sample) / 2:  # other letters than Latin ones: of few scripts
        scripts = set(sample[::2] if even > odd else sample[1::2])
        if max(even, odd) < 0.03 * len(sample) / 2 or len(scripts) > WIDE_SCRIPTS:
            return None
    try:
        return data[: len(data) & ~1].decode("utf-16-be" if even > odd else "utf-16-le")
    except UnicodeDecodeError:
        return None


class DocumentBuilder:
    """Collects blocks and pages in order; white space between them is its own business."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0
        self._trailing = 0  # line ends the text finishes with
        self._blocks: list[Block] = []
        self._page_starts: list[int] = []
        self._notices: dict[str, None] = {}
        self._left_out = 0  # characters of data

    def __len__(self) -> int:
        return self._length

    @property
    def page_count(self) -> int:
        return len(self._page_starts)

    def begin_page(self) -> None:
        """Begin the next page; the first is number 1.

        Raises:
            UnreadableFile: There are more pages than the limits allow.
        """
        if len(self._page_starts) >= self._limits.parse_pages:
            raise UnreadableFile(
                f"{self._name!r} has more than {self._limits.parse_pages:,} pages: split it and "
                "upload the parts."
            )
        self._separate(BLOCK_GAP)
        self._page_starts.append(self._length)

    def add(
        self, text: str, kind: BlockKind, *, level: int = 0, label: str = "", gap: str = BLOCK_GAP
    ) -> None:
        """Append a block, `gap` (line ends only) after the one before; nothing if it is blank.

        Raises:
            UnreadableFile: The text is longer than the limits allow.
        """
        text, left_out = without_data(text.strip())
        self._left_out += left_out
        if not text:
            return
        self._separate(gap)
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        self._trailing = 0
        if self._length > self._limits.parse_text_chars:
            raise UnreadableFile(
                f"{self._name!r} holds more than {self._limits.parse_text_chars:,} characters of "
                "text: split it and upload the parts."
            )
        self._blocks.append(Block(start, self._length, kind, level, label))

    def note(self, sentence: str) -> None:
        """Tell the reader of the file, once, what of it stands not in the text, or how."""
        if sentence:
            self._notices.setdefault(clean_text(" ".join(sentence.split()))[:NOTICE_CHARS])

    def _notice(self) -> str | None:
        if self._left_out:
            self.note(data_left_out(self._left_out))
        shown = list(self._notices)[:NOTICES]
        if more := len(self._notices) - len(shown):
            shown.append(f"And {more:,} more.")
        return " ".join(shown) or None

    def _separate(self, gap: str) -> None:
        missing = len(gap) - self._trailing
        if self._length and missing > 0:
            self._parts.append("\n" * missing)
            self._length += missing
            self._trailing = len(gap)

    def build(
        self, *, title: str = "", pages_estimated: bool = False, notice: str | None = None
    ) -> Document:
        """The document; a file without any text is refused.

        Its notice is `notice`, or the sentences that were noted.

        Raises:
            UnreadableFile: No block was added.
        """
        if not self._blocks:
            raise no_text(self._name)
        end = self._blocks[-1].end
        starts = [min(start, end) for start in self._page_starts]
        ends = [*starts[1:], end]
        return Document(
            text="".join(self._parts)[:end],
            blocks=tuple(self._blocks),
            pages=tuple(
                PageSpan(number, start, stop)
                for number, (start, stop) in enumerate(zip(starts, ends, strict=False), 1)
            ),
            pages_estimated=pages_estimated,
            title=" ".join(title.split())[:500],
            notice=notice or self._notice(),
        )


def data_left_out(characters: int) -> str:
    """Compose the notice on data within text, of which the beginnings are shown."""
    return f"{characters:,} characters of encoded data or packed code are left out of the text."


def no_text(name: str) -> UnreadableFile:
    """The refusal of a file that could be read and has nothing in it."""
    return UnreadableFile(f"{name!r} holds no text: upload a file with content.")


def blocks_with_pages(document: Document) -> Iterator[tuple[Block, int | None]]:
    """Blocks in order with the number of the page that each stands on."""
    pages = iter(document.pages)
    page = next(pages, None)
    for block in document.blocks:
        while page is not None and page.end <= block.start:
            page = next(pages, None)
        yield block, None if page is None else page.number


def check_document(document: Document) -> None:
    """Assert what `Document` promises, for parsers' tests and at trust boundaries.

    Raises:
        AssertionError: A promise is broken; the message says which, and where.
    """
    text = document.text
    position = 0
    pages = iter(document.pages)
    page = next(pages, None)
    for block in document.blocks:
        _hold(position <= block.start < block.end <= len(text), f"order or bounds of {block}")
        _hold(not text[position : block.start].strip(), f"text before {block} is in no block")
        _hold(bool(text[block.start : block.end].strip()), f"{block} is blank")
        _hold((block.level > 0) == (block.kind is BlockKind.HEADING), f"level of {block}")
        position = block.end
        while page is not None and page.end <= block.start:
            page = next(pages, None)
        if document.pages:
            _hold(page is not None and page.start <= block.start, f"{block} is on no page")
            _hold(page is not None and block.end <= page.end, f"{block} crosses a page")
    _hold(not text[position:].strip(), f"text after {position} is in no block")
    _check_pages(document)


def _check_pages(document: Document) -> None:
    position = 0
    for number, span in enumerate(document.pages, 1):
        _hold(span.number == number, f"{span} should be page {number}")
        _hold(span.start == position <= span.end, f"{span} should start at {position}")
        position = span.end
    _hold(not document.pages or position == len(document.text), "pages do not cover the text")
    for figure in document.figures:
        _hold(0 <= figure.position <= len(document.text), f"position of {figure.caption!r}")
        _hold(1 <= figure.page <= max(1, len(document.pages)), f"page of {figure.caption!r}")


def _hold(condition: bool, what: str) -> None:
    if not condition:
        raise AssertionError(what)


def to_json(document: Document) -> bytes:
    """The document as one JSON object; `from_json` gives back an equal value."""
    return orjson.dumps(
        {
            "text": document.text,
            "blocks": [
                [block.start, block.end, block.kind.value, block.level, block.label]
                for block in document.blocks
            ],
            "pages": [[page.start, page.end] for page in document.pages],
            "pages_estimated": document.pages_estimated,
            "title": document.title,
            "notice": document.notice,
            "figures": [_figure_json(figure) for figure in document.figures],
        }
    )


def _figure_json(figure: Figure) -> dict[str, Any]:
    return {
        "page": figure.page,
        "position": figure.position,
        "caption": figure.caption,
        "mime_type": figure.mime_type,
        "data": base64.b64encode(figure.data).decode("ascii"),
        "width": figure.width,
        "height": figure.height,
    }


def from_json(data: bytes) -> Document:
    """The document that `to_json` wrote.

    Raises:
        ValueError: The bytes are not such a document.
    """
    try:
        raw: dict[str, Any] = orjson.loads(data)
        spans: Sequence[Any] = raw["pages"]
        return Document(
            text=raw["text"],
            blocks=tuple(
                Block(start, end, _KINDS[kind], level, label)
                for start, end, kind, level, label in raw["blocks"]
            ),
            pages=tuple(PageSpan(number, a, b) for number, (a, b) in enumerate(spans, 1)),
            pages_estimated=raw["pages_estimated"],
            title=raw["title"],
            notice=raw["notice"],
            figures=tuple(_figure(figure) for figure in raw["figures"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not a stored document") from error


def _figure(raw: dict[str, Any]) -> Figure:
    data: bytes = base64.b64decode(raw.pop("data"))
    return Figure(data=data, **raw)


_KINDS = {kind.value: kind for kind in BlockKind}
