"""A model says what to search for, where it is quick and the question needs several things."""

from dataclasses import replace

import pytest

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.conversation.model_queries import is_worth_a_plan, planned
from lodgepole.chat.model_directory import ConfiguredModel, PromptBudget
from lodgepole.errors import Unavailable
from lodgepole.model import Usage

COMPARISON = "Compare Harrow and Kestrel in 2019 and 2020."


def model(*script) -> ConfiguredModel:
    return ConfiguredModel(name="m", upstream="m", model=ScriptedChatModel([script]))


async def test_each_line_is_a_search():
    written = (
        "1. Revenue of Harrow in 2019\n- Revenue of Kestrel?\n\nx\n1. Revenue of Harrow in 2019"
    )
    searches, spent = await planned(COMPARISON, model(written), MemoryTokenizer())
    assert searches == ["Revenue of Harrow in 2019", "Revenue of Kestrel?"]
    assert spent.total_tokens > 0


async def test_there_are_never_many_nor_long_ones():
    written = "\n".join([*(f"Search number {n}" for n in range(20)), "long " * 100])
    searches, _ = await planned(COMPARISON, model(written), MemoryTokenizer())
    assert len(searches) == 4


@pytest.mark.parametrize("failure", [Unavailable("gone")])
async def test_where_it_fails_there_is_none(failure):
    assert await planned(COMPARISON, model(failure), MemoryTokenizer()) == ([], Usage())


def test_only_quick_models_are_asked_and_only_where_it_pays():
    assert is_worth_a_plan(COMPARISON, model())
    assert is_worth_a_plan("Who pays? And when?", model())
    assert not is_worth_a_plan("Who pays?", model())
    assert not is_worth_a_plan("x" * 5_000, model())
    assert not is_worth_a_plan(COMPARISON, replace(model(), budget=PromptBudget()))
    assert not is_worth_a_plan(COMPARISON, replace(model(), follows_instructions=False))
