"""What Lodgepole has beyond the published API: keys, usage, and the text of documents."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from lodgepole.api.schemas.wire import (
    OMITTED,
    Day,
    PaginationResponse,
    Timestamp,
    WireRequest,
    WireResponse,
)
from lodgepole.model import Role

RoleWord = Literal["all", "control_read", "control_write", "data_read", "data_write"]
ROLES = "`all`, or one that cannot do everything; the data roles do not create assistants."


class UpdateFileMetadataRequest(WireRequest):
    metadata: dict[str, Any] = Field(
        description="Replaces the metadata as a whole, flat as at an upload; `{}` clears."
    )


class CreateKeyRequest(WireRequest):
    """Fields that are not known are refused: a misspelt bound would make a key without one."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        description="What the key is for.", json_schema_extra={"minLength": 1, "maxLength": 100}
    )
    role: str | None = Field(
        default=None, description=ROLES, json_schema_extra={"enum": [*Role, None]}
    )
    assistants: list[str] | None = Field(
        default=None,
        description="Names of the assistants that the key sees; all by default. Data roles only.",
    )
    filter: dict[str, Any] | None = Field(
        default=None,
        description="A metadata filter: the key sees the files that match it. Data roles only.",
    )


class KeyModel(WireResponse):
    """An API key; its secret is stored nowhere."""

    id: str
    name: str
    role: RoleWord
    project: str = Field(description="The key sees what is in this project alone.")
    created_at: Timestamp
    assistants: list[str] | None = Field(
        default=None,
        description="Of the assistants the key sees these alone; left out where it sees all.",
        json_schema_extra=OMITTED,
    )
    filter: dict[str, Any] | None = Field(
        default=None,
        description="Of the files the key sees matching ones alone; left out where it sees all.",
        json_schema_extra=OMITTED,
    )


class CreatedKeyModel(KeyModel):
    """A new key."""

    api_key: str = Field(description="The secret; it is shown this once.")


class ListKeysResponse(WireResponse):
    keys: list[KeyModel] = Field(description="Oldest first.")


class AuditEntryModel(WireResponse):
    """One thing that somebody did or was refused; it holds no text."""

    id: str
    at: Timestamp
    action: str = Field(description="The operation, such as `delete_file`.")
    target: dict[str, str] = Field(description="Names and ids in the path of the request.")
    status: int = Field(description="Of the answer, as in HTTP; 0 on the command line.")
    key_id: str | None = Field(description="Null where there was no valid key.")
    key_name: str | None
    address: str = Field(description="Where the request came from; behind a proxy, the proxy.")
    request_id: str = Field(description="As in the header `X-Request-Id` of the answer.")
    more: int = Field(description="Refused attempts before it that were only counted.")


class ListAuditEntriesResponse(WireResponse):
    entries: list[AuditEntryModel] = Field(description="Newest first.")
    pagination: PaginationResponse | None = Field(default=None, json_schema_extra=OMITTED)


class OperationCounts(WireResponse):
    """Operations of the last 30 days, of all assistants that are there."""

    processing: int
    completed: int
    failed: int


class DayModel(WireResponse):
    """One day, in UTC."""

    day: Day
    requests: int
    prompt_tokens: int = Field(description="Tokens sent to models; for context, of its snippets.")
    completion_tokens: int = Field(description="Tokens that models wrote.")


class KeyUsageModel(WireResponse):
    """What one key asked for in the time."""

    id: str = Field(description="The key's id; it may have been revoked since.")
    requests: int
    prompt_tokens: int
    completion_tokens: int
    last_used_on: Day


class AssistantDayModel(WireResponse):
    """One assistant on one day, in UTC; no name is all beyond the first thousand together."""

    day: Day
    assistant: str
    requests: int = Field(description="Answers and contexts.")
    prompt_tokens: int
    completion_tokens: int
    files: int | None = Field(default=None, description="That day; null where it was not noted.")
    bytes: int | None = None


class UsageReportModel(WireResponse):
    """Counts of the last seconds before a crash may be missing."""

    project: str
    assistants: int
    files: int
    bytes: int = Field(description="Of the files as they were uploaded.")
    operations: OperationCounts
    since: Day
    days: list[DayModel] = Field(description="Days with requests, oldest first.")
    keys: list[KeyUsageModel] = Field(description="Keys with requests, the busiest first.")
    by_assistant: list[AssistantDayModel] = Field(
        description="Assistants by day, as far as they were asked or noted."
    )


class DocumentPageModel(WireResponse):
    number: int = Field(description="From 1.")
    start: int
    end: int


class DocumentBlockModel(WireResponse):
    """A stretch of the text with one role; the text between blocks is white space."""

    kind: Literal[
        "heading", "paragraph", "list_item", "table", "code", "record", "caption", "running"
    ]
    start: int
    end: int
    level: int = Field(description="Depth of a heading, from 1; else 0.")


class DocumentSpanModel(WireResponse):
    start: int
    end: int


class DocumentTextModel(WireResponse):
    """The text as it was read from the file. Offsets are characters of the whole text."""

    file_id: str
    name: str
    length: int = Field(description="Characters of the whole text.")
    page_count: int | None = Field(description="None for kinds of files without pages.")
    pages_estimated: bool = Field(description="Whether the file does not say where pages end.")
    start: int = Field(description="Where `text` begins.")
    end: int = Field(description="Where it ends.")
    text: str
    pages: list[DocumentPageModel] = Field(description="Pages that `text` is from.")
    blocks: list[DocumentBlockModel] = Field(
        description="Its headings, paragraphs, tables and so on."
    )
    marks: list[DocumentSpanModel] = Field(description="Where `quote` stands in it, word for word.")
    next_start: int | None = Field(
        default=None,
        description="Send this as `start` for what follows; absent at the end.",
        json_schema_extra=OMITTED,
    )


class EmbedderModel(WireResponse):
    """What must be equal for vectors to be comparable."""

    engine: str
    model: str
    dimension: int


class PassageModel(WireResponse):
    """The unit that is searched."""

    ordinal: int = Field(description="From 0 within the file.")
    start: int
    end: int
    page: int | None = Field(description="None for kinds of files without pages.")
    heading_path: list[str]
    text: str = Field(description="The text's `[start, end)`.")
    vector: str | None = Field(
        default=None,
        description="Little-endian half floats in base64; absent while a file is embedded anew.",
        json_schema_extra=OMITTED,
    )


class PassagesModel(WireResponse):
    embedder: EmbedderModel | None = Field(description="Whose vectors these are.")
    passages: list[PassageModel]
    next_first: int | None = Field(
        default=None,
        description="Send this as `first` for what follows; absent at the end.",
        json_schema_extra=OMITTED,
    )
