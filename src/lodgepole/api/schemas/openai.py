"""What the routes of the OpenAI API have in common: lists, models, failures."""

from typing import Literal

from pydantic import Field

from lodgepole.api.schemas.wire import OMITTED, WireResponse


class ModelModel(WireResponse):
    """An assistant, as a model that can be chatted with."""

    id: str = Field(description="The assistant's name, or that of a model below an assistant.")
    object: Literal["model"]
    created: int = Field(description="Unix seconds.")
    owned_by: str
    default_model: str | None = Field(
        default=None,
        description="Lodgepole's own: what answers as this assistant where a request names no "
        "model of it; left out where that is the server's default.",
        json_schema_extra=OMITTED,
    )


class ListModelsResponse(WireResponse):
    object: Literal["list"]
    data: list[ModelModel]


class OpenAIErrorModel(WireResponse):
    message: str = Field(description="What happened and what to do about it.")
    type: Literal["invalid_request_error", "rate_limit_error", "server_error"]
    param: None = None
    code: str = Field(description="A stable word for the kind of failure.")


class OpenAIErrorResponse(WireResponse):
    """The body of every failed request below `/v1`."""

    error: OpenAIErrorModel
