"""What a turn of a conversation or a search asks for, and what a search returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lodgepole.metadata_filter import MetadataFilter
from lodgepole.model import Message, Sampling, Snippet, Tools, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One turn. None means the default; `messages` ends with what is to be answered.

    Identical requests of one `client` that are in flight together share one generation; without
    a client each request has its own.
    """

    messages: Sequence[Message]
    model: str | None = None
    temperature: float | None = None
    filter: MetadataFilter | None = None
    json_response: bool = False
    include_highlights: bool = False
    top_k: int | None = None
    snippet_tokens: int | None = None
    multimodal: bool | None = None
    include_binary_content: bool | None = None
    max_output_tokens: int | None = None  # no more than the model's own
    sampling: Sampling = field(default_factory=Sampling)
    tools: Tools | None = None  # of the caller, for a model that can be given them
    json_schema: Mapping[str, Any] | None = None  # what the object of a JSON answer must follow
    deep: bool | None = None  # the model looks further before it answers; None is the setting's
    client: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextRequest:
    """A search: for `query`, or for what the last of `messages` asks."""

    query: str | None = None
    messages: Sequence[Message] | None = None
    filter: MetadataFilter | None = None
    top_k: int | None = None
    snippet_tokens: int | None = None
    multimodal: bool | None = None
    include_binary_content: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextResult:
    id: str
    snippets: tuple[Snippet, ...]
    usage: Usage
