"""Chat in the OpenAI API's form."""

from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema

from lodgepole.api.schemas.chat import FinishWord, MessageModel, SearchCompletions
from lodgepole.api.schemas.wire import OMITTED, UsageModel, Whole, WireRequest, WireResponse

WITHIN_ONE: JsonDict = {"minimum": 0, "maximum": 1}
UNUSED_TOOLS: dict[str, Any] = {"enum": ["none", "auto", None]}
NOTHING: dict[str, Any] = {"type": "null"}


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


class AssistantCompletionsRequest(CompletionsRequest):
    """The same where `model` says which assistant is asked."""

    model_config = ConfigDict(json_schema_extra={"required": ["messages", "model"]})

    model: str | None = Field(
        default=None,
        description="An assistant, or `assistant/model` with what answers as it.",
        json_schema_extra={"type": "string", "minLength": 1},
    )


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
