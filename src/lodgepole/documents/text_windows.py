"""A stretch of a document's text as it was read, with its pages, blocks, and places of a quote."""

import asyncio
from dataclasses import dataclass

from lodgepole.documents.builder import from_json
from lodgepole.documents.stored_documents import find_body
from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.model import Block, Document, File, PageSpan
from lodgepole.ports.blobs import Blobs

VIEW_CHARS = 200_000
"""Characters of one view; more is read by further views."""
QUOTE_CHARS = 8_000
MARKS = 100
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRequest:
    """Part of a document: pages, or from a position on, or around a quote, else its beginning.

    Positions are characters, pages count from 1, and both ends of the pages are shown.
    """

    first_page: int | None = None
    last_page: int | None = None
    start: int | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextView:
    """The document's `[start, end)`; every offset counts from the document's beginning."""

    document: Document
    start: int
    end: int
    more: bool  # what was asked for goes on behind `end`
    pages: tuple[PageSpan, ...]  # those that `[start, end)` touches
    blocks: tuple[Block, ...]
    marks: tuple[Span, ...]  # where the quote stands in `[start, end)`, word for word

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]


async def read_text(blobs: Blobs, file: File, asked: TextRequest) -> TextView:
    """The view of a file's published content.

    Raises:
        NotFound: Nothing was read from the file yet, or in a form of another release.
        InvalidRequest: There are no such pages, or no such position.
    """
    document = await read_document(blobs, file)
    return await asyncio.to_thread(view, document, asked)


async def read_document(blobs: Blobs, file: File) -> Document:
    """What was read from a file, without its figures' images. Raises NotFound as `read_text`."""
    body = await find_body(blobs, file.assistant_id, file.version)
    if body is None:
        raise NotFound(f"File {file.id} has no text yet: its status is {file.status}.")
    try:
        return await asyncio.to_thread(from_json, body)
    except ValueError:
        raise NotFound(
            f"The text of file {file.id} was kept by another release: upload it again."
        ) from None


def view(document: Document, asked: TextRequest) -> TextView:
    """The part of the document that is asked for, at most `VIEW_CHARS` of it. Pure."""
    _check(document, asked)
    marks = _places(document.text, asked.quote) if asked.quote else []
    start, stop = _range(document, asked, marks)
    end = min(stop, start + VIEW_CHARS)
    return TextView(
        document=document,
        start=start,
        end=end,
        more=end < stop,
        pages=tuple(p for p in document.pages if p.start < end and p.end > start),
        blocks=tuple(b for b in document.blocks if b.start < end and b.end > start),
        marks=tuple(m for m in marks if m[0] >= start and m[1] <= end),
    )


def _check(document: Document, asked: TextRequest) -> None:
    for name, page in (("first_page", asked.first_page), ("last_page", asked.last_page)):
        if page is not None and not 1 <= page <= len(document.pages):
            pages = f"has {len(document.pages)}" if document.pages else "has none"
            raise InvalidRequest(
                f"Invalid {name} {page}: pages count from 1, and this file {pages}"
            )
    if asked.start is not None and not 0 <= asked.start <= len(document.text):
        raise InvalidRequest(
            f"Invalid start {asked.start}: the text has {len(document.text)} characters"
        )
    if asked.quote is not None and len(asked.quote) > QUOTE_CHARS:
        raise InvalidRequest(f"The quote is longer than {QUOTE_CHARS} characters")


def _range(document: Document, asked: TextRequest, marks: list[Span]) -> Span:
    whole = len(document.text)
    if asked.first_page is not None or asked.last_page is not None:
        first = asked.first_page or 1
        last = asked.last_page or max(first, len(document.pages))
        if last < first:
            raise InvalidRequest(f"Invalid last_page {last}: it comes before first_page {first}")
        start, stop = document.pages[first - 1].start, document.pages[last - 1].end
        return (max(start, asked.start), stop) if asked.start is not None else (start, stop)
    if asked.start is not None:
        return asked.start, whole
    if marks:
        return max(0, marks[0][0] - VIEW_CHARS // 2), whole
    return 0, whole


def _places(text: str, quote: str) -> list[Span]:
    places: list[Span] = []
    at = text.find(quote)
    while at >= 0 and len(places) < MARKS:
        places.append((at, at + len(quote)))
        at = text.find(quote, at + len(quote))
    return places
