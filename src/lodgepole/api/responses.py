"""An answer as a response of the OpenAI API, whole and as the events that its clients follow."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lodgepole.api import answers
from lodgepole.api.json_response import json_bytes
from lodgepole.api.render import snippet_text
from lodgepole.api.response_input import RESULTS
from lodgepole.api.schemas import responses as shapes
from lodgepole.api.schemas.responses import CreateResponseRequest
from lodgepole.errors import LodgepoleError, RateLimited
from lodgepole.library.responses import ID_PREFIX
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

SEARCH, MESSAGE = 0, 1
"""Places in the output: what was searched comes before what is said."""
DONE = "completed"
Keep = Callable[[shapes.ResponseModel], Awaitable[None]]
"""Makes a response durable, before anybody is told that it is complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a response repeats of its request; `created` is in Unix seconds."""

    body: CreateResponseRequest
    created: int
    model: str  # as the request names it

    @property
    def with_results(self) -> bool:
        return RESULTS in (self.body.include or ())


@dataclass(slots=True)
class _Writing:
    """A response as far as it is written."""

    asked: Asked
    started: AnswerStarted
    text: str = ""
    annotations: list[shapes.FileCitationModel] = field(
        default_factory=list[shapes.FileCitationModel]
    )

    @property
    def stem(self) -> str:
        return self.started.id.replace("-", "")

    @property
    def message_id(self) -> str:
        return f"msg_{self.stem}"

    @property
    def search_id(self) -> str:
        return f"fs_{self.stem}"

    def cite(self, citation: Citation) -> Sequence[shapes.FileCitationModel]:
        """Add a citation; its annotations, one for each source."""
        added = [
            shapes.FileCitationModel(
                type="file_citation",
                index=citation.position,
                file_id=reference.file.id,
                filename=reference.file.upload.name,
                quote=reference.highlight,
                pages=list(reference.pages) or None,
            )
            for reference in citation.references
        ]
        self.annotations += added
        return added

    def search(self, status: Any = DONE) -> shapes.FileSearchItemModel:
        done = status == DONE
        return shapes.FileSearchItemModel(
            id=self.search_id,
            type="file_search_call",
            status=status,
            queries=[self.started.question] if done and self.started.question else [],
            results=self._results() if done and self.asked.with_results else None,
        )

    def _results(self) -> list[shapes.FileSearchResultModel]:
        return [
            shapes.FileSearchResultModel(
                file_id=snippet.file.id,
                filename=snippet.file.upload.name,
                score=float(snippet.score),
                text=snippet_text(snippet),
                attributes=dict(snippet.file.upload.metadata or {}),
            )
            for snippet in self.started.snippets
        ]

    def part(self) -> shapes.OutputTextModel:
        return shapes.OutputTextModel(
            type="output_text", text=self.text, annotations=[*self.annotations], logprobs=[]
        )

    def message(self, status: Any = DONE) -> shapes.MessageItemModel:
        return shapes.MessageItemModel(
            id=self.message_id,
            type="message",
            status=status,
            role="assistant",
            content=[] if status == "in_progress" else [self.part()],
        )

    def response(
        self,
        status: Any = "in_progress",
        *,
        ended: AnswerEnded | None = None,
        error: shapes.ResponseErrorModel | None = None,
    ) -> shapes.ResponseModel:
        body = self.asked.body
        whole = ended is not None
        message_status = "incomplete" if status == "incomplete" else DONE
        return shapes.ResponseModel(
            id=ID_PREFIX + self.stem,
            object="response",
            created_at=self.asked.created,
            status=status,
            background=False,
            error=error,
            incomplete_details=None if ended is None else _incomplete(ended),
            instructions=body.instructions,
            max_output_tokens=body.max_output_tokens,
            model=self.asked.model,
            output=[self.search(), self.message(message_status)] if whole else [],
            parallel_tool_calls=body.parallel_tool_calls is not False,
            previous_response_id=body.previous_response_id,
            reasoning={"effort": None, "summary": None},
            store=body.store is not False,
            temperature=body.temperature,
            text=body.text or {"format": {"type": "text"}},
            tool_choice="auto" if body.tool_choice is None else body.tool_choice,
            tools=list(body.tools or ()),
            top_p=body.top_p,
            truncation=body.truncation or "disabled",
            usage=None if ended is None else _usage(ended.usage),
            metadata=dict(body.metadata or {}),
        )


def response(answer: answers.Answer, asked: Asked) -> shapes.ResponseModel:
    """The whole answer."""
    writing = _Writing(asked, answer.started)
    for piece in answer.pieces:
        if isinstance(piece, AnswerText):
            writing.text += piece.text
        else:
            writing.cite(piece.citation)
    return writing.response(_status(answer.ended), ended=answer.ended)


async def response_frames(
    events: AsyncIterator[AnswerEvent], asked: Asked, keep: Keep
) -> AsyncGenerator[bytes, None]:
    """The events in that API's order; the last one says how the response ended."""
    writing: _Writing | None = None
    numbered = _Numbered()
    try:
        async for event in events:
            if isinstance(event, AnswerStarted):
                writing = _Writing(asked, event)
                told = _beginning(writing, numbered)
            elif isinstance(event, AnswerStep):
                continue
            else:
                assert writing is not None, "an answer begins with AnswerStarted"
                told = await _told(writing, numbered, event, keep)
            for frame in told:
                yield frame
    except LodgepoleError as error:
        if writing is None:
            raise
        failed = writing.response("failed", error=_failed(error))
        yield numbered("response.failed", response=failed)


