"""Which model answers to which name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lodgepole.errors import InvalidRequest
from lodgepole.ports import ChatModel

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

DEFAULT_WIRE_NAME = "gpt-4o"
"""The name of the answering model when a request names none (specification 2026-04)."""


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
        rewrites: Whether it can be asked to rephrase a follow-up question for retrieval.
    """

    name: str
    upstream: str
    model: ChatModel
    context_tokens: int = 128_000
    max_output_tokens: int = 4_096
    takes_temperature: bool = True
    takes_images: bool = False
    rewrites: bool = True


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
        named.update((model.name, model) for model in models)
        self._models: Mapping[str, ConfiguredModel] = named
        self._default = default

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._models)

    @property
    def default(self) -> ConfiguredModel:
        return self._default

    def resolve(self, name: str | None) -> ConfiguredModel:
        """The model that answers to `name`, under that name; the default one for None."""
        if name is None:
            return self._default
        if name not in self._models:
            raise InvalidRequest(
                f"Invalid model `{name}`. Expected one of: {', '.join(self._models)}"
            )
        return self._models[name]
