"""The answer to one chat turn: a stream of events, and the citations in it."""

from dataclasses import dataclass
from typing import Literal

from lodgepole.model.documents import Snippet
from lodgepole.model.files import File
from lodgepole.model.messages import ContentFilter, FinishReason, ToolCall, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One source of a citation. `highlight` is verbatim text of the cited pages."""

    file: File
    pages: tuple[int, ...]
    highlight: str | None
    start: int  # of the highlight, else of the snippet, in the file's canonical text
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """`position` is a character index into the complete answer: the end of what is supported.

    `verified_by` names who found that the references say it, where that was a model: the answer
    is in another language than they.
    """

    position: int
    references: tuple[Reference, ...]
    verified_by: Literal["model"] | None = None


# The answer to one chat turn is a stream of these, in this order: one AnswerStarted, any number
# of AnswerText and AnswerCitation, one AnswerEnded.


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerStarted:
    id: str
    model: str
    snippet_count: int
    question: str = ""  # what was searched for
    snippets: tuple[Snippet, ...] = ()  # what was found, best first


@dataclass(frozen=True, slots=True)
class AnswerText:
    text: str


@dataclass(frozen=True, slots=True)
class AnswerCitation:
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEnded:
    finish_reason: FinishReason
    usage: Usage
    content_filter: ContentFilter | None = None
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerStep:
    """Something that the model did to find more, where it was asked to look deep."""

    kind: Literal["search", "find_words", "open_pages"]
    what: str
    found: int  # snippets


AnswerEvent = AnswerStarted | AnswerStep | AnswerText | AnswerCitation | AnswerEnded
