"""Models as the OpenAI API lists them."""

from typing import Literal

from pydantic import Field

from lodgepole.api.schemas.wire import WireResponse


class ModelModel(WireResponse):
    id: str = Field(description="What requests give as `model`.")
    object: Literal["model"]
    created: int = Field(description="Unix seconds.")
    owned_by: str


class ListModelsResponse(WireResponse):
    object: Literal["list"]
    data: list[ModelModel] = Field(description="Oldest first.")
