"""A stream of answer events as wire models: the published shape, and the one of the OpenAI API."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from functools import partial

from lodgepole.api import render
from lodgepole.api.render import Link
from lodgepole.api.schemas import chat as schemas
from lodgepole.api.schemas import completions as completion_schemas
from lodgepole.api.schemas.wire import UsageModel
from lodgepole.api.sse import TextFrames, frame
from lodgepole.api.versions import WireVersion
from lodgepole.model import (
    AnswerCitation,
    AnswerEnded,
    AnswerEvent,
    AnswerStarted,
    AnswerStep,
    AnswerText,
    Citation,
    Usage,
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
            case AnswerText() | AnswerCitation():
                pieces.append(event)
            case AnswerStep():
                pass
    assert started is not None, "an answer begins with AnswerStarted"
    assert ended is not None, "an answer ends with AnswerEnded"
    return Answer(started=started, pieces=tuple(pieces), ended=ended)


# --- the published shape ----------------------------------------------------------------------


def chat(answer: Answer, link: Link, version: WireVersion) -> schemas.ChatModel:
    ended = answer.ended
    return schemas.ChatModel(
        id=answer.started.id,
        model=answer.started.model,
        message=schemas.MessageModel(role="assistant", content=answer.text),
        finish_reason=_finish_reason(ended, version),
        citations=[
            render.citation(piece.citation, link)
            for piece in answer.pieces
            if isinstance(piece, AnswerCitation)
        ],
        usage=render.usage(ended.usage),
        context_snippet_count=_snippet_count(answer.started, version),
        content_filter_results=_content_filter(ended, version),
    )


class IdleFrame:
    """What a stream says when it has nothing to say: a text that is empty, once it has begun.

    Clients that die of comments, such as the oldest plugin, take it for a token.
    """

    def __init__(self) -> None:
        self._frame = b""

    def begin(self, content: TextFrames) -> None:
        """From now on there is an answer that an empty text can belong to."""
        self._frame = content("")

    def __call__(self) -> bytes:
        return self._frame


async def chat_frames(
    events: AsyncIterator[AnswerEvent], link: Link, version: WireVersion, idle: IdleFrame
) -> AsyncGenerator[bytes, None]:
    """One published chunk for each event; `id` and `model` are on all of them."""
    started = await _first(events)
    id_, model = started.id, started.model
    count = _snippet_count(started, version)
    yield frame(
        schemas.MessageStartModel(
            type="message_start",
            id=id_,
            model=model,
            role="assistant",
            context_snippet_count=count,
        )
    )
    content = TextFrames(partial(_content_chunk, id_, model))
    idle.begin(content)
    async for event in events:
        match event:
            case AnswerText():
                yield content(event.text)
            case AnswerStep():
                yield frame(_step_chunk(id_, model, event))
            case AnswerCitation():
                cited = render.citation(event.citation, link)
                yield frame(
                    schemas.CitationChunkModel(type="citation", id=id_, model=model, citation=cited)
                )
            case AnswerEnded():
                yield frame(
                    schemas.MessageEndModel(
                        type="message_end",
                        id=id_,
                        model=model,
                        finish_reason=_finish_reason(event, version),
                        usage=render.usage(event.usage),
                        content_filter_results=_content_filter(event, version),
                    )
                )
            case AnswerStarted():
                raise AssertionError("an answer starts once")


async def _first(events: AsyncIterator[AnswerEvent]) -> AnswerStarted:
    started = await anext(events)
    assert isinstance(started, AnswerStarted), "an answer begins with AnswerStarted"
    return started


def _content_chunk(id_: str, model: str, text: str) -> schemas.ContentChunkModel:
    delta = schemas.ContentDelta(content=text)
    return schemas.ContentChunkModel(type="content_chunk", id=id_, model=model, delta=delta)


def _step_chunk(id_: str, model: str, step: AnswerStep) -> schemas.StepChunkModel:
    """A text that is empty, with the step beside it: clients that know no steps pass it over."""
    return schemas.StepChunkModel(
        type="content_chunk",
        id=id_,
        model=model,
        delta=schemas.ContentDelta(content=""),
        step=schemas.StepModel(kind=step.kind, what=step.what, found=step.found),
    )


def _finish_reason(ended: AnswerEnded, version: WireVersion) -> schemas.FinishWord:
    return version.tool_calls_word if ended.finish_reason == "tool_calls" else ended.finish_reason


def _snippet_count(started: AnswerStarted, version: WireVersion) -> int | None:
    return started.snippet_count if version.has_snippet_count else None


def _content_filter(
    ended: AnswerEnded, version: WireVersion
) -> schemas.ContentFilterResults | None:
    found = ended.content_filter
    if found is None or not version.has_content_filter:
        return None
    return schemas.ContentFilterResults(spec=found.spec, results=found.results)


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


def completion(
    answer: Answer, link: Link, *, created: int, marks: bool
) -> completion_schemas.ChatCompletionModel:
    """`created` is in Unix seconds; without `marks` the text is left as it is, e.g. JSON."""
    inline = InlineCitations()
    content = ""
    annotations: list[completion_schemas.AnnotationModel] = []
    for piece in answer.pieces:
        if isinstance(piece, AnswerText):
            content += piece.text
            continue
        mark = inline.text(piece.citation) if marks else ""
        annotations += _annotations(piece.citation, link, len(content), len(mark))
        content += mark
    return completion_schemas.ChatCompletionModel(
        id=answer.started.id,
        object="chat.completion",
        created=created,
        model=answer.started.model,
        choices=[
            completion_schemas.ChoiceModel(
                index=0,
                finish_reason=answer.ended.finish_reason,
                message=completion_schemas.CompletionMessageModel(
                    role="assistant",
                    content=content,
                    annotations=annotations,
                    tool_calls=_tool_calls(answer.ended) or None,
                ),
            )
        ],
        usage=render.usage(answer.ended.usage),
    )


def _tool_calls(
    ended: AnswerEnded, *, numbered: bool = False
) -> list[completion_schemas.ToolCallModel]:
    """The calls that the model wants; in a stream each says which it is."""
    return [
        completion_schemas.ToolCallModel(
            index=number if numbered else None,
            id=call.id,
            type="function",
            function=completion_schemas.FunctionModel(name=call.name, arguments=call.arguments),
        )
        for number, call in enumerate(ended.tool_calls)
    ]


def _annotations(
    citation: Citation, link: Link, start: int, length: int
) -> list[completion_schemas.AnnotationModel]:
    return [
        completion_schemas.AnnotationModel(
            type="url_citation",
            url_citation=completion_schemas.UrlCitationModel(
                start_index=start,
                end_index=start + length,
                title=reference.file.upload.name,
                url=link(reference.file),
                file_id=reference.file.id,
                pages=list(reference.pages),
                quote=reference.highlight,
            ),
        )
        for reference in citation.references
    ]


async def completion_frames(
    events: AsyncIterator[AnswerEvent],
    link: Link,
    *,
    created: int,
    include_usage: bool,
    marks: bool,
    idle: IdleFrame,
) -> AsyncGenerator[bytes, None]:
    """A role, then deltas, then an empty delta with the reason; the usage only if asked for."""
    started = await _first(events)
    chunks = _CompletionChunks(started.id, started.model, created)
    yield frame(chunks.of(completion_schemas.ChoiceDelta(role="assistant", content="")))
    content = TextFrames(lambda text: chunks.of(completion_schemas.ChoiceDelta(content=text)))
    idle.begin(content)
    inline, said = InlineCitations(), 0
    async for event in events:
        match event:
            case AnswerText():
                said += len(event.text)
                yield content(event.text)
            case AnswerStep():
                pass
            case AnswerCitation():
                mark = inline.text(event.citation) if marks else ""
                cited = _annotations(event.citation, link, said, len(mark))
                said += len(mark)
                yield frame(
                    chunks.of(completion_schemas.ChoiceDelta(content=mark, annotations=cited))
                )
            case AnswerEnded():
                if calls := _tool_calls(event, numbered=True):
                    yield frame(chunks.of(completion_schemas.ChoiceDelta(tool_calls=calls)))
                yield frame(chunks.of(completion_schemas.ChoiceDelta(), event.finish_reason))
                if include_usage:
                    yield frame(chunks.last(event.usage))
            case AnswerStarted():
                raise AssertionError("an answer starts once")


@dataclass(frozen=True, slots=True)
class _CompletionChunks:
    """The chunks of one answer; `created` is in Unix seconds."""

    id: str
    model: str
    created: int

    def of(
        self, delta: completion_schemas.ChoiceDelta, finish_reason: schemas.FinishWord | None = None
    ) -> completion_schemas.StreamChatCompletionChunkModel:
        choice = completion_schemas.ChoiceChunkModel(
            index=0, delta=delta, finish_reason=finish_reason
        )
        return self._chunk([choice])

    def last(self, used: Usage) -> completion_schemas.StreamChatCompletionChunkModel:
        return self._chunk([], render.usage(used))

    def _chunk(
        self, choices: list[completion_schemas.ChoiceChunkModel], usage: UsageModel | None = None
    ) -> completion_schemas.StreamChatCompletionChunkModel:
        return completion_schemas.StreamChatCompletionChunkModel(
            id=self.id,
            object="chat.completion.chunk",
            created=self.created,
            model=self.model,
            choices=choices,
            usage=usage,
        )
