"""Chat, completions and context on the wire."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema

from lodgepole.api.schemas.files import AssistantFileModel
from lodgepole.api.schemas.wire import (
    NOT_BLANK,
    OMITTED,
    UsageModel,
    Whole,
    WireRequest,
    WireResponse,
    needs,
)

FinishWord = Annotated[
    Literal["stop", "length", "content_filter", "tool_calls", "function_call"],
    Field(json_schema_extra={"x-words": {"function_call": "tool_calls_word"}}),
]
WITHIN_ONE: JsonDict = {"minimum": 0, "maximum": 1}
FILTER = Field(
    default=None,
    description="Only files whose metadata match are searched.",
    json_schema_extra={"x-schema": "MetadataFilter"},
)
NO_IMAGES_WITHOUT_FIGURES: JsonDict = {
    "not": {
        "required": ["multimodal", "include_binary_content"],
        "properties": {"multimodal": {"const": False}, "include_binary_content": {"const": True}},
    }
}
SOME_MESSAGES: JsonDict = {"required": ["messages"]}
NO_STREAM_OF_JSON: JsonDict = {
    **SOME_MESSAGES,
    "not": {
        "required": ["stream", "json_response"],
        "properties": {"stream": {"const": True}, "json_response": {"const": True}},
    },
}
QUERY_OR_MESSAGES: JsonDict = {
    **NO_IMAGES_WITHOUT_FIGURES,
    "oneOf": [
        {"required": ["query"], "properties": {"query": {"type": "string"}}},
        {"required": ["messages"], "properties": {"messages": {"type": "array"}}},
    ],
}

# --- requests ---------------------------------------------------------------------------------


class MessageRequest(WireRequest):
    model_config = ConfigDict(json_schema_extra={"required": ["content"]})

    role: Any = Field(
        default="user",
        description="`user` (default), `assistant` or `system`; `developer` is `system`.",
        json_schema_extra={
            "type": ["string", "null"],
            "enum": ["user", "assistant", "system", "developer", None],
        },
    )
    content: Any = Field(
        default=None,
        description="Text that is not blank; a list of text parts is taken too.",
        json_schema_extra={"type": "string", **NOT_BLANK},
    )
    # Only models that call tools know these; the published documents have neither.
    tool_calls: SkipJsonSchema[Any] = None
    tool_call_id: SkipJsonSchema[Any] = None


class ContextOptions(WireRequest):
    """Which snippets the model is given."""

    model_config = ConfigDict(json_schema_extra=NO_IMAGES_WITHOUT_FIGURES)

    top_k: Whole | None = Field(
        default=None,
        description="Most snippets.",
        json_schema_extra={
            "minimum": 1,
            "maximum": "limits.top_k",
            "default": "limits.top_k_default",
        },
    )
    snippet_size: Whole | None = Field(
        default=None,
        description="Most tokens of each.",
        json_schema_extra={
            "minimum": "limits.snippet_tokens_min",
            "maximum": "limits.snippet_tokens",
            "default": "limits.snippet_tokens_default",
        },
    )
    multimodal: bool | None = Field(
        default=None, description="Also figures, of files uploaded as multimodal; default true."
    )
    include_binary_content: bool | None = Field(
        default=None, description="Also the figures' image data, not only captions; default true."
    )


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


class StreamOptions(WireRequest):
    """As in the OpenAI API."""

    include_usage: bool | None = Field(
        default=None, description="End the stream with a chunk that holds the usage."
    )


class ResponseFormat(WireRequest):
    """As in the OpenAI API."""

    type: str = Field(
        description="`text`, or one JSON object.",
        json_schema_extra={"enum": ["text", "json_object", "json_schema"]},
    )
    json_schema: dict[str, Any] | None = Field(
        default=None, description="With `schema`, which the model is told to follow."
    )


UNUSED_TOOLS: dict[str, Any] = {"enum": ["none", "auto", None]}
NOTHING: dict[str, Any] = {"type": "null"}


class CompletionsRequest(SearchCompletions):
    stream_options: StreamOptions | None = None
    response_format: ResponseFormat | None = None
    max_tokens: Whole | None = Field(
        default=None, description="Of the answer, at most.", json_schema_extra={"minimum": 1}
    )
    max_completion_tokens: Whole | None = Field(
        default=None, description="The same by its newer name.", json_schema_extra={"minimum": 1}
    )
    stop: Any = Field(
        default=None,
        description="One text, or up to four, before which the answer ends.",
        json_schema_extra={
            "anyOf": [
                {"type": ["string", "null"], "minLength": 1},
                {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 4},
            ]
        },
    )
    top_p: float | None = Field(
        default=None, description="As the model takes it.", json_schema_extra=WITHIN_ONE
    )
    seed: Whole | None = Field(default=None, description="As the model takes it.")
    n: Whole | None = Field(
        default=None, description="One answer is made.", json_schema_extra={"enum": [1, None]}
    )
    tools: SkipJsonSchema[Any] = None
    parallel_tool_calls: SkipJsonSchema[Any] = None
    tool_choice: Any = Field(
        default=None,
        description="`none` or `auto`; more where the model is passed tools on.",
        json_schema_extra=UNUSED_TOOLS,
    )
    function_call: Any = Field(
        default=None, description="The same in its older form.", json_schema_extra=UNUSED_TOOLS
    )
    logprobs: Any = Field(
        default=None,
        description="There are none: false.",
        json_schema_extra={"enum": [False, None]},
    )
    top_logprobs: Any = Field(
        default=None, description="There are none: 0.", json_schema_extra={"enum": [0, None]}
    )
    logit_bias: Any = Field(
        default=None,
        description="Not supported: empty.",
        json_schema_extra={"type": ["object", "null"], "maxProperties": 0},
    )
    presence_penalty: float | None = Field(
        default=None, description="Not supported: 0.", json_schema_extra={"enum": [0, None]}
    )
    frequency_penalty: float | None = Field(
        default=None, description="Not supported: 0.", json_schema_extra={"enum": [0, None]}
    )
    audio: Any = Field(default=None, description="Not supported.", json_schema_extra=NOTHING)
    prediction: Any = Field(default=None, description="Not supported.", json_schema_extra=NOTHING)
    web_search_options: Any = Field(
        default=None, description="Not supported.", json_schema_extra=NOTHING
    )


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


class ContextRequest(ContextOptions):
    """What to find: exactly one of `query` and `messages`."""

    model_config = ConfigDict(json_schema_extra=QUERY_OR_MESSAGES)

    query: str | None = Field(
        default=None, description="What to look for.", json_schema_extra=NOT_BLANK
    )
    messages: list[MessageRequest] | None = Field(
        default=None,
        description="A conversation; what its last message asks is looked for.",
        json_schema_extra={"minItems": 1},
    )
    filter: dict[str, Any] | None = FILTER


# --- answers ----------------------------------------------------------------------------------


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


class UrlCitationModel(WireResponse):
    """A source of the answer; what OpenAI's clients do not know of, they pass over."""

    start_index: int = Field(description="Where its mark begins in the content, in characters.")
    end_index: int = Field(description="Where the mark ends.")
    title: str = Field(description="The file's name.")
    url: str = Field(description="Downloads the file without a key for a while.")
    file_id: str
    pages: list[int] = Field(description="Empty for kinds of file without pages.")
    quote: str | None = Field(
        default=None,
        description="Verbatim words of the cited pages.",
        json_schema_extra=OMITTED,
    )


