"""The question of a conversation, written by a model as it would be asked outside of it."""

import asyncio
from collections.abc import Sequence

from lodgepole.chat.conversation.query_planning import standalone_question
from lodgepole.chat.generations import collect, used
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.chat.prompts import rewrite_messages
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.errors import LodgepoleError
from lodgepole.model import Message, ModelRequest, Usage
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.text.words import squeeze

REWRITE_TOKENS = 2_000  # what a reasoning model thinks first counts, too
REWRITE_SECONDS = 10.0  # then the question as our own rules read it is searched for
LONGEST_REWRITE = 500  # characters of a rewritten question


async def question_by_rules(messages: Sequence[Message], names: Sequence[str] = ()) -> str:
    """The last question, with what our own rules carry over from those before it."""
    length = sum(len(m.content) for m in messages)
    return await read_apart(length, lambda: standalone_question(messages, names))


async def rewritten_question(
    history: Sequence[Message],
    model: ConfiguredModel,
    tokenizer: Tokenizer,
    names: Sequence[str] = (),
) -> tuple[str, Usage]:
    """The question, and the tokens that rewriting it cost.

    It is `question_by_rules` for the first question of a conversation, for a model that follows no
    instructions, and where the model fails, is slow, or writes too much or nothing.
    """
    plain = await question_by_rules(history, names)
    if not model.follows_instructions or sum(m.role == "user" for m in history) < 2:
        return plain, Usage()
    request = ModelRequest(
        model=model.upstream,
        messages=rewrite_messages(history),
        question=plain,
        sources=(),
        temperature=0.0 if model.takes_temperature else None,
        max_output_tokens=min(REWRITE_TOKENS, model.max_output_tokens),
    )
    try:
        async with asyncio.timeout(REWRITE_SECONDS):
            text, end = await collect(model, request)
    except (LodgepoleError, TimeoutError):
        return plain, Usage()
    rewritten = squeeze(text)
    usage = await used(tokenizer, request, text, end)
    return rewritten if 0 < len(rewritten) <= LONGEST_REWRITE else plain, usage
