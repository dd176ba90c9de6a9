"""Models to choose from: what is configured, told truly."""

import httpx2

from lodgepole.api.schemas.models import ListChoosableModelsResponse


async def test_what_is_configured_is_told_with_what_it_follows(new: httpx2.AsyncClient):
    response = await new.get("/lodgepole/models")
    told = ListChoosableModelsResponse.model_validate_json(response.content)
    names = [model.name for model in told.models]
    assert names[0] == told.default
    assert len({*names}) == len(names)
    assert "scripted" in names


async def test_names_that_only_the_default_model_answers_to_are_not_offered(
    new: httpx2.AsyncClient,
):
    told = (await new.get("/lodgepole/models")).json()
    assert "gemini-2.5-flash" not in [model["name"] for model in told["models"]]
