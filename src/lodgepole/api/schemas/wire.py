"""What all wire shapes have in common.

`json_schema_extra` serves the published document alone: the services check values, in the API's
own words. A string `limits.NAME` there stands for that limit of the running server.
"""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

SINCE_2026: JsonDict = {"x-since": "2026-01"}
"""Marks a field that older versions of the API do not have."""


class WireRequest(BaseModel):
    """A request body: types are taken at their word, fields we do not know are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, defer_build=True)


class WireResponse(BaseModel):
    """A response body. Clients decode strictly, so nothing is coerced here either."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


class ErrorDetail(WireResponse):
    code: str = Field(description="A stable word for the kind of failure.")
    message: str = Field(description="What happened and what to do about it.")
    details: dict[str, object] | None = Field(
        default=None, description="More about the failure, where there is more."
    )


class ErrorResponse(WireResponse):
    """The body of every failed request, evaluation excepted."""

    status: int = Field(description="The HTTP status, once more.")
    error: ErrorDetail


class BasicErrorResponse(WireResponse):
    """The body of a failed evaluation."""

    message: str = Field(description="What happened and what to do about it.")


class PaginationResponse(WireResponse):
    """There is another page; absent on the last one."""

    next: str = Field(description="Send this as `pagination_token` to get the next page.")


class UsageModel(WireResponse):
    """Tokens as the answering model counts them."""

    prompt_tokens: int = Field(description="Tokens sent to the model, sources included.")
    completion_tokens: int = Field(description="Tokens it wrote; 0 for context.")
    total_tokens: int = Field(description="The sum of both.")
