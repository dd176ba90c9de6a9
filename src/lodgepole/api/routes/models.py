"""Models that there are to choose from; below `/lodgepole`."""

from fastapi import APIRouter, Response

from lodgepole.api.auth import AnyKey
from lodgepole.api.json_response import json_response
from lodgepole.api.schemas.models import ChoosableModel, ListChoosableModelsResponse

router = APIRouter(tags=["Assistants"])


@router.get("/models", operation_id="list_choosable_models")
async def list_choosable_models(call: AnyKey) -> Response:
    """The models that are configured, each once, and which of them is the default one."""
    models = call.services.models
    return json_response(
        ListChoosableModelsResponse(
            default=models.default.name,
            models=[
                ChoosableModel(
                    name=model.name,
                    quotes=model.quotes,
                    follows_instructions=model.follows_instructions,
                    takes_temperature=model.takes_temperature,
                )
                for model in models.choice
            ],
        )
    )
