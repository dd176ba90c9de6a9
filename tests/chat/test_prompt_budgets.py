"""How much a model is given to read."""

from dataclasses import replace

import pytest
from tests.support.chat import make_assistant, make_snippet

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.model_directory import PromptBudget, configured
from lodgepole.chat.prompt_budgets import PROMPT_OVERHEAD_TOKENS, PromptBudgets, within
from lodgepole.errors import InvalidRequest
from lodgepole.model import Message

ASSISTANT = make_assistant()
MODEL = ScriptedChatModel([["Yes."]])
LOCAL = configured("llama3.2", MODEL, own_endpoint=True)
SMALL = configured("llama3.2", MODEL, own_endpoint=True, context_tokens=2_048)
QUESTION = [Message("user", "What is the pressure limit?")]


def budgets() -> PromptBudgets:
    return PromptBudgets(MemoryTokenizer())


def test_a_known_model_is_given_what_its_window_holds() -> None:
    room = budgets().room(QUESTION, configured("gpt-4.1", MODEL), ASSISTANT)
    assert room.source_tokens > 100_000
    assert room.sources is None


def test_an_unknown_model_at_an_endpoint_of_ones_own_is_given_little() -> None:
    room = budgets().room(QUESTION, LOCAL, ASSISTANT)
    assert room.source_tokens <= 2_000
    assert room.sources == 8


def test_the_whole_prompt_stays_below_what_takes_long_to_read() -> None:
    """However long the conversation: rules, history and sources together."""
    said = [Message("user" if i % 2 == 0 else "assistant", "word " * 300) for i in range(41)]
    room = budgets().room(said, LOCAL, ASSISTANT)
    history = sum(len(m.content.split()) + PROMPT_OVERHEAD_TOKENS for m in room.history)
    assert history + room.source_tokens <= 3_000
    assert room.history[-1] == said[-1]
    assert room.history[0].role == "user"


def test_a_known_name_at_an_endpoint_of_ones_own_keeps_its_window() -> None:
    assert configured("gpt-4.1", MODEL, own_endpoint=True).budget is None


def test_what_is_configured_wins() -> None:
    model = configured("llama3.2", MODEL, own_endpoint=True, source_tokens=9_000)
    room = budgets().room(QUESTION, replace(model, context_tokens=64_000), ASSISTANT)
    assert 8_000 < room.source_tokens <= 9_000


def test_a_small_window_is_a_limit_too() -> None:
    room = budgets().room(QUESTION, SMALL, ASSISTANT)
    assert room.source_tokens < budgets().room(QUESTION, LOCAL, ASSISTANT).source_tokens
    with pytest.raises(InvalidRequest, match="Shorten it"):
        budgets().room([Message("user", "word " * 3_000)], SMALL, ASSISTANT)


def test_a_model_that_reads_fast_is_given_more_after_a_few_answers() -> None:
    learnt = budgets()
    before = learnt.room(QUESTION, LOCAL, ASSISTANT)
    for _ in range(3):
        learnt.learn(LOCAL, 2_500, 0.5)  # 5,000 tokens a second
    after = learnt.room(QUESTION, LOCAL, ASSISTANT)
    assert after.source_tokens > 4 * before.source_tokens
    assert (after.sources or 0) > (before.sources or 0)


def test_a_model_that_reads_slowly_or_from_its_cache_is_not() -> None:
    learnt = budgets()
    before = learnt.room(QUESTION, LOCAL, ASSISTANT)
    for seconds in (0.5, 40.0, 0.5):  # the slowest of the last counts
        learnt.learn(LOCAL, 2_500, seconds)
    learnt.learn(LOCAL, 10, 0.001)  # too short to tell anything
    assert learnt.room(QUESTION, LOCAL, ASSISTANT) == before


def test_snippets_are_taken_in_order_while_there_is_room() -> None:
    snippets = [make_snippet("word " * 100) for _ in range(5)]
    cost = snippets[0].tokens + PROMPT_OVERHEAD_TOKENS
    assert within(snippets, 3 * cost) == snippets[:3]
    assert within(snippets, 9 * cost, 2) == snippets[:2]
    assert within(snippets, cost - 1) == []


def test_the_budget_of_a_local_model_is_small_enough_to_be_read() -> None:
    assert PromptBudget().prompt_tokens < 3_600
