"""A stream of answer events as JSON, as published stream chunks and in the OpenAI shape."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from lodgepole.api import render
from lodgepole.api.render import JsonObject, Link
from lodgepole.api.versions import WireVersion
from lodgepole.model import (
    AnswerCitation,
    AnswerEnded,
    AnswerEvent,
    AnswerStarted,
    AnswerText,
    Citation,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer, collected. `pieces` are its texts and citations in the order they came."""

    started: AnswerStarted
    pieces: tuple[AnswerText | AnswerCitation, ...]
    ended: AnswerEnded

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, AnswerText))


async def collect(events: AsyncIterator[AnswerEvent]) -> Answer:
    """Read the stream to its end."""
    started: AnswerStarted | None = None
    ended: AnswerEnded | None = None
    pieces: list[AnswerText | AnswerCitation] = []
    async for event in events:
        match event:
            case AnswerStarted():
                started = event
            case AnswerEnded():
                ended = event
            case _:
                pieces.append(event)
    assert started is not None, "an answer begins with AnswerStarted"
    assert ended is not None, "an answer ends with AnswerEnded"
    return Answer(started=started, pieces=tuple(pieces), ended=ended)


# --- the published shape ----------------------------------------------------------------------


def chat(answer: Answer, link: Link, version: WireVersion) -> JsonObject:
    body: JsonObject = {
        "id": answer.started.id,
        "model": answer.started.model,
        "message": {"role": "assistant", "content": answer.text},
        "finish_reason": _finish_reason(answer.ended, version),
        "citations": [
            render.citation(piece.citation, link)
            for piece in answer.pieces
            if isinstance(piece, AnswerCitation)
        ],
        "usage": render.usage(answer.ended.usage),
    }
    if version.has_snippet_count:
        body["context_snippet_count"] = answer.started.snippet_count
    if version.has_content_filter:
        body.update(_content_filter(answer.ended))
    return body


async def chat_chunks(
    events: AsyncIterator[AnswerEvent], link: Link, version: WireVersion
) -> AsyncGenerator[JsonObject, None]:
    """One published chunk for each event; `id` and `model` are on all of them."""
    common: JsonObject = {}
    async for event in events:
        match event:
            case AnswerStarted():
                common = {"id": event.id, "model": event.model}
                chunk: JsonObject = {"type": "message_start", **common, "role": "assistant"}
                if version.has_snippet_count:
                    chunk["context_snippet_count"] = event.snippet_count
            case AnswerText():
                chunk = {"type": "content_chunk", **common, "delta": {"content": event.text}}
            case AnswerCitation():
                cited = render.citation(event.citation, link)
                chunk = {"type": "citation", **common, "citation": cited}
            case AnswerEnded():
                chunk = {
                    "type": "message_end",
                    **common,
                    "finish_reason": _finish_reason(event, version),
                    "usage": render.usage(event.usage),
                }
                if version.has_content_filter:
                    chunk.update(_content_filter(event))
        yield chunk


def _finish_reason(ended: AnswerEnded, version: WireVersion) -> str:
    return version.tool_calls_word if ended.finish_reason == "tool_calls" else ended.finish_reason


def _content_filter(ended: AnswerEnded) -> JsonObject:
    if ended.content_filter is None:
        return {}
    spec, results = ended.content_filter.spec, ended.content_filter.results
    return {"content_filter_results": {"spec": spec, "results": results}}


# --- the OpenAI shape -------------------------------------------------------------------------


@dataclass(slots=True)
class InlineCitations:
    """Citations as text, ` [1, pp. 1-2]`: the number counts the answer's files as they come.

    Files without pages are ` [1]`; pages are ascending, runs of them joined.
    """

    _numbers: dict[str, int] = field(default_factory=dict[str, int])

    def text(self, citation: Citation) -> str:
        marks: list[str] = []
        for reference in citation.references:
            number = self._numbers.setdefault(reference.file.id, len(self._numbers) + 1)
            pages = _page_ranges(reference.pages)
            marks.append(f" [{number}, pp. {pages}]" if pages else f" [{number}]")
        return "".join(marks)


def _page_ranges(pages: tuple[int, ...]) -> str:
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def completion(answer: Answer, *, created: int) -> JsonObject:
    """`created` is in Unix seconds."""
    inline = InlineCitations()
    content = "".join(
        piece.text if isinstance(piece, AnswerText) else inline.text(piece.citation)
        for piece in answer.pieces
    )
    return {
        "id": answer.started.id,
        "object": "chat.completion",
        "created": created,
        "model": answer.started.model,
        "choices": [
            {
                "index": 0,
                "finish_reason": answer.ended.finish_reason,
                "message": {"role": "assistant", "content": content},
            }
        ],
        "usage": render.usage(answer.ended.usage),
    }


async def completion_chunks(
    events: AsyncIterator[AnswerEvent], *, created: int, include_usage: bool
) -> AsyncGenerator[JsonObject, None]:
    """A role, then deltas, then an empty delta with the reason; the usage only if asked for."""
    inline = InlineCitations()
    common: JsonObject = {}
    async for event in events:
        match event:
            case AnswerStarted():
                common = {
                    "id": event.id,
                    "object": "chat.completion.chunk",
                    "created": created,
                    "model": event.model,
                }
                yield _delta(common, {"role": "assistant", "content": ""})
            case AnswerText():
                yield _delta(common, {"content": event.text})
            case AnswerCitation():
                yield _delta(common, {"content": inline.text(event.citation)})
            case AnswerEnded():
                yield _delta(common, {}, event.finish_reason)
                if include_usage:
                    yield {**common, "choices": [], "usage": render.usage(event.usage)}


def _delta(common: JsonObject, delta: JsonObject, finish_reason: str | None = None) -> JsonObject:
    choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {**common, "choices": [choice]}
