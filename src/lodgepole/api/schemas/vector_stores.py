"""Uploaded files and vector stores in the shapes of the OpenAI API."""

from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from lodgepole.api.schemas.wire import NOT_BLANK, OMITTED, WireRequest, WireResponse

Attributes = dict[str, Any]
Seconds = int  # since 1970
FilterModel = dict[str, Any]
FILTER = (
    "`{type, key, value}` with the types eq, ne, gt, gte, lt, lte, in and nin, or "
    "`{type, filters}` with and, or."
)
CHUNKING = "Accepted; how files are cut is the server's own, and `other` in answers."
LIMIT_MAX = 100


# --- files ------------------------------------------------------------------------------------


class FileObjectModel(WireResponse):
    id: str
    object: Literal["file"]
    bytes: int
    created_at: Seconds
    expires_at: Seconds | None = None
    filename: str
    purpose: str
    status: Literal["uploaded", "processed", "error"]
    status_details: str | None = None


class ListFileObjectsResponse(WireResponse):
    object: Literal["list"]
    data: list[FileObjectModel]
    first_id: str | None = None
    last_id: str | None = None
    has_more: bool


class DeletedModel(WireResponse):
    id: str
    object: Literal["file", "vector_store.deleted", "vector_store.file.deleted", "response"]
    deleted: Literal[True]


# --- stores -----------------------------------------------------------------------------------


NULL: JsonDict = {"type": "null", "deprecated": True}
FILE_IDS_OR_FILES: JsonDict = {
    "oneOf": [
        {"required": [name], "properties": {name: {"type": "array"}, other: {"type": "null"}}}
        for name, other in (("file_ids", "files"), ("files", "file_ids"))
    ]
}
QUESTIONS: JsonDict = {
    "anyOf": [
        {"type": "string", **NOT_BLANK},
        {
            "type": "array",
            "items": {"type": "string", **NOT_BLANK},
            "minItems": 1,
            "maxItems": 4,
        },
    ]
}


class CreateVectorStoreRequest(WireRequest):
    name: str | None = Field(
        default=None,
        description="The assistant's name, too, where it may be one and nobody has it.",
        json_schema_extra={"maxLength": 256},
    )
    description: str | None = Field(default=None, json_schema_extra={"maxLength": 1024})
    file_ids: list[str] | None = Field(
        default=None, description="Files to begin with.", json_schema_extra={"maxItems": 500}
    )
    metadata: dict[str, str] | None = None
    chunking_strategy: dict[str, Any] | None = Field(default=None, description=CHUNKING)
    expires_after: dict[str, Any] | None = Field(
        default=None, description="Not supported; must be left out.", json_schema_extra=NULL
    )


class UpdateVectorStoreRequest(WireRequest):
    """Left out or null: unchanged."""

    name: str | None = Field(
        default=None,
        description="What it is shown as; its id stays.",
        json_schema_extra={"maxLength": 256},
    )
    metadata: dict[str, str] | None = Field(
        default=None, description="Replaces the metadata as a whole."
    )
    expires_after: dict[str, Any] | None = Field(
        default=None, description="Not supported; must be left out.", json_schema_extra=NULL
    )


class FileCountsModel(WireResponse):
    in_progress: int
    completed: int
    failed: int
    cancelled: int
    total: int


class VectorStoreModel(WireResponse):
    """An assistant, by the files that it has."""

    id: str = Field(description="`vs_` and the assistant's name.")
    object: Literal["vector_store"]
    created_at: Seconds
    name: str
    description: str | None = None
    usage_bytes: int = Field(description="Of its files as they were uploaded.")
    file_counts: FileCountsModel
    status: Literal["in_progress", "completed", "expired"]
    expires_after: None = None
    expires_at: None = None
    last_active_at: Seconds
    metadata: dict[str, Any] | None = None


class ListVectorStoresResponse(WireResponse):
    object: Literal["list"]
    data: list[VectorStoreModel]
    first_id: str | None = None
    last_id: str | None = None
    has_more: bool


