"""Maps model names of the wire to configured models."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lodgepole.errors import InvalidRequest
from lodgepole.model import Usage
from lodgepole.ports.chat_model import ChatModel, ModelServer

OPENAI_NAMES = (
    "gpt-4o",
    "gpt-4.1",
    "gpt-5",
    "o4-mini",
    "gpt-4o-mini",
    "gpt-4.1-mini",
    "gpt-4.1-nano",
    "o3-mini",
)
ANTHROPIC_NAMES = (
    "claude-sonnet-4-5",
    "claude-3-5-sonnet",
    "claude-3-7-sonnet",
    "claude-sonnet-4",
)
GOOGLE_NAMES = ("gemini-2.5-pro", "gemini-2.5-flash")
WIRE_NAMES = OPENAI_NAMES + ANTHROPIC_NAMES + GOOGLE_NAMES
"""What clients of the API send: those of the newest specification, then what older ones used."""

NAMES = {"openai": OPENAI_NAMES, "anthropic": ANTHROPIC_NAMES, "google": GOOGLE_NAMES}
_SUCCESSORS = {
    **dict.fromkeys(ANTHROPIC_NAMES, "claude-sonnet-4-6"),
    "gemini-2.5-pro": "gemini-3.8-flash",
    "gemini-2.5-flash": "gemini-3.5-flash-lite",
}
"""What answers at the provider's own endpoint in the place of names that end there in November
and December 2026; Google's are those its deprecation page names."""
_WINDOWS = {
    "gpt-4.1": 1_047_576,
    "gpt-5": 400_000,
    "gpt-4": 128_000,
    "o3": 200_000,
    "o4": 200_000,
    "claude": 200_000,
    "gemini": 1_048_576,
}
_NO_TEMPERATURE = ("gpt-5", "gpt-6", "o1", "o3", "o4", "claude-sonnet-5", "claude-opus-5")
_IMAGES = ("gpt-4o", "gpt-4.1", "gpt-5", "gpt-6", "o4", "claude", "gemini")
_WINDOW = 32_768  # of a model we know nothing of
_MOST_SOURCES = 64  # the most that a request may ask for
_RULES_AND_TALK = 1_000  # tokens beside the sources, where their number is configured
_OUTPUT = 8_192  # room for reasoning models to think; an answer is rarely a tenth of it


@dataclass(frozen=True, slots=True)
class PromptBudget:
    """What a model is given to read where reading takes it long, as on a machine of one's own.

    A small model on a processor reads 20 to 100 tokens a second: 3,000 are half a minute and more
    before its first word, and its attention to the rules fades with each source.
    """

    prompt_tokens: int = 3_000  # rules, conversation and sources together
    source_tokens: int = 2_000
    sources: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredModel:
    """A model that requests may name.

    Attributes:
        name: What requests and answers call it.
        upstream: What its provider calls it.
        model: Where generations are asked for.
        context_tokens: Prompt and answer together, at most.
        max_output_tokens: Of one answer.
        takes_temperature: Whether `temperature` is sent; else it is ignored.
        takes_images: Whether figures of the sources are sent along.
        prompt_price: Of a million tokens read, in the operator's currency.
        completion_price: Of a million tokens written.
        follows_instructions: Whether it can be asked for more than an answer: to rephrase a
            follow-up question for retrieval, to judge.
        attribute: Whether answers in which it names no source are cited where a source says the
            same in nearly the same words.
        quotes: Whether it only quotes, so that questions about whole documents and tables are
            answered for it.
        budget: What it is given to read at most, and then the rules once more after the sources;
            None for as much as its window holds.
        server: Can be asked for the window, where nobody has configured or knows it.
        calls_tools: Whether functions of the caller can be passed on to it.
    """

    name: str
    upstream: str
    model: ChatModel
    context_tokens: int = 128_000
    max_output_tokens: int = 4_096
    takes_temperature: bool = True
    takes_images: bool = False
    prompt_price: float = 0.0
    completion_price: float = 0.0
    follows_instructions: bool = True
    attribute: bool = False
    quotes: bool = False
    budget: PromptBudget | None = None
    server: ModelServer | None = None
    calls_tools: bool = False

    def cost(self, usage: Usage) -> float:
        """What these tokens cost, in the operator's currency."""
        read, written = usage.prompt_tokens, usage.completion_tokens
        return (read * self.prompt_price + written * self.completion_price) / 1e6