async def _told(
    writing: _Writing,
    numbered: "_Numbered",
    event: AnswerText | AnswerCitation | AnswerEnded,
    keep: Keep,
) -> list[bytes]:
    """The frames of one event after the first."""
    match event:
        case AnswerText():
            writing.text += event.text
            delta = {"delta": event.text, "logprobs": ()}
            return [numbered("response.output_text.delta", **_at(writing), **delta)]
        case AnswerCitation():
            first = len(writing.annotations)
            return [
                numbered(
                    "response.output_text.annotation.added",
                    **_at(writing),
                    annotation_index=number,
                    annotation=annotation,
                )
                for number, annotation in enumerate(writing.cite(event.citation), first)
            ]
        case AnswerEnded():
            return await _ending(writing, numbered, event, keep)


class _Numbered:
    """Makes frames of events, which count from 0."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self, type_: str, **fields: Any) -> bytes:
        body = {"type": type_, "sequence_number": self._next, **fields}
        self._next += 1
        return f"event: {type_}\ndata: ".encode() + json_bytes(body) + b"\n\n"


def _beginning(writing: _Writing, numbered: _Numbered) -> list[bytes]:
    """All up to the first word: the response, the search, and where the text will be."""
    search = {"output_index": SEARCH, "item_id": writing.search_id}
    empty = shapes.OutputTextModel(type="output_text", text="", annotations=[], logprobs=[])
    return [
        numbered("response.created", response=writing.response()),
        numbered("response.in_progress", response=writing.response()),
        numbered(
            "response.output_item.added", output_index=SEARCH, item=writing.search("in_progress")
        ),
        numbered("response.file_search_call.in_progress", **search),
        numbered("response.file_search_call.searching", **search),
        numbered("response.file_search_call.completed", **search),
        numbered("response.output_item.done", output_index=SEARCH, item=writing.search()),
        numbered(
            "response.output_item.added",
            output_index=MESSAGE,
            item=writing.message("in_progress"),
        ),
        numbered("response.content_part.added", **_at(writing), part=empty),
    ]


async def _ending(
    writing: _Writing, numbered: _Numbered, ended: AnswerEnded, keep: Keep
) -> list[bytes]:
    status = _status(ended)
    whole = writing.response(status, ended=ended)
    await keep(whole)
    return [
        numbered("response.output_text.done", **_at(writing), text=writing.text, logprobs=[]),
        numbered("response.content_part.done", **_at(writing), part=writing.part()),
        numbered(
            "response.output_item.done",
            output_index=MESSAGE,
            item=writing.message(DONE if status == DONE else "incomplete"),
        ),
        numbered(f"response.{status}", response=whole),
    ]


def _at(writing: _Writing) -> dict[str, Any]:
    return {"output_index": MESSAGE, "item_id": writing.message_id, "content_index": 0}


def _status(ended: AnswerEnded) -> str:
    return DONE if _incomplete(ended) is None else "incomplete"


def _incomplete(ended: AnswerEnded) -> shapes.IncompleteModel | None:
    match ended.finish_reason:
        case "length":
            return shapes.IncompleteModel(reason="max_output_tokens")
        case "content_filter":
            return shapes.IncompleteModel(reason="content_filter")
        case _:
            return None


def _failed(error: LodgepoleError) -> shapes.ResponseErrorModel:
    busy = isinstance(error, RateLimited)
    return shapes.ResponseErrorModel(
        code="rate_limit_exceeded" if busy else "server_error", message=str(error)
    )


def _usage(used: Usage) -> shapes.ResponseUsageModel:
    return shapes.ResponseUsageModel(
        input_tokens=used.prompt_tokens,
        input_tokens_details=shapes.InputDetailsModel(cached_tokens=0),
        output_tokens=used.completion_tokens,
        output_tokens_details=shapes.OutputDetailsModel(reasoning_tokens=0),
        total_tokens=used.total_tokens,
    )
