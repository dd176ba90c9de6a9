"""A conversation with a model: messages, tools, and what one generation is asked and says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lodgepole.model.documents import Snippet

MessageRole = Literal["user", "assistant", "system", "tool"]
FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a caller's function that a model wants; the caller makes it, never we."""

    id: str
    name: str
    arguments: str  # JSON, as the model wrote it


@dataclass(frozen=True, slots=True)
class Message:
    """One turn; the last two fields are of the assistant's and the tool's own ones."""

    role: MessageRole
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Functions of the caller that a model may ask for, in the OpenAI API's form; passed on."""

    definitions: tuple[Mapping[str, Any], ...]
    choice: Any = None  # a word, or which one; None is the model's own way
    parallel: bool | None = None

    @property
    def forced(self) -> bool:
        """Whether an answer in words would not do."""
        return self.choice not in (None, "auto", "none")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the answering model counts them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFilter:
    """What a provider's safety filter said, passed through untouched."""

    spec: Literal["openai", "gemini"]
    results: Any


@dataclass(frozen=True, slots=True)
class FileExcerpt:
    """What a file says of the names in a question, wherever it does; not to be quoted."""

    opening: str  # its title, and how it begins
    around: str  # what stands around the words of the names


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A snippet as the model sees it: number from 1, the same that markers like `[1]` name."""

    number: int
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a model chooses its words, beside the temperature; None is its own way."""

    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()  # texts before which the answer ends


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One generation. Remote models are sent `messages`; the extractive one reads the rest."""

    model: str  # the upstream name
    messages: tuple[Message, ...]  # system prompt first, sources included
    question: str  # the standalone question retrieval used
    sources: tuple[Source, ...]
    temperature: float | None = None  # None where the model takes none
    max_output_tokens: int | None = None
    json_object: bool = False
    json_schema: Mapping[str, Any] | None = None  # what the object must follow
    sampling: Sampling = Sampling()
    tools: Tools | None = None
    excerpts: Mapping[str, FileExcerpt] = field(
        default_factory=dict[str, FileExcerpt]
    )  # by file id


@dataclass(frozen=True, slots=True)
class ModelText:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEnded:
    finish_reason: FinishReason
    usage: Usage
    content_filter: ContentFilter | None = None
    in_one_piece: bool = False
    """The provider did not stream, though it was asked to."""
    tool_calls: tuple[ToolCall, ...] = ()


ModelEvent = ModelText | ModelEnded