class AnnotationModel(WireResponse):
    type: Literal["url_citation"]
    url_citation: UrlCitationModel


class FunctionModel(WireResponse):
    name: str
    arguments: str = Field(description="JSON, as the model wrote it.")


class ToolCallModel(WireResponse):
    """A call of the caller's function, which the caller is to make."""

    index: int | None = Field(default=None, json_schema_extra=OMITTED)
    id: str
    type: Literal["function"]
    function: FunctionModel


class CompletionMessageModel(MessageModel):
    annotations: list[AnnotationModel] = Field(description="The citations once more, as data.")
    tool_calls: list[ToolCallModel] | None = Field(default=None, json_schema_extra=OMITTED)


class ChoiceModel(WireResponse):
    index: int
    finish_reason: FinishWord
    message: CompletionMessageModel


class ChatCompletionModel(WireResponse):
    id: str
    object: Literal["chat.completion"]
    created: int = Field(description="Unix seconds.")
    model: str
    choices: list[ChoiceModel]
    usage: UsageModel


class ChoiceDelta(WireResponse):
    role: str | None = Field(default=None, json_schema_extra=OMITTED)
    content: str | None = Field(default=None, json_schema_extra=OMITTED)
    annotations: list[AnnotationModel] | None = Field(
        default=None, description="Of a citation.", json_schema_extra=OMITTED
    )
    tool_calls: list[ToolCallModel] | None = Field(default=None, json_schema_extra=OMITTED)


class ChoiceChunkModel(WireResponse):
    index: int
    delta: ChoiceDelta
    finish_reason: FinishWord | None = None


class StreamChatCompletionChunkModel(WireResponse):
    id: str
    object: Literal["chat.completion.chunk"]
    created: int = Field(description="Unix seconds.")
    model: str
    choices: list[ChoiceChunkModel]
    usage: UsageModel | None = Field(default=None, json_schema_extra=OMITTED)


# --- context ----------------------------------------------------------------------------------


class TextReferenceModel(WireResponse):
    type: Literal["text", "json", "markdown"]
    file: AssistantFileModel


class PagedReferenceModel(WireResponse):
    type: Literal["pdf", "doc_x"]
    file: AssistantFileModel
    pages: list[int]


TypedReferenceModel = Annotated[
    TextReferenceModel | PagedReferenceModel, Field(discriminator="type")
]


class TextSnippetModel(WireResponse):
    type: Literal["text"]
    content: str
    score: float = Field(description="0 to 1, comparable within one response.")
    reference: TypedReferenceModel


class ImageModel(WireResponse):
    type: Literal["base64"]
    mime_type: str
    data: str


class TextBlockModel(WireResponse):
    type: Literal["text"]
    text: str


class ImageBlockModel(WireResponse):
    type: Literal["image"]
    caption: str
    image: ImageModel | None = None


BlockModel = Annotated[TextBlockModel | ImageBlockModel, Field(discriminator="type")]


class MultiModalSnippetModel(WireResponse):
    type: Literal["multimodal"]
    content: list[BlockModel]
    score: float = Field(description="0 to 1, comparable within one response.")
    reference: TypedReferenceModel


SnippetModel = Annotated[TextSnippetModel | MultiModalSnippetModel, Field(discriminator="type")]


class ContextModel(WireResponse):
    id: str
    snippets: list[SnippetModel]
    usage: UsageModel
