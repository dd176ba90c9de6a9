"""Responses of the OpenAI API, whole and as events."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from lodgepole.api.schemas.vector_stores import Attributes, Seconds
from lodgepole.api.schemas.wire import OMITTED, Whole, WireRequest, WireResponse

Status = Literal["completed", "in_progress", "incomplete", "failed"]
UNSUPPORTED = "Not supported; must be left out."


class CreateResponseRequest(WireRequest):
    model_config = ConfigDict(json_schema_extra={"required": ["input"]})

    model: str | None = Field(
        default=None,
        description="What answers; without `file_search` the assistant, or `assistant/model`.",
    )
    input: Any = Field(
        default=None,
        description="A question, or the items of a conversation: messages of text.",
        json_schema_extra={"type": ["string", "array"]},
    )
    instructions: str | None = Field(
        default=None, description="Followed in this answer, after those of the assistant."
    )
    tools: list[dict[str, Any]] | None = Field(
        default=None,
        description="`file_search` with one vector store, `filters` and `max_num_results`.",
    )
    tool_choice: Any = Field(default=None, description="Anything but `none`: files are searched.")
    include: list[str] | None = Field(
        default=None, description="`file_search_call.results`: what was found."
    )
    previous_response_id: str | None = Field(
        default=None, description="A stored response, whose conversation goes on."
    )
    store: bool | None = Field(
        default=None, description="False keeps nothing; else it is kept for 30 days."
    )
    stream: bool | None = Field(default=None, description="Answer with events as it is written.")
    stream_options: dict[str, Any] | None = None
    max_output_tokens: Whole | None = Field(default=None, json_schema_extra={"minimum": 1})
    temperature: float | None = Field(default=None, json_schema_extra={"minimum": 0, "maximum": 2})
    top_p: float | None = Field(default=None, json_schema_extra={"minimum": 0, "maximum": 1})
    text: dict[str, Any] | None = Field(
        default=None, description="`format` is text, json_object or json_schema."
    )
    metadata: dict[str, str] | None = Field(default=None, description="Kept with the response.")
    parallel_tool_calls: bool | None = None
    truncation: str | None = None
    background: bool | None = Field(default=None, description=UNSUPPORTED)
    conversation: Any = Field(default=None, description=UNSUPPORTED)
    prompt: Any = Field(default=None, description=UNSUPPORTED)
    top_logprobs: int | None = Field(default=None, description=UNSUPPORTED)


# --- output -----------------------------------------------------------------------------------


class FileCitationModel(WireResponse):
    type: Literal["file_citation"]
    index: int = Field(description="Where the citation belongs in the text, in characters.")
    file_id: str
    filename: str
    quote: str | None = Field(
        default=None,
        description="Verbatim words of the file, which bear out what is said.",
        json_schema_extra=OMITTED,
    )
    pages: list[int] | None = Field(default=None, json_schema_extra=OMITTED)


class OutputTextModel(WireResponse):
    type: Literal["output_text"]
    text: str
    annotations: list[FileCitationModel]
    logprobs: list[Any]


class MessageItemModel(WireResponse):
    id: str
    type: Literal["message"]
    status: Status
    role: Literal["assistant"]
    content: list[OutputTextModel]


class FileSearchResultModel(WireResponse):
    file_id: str
    filename: str
    score: float
    text: str
    attributes: Attributes


class FileSearchItemModel(WireResponse):
    id: str
    type: Literal["file_search_call"]
    status: Literal["in_progress", "searching", "completed"]
    queries: list[str]
    results: list[FileSearchResultModel] | None = None


OutputItemModel = Annotated[FileSearchItemModel | MessageItemModel, Field(discriminator="type")]


class InputDetailsModel(WireResponse):
    cached_tokens: int


class OutputDetailsModel(WireResponse):
    reasoning_tokens: int


class ResponseUsageModel(WireResponse):
    input_tokens: int
    input_tokens_details: InputDetailsModel
    output_tokens: int
    output_tokens_details: OutputDetailsModel
    total_tokens: int


class ResponseErrorModel(WireResponse):
    code: Literal["server_error", "rate_limit_exceeded"]
    message: str


class IncompleteModel(WireResponse):
    reason: Literal["max_output_tokens", "content_filter"]


class ResponseModel(WireResponse):
    id: str
    object: Literal["response"]
    created_at: Seconds
    status: Status
    background: Literal[False]
    error: ResponseErrorModel | None = None
    incomplete_details: IncompleteModel | None = None
    instructions: str | None = None
    max_output_tokens: int | None = None
    model: str
    output: list[OutputItemModel]
    parallel_tool_calls: bool
    previous_response_id: str | None = None
    reasoning: dict[str, Any]
    store: bool
    temperature: float | None = None
    text: dict[str, Any]
    tool_choice: Any = "auto"
    tools: list[dict[str, Any]]
    top_p: float | None = None
    truncation: str
    usage: ResponseUsageModel | None = None
    metadata: dict[str, str]


class InputTextModel(WireResponse):
    type: Literal["input_text", "output_text"]
    text: str


class InputItemModel(WireResponse):
    id: str
    type: Literal["message"]
    status: Literal["completed"]
    role: Literal["user", "system", "assistant"]
    content: list[InputTextModel]


class ListInputItemsResponse(WireResponse):
    object: Literal["list"]
    data: list[InputItemModel]
    first_id: str | None = None
    last_id: str | None = None
    has_more: bool


class ResponseEventModel(WireResponse):
    """One event of a streamed response; its type says which of the fields it has."""

    type: str
    sequence_number: int
    response: ResponseModel | None = Field(default=None, json_schema_extra=OMITTED)
    output_index: int | None = Field(default=None, json_schema_extra=OMITTED)
    content_index: int | None = Field(default=None, json_schema_extra=OMITTED)
    annotation_index: int | None = Field(default=None, json_schema_extra=OMITTED)
    item_id: str | None = Field(default=None, json_schema_extra=OMITTED)
    item: OutputItemModel | None = Field(default=None, json_schema_extra=OMITTED)
    part: OutputTextModel | None = Field(default=None, json_schema_extra=OMITTED)
    delta: str | None = Field(default=None, json_schema_extra=OMITTED)
    text: str | None = Field(default=None, json_schema_extra=OMITTED)
    logprobs: list[Any] | None = Field(default=None, json_schema_extra=OMITTED)
    annotation: FileCitationModel | None = Field(default=None, json_schema_extra=OMITTED)
