"""Conversations on the wire."""

from typing import Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from lodgepole.api.schemas.chat import CitationModel
from lodgepole.api.schemas.context import ContextOptions
from lodgepole.api.schemas.messages import FILTER
from lodgepole.api.schemas.wire import (
    NOT_BLANK,
    OMITTED,
    PaginationResponse,
    Timestamp,
    UsageModel,
    WireRequest,
    WireResponse,
)

RatingWord = Literal["up", "down"]
TITLE_CHARS = 120


class GivenFile(WireRequest):
    id: str


class GivenHighlight(WireRequest):
    content: str


class GivenReference(WireRequest):
    file: GivenFile
    pages: list[int]
    highlight: GivenHighlight | None = None


class GivenCitation(WireRequest):
    position: int
    references: list[GivenReference]


class GivenMessage(WireRequest):
    """A question or an answer as a conversation was read with it; other fields are passed over."""

    role: Literal["user", "assistant"]
    content: str
    status: str | None = None
    model: str | None = None
    citations: list[GivenCitation] | None = Field(
        default=None,
        description="Kept are those whose words stand in a file of this assistant, on these pages.",
    )


class CreateConversationRequest(WireRequest):
    assistant: str = Field(description="The assistant's name.")
    title: str | None = Field(
        default=None,
        description="Left out, the first question makes one.",
        json_schema_extra={"maxLength": TITLE_CHARS},
    )
    messages: list[GivenMessage] | None = Field(
        default=None,
        description="What was said elsewhere: questions and answers in turn, as they were read.",
    )


class RenameConversationRequest(WireRequest):
    title: str = Field(json_schema_extra={**NOT_BLANK, "maxLength": TITLE_CHARS})


class AskRequest(WireRequest):
    """A question; what was said before is known."""

    content: str | None = Field(
        default=None,
        description="The question. It is left out only with `replace_last`: then the last one is "
        "asked again.",
        json_schema_extra=NOT_BLANK,
    )
    replace_last: bool | None = Field(
        default=None,
        description="Ask in the place of the last question, whose answer goes when the new one "
        "is there.",
    )
    model: str | None = Field(default=None, description="A name this server knows.")
    temperature: float | None = Field(
        default=None, json_schema_extra={"minimum": 0, "maximum": 2, "default": 0.0}
    )
    filter: dict[str, Any] | None = FILTER
    context_options: ContextOptions | None = None
    deep: SkipJsonSchema[bool | None] = None
    stream: bool | None = Field(default=None, description="Answer as a stream of events.")


class RateAnswerRequest(WireRequest):
    rating: RatingWord | None = Field(default=None, description="Null takes it back.")
    comment: str | None = Field(
        default=None,
        description="In your words; it replaces the one before.",
        json_schema_extra={"maxLength": 4000},
    )


class ConversationModel(WireResponse):
    """A conversation without its messages."""

    id: str
    assistant: str = Field(description="The assistant's name.")
    title: str = Field(description="Empty until something is asked.")
    questions: int = Field(description="How many were asked.")
    created_at: Timestamp
    updated_at: Timestamp = Field(description="When it was last used.")
    expires_at: Timestamp | None = Field(description="When it goes, unless it is used before that.")
    share: str | None = Field(
        default=None,
        description="The id of the link by which it is shared; left out where it is not.",
        json_schema_extra=OMITTED,
    )


class DeletedConversationModel(WireResponse):
    id: str
    restorable_until: Timestamp = Field(description="Until then it can be restored.")


class ListConversationsResponse(WireResponse):
    conversations: list[ConversationModel] = Field(
        description="The one used last first. A page may have fewer than were asked for, and none, "
        "while there is another one."
    )
    kept: bool = Field(description="Whether new ones can begin on this server.")
    pagination: PaginationResponse | None = Field(default=None, json_schema_extra=OMITTED)


class QuestionModel(WireResponse):
    role: Literal["user"]
    id: str
    content: str
    created_at: Timestamp
    options: dict[str, Any] | None = Field(
        description="What else was asked for: `model`, `temperature`, `filter`, `context_options`."
    )


class AnswerModel(WireResponse):
    role: Literal["assistant"]
    id: str = Field(description="The `id` that the answer had as it was sent.")
    content: str
    status: Literal["answering", "completed", "stopped", "failed"] = Field(
        description="`stopped`: the client left before its end. What was said is kept."
    )
    citations: list[CitationModel] = Field(
        description="As they were sent. Links are left out: describe a file to get a new one."
    )
    model: str | None
    finish_reason: str | None
    usage: UsageModel | None
    context_snippet_count: int | None
    error_message: str | None = Field(description="Why it failed.")
    rating: RatingWord | None
    comment: str | None
    withheld: bool | None = Field(
        default=None,
        description="True in a shared conversation where parts are left out, since they are from "
        "files that this key does not see.",
        json_schema_extra=OMITTED,
    )


class ShareModel(WireResponse):
    """A link to a conversation, for who may ask the same assistant."""

    id: str
    url: str = Field(description="Where the console shows it.")


class WholeConversationModel(ConversationModel):
    """A conversation with its messages."""

    messages: list[QuestionModel | AnswerModel] = Field(
        description="Questions and answers in turn, the oldest first."
    )