def configured(
    name: str,
    model: ChatModel,
    *,
    upstream: str | None = None,
    context_tokens: int | None = None,
    max_output_tokens: int | None = None,
    takes_temperature: bool | None = None,
    takes_images: bool | None = None,
    prompt_price: float = 0.0,
    completion_price: float = 0.0,
    attribute: bool | None = None,
    source_tokens: int | None = None,
    own_endpoint: bool = False,
    server: ModelServer | None = None,
    calls_tools: bool = False,
) -> ConfiguredModel:
    """A remote model; what is not given is what we know of models of that name.

    Sources of `source_tokens` are sent to it where that is given. With `own_endpoint` somebody
    else than the provider serves it: then one whose name is not known gets a small budget, and
    its `server` is asked for its window. The rest is as in `ConfiguredModel`.
    """
    known = upstream or name
    found = next((w for prefix, w in _WINDOWS.items() if known.startswith(prefix)), None)
    window = found or _WINDOW
    unknown = own_endpoint and found is None
    budget = PromptBudget() if unknown else None
    if source_tokens is not None:
        budget = PromptBudget(source_tokens + _RULES_AND_TALK, source_tokens, _MOST_SOURCES)
    return ConfiguredModel(
        name=name,
        upstream=known,
        model=model,
        context_tokens=context_tokens or window,
        max_output_tokens=max_output_tokens or min(_OUTPUT, (context_tokens or window) // 4),
        takes_temperature=(
            not known.startswith(_NO_TEMPERATURE)
            if takes_temperature is None
            else takes_temperature
        ),
        takes_images=known.startswith(_IMAGES) if takes_images is None else takes_images,
        prompt_price=prompt_price,
        completion_price=completion_price,
        attribute=own_endpoint if attribute is None else attribute,
        budget=budget,
        server=server if unknown and context_tokens is None else None,
        calls_tools=calls_tools,
    )


def provider_models(
    provider: str,
    model: ChatModel,
    *,
    own_endpoint: bool,
    upstream: str | None = None,
    server: ModelServer | None = None,
    calls_tools: bool = False,
) -> tuple[ConfiguredModel, ...]:
    """The provider's wire names, each answered by that model there, or all by `upstream`.

    Args:
        provider: Whose names.
        model: Answers to all of them.
        own_endpoint: Served by somebody else than the provider.
        upstream: What the server calls the one model that answers to all names.
        server: Asked for the window of a model that is not known by its name.
        calls_tools: See `ConfiguredModel`.
    """
    successors = {} if own_endpoint else _SUCCESSORS
    return tuple(
        configured(
            name,
            model,
            upstream=upstream or successors.get(name, name),
            own_endpoint=own_endpoint,
            server=server,
            calls_tools=calls_tools,
        )
        for name in NAMES[provider]
    )


class ModelDirectory:
    """Names to models.

    Args:
        default: Answers when a request names no model, and to every wire name that nothing
            else answers to.
        models: What the operator runs; their own names win over the wire names.
    """

    def __init__(self, default: ConfiguredModel, models: Iterable[ConfiguredModel] = ()) -> None:
        named = {name: replace(default, name=name) for name in WIRE_NAMES}
        named[default.name] = default
        own = tuple(models)
        named.update((model.name, model) for model in own)
        self._models: Mapping[str, ConfiguredModel] = named
        self._default = default
        self._choice = _each_once(default, own)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._models)

    @property
    def choice(self) -> tuple[ConfiguredModel, ...]:
        """What people can choose from: the default one, then each that is configured, once."""
        return self._choice

    @property
    def default(self) -> ConfiguredModel:
        return self._default

    def resolve(self, name: str | None, *, default: str | None = None) -> ConfiguredModel:
        """The model that answers to `name`, under that name; for None the default one.

        `default` is the assistant's own. Where it is configured no more nothing takes its place:
        it may have been chosen so that the documents go nowhere else. Raises InvalidRequest.
        """
        if name is None and default is not None and default not in self._models:
            raise InvalidRequest(
                f"`{default}`, the default model of this assistant, is not configured any more: "
                "change it, or name another model in the request"
            )
        name = default if name is None else name
        if name is None:
            return self._default
        if name not in self._models:
            raise InvalidRequest(
                f"Invalid model `{name}`. Expected one of: {', '.join(self._models)}"
            )
        return self._models[name]


def _each_once(
    default: ConfiguredModel, models: Iterable[ConfiguredModel]
) -> tuple[ConfiguredModel, ...]:
    """One name for each model: the provider's own where that is among them, else the first."""
    chosen = {(id(default.model), default.upstream): default}
    for model in models:
        place = (id(model.model), model.upstream)
        known = chosen.setdefault(place, model)
        if known is not default and model.name == model.upstream:
            chosen[place] = model
    return tuple(chosen.values())
