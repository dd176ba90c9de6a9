"""Names to models: the wire's, the operator's own, and what is known of a name."""

import pytest

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.chat.model_directory import (
    GOOGLE_NAMES,
    OPENAI_NAMES,
    WIRE_NAMES,
    ConfiguredModel,
    ModelDirectory,
    configured,
    provider_models,
)
from lodgepole.errors import InvalidRequest

MODEL = ScriptedChatModel([["text"]])


def quoting() -> ConfiguredModel:
    return ConfiguredModel(name="extractive", upstream="extractive", model=MODEL)


def test_every_name_of_the_wire_is_answered_under_that_name() -> None:
    directory = ModelDirectory(quoting())
    for name in WIRE_NAMES:
        found = directory.resolve(name)
        assert (found.name, found.upstream) == (name, "extractive")
    assert directory.resolve(None) is directory.default


def test_the_operators_own_name_wins() -> None:
    own = configured("gpt-4o", MODEL, upstream="llama3", own_endpoint=True)
    assert ModelDirectory(quoting(), [own]).resolve("gpt-4o").upstream == "llama3"


def test_another_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidRequest, match=r"`gpt-99`.*gpt-4o"):
        ModelDirectory(quoting()).resolve("gpt-99")


def test_an_assistants_own_default_answers_where_nothing_is_named() -> None:
    directory = ModelDirectory(quoting())
    assert directory.resolve(None, default="gpt-5").name == "gpt-5"
    assert directory.resolve("gpt-4o", default="gpt-5").name == "gpt-4o"


def test_a_default_that_is_gone_is_told_unless_the_request_names_a_model() -> None:
    directory = ModelDirectory(quoting())
    with pytest.raises(InvalidRequest, match=r"`gone`, the default model of this assistant"):
        directory.resolve(None, default="gone")
    assert directory.resolve("gpt-4o", default="gone").name == "gpt-4o"


@pytest.mark.parametrize(
    ("name", "window", "temperature", "images"),
    [
        ("gpt-4o", 128_000, True, True),
        ("gpt-4.1", 1_047_576, True, True),
        ("gpt-5", 400_000, False, True),
        ("o3-mini", 200_000, False, False),
        ("claude-sonnet-4", 200_000, True, True),
        ("gemini-2.5-pro", 1_048_576, True, True),
        ("mistral-small", 32_768, True, False),
    ],
)
def test_what_is_known_of_a_name(name, window, temperature, images) -> None:
    made = configured(name, MODEL)
    assert (made.context_tokens, made.takes_temperature, made.takes_images) == (
        window,
        temperature,
        images,
    )
    assert made.max_output_tokens <= made.context_tokens // 4


def test_what_is_configured_wins_over_what_is_known() -> None:
    made = configured(
        "gpt-5", MODEL, context_tokens=1000, max_output_tokens=77, takes_temperature=True
    )
    assert (made.context_tokens, made.max_output_tokens) == (1000, 77)
    assert made.takes_temperature


def test_a_small_model_of_ones_own_is_given_less_to_read() -> None:
    assert configured("llama3", MODEL, own_endpoint=True).budget is not None
    assert configured("gpt-4o", MODEL, own_endpoint=True).budget is None
    assert configured("llama3", MODEL).budget is None


def test_a_provider_answers_to_its_names_and_to_those_that_came_after() -> None:
    google = provider_models("google", MODEL, own_endpoint=False)
    assert [model.name for model in google] == list(GOOGLE_NAMES)
    assert all(model.upstream not in GOOGLE_NAMES for model in google)
    own = provider_models("openai", MODEL, own_endpoint=True, upstream="llama3")
    assert [(m.name, m.upstream) for m in own] == [(name, "llama3") for name in OPENAI_NAMES]


def test_people_choose_from_what_is_configured_each_once() -> None:
    other = ScriptedChatModel([["text"]])
    quotes = quoting()
    alone = ModelDirectory(quotes, [quotes])
    assert [model.name for model in alone.choice] == ["extractive"]
    named = provider_models("google", other, own_endpoint=True, upstream="llama3")
    own = configured("llama3", other, own_endpoint=True)
    directory = ModelDirectory(own, [quotes, *named, own])
    assert [model.name for model in directory.choice] == ["llama3", "extractive"]


def test_of_several_names_of_a_model_the_providers_own_is_told() -> None:
    aliases = [configured(name, MODEL, upstream="big") for name in ("fast", "big", "slow")]
    other = ScriptedChatModel([["text"]])
    default = configured("else", other)
    assert [m.name for m in ModelDirectory(default, aliases).choice] == ["else", "big"]
