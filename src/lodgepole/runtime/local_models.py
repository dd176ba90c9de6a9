"""Part of the wiring: models that already run on this machine, taken into the settings."""

from collections.abc import Callable, Sequence
from pathlib import Path

from lodgepole.adapters.chat_models.llama_cpp.weights import MODELS, weights_path
from lodgepole.adapters.chat_models.openai.discovery import (
    PLACES,
    FoundServer,
    Place,
    find_servers,
)
from lodgepole.adapters.model_hub import Hub
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
    """The same settings, but where they ask for a model that runs, or is run, on this machine.

    Raises:
        InvalidRequest: They ask for `auto` and nothing runs, or for a model that was not pulled.
    """
    if settings.default_model == AUTO:
        return await with_found_model(settings)
    return with_weights(settings)


def with_weights(settings: Settings) -> Settings:
    """The same settings, but where the default model is a file, or a name that was pulled.

    Raises:
        InvalidRequest: It can be pulled and was not.
    """
    wanted = settings.default_model
    configured = {name for m in settings.models for name in (m.name, *m.aliases)}
    if wanted is None or wanted in configured:
        return settings
    path = weights_path(pulled_models(settings), wanted)
    if wanted.endswith(".gguf"):
        path = Path(wanted).expanduser().absolute()
    elif not path.exists():
        if wanted in {model.name for model in MODELS} and not settings.endpoints:
            raise InvalidRequest(f"{wanted} is not here yet. Run `lodgepole models pull {wanted}`.")
        return settings
    model = ModelConfig(name=path.stem, path=path)
    return settings.model_copy(
        update={"models": (model, *settings.models), "default_model": model.name}
    )


def pulled_models(settings: Settings) -> Path:
    """The folder of weights that were pulled."""
    return settings.cache_dir / "language-models"


def pull_language_model(settings: Settings, name: str, told: Callable[[int, int], None]) -> Path:
    """Fetch the weights of a language model; where they are.

    Raises:
        InvalidRequest: No model of that name can be pulled; the message lists those that can.
        Unavailable: It could not be fetched and verified.
    """
    model = next((model for model in MODELS if model.name == name), None)
    if model is None:
        raise InvalidRequest(
            f"There is no model {name!r} to pull. There are: "
            f"{', '.join(model.name for model in MODELS)}; any other file of weights is served by "
            "`lodgepole serve --model FILE.gguf`."
        )
    target = weights_path(pulled_models(settings), name)
    return Hub(settings.model_hub_url).fetch(model.repository, model.file, target, told=told)


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
