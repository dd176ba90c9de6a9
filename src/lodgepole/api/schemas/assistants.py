"""Assistants on the wire."""

from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from lodgepole.api.schemas.wire import (
    OMITTED,
    PaginationResponse,
    Timestamp,
    WireRequest,
    WireResponse,
    needs,
)

StatusWord = Literal["Initializing", "Failed", "Ready", "Terminating", "InitializationFailed"]


SOMETHING_CHANGES: JsonDict = {
    "anyOf": [
        {"required": ["instructions"], "properties": {"instructions": {"type": "string"}}},
        {"required": ["metadata"], "properties": {"metadata": {"type": "object"}}},
    ]
}
SOMETHING_OF_ALL_CHANGES: JsonDict = {
    "anyOf": [
        {"required": [name], "properties": {name: {"type": type_}}}
        for name, type_ in {
            "instructions": "string",
            "metadata": "object",
            "default_model": "string",
        }.items()
    ]
}
NAME = "^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$"


class CreateAssistantRequest(WireRequest):
    name: str = Field(
        description="1 to 63 letters, digits or `-`, with a letter or digit at both ends.",
        json_schema_extra={"pattern": NAME, "minLength": 1, "maxLength": 63},
    )
    instructions: str | None = Field(
        default=None,
        description="Followed in every answer; at most 16 KB.",
        json_schema_extra={"maxLength": "limits.instructions_bytes"},
    )
    metadata: dict[str, Any] | None = Field(
        default=None, description="Any JSON object of yours; at most 16 KB."
    )
    region: str | None = Field(
        default=None,
        description="`us` (default) or `eu`; a label here.",
        json_schema_extra={"enum": ["us", "eu", None]},
    )
    environment: Any = Field(
        default=None,
        description="Not supported; must be left out.",
        json_schema_extra={"type": "null", "deprecated": True},
    )


class UpdateAssistantRequest(WireRequest):
    """Left out or null: unchanged, but not both. `""` and `{}` clear."""

    model_config = ConfigDict(json_schema_extra=SOMETHING_CHANGES)

    instructions: str | None = Field(
        default=None,
        description="Replaces the instructions; at most 16 KB.",
        json_schema_extra={"maxLength": "limits.instructions_bytes"},
    )
    metadata: dict[str, Any] | None = Field(
        default=None, description="Replaces the metadata as a whole."
    )


class AssistantModel(WireResponse):
    name: str
    status: StatusWord = Field(description="`Ready` ones can be used.")
    instructions: str | None = None
    metadata: dict[str, Any] | None = None
    host: str = Field(description="Where its files, operations and chat are served; no path.")
    region: Literal["us", "eu"]
    created_at: Timestamp
    updated_at: Timestamp


class UpdateAssistantResponse(AssistantModel):
    """The assistant as it is now."""

    assistant_name: str = Field(description="Its name once more.")


class CreateWholeAssistantRequest(CreateAssistantRequest):
    default_model: str | None = Field(
        default=None,
        description="Answers where a request names no model; else the server's default does.",
        json_schema_extra={"enum": "models or none"},
    )


class UpdateWholeAssistantRequest(UpdateAssistantRequest):
    """Left out or null: unchanged, but not all of them. `""` and `{}` clear."""

    model_config = ConfigDict(json_schema_extra=SOMETHING_OF_ALL_CHANGES)

    default_model: str | None = Field(
        default=None,
        description='Answers where a request names no model; `""` is the server\'s default again.',
        json_schema_extra={"enum": "models or none"},
    )


class WholeAssistantModel(AssistantModel):
    """An assistant, with what the published API does not know of it."""

    default_model: str | None = Field(
        default=None,
        description="Answers where a request names no model; null is the server's default.",
    )


class FileCounts(WireResponse):
    """Files of an assistant by how far they have come."""

    available: int
    processing: int
    failed: int
    deleting: int


class CountedAssistantModel(WholeAssistantModel):
    """An assistant, with how many files it has."""

    files: FileCounts
    bytes: int = Field(description="Of all its files as they were uploaded.")


class ListCountedAssistantsResponse(WireResponse):
    assistants: list[CountedAssistantModel]
    pagination: PaginationResponse | None = Field(default=None, json_schema_extra=OMITTED)


class ListAssistantsResponse(WireResponse):
    assistants: list[AssistantModel]
    pagination: PaginationResponse | None = Field(
        default=None, json_schema_extra={**needs("has_pages"), **OMITTED}
    )
