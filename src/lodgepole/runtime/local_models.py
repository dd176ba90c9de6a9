"""Part of the wiring: models that already run on this machine, taken into the settings."""

from collections.abc import Sequence

from lodgepole.adapters.chat_models.openai.discovery import (
    PLACES,
    FoundServer,
    Place,
    find_servers,
)
from lodgepole.errors import InvalidRequest
from lodgepole.runtime.settings import ModelConfig, Settings

AUTO = "auto"
"""As `default_model`: whatever runs on this machine already."""


async def with_found_model(settings: Settings, places: Sequence[Place] = PLACES) -> Settings:
    """The settings with the first chat model that a server on loopback offers as the default.

    Raises:
        InvalidRequest: There is none; the message says where was looked, and what to do.
    """
    found = await servers_beside(settings, places)
    for server in found:
        if server.models:
            model = ModelConfig(name=server.models[0], base_url=server.base_url)
            others = tuple(m for m in settings.models if m.name != model.name)
            return settings.model_copy(
                update={"models": (model, *others), "default_model": model.name}
            )
    if found:
        where = " and ".join(f"{server.kind} at {server.base_url}" for server in found)
        raise InvalidRequest(
            f"{where} has no chat model to offer. Load one (Ollama: `ollama pull NAME`), and "
            "start again."
        )
    looked = ", ".join(f"{place.kind} ({place.port})" for place in places)
    raise InvalidRequest(
        f"No model server runs on this machine; looked for {looked} on 127.0.0.1. Start one, or "
        "set OPENAI_BASE_URL and LODGEPOLE_DEFAULT_MODEL for one elsewhere."
    )


async def with_model_of_this_machine(settings: Settings) -> Settings:
    """The same settings, but where they ask for `auto`; raises as `with_found_model`."""
    return await with_found_model(settings) if settings.default_model == AUTO else settings


async def servers_beside(settings: Settings, places: Sequence[Place] = PLACES) -> list[FoundServer]:
    """The model servers on loopback; our own port is not looked at."""
    return await find_servers(places, besides=(settings.port,))


def how_to_use(found: Sequence[FoundServer]) -> str | None:
    """One line that says which model runs here and how it would answer; None where none does."""
    server = next((server for server in found if server.models), None)
    if server is None:
        return None
    return (
        f"{server.kind} runs on this machine with {server.models[0]}: "
        "`lodgepole serve --model auto` has it write the answers"
    )
