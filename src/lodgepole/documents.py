"""How documents are put together, checked and written as bytes; and how bytes become text.

Format parsers build with `DocumentBuilder`, so that offsets are right by construction;
`check_document` states what every document promises; `to_json` and `from_json` carry one between
processes and into storage without loss.
"""

import base64
import codecs
import re
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import Block, BlockKind, Document, Figure, PageSpan

BLOCK_GAP = "\n\n"
"""What stands between two blocks unless a parser asks for less."""

_CONTROLS = dict.fromkeys([*range(9), *range(0x0E, 0x20), 0x7F])
_DROPPED = {
    **_CONTROLS,
    0x0B: "\n",  # vertical tabs and form feeds separate like line ends do
    0x0C: "\n",
    **dict.fromkeys(range(55296, 57344), "�"),
}
_TO_CLEAN = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\x7f\ud800-\udfff]")
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
    controls = len(_TO_CLEAN.findall(text[:GUESS_BYTES].replace("\r", "")))
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

    best = charset_normalizer.from_bytes(data[:GUESS_BYTES]).best()
    if best is not None:
        try:
            return data.decode(best.encoding)
        except (UnicodeDecodeError, LookupError):
            pass
    return data.decode("cp1252", errors="replace")


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte order mark, told by where its zero bytes stand."""
    sample = data[: GUESS_BYTES & ~1]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) < 0.3 * len(sample) / 2 or min(even, odd) > 0.05 * len(sample) / 2:
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

    def __len__(self) -> int:
        return self._length

    @property
    def page_count(self) -> int:
        return len(self._page_starts)

    def begin_page(self) -> None:
        """What is added from here on stands on the next page; the first is number 1.

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
        text = text.strip()
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
            notice=notice,
        )


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
