"""Chat, completions and context on the wire."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from lodgepole.api.schemas.files import AssistantFileModel
from lodgepole.api.schemas.wire import UsageModel, WireRequest, WireResponse

FinishWord = Literal["stop", "length", "content_filter", "tool_calls", "function_call"]

# --- requests ---------------------------------------------------------------------------------


class MessageRequest(WireRequest):
    role: Any = Field(default="user", description="`user` (default), `assistant` or `system`.")
    content: Any = Field(default=None, description="Text; a list of text parts in completions.")


class ContextOptions(WireRequest):
    """Which snippets the model is given."""

    top_k: int | None = Field(default=None, description="Most snippets, 1 to 64; default 16.")
    snippet_size: int | None = Field(
        default=None, description="Most tokens of each, 512 to 8192; default 2048."
    )
    multimodal: bool | None = Field(
        default=None, description="Also figures, of files uploaded as multimodal; default true."
    )
    include_binary_content: bool | None = Field(
        default=None, description="Also the figures' image data, not only captions; default true."
    )


class SearchCompletions(WireRequest):
    """A chat turn through the OpenAI-shaped route."""

    messages: list[MessageRequest] = Field(description="The conversation, oldest first.")
    stream: bool | None = Field(default=None, description="Answer as server-sent events.")
    model: str | None = Field(default=None, description="A name this server knows.")
    temperature: float | None = Field(default=None, description="0 to 2; default 0.")
    filter: dict[str, Any] | None = Field(
        default=None, description="Only files whose metadata match are searched."
    )


class StreamOptions(WireRequest):
    """As in the OpenAI API."""

    include_usage: bool | None = Field(
        default=None, description="End the stream with a chunk that holds the usage."
    )


class CompletionsRequest(SearchCompletions):
    stream_options: StreamOptions | None = None


class ChatRequest(SearchCompletions):
    """A chat turn."""

    json_response: bool | None = Field(
        default=None, description="The answer is a JSON object, as text; not when streaming."
    )
    include_highlights: bool | None = Field(
        default=None, description="Quote the words that support each citation."
    )
    context_options: ContextOptions | None = None


class ContextRequest(ContextOptions):
    """What to find: exactly one of `query` and `messages`."""

    query: str | None = None
    messages: list[MessageRequest] | None = None
    filter: dict[str, Any] | None = Field(
        default=None, description="Only files whose metadata match are searched."
    )


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
        default=None, description="Snippets the model was given; since 2026-01."
    )
    content_filter_results: ContentFilterResults | None = None


class _Chunk(BaseModel):
    id: str
    model: str


class MessageStartModel(_Chunk, WireResponse):
    type: Literal["message_start"]
    role: str
    context_snippet_count: int | None = None


class ContentDelta(WireResponse):
    content: str


class ContentChunkModel(_Chunk, WireResponse):
    type: Literal["content_chunk"]
    delta: ContentDelta


class CitationChunkModel(_Chunk, WireResponse):
    type: Literal["citation"]
    citation: CitationModel


class MessageEndModel(_Chunk, WireResponse):
    type: Literal["message_end"]
    finish_reason: FinishWord
    usage: UsageModel
    content_filter_results: ContentFilterResults | None = None


StreamChatChunkModel = Annotated[
    MessageStartModel | ContentChunkModel | CitationChunkModel | MessageEndModel,
    Field(discriminator="type"),
]


class ChoiceModel(WireResponse):
    index: int
    finish_reason: FinishWord
    message: MessageModel


class ChatCompletionModel(WireResponse):
    id: str
    object: Literal["chat.completion"]
    created: int = Field(description="Unix seconds.")
    model: str
    choices: list[ChoiceModel]
    usage: UsageModel


class ChoiceDelta(WireResponse):
    role: str | None = None
    content: str | None = None


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
    usage: UsageModel | None = None


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


class MultiModalSnippetModel(WireResponse):
    type: Literal["multimodal"]
    content: list[Annotated[TextBlockModel | ImageBlockModel, Field(discriminator="type")]]
    score: float = Field(description="0 to 1, comparable within one response.")
    reference: TypedReferenceModel


class ContextModel(WireResponse):
    id: str
    snippets: list[
        Annotated[TextSnippetModel | MultiModalSnippetModel, Field(discriminator="type")]
    ]
    usage: UsageModel
