"""Context on the wire: which snippets are asked for, and those that were found."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from lodgepole.api.schemas.files import AssistantFileModel
from lodgepole.api.schemas.messages import FILTER, MessageRequest
from lodgepole.api.schemas.wire import NOT_BLANK, UsageModel, Whole, WireRequest, WireResponse

NO_IMAGES_WITHOUT_FIGURES: JsonDict = {
    "not": {
        "required": ["multimodal", "include_binary_content"],
        "properties": {"multimodal": {"const": False}, "include_binary_content": {"const": True}},
    }
}
QUERY_OR_MESSAGES: JsonDict = {
    **NO_IMAGES_WITHOUT_FIGURES,
    "oneOf": [
        {"required": ["query"], "properties": {"query": {"type": "string"}}},
        {"required": ["messages"], "properties": {"messages": {"type": "array"}}},
    ],
}


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
