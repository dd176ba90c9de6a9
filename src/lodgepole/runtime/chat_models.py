"""Part of the wiring: chat models, from the settings to those that answer."""

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from lodgepole.adapters.chat_models.anthropic_google import PydanticAiChatModel
from lodgepole.adapters.chat_models.llama_cpp import LlamaCppChatModel, is_weights
from lodgepole.adapters.chat_models.openai import OpenAiChatModel
from lodgepole.adapters.chat_models.openai.model_server import OpenAiModelServer
from lodgepole.chat.generations import collect
from lodgepole.chat.model_directory import (
    NAMES,
    ConfiguredModel,
    ModelDirectory,
    configured,
    provider_models,
)
from lodgepole.chat.retries import RetryingChatModel
from lodgepole.errors import InvalidRequest, LodgepoleError, NoAnswer, Unavailable
from lodgepole.model import Message, ModelRequest
from lodgepole.ports.chat_model import ChatModel, ModelServer
from lodgepole.runtime.local_models import with_model_of_this_machine
from lodgepole.runtime.settings import Endpoint, ModelConfig, Settings, reader_environment

EXTRACTIVE = "lodgepole-extractive"
"""The name of the model that quotes, which answers until another one is configured."""
LOCAL_CONTEXT_TOKENS = 8_192
"""Window of a model that we run, where none is set: a prompt of 3,000 and an answer fit well, and
it takes a few hundred megabytes beside the weights."""
CHECK_TOKENS = 16  # the least that OpenAI's responses accept
FILLED_SHARE = 0.9  # of a window, as in answers, since models count tokens differently
READ_SHARE = 0.5  # of the words sent; a server that counts fewer tokens has cut the prompt off
_HOSTS = {
    "openai": "api.openai.com",
    "anthropic": "api.anthropic.com",
    "google": "generativelanguage.googleapis.com",
}


def model_directory(
    settings: Settings, extractive: ChatModel, closing: AsyncExitStack
) -> ModelDirectory:
    """All models that requests may name; their connections are closed with `closing`.

    Raises:
        InvalidRequest: `default_model` names a model, and there is none and no provider.
    """
    quotes = ConfiguredModel(
        name=EXTRACTIVE,
        upstream=EXTRACTIVE,
        model=extractive,
        takes_temperature=False,
        follows_instructions=False,
        quotes=True,
    )
    remote = _Remote(settings, closing)
    named = {model.name: model for model in remote.from_settings()}
    wanted = settings.default_model
    if wanted in (None, EXTRACTIVE):
        default = quotes if wanted else next(iter(remote.defaults(named)), quotes)
        return ModelDirectory(default, [quotes, *named.values()])
    if wanted not in named:
        if not settings.endpoints:
            raise InvalidRequest(
                f"default_model is {wanted!r}, but no model of that name is configured. Add it "
                "under [[models]], or set a provider's API key or base URL."
            )
        # One address and one name is how most local servers are used: all names go there.
        first = settings.endpoints[0]
        model = remote.at(first)
        named = {
            m.name: m
            for m in provider_models(
                first.provider,
                model,
                own_endpoint=first.base_url is not None,
                upstream=wanted,
                server=remote.server(first),
                calls_tools=_calls_tools(first),
            )
        } | {n: m for n, m in named.items() if m.model is not model}
        named[wanted] = configured(
            wanted,
            model,
            own_endpoint=first.base_url is not None,
            server=remote.server(first),
            calls_tools=_calls_tools(first),
        )
    return ModelDirectory(named[wanted], [quotes, *named.values()])


def _calls_tools(endpoint: Endpoint) -> bool:
    """Functions are passed on in the form that they come in, which this one API has."""
    return endpoint.provider == "openai" and endpoint.api == "chat"


