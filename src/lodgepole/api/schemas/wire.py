"""Base of all wire shapes.

`json_schema_extra` serves the published document alone: the services check values, in the API's
own words. A string `limits.NAME` there stands for that limit of the running server.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from lodgepole.api.versions import WireVersion

OMITTED: JsonDict = {"x-omitted": True}
"""Marks a field of an answer that is left out and never null: clients take null for a value."""


def needs(capability: str) -> JsonDict:
    """Marks a field, parameter or route for versions with this capability of `WireVersion`."""
    return {"x-needs": _known(capability)}


def lacks(capability: str) -> JsonDict:
    """Marks a field or parameter for versions without this capability."""
    return {"x-lacks": _known(capability)}


def served_to(version: WireVersion, marked: Mapping[str, Any]) -> bool:
    """Return whether this version has what is marked so."""
    has = [getattr(version, name) for name in (marked.get("x-needs"),) if name]
    has_not = [getattr(version, name) for name in (marked.get("x-lacks"),) if name]
    return all(has) and not any(has_not)


def _known(capability: str) -> str:
    assert capability in WireVersion.__dataclass_fields__, f"there is no capability {capability}"
    return capability


ERROR_CODES: JsonDict = {
    "enum": [
        "INVALID_ARGUMENT",
        "UNAUTHENTICATED",
        "PERMISSION_DENIED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "ABORTED",
        "OUT_OF_RANGE",
        "RESOURCE_EXHAUSTED",
        "TOO_MANY_REQUESTS",
        "UNAVAILABLE",
        "DEADLINE_EXCEEDED",
        "FAILED_PRECONDITION",
        "UNIMPLEMENTED",
        "UNKNOWN",
    ],
    "x-words": {
        "RESOURCE_EXHAUSTED": "rate_limit_code",
        "TOO_MANY_REQUESTS": "rate_limit_code",
    },
}

NOT_BLANK: JsonDict = {"pattern": r"[^\s\x1c-\x1f\x85]"}
"""Marks text that needs at least one character that is no space, as Python counts them."""


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
"""An integer of a request; JSON has one kind of number, so 16.0 is one."""


class WireRequest(BaseModel):
    """A request body: types are taken at their word, fields we do not know are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, defer_build=True)


class WireResponse(BaseModel):
    """A response body. Clients decode strictly, so nothing is coerced here either."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    left_out: ClassVar[tuple[str, ...]] = ()
    """The fields that are left out where they are not set: those that are marked `OMITTED`."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        marks = {name: info.json_schema_extra for name, info in cls.model_fields.items()}
        cls.left_out = tuple(
            name for name, mark in marks.items() if isinstance(mark, dict) and "x-omitted" in mark
        )

    def sent(self) -> dict[str, Any]:
        """The fields in their order, as they are sent; models among their values stay models.

        `model_dump` would copy all that is below, too, which whatever encodes this need not have.
        """
        fields = self.__dict__.copy()
        for name in self.left_out:
            if fields[name] is None:
                del fields[name]
        return fields


Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""RFC 3339 in UTC, as `render.timestamp` writes it."""
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]


def word(value: str) -> Any:
    """The text of a member of our enums, for a field that lists the words it may have."""
    return str(value)


class ErrorDetail(WireResponse):
    code: str = Field(
        description="A stable word for the kind of failure.", json_schema_extra=ERROR_CODES
    )
    message: str = Field(description="What happened and what to do about it.")
    details: dict[str, object] | None = Field(
        default=None,
        description="More about the failure, where there is more.",
        json_schema_extra=OMITTED,
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
