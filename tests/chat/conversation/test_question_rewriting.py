"""A follow-up is asked of the documents as a question that stands by itself."""

import asyncio

import pytest

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.conversation import question_rewriting
from lodgepole.chat.conversation.question_rewriting import (
    LONGEST_REWRITE,
    question_by_rules,
    rewritten_question,
)
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.errors import RateLimited
from lodgepole.model import Message, ModelEnded, ModelText, Usage

HISTORY = (
    Message("user", "Who founded the Prado museum?"),
    Message("assistant", "Ferdinand VII."),
    Message("user", "And when?"),
)
REWRITTEN = "When was the Prado museum founded?"
TOKENS = MemoryTokenizer()


class SilentModel:
    """Never writes a word, until it is left."""

    left = False

    async def stream(self, request):
        try:
            await asyncio.Event().wait()
            yield ModelText("")
        finally:
            self.left = True


def a_model(*script, **values):
    scripted = ScriptedChatModel([script])
    options = {"follows_instructions": True, **values}
    return ConfiguredModel(name="house", upstream="up-1", model=scripted, **options), scripted


async def test_a_models_question_is_taken_with_what_it_cost():
    spent = Usage(prompt_tokens=40, completion_tokens=8)
    model, scripted = a_model(f" {REWRITTEN}\n", ModelEnded(finish_reason="stop", usage=spent))
    assert await rewritten_question(HISTORY, model, TOKENS) == (REWRITTEN, spent)
    (asked,) = scripted.requests
    assert (asked.model, asked.sources, asked.temperature) == ("up-1", (), 0.0)


async def test_a_model_that_takes_no_temperature_is_sent_none_and_its_limit_is_kept():
    model, scripted = a_model(REWRITTEN, takes_temperature=False, max_output_tokens=100)
    await rewritten_question(HISTORY, model, TOKENS)
    assert scripted.requests[0].temperature is None
    assert scripted.requests[0].max_output_tokens == 100


@pytest.mark.parametrize("written", ["", " \n", "word " * LONGEST_REWRITE])
async def test_nothing_and_too_much_are_not_searched_for_and_are_paid_for(written):
    spent = Usage(prompt_tokens=40, completion_tokens=8)
    model, _ = a_model(written, ModelEnded(finish_reason="stop", usage=spent))
    assert await rewritten_question(HISTORY, model, TOKENS) == (
        await question_by_rules(HISTORY),
        spent,
    )


async def test_a_model_that_fails_costs_nothing_and_the_rules_ask():
    model, _ = a_model(RateLimited("no", retry_after=1))
    question, spent = await rewritten_question(HISTORY, model, TOKENS)
    assert "Prado" in question
    assert spent == Usage()


async def test_a_model_that_does_not_answer_in_time_is_left(monkeypatch):
    monkeypatch.setattr(question_rewriting, "REWRITE_SECONDS", 0.0)
    silent = SilentModel()
    model = ConfiguredModel(name="house", upstream="up-1", model=silent, follows_instructions=True)
    assert await rewritten_question(HISTORY, model, TOKENS) == (
        await question_by_rules(HISTORY),
        Usage(),
    )
    assert silent.left


@pytest.mark.parametrize(
    ("history", "options"), [(HISTORY[:1], {}), (HISTORY, {"follows_instructions": False})]
)
async def test_a_first_question_and_a_model_without_instructions_ask_nothing(history, options):
    model, scripted = a_model(REWRITTEN, **options)
    assert await rewritten_question(history, model, TOKENS) == (
        await question_by_rules(history),
        Usage(),
    )
    assert scripted.requests == []
