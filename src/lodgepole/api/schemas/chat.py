"""Chat on the wire."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema

from lodgepole.api.schemas.context import ContextOptions
from lodgepole.api.schemas.files import AssistantFileModel
from lodgepole.api.schemas.messages import FILTER, MessageRequest
from lodgepole.api.schemas.wire import OMITTED, UsageModel, WireRequest, WireResponse, needs

FinishWord = Annotated[
    Literal["stop", "length", "content_filter", "tool_calls", "function_call"],
    Field(json_schema_extra={"x-words": {"function_call": "tool_calls_word"}}),
]
SOME_MESSAGES: JsonDict = {"required": ["messages"]}
NO_STREAM_OF_JSON: JsonDict = {
    **SOME_MESSAGES,
    "not": {
        "required": ["stream", "json_response"],
        "properties": {"stream": {"const": True}, "json_response": {"const": True}},
    },
}


class SearchCompletions(WireRequest):
    """A chat turn through the OpenAI-shaped route."""

    model_config = ConfigDict(json_schema_extra=SOME_MESSAGES)

    # No messages at all are refused by the chat itself, in the same words as an empty list.
    messages: list[MessageRequest] | None = Field(
        default=None,
        description="The conversation, oldest first.",
        json_schema_extra={"minItems": 1, **OMITTED},
    )
    stream: bool | None = Field(default=None, description="Answer as server-sent events.")
    model: str | None = Field(
        default=None,
        description="A name this server knows.",
        json_schema_extra={"enum": "models"},
    )
    temperature: float | None = Field(
        default=None,
        description="Ignored by models that have none.",
        json_schema_extra={"minimum": 0, "maximum": 2, "default": 0.0},
    )
    filter: dict[str, Any] | None = FILTER


class ChatRequest(SearchCompletions):
    """A chat turn."""

    model_config = ConfigDict(json_schema_extra=NO_STREAM_OF_JSON)

    json_response: bool | None = Field(
        default=None, description="The answer is a JSON object, as text; not when streaming."
    )
    include_highlights: bool | None = Field(
        default=None, description="Quote the words that support each citation."
    )
    context_options: ContextOptions | None = None
    # Ours, and in no published document.
    deep: SkipJsonSchema[bool | None] = None


class MessageModel(WireResponse):
    role: str
    content: str


class HighlightModel(WireResponse):
    type: Literal["text"]
    content: str = Field(description="Verbatim words of the cited pages.")


class ReferenceModel(WireResponse):
    file: AssistantFileModel
    pages: list[int] = Field(description="Empty for kinds of file without pages.")
    highlight: HighlightModel | None = None


class CitationModel(WireResponse):
    position: int = Field(description="Character index into the answer: the end of the claim.")
    references: list[ReferenceModel]
    # Ours, and in no published document: left out but where a model was the judge.
    verified_by: SkipJsonSchema[Literal["model"] | None] = Field(
        default=None, json_schema_extra=OMITTED
    )


class ContentFilterResults(WireResponse):
    spec: Literal["openai", "gemini"]
    results: Any = Field(description="As the provider sent it.")


class ChatModel(WireResponse):
    id: str
    finish_reason: FinishWord
    message: MessageModel
    model: str
    citations: list[CitationModel]
    usage: UsageModel
    context_snippet_count: int | None = Field(
        default=None,
        description="Snippets the model was given.",
        json_schema_extra={**needs("has_snippet_count"), **OMITTED},
    )
    content_filter_results: ContentFilterResults | None = Field(
        default=None, json_schema_extra={**needs("has_content_filter"), **OMITTED}
    )


class MessageStartModel(WireResponse):
    type: Literal["message_start"]
    id: str
    model: str
    role: str
    context_snippet_count: int | None = Field(
        default=None, json_schema_extra={**needs("has_snippet_count"), **OMITTED}
    )


class ContentDelta(WireResponse):
    content: str


class ContentChunkModel(WireResponse):
    type: Literal["content_chunk"]
    id: str
    model: str
    delta: ContentDelta


class StepModel(WireResponse):
    """Something that the model did to find more."""

    kind: Literal["search", "find_words", "open_pages"]
    what: str
    found: int


class StepChunkModel(ContentChunkModel):
    """A content chunk without text that tells of a step; only where `deep` was asked for."""

    step: StepModel


class CitationChunkModel(WireResponse):
    type: Literal["citation"]
    id: str
    model: str
    citation: CitationModel


class MessageEndModel(WireResponse):
    type: Literal["message_end"]
    id: str
    model: str
    finish_reason: FinishWord
    usage: UsageModel
    content_filter_results: ContentFilterResults | None = Field(
        default=None, json_schema_extra={**needs("has_content_filter"), **OMITTED}
    )


StreamChatChunkModel = Annotated[
    MessageStartModel | ContentChunkModel | CitationChunkModel | MessageEndModel,
    Field(discriminator="type"),
]
