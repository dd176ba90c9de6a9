"""Asks the model for several search queries, where a question needs them."""

import asyncio
import re

from lodgepole.chat.conversation.sub_queries import compared
from lodgepole.chat.generations import collect, used
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.errors import LodgepoleError
from lodgepole.model import Message, ModelRequest, Usage
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.text.words import squeeze

PLAN_SECONDS = 10.0  # then the question is split by our own rules
PLAN_TOKENS = 2_000  # what a reasoning model thinks first counts, too
LONG_QUESTION = 200  # characters, from which on it is worth asking
LONGEST_QUESTION = 4_000
MOST_PLANNED = 4
LONGEST_QUERY = 300
PLAN = """\
A question is to be answered from documents that are found by searching. Write the searches that \
find what it needs: one a line, at most four, each a short question by itself, with all names and \
years. Leave out how the answer should look. Write nothing else."""
_MARK = re.compile(r"^\s{0,4}(?:[-*•]|\d{1,2}[.)])\s{1,4}")


def is_worth_a_plan(question: str, model: ConfiguredModel) -> bool:
    """Whether the model is asked: it is quick to answer, and the question needs several things."""
    if not model.follows_instructions or model.budget is not None:
        return False
    several = question.count("?") > 1 or len(question) > LONG_QUESTION or bool(compared(question))
    return several and len(question) <= LONGEST_QUESTION


async def planned(
    question: str, model: ConfiguredModel, tokenizer: Tokenizer
) -> tuple[list[str], Usage]:
    """The searches that the model wants, and what asking cost; none where it does not say."""
    request = ModelRequest(
        model=model.upstream,
        messages=(Message("system", PLAN), Message("user", question)),
        question=question,
        sources=(),
        temperature=0.0 if model.takes_temperature else None,
        max_output_tokens=min(PLAN_TOKENS, model.max_output_tokens),
    )
    try:
        async with asyncio.timeout(PLAN_SECONDS):
            text, end = await collect(model, request)
    except (LodgepoleError, TimeoutError):
        return [], Usage()
    usage = await used(tokenizer, request, text, end)
    lines = (squeeze(_MARK.sub("", line)) for line in text[:8_000].splitlines())
    wanted = [line for line in lines if 3 <= len(line) <= LONGEST_QUERY]
    return list(dict.fromkeys(wanted))[:MOST_PLANNED], usage
