"""Files and operations on the wire."""

from typing import Any, Literal

from pydantic import Field

from lodgepole.api.schemas.wire import OMITTED, PaginationResponse, Timestamp, WireResponse, needs


class AssistantFileModel(WireResponse):
    name: str
    id: str
    size: int = Field(description="Bytes.")
    metadata: dict[str, Any] | None = None
    created_on: Timestamp
    updated_on: Timestamp
    status: Literal["Processing", "Available", "Deleting", "ProcessingFailed"]
    signed_url: str | None = Field(
        default=None, description="Downloads the file without a key for a while; when asked for."
    )
    multimodal: bool = Field(description="Whether its figures were read too.")
    percent_done: float = Field(ge=0, le=1, description="Progress of its processing.")
    error_message: str | None = Field(default=None, description="Why its processing failed.")
    crc32c_hash: str = Field(description="CRC-32C of its bytes, big-endian, in base64.")
    notice: str | None = Field(
        default=None,
        description="What to know of an available file, e.g. pages without text.",
        json_schema_extra=OMITTED,
    )


class ListFilesResponse(WireResponse):
    files: list[AssistantFileModel]
    pagination: PaginationResponse | None = Field(
        default=None, json_schema_extra={**needs("has_pages"), **OMITTED}
    )


class OperationModel(WireResponse):
    """One accepted change; kept for 30 days after it ended."""

    id: str
    operation_type: Literal["upload_file", "upsert_file", "update_file_metadata", "delete_file"]
    file_id: str | None = Field(default=None, json_schema_extra=OMITTED)
    status: Literal["Processing", "Completed", "Failed"]
    created_on: Timestamp
    completed_on: Timestamp | None = Field(default=None, json_schema_extra=OMITTED)
    percent_complete: int = Field(ge=0, le=100)
    error_message: str | None = Field(
        default=None, description="Why it failed.", json_schema_extra=OMITTED
    )
    ingestion_units: float | None = Field(
        default=None,
        description="What a completed upload or upsert counted for.",
        json_schema_extra=OMITTED,
    )


class OperationList(WireResponse):
    operations: list[OperationModel]
    pagination: PaginationResponse | None = Field(default=None, json_schema_extra=OMITTED)
