"""What every question has on the wire: messages, and a filter of files."""

from typing import Any

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from lodgepole.api.schemas.wire import NOT_BLANK, WireRequest

FILTER = Field(
    default=None,
    description="Only files whose metadata match are searched.",
    json_schema_extra={"x-schema": "MetadataFilter"},
)


class MessageRequest(WireRequest):
    model_config = ConfigDict(json_schema_extra={"required": ["content"]})

    role: Any = Field(
        default="user",
        description="`user` (default), `assistant` or `system`; `developer` is `system`.",
        json_schema_extra={
            "type": ["string", "null"],
            "enum": ["user", "assistant", "system", "developer", None],
        },
    )
    content: Any = Field(
        default=None,
        description="Text that is not blank; a list of text parts is taken too.",
        json_schema_extra={"type": "string", **NOT_BLANK},
    )
    # Only models that call tools know these; the published documents have neither.
    tool_calls: SkipJsonSchema[Any] = None
    tool_call_id: SkipJsonSchema[Any] = None
