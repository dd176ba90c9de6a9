"""Webhooks on the wire; Lodgepole's own."""

from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from lodgepole.api.schemas.wire import (
    OMITTED,
    PaginationResponse,
    Timestamp,
    WireRequest,
    WireResponse,
)

EventWord = Literal["operation.completed", "operation.failed", "webhook.test"]
StatusWord = Literal["Pending", "Delivered", "Failed"]
EVENTS: JsonDict = {
    "anyOf": [
        {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "enum": ["operation.completed", "operation.failed"]},
        },
        {"type": "null"},
    ]
}
URL: JsonDict = {"maxLength": 2000, "pattern": "^https?://"}
SOMETHING_CHANGES: JsonDict = {
    "anyOf": [
        {"required": [name], "properties": {name: {"type": type_}}}
        for name, type_ in {
            "url": "string",
            "events": "array",
            "assistant": "string",
            "enabled": "boolean",
        }.items()
    ]
}


class CreateWebhookRequest(WireRequest):
    """Fields that are not known are refused: a misspelt bound would make a webhook without one."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        description="Where deliveries are sent by POST; `https://…`, or `http://…`. Addresses that "
        "are not public are refused, unless the operator allows their network.",
        json_schema_extra=URL,
    )
    events: list[str] | None = Field(
        default=None, description="Which to deliver; all by default.", json_schema_extra=EVENTS
    )
    assistant: str | None = Field(
        default=None, description="Of this assistant alone, by its name; of all by default."
    )


class UpdateWebhookRequest(WireRequest):
    """Left out or null: unchanged, but not all of them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=SOMETHING_CHANGES)

    url: str | None = Field(default=None, json_schema_extra=URL)
    events: list[str] | None = Field(default=None, json_schema_extra=EVENTS)
    assistant: str | None = Field(default=None, description='`""` is all of them again.')
    enabled: bool | None = Field(
        default=None,
        description="A disabled one is told of nothing that finishes meanwhile; what was pending "
        "waits.",
    )


class WebhookModel(WireResponse):
    """An address that is told when operations finish."""

    id: str
    url: str
    events: list[EventWord]
    assistant: str | None = Field(default=None, description="The only one; null is all of them.")
    enabled: bool
    created_at: Timestamp
    updated_at: Timestamp


class WebhookSecretModel(WebhookModel):
    """A webhook with its secret."""

    secret: str = Field(
        description="What deliveries are signed with, as Standard Webhooks has it; it is shown "
        "this once."
    )


class ListWebhooksResponse(WireResponse):
    webhooks: list[WebhookModel] = Field(description="Oldest first.")


class DeliveryModel(WireResponse):
    """One thing that one webhook is told."""

    id: str = Field(description="The header `webhook-id` of each attempt.")
    event: EventWord
    status: StatusWord = Field(description="`Failed` ones were given up.")
    assistant: str | None = None
    operation_id: str | None = None
    created_at: Timestamp
    attempts: int = Field(description="Made so far, since it was last asked for.")
    due_at: Timestamp | None = Field(default=None, description="When it is tried next.")
    finished_at: Timestamp | None = None
    response_status: int | None = Field(
        default=None, description="What the last attempt was answered."
    )
    last_error: str | None = Field(default=None, description="Why the last attempt failed.")


class ListDeliveriesResponse(WireResponse):
    deliveries: list[DeliveryModel] = Field(description="Newest first.")
    pagination: PaginationResponse | None = Field(default=None, json_schema_extra=OMITTED)