# --- files of a store -------------------------------------------------------------------------


class AttachFileRequest(WireRequest):
    file_id: str = Field(description="An uploaded file, or one of another assistant.")
    attributes: Attributes | None = Field(default=None, description="The file's metadata here.")
    chunking_strategy: dict[str, Any] | None = Field(default=None, description=CHUNKING)


class UpdateFileRequest(WireRequest):
    attributes: Attributes | None = Field(
        default=None, description="Replaces the metadata as a whole; null clears."
    )


class LastErrorModel(WireResponse):
    code: Literal["server_error", "unsupported_file", "invalid_file"]
    message: str


class ChunkingModel(WireResponse):
    type: Literal["other"]


class VectorStoreFileModel(WireResponse):
    id: str
    object: Literal["vector_store.file"]
    created_at: Seconds
    vector_store_id: str
    usage_bytes: int = Field(description="Of the file as it was uploaded.")
    status: Literal["in_progress", "completed", "cancelled", "failed"]
    last_error: LastErrorModel | None = None
    chunking_strategy: ChunkingModel
    attributes: Attributes | None = None


class ListVectorStoreFilesResponse(WireResponse):
    object: Literal["list"]
    data: list[VectorStoreFileModel]
    first_id: str | None = None
    last_id: str | None = None
    has_more: bool


class TextPartModel(WireResponse):
    type: Literal["text"]
    text: str


class FileContentResponse(WireResponse):
    """The text that was read from a file, by page where it has pages."""

    object: Literal["vector_store.file_content.page"]
    data: list[TextPartModel]
    has_more: bool
    next_page: str | None = None


# --- batches ----------------------------------------------------------------------------------


class CreateFileBatchRequest(WireRequest):
    model_config = ConfigDict(json_schema_extra=FILE_IDS_OR_FILES)

    file_ids: list[str] | None = Field(default=None, description="Or `files`, and not both.")
    files: list[AttachFileRequest] | None = Field(
        default=None, description="Files that have attributes of their own."
    )
    attributes: Attributes | None = Field(default=None, description="Of all of `file_ids`.")
    chunking_strategy: dict[str, Any] | None = Field(default=None, description=CHUNKING)


class FileBatchModel(WireResponse):
    """Remembered for 30 days."""

    id: str
    object: Literal["vector_store.files_batch"]
    created_at: Seconds
    vector_store_id: str
    status: Literal["in_progress", "completed", "cancelled", "failed"]
    file_counts: FileCountsModel


# --- search -----------------------------------------------------------------------------------


class RankingOptions(WireRequest):
    ranker: str | None = Field(
        default=None, description="Accepted; the server ranks as it is configured."
    )
    score_threshold: float | None = Field(
        default=None, description="Leaves out results of a lower score."
    )
    hybrid_search: dict[str, Any] | None = Field(
        default=None, description="Accepted; meaning and words are always searched together."
    )


class SearchRequest(WireRequest):
    query: str | list[str] = Field(
        description="A question, or up to four.", json_schema_extra=QUESTIONS
    )
    filters: FilterModel | None = Field(default=None, description=FILTER)
    max_num_results: int | None = Field(
        default=None, json_schema_extra={"minimum": 1, "maximum": 50, "default": 10}
    )
    ranking_options: RankingOptions | None = None
    rewrite_query: bool | None = Field(
        default=None, description="Accepted; questions are searched as they are."
    )


class SearchResultModel(WireResponse):
    file_id: str
    filename: str
    score: float = Field(description="0 to 1, comparable within one response.")
    attributes: Attributes | None = None
    content: list[TextPartModel]
    pages: list[int] | None = Field(
        default=None, description="Where the text is from.", json_schema_extra=OMITTED
    )


class SearchResponse(WireResponse):
    object: Literal["vector_store.search_results.page"]
    search_query: list[str]
    data: list[SearchResultModel]
    has_more: Literal[False]
    next_page: None = None
