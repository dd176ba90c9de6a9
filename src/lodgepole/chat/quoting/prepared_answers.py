"""Answers that are whole before their first word is sent: sentences of ours and quotes. Pure.

They go out as a model's do, markers included, so that their quotes pass the same checks.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import orjson

from lodgepole.chat.citing.citation_markers import shield
from lodgepole.chat.citing.claim_verification import REJECTED, SourceText
from lodgepole.model import (
    Document,
    File,
    FinishReason,
    ModelEnded,
    ModelEvent,
    ModelRequest,
    ModelText,
    Snippet,
    Usage,
)
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.text.words import squeeze


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or row; `source` is the number, from 1, of the snippet that it is quoted from."""

    text: str
    source: int | None = None
    own_line: bool = True


@dataclass(frozen=True, slots=True)
class PreparedAnswer:
    """Paragraphs of lines, and the snippets that these quote."""

    paragraphs: tuple[tuple[Line, ...], ...]
    snippets: tuple[Snippet, ...] = ()


class Page:
    """A prepared answer being written."""

    def __init__(self) -> None:
        self._paragraphs: list[tuple[Line, ...]] = []
        self._snippets: list[Snippet] = []

    def say(self, text: str) -> None:
        """Append a paragraph of our own."""
        self._paragraphs.append((Line(text),))

    def put(self, *lines: Line) -> None:
        """Append a paragraph."""
        if lines:
            self._paragraphs.append(lines)

    def quote(
        self, file: File, document: Document, start: int, end: int, *, own_line: bool = True
    ) -> Line:
        """A line that quotes `[start, end)` of a document; to be put into a paragraph.

        What says too little for its citation to pass the check, such as `A.`, has none.
        """
        snippet = snippet_of(file, document, start, end)
        said = squeeze(snippet.text).strip("# ")
        if SourceText(snippet.text).verify(said).kind == REJECTED:
            return Line(said, None, own_line)
        self._snippets.append(snippet)
        return Line(said, len(self._snippets), own_line)

    @property
    def has_quotes(self) -> bool:
        """Whether anything was quoted so far."""
        return bool(self._snippets)

    def done(self) -> PreparedAnswer:
        """All that was written."""
        return PreparedAnswer(tuple(self._paragraphs), tuple(self._snippets))


def snippet_of(file: File, document: Document, start: int, end: int) -> Snippet:
    """A stretch of a stored document as retrieval would return it."""
    pages = [p for p in document.pages if p.start < end and p.end > start]
    return Snippet(
        file=file,
        text=document.text[start:end],
        start=start,
        end=end,
        pages=tuple(p.number for p in pages),
        score=1.0,
        tokens=0,
        page_starts=tuple((p.number, max(0, p.start - start)) for p in pages),
    )


class PreparedModel:
    """Says a prepared answer, as a chat model would."""

    def __init__(self, answer: PreparedAnswer, tokenizer: Tokenizer) -> None:
        self._answer = answer
        self._tokenizer = tokenizer

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `ChatModel.stream`."""
        reason: FinishReason = "stop"
        if request.json_object:
            parts = [_json(self._answer)]
        else:
            parts, reason = as_far_as_asked(_text(self._answer), request, self._tokenizer)
        for part in parts:
            yield ModelText(part)
        read = [request.question, *(source.snippet.text for source in request.sources)]
        usage = Usage(*(sum(map(self._tokenizer.count, texts)) for texts in (read, parts)))
        yield ModelEnded(finish_reason=reason, usage=usage)


def as_far_as_asked(
    parts: list[str], request: ModelRequest, tokenizer: Tokenizer
) -> tuple[list[str], FinishReason]:
    """The parts up to a text that ends the answer, and to the most tokens it may have."""
    text = "".join(parts)
    ends = [place for stop in request.sampling.stop if (place := text.find(stop)) >= 0]
    if ends:
        parts = [text[: min(ends)]]
    most, kept, left = request.max_output_tokens, list[str](), request.max_output_tokens or 0
    for part in parts:
        left -= tokenizer.count(part)
        if most is not None and left < 0:
            return kept, "length"
        kept.append(part)
    return kept, "stop"


def _text(answer: PreparedAnswer) -> list[str]:
    parts: list[str] = []
    for paragraph in answer.paragraphs:
        for n, line in enumerate(paragraph):
            gap = "\n\n" if n == 0 else "\n" if line.own_line else " "
            parts.append(f"{gap if parts else ''}{_marked(line)}")
    return parts


def _marked(line: Line) -> str:
    marker = "" if line.source is None else f" [{line.source}]"
    return f"{shield(line.text)}{marker}"


def _json(answer: PreparedAnswer) -> str:
    text = "".join(_text(answer))
    cited = [line for lines in answer.paragraphs for line in lines if line.source]
    files = _names(answer.snippets)
    return orjson.dumps(
        {"answer": text, "quotes": [_marked(line) for line in cited], "files": files}
    ).decode()


def _names(snippets: Sequence[Snippet]) -> list[str]:
    return list(dict.fromkeys(snippet.file.upload.name for snippet in snippets))