WHERE_TO_LOOK = (
    "If that goes on, check that its server runs, and its address (OPENAI_BASE_URL or base_url)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedModel:
    """Outcome of a tiny request to one model.

    Attributes:
        problem: Why it does not answer; None where it does.
        notes: What is worth knowing of one that answers.
        context_tokens: Its window, where its server tells it and no setting does.
        attribute: As in `ConfiguredModel`.
    """

    name: str
    upstream: str
    problem: str | None
    notes: tuple[str, ...]
    seconds: float
    context_tokens: int | None = None
    attribute: bool = False


async def default_name(settings: Settings, extractive: ChatModel) -> str:
    """The name of the model that answers where a request names none."""
    async with AsyncExitStack() as closing:
        found = await with_model_of_this_machine(settings)
        return model_directory(found, extractive, closing).default.name


async def check_models(
    settings: Settings,
    extractive: ChatModel,
    *,
    fill_window: bool = False,
    also: str | None = None,
) -> list[CheckedModel]:
    """Ask each configured model for a word: the default, those listed, one of each provider.

    With `also` the model of that name is asked, too.

    With `fill_window` the question comes after as many words as an answer may be made from, which
    shows whether the model really has the window that it is configured with.
    """
    settings = await with_model_of_this_machine(settings)
    async with AsyncExitStack() as closing:
        directory = model_directory(settings, extractive, closing)
        names = [] if also is None else [also]
        names += [directory.default.name, *(config.name for config in settings.models)]
        names += [NAMES[e.provider][0] for e in settings.endpoints if e.base_url is None]
        found = {
            (model.upstream, id(model.model)): model
            for model in (directory.resolve(name) for name in dict.fromkeys(names))
            if model.model is not extractive
        }
        snippet = settings.limits.snippet_tokens_default
        return [await _checked(model, snippet, fill=fill_window) for model in found.values()]


async def _checked(model: ConfiguredModel, snippet_tokens: int, *, fill: bool) -> CheckedModel:
    room = model.context_tokens - model.max_output_tokens
    words = int(FILLED_SHARE * room) if fill else 0
    asked = "word " * words + "Answer with the one word yes."
    request = ModelRequest(
        model=model.upstream,
        messages=(Message("user", asked),),
        question=asked,
        sources=(),
        temperature=0.0 if model.takes_temperature else None,
        max_output_tokens=CHECK_TOKENS,
    )
    begun, problem, notes = time.monotonic(), None, list[str]()
    if room < snippet_tokens:
        notes.append(
            f"its window leaves {room} tokens for questions and sources: set context_tokens"
        )
    try:
        _, end = await collect(model, request)
    except Unavailable as failure:
        problem = f"{str(failure).removesuffix('Try again.')}{WHERE_TO_LOOK}"
    except NoAnswer as failure:
        problem = None if failure.cut_off else str(failure)  # so few tokens are soon thought
    except LodgepoleError as failure:
        problem = str(failure)
    else:
        read = end.usage.prompt_tokens
        if 0 < read < READ_SHARE * words:
            problem = (
                f"of about {words} tokens it has read {read}: its server cuts prompts off. Raise "
                "the server's window (Ollama: num_ctx), or lower context_tokens."
            )
        if end.in_one_piece:
            notes.append("it does not stream: answers come in one piece, when they are complete")
    return CheckedModel(
        name=model.name,
        upstream=model.upstream,
        problem=problem,
        notes=tuple(notes),
        seconds=time.monotonic() - begun,
        context_tokens=await _told_window(model),
        attribute=model.attribute,
    )


async def _told_window(model: ConfiguredModel) -> int | None:
    return None if model.server is None else await model.server.context_tokens(model.upstream)


def describe_default(settings: Settings, models: ModelDirectory) -> str:
    """Describe who answers where a request names no model, and why; without any key."""
    default = models.default
    if default.name == EXTRACTIVE:
        return "quotes from your documents (no language model is configured)"
    listed = {name: model for model in settings.models for name in (model.name, *model.aliases)}
    config = listed.get(default.name)
    if config is not None and config.path is not None:
        return f"{default.name} on this machine ({config.path})"
    if config is not None:
        provider, address, why = config.provider, config.base_url, "[[models]]"
    else:
        endpoint = settings.endpoints[0]
        provider, address = endpoint.provider, endpoint.base_url
        variable = "API_KEY" if endpoint.api_key else "BASE_URL"
        why = f"{provider.upper()}_{variable}"
    where = urlsplit(address).netloc.rpartition("@")[2] if address else _HOSTS[provider]
    return f"{default.upstream} at {where or address} ({why})"


class _Remote:
    """Makes chat models, one for each endpoint."""

    def __init__(self, settings: Settings, closing: AsyncExitStack) -> None:
        self._settings = settings
        self._closing = closing
        self._made: dict[Endpoint, ChatModel] = {}
        self._servers: dict[Endpoint, OpenAiModelServer] = {}
        self._local: dict[Path, ChatModel] = {}

    def at(self, endpoint: Endpoint) -> ChatModel:
        if endpoint not in self._made:
            model = self._opened(endpoint)
            self._closing.push_async_callback(model.close)
            self._made[endpoint] = RetryingChatModel(model)
        return self._made[endpoint]

    def local(self, path: Path, context_tokens: int) -> ChatModel:
        """A model that is run from its weights, once however many names it has.

        Raises:
            InvalidRequest: There are no weights there, or nothing that runs them.
        """
        if not is_weights(path):
            raise InvalidRequest(f"{path} is not there, or is no file of weights (GGUF).")
        if find_spec("xllamacpp") is None:
            raise InvalidRequest(
                f"{path.name} needs the extra `local`: pip install 'lodgepole[local]'."
            )
        if path not in self._local:
            limits = self._settings.limits
            model = LlamaCppChatModel(
                path,
                context_tokens=context_tokens,
                idle_seconds=limits.local_model_idle_seconds,
                start_seconds=limits.local_model_start_seconds,
                first_event_seconds=limits.own_model_first_event_seconds,
                total_seconds=limits.model_total_seconds,
                environment=reader_environment(),
            )
            self._closing.push_async_callback(model.close)
            self._local[path] = RetryingChatModel(model)
        return self._local[path]

    def server(self, endpoint: Endpoint) -> ModelServer | None:
        """What can be asked about the models of an endpoint of one's own."""
        if endpoint.base_url is None or endpoint.provider != "openai":
            return None
        if endpoint not in self._servers:
            server = OpenAiModelServer(endpoint.base_url, api_key=endpoint.api_key)
            self._closing.push_async_callback(server.close)
            self._servers[endpoint] = server
        return self._servers[endpoint]

    def _opened(self, endpoint: Endpoint) -> OpenAiChatModel | PydanticAiChatModel:
        limits = self._settings.limits
        first_event_seconds = (
            limits.model_first_event_seconds
            if endpoint.base_url is None
            else limits.own_model_first_event_seconds
        )
        if endpoint.provider == "openai":
            return OpenAiChatModel(
                api_key=endpoint.api_key,
                base_url=endpoint.base_url,
                api=endpoint.api,
                first_event_seconds=first_event_seconds,
                total_seconds=limits.model_total_seconds,
            )
        return PydanticAiChatModel(
            endpoint.provider,
            api_key=endpoint.api_key,
            base_url=endpoint.base_url,
            first_event_seconds=first_event_seconds,
            total_seconds=limits.model_total_seconds,
        )

    def from_settings(self) -> list[ConfiguredModel]:
        """The providers' wire names, then the models listed by name, which win."""
        models: list[ConfiguredModel] = []
        for endpoint in self._settings.endpoints:
            own = endpoint.base_url is not None
            models += provider_models(
                endpoint.provider,
                self.at(endpoint),
                own_endpoint=own,
                server=self.server(endpoint),
                calls_tools=_calls_tools(endpoint),
            )
        for config in self._settings.models:
            models += self._listed(config)
        return models

    def defaults(self, named: dict[str, ConfiguredModel]) -> list[ConfiguredModel]:
        """What may be the default when none is named: listed models first, then providers."""
        listed = [named[config.name] for config in self._settings.models]
        return listed or list(named.values())

    def _listed(self, config: ModelConfig) -> list[ConfiguredModel]:
        known = next((e for e in self._settings.endpoints if e.provider == config.provider), None)
        key = config.api_key.get_secret_value() if config.api_key else None
        endpoint = Endpoint(
            provider=config.provider,
            # The provider's key goes to the provider's address alone.
            api_key=key or (known.api_key if known and config.base_url is None else None),
            base_url=config.base_url or (known.base_url if known else None),
            api=config.api,
        )
        window = config.context_tokens
        if config.path is not None:
            window = window or LOCAL_CONTEXT_TOKENS
            model = self.local(config.path, window)
        else:
            model = self.at(endpoint)
        return [
            configured(
                name,
                model,
                upstream=config.model or config.name,
                context_tokens=window,
                max_output_tokens=config.max_output_tokens,
                takes_temperature=config.takes_temperature,
                takes_images=config.takes_images,
                prompt_price=config.prompt_price,
                completion_price=config.completion_price,
                attribute=config.attribute,
                source_tokens=config.source_tokens,
                own_endpoint=config.path is not None or endpoint.base_url is not None,
                server=None if config.path is not None else self.server(endpoint),
                calls_tools=config.path is None and _calls_tools(endpoint),
            )
            for name in (config.name, *config.aliases)
        ]
