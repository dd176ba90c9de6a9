"""Asks the answering model whether sources support claims in another language."""

import asyncio
from dataclasses import replace

from lodgepole.chat.citing.translated_claims import Judging, Verdict
from lodgepole.chat.generations import collect, used
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.errors import LodgepoleError
from lodgepole.model import ModelRequest, Sampling, Usage
from lodgepole.ports.tokenizer import Tokenizer

JUDGE_SECONDS = 20.0  # the answer is complete, and its end waits for this
JUDGE_TOKENS = 2_000  # what a reasoning model thinks first counts, too


async def judged(
    judging: Judging, answered: ModelRequest, model: ConfiguredModel, tokenizer: Tokenizer
) -> tuple[list[Verdict], Usage]:
    """What the model says of the claims, and what asking cost; nothing where it does not say."""
    if not judging or not model.follows_instructions:
        return [], Usage()
    request = replace(
        answered,
        messages=judging.messages(),
        sources=(),
        temperature=0.0 if model.takes_temperature else None,
        max_output_tokens=min(JUDGE_TOKENS, model.max_output_tokens),
        sampling=Sampling(),
        tools=None,
    )
    try:
        async with asyncio.timeout(JUDGE_SECONDS):
            text, end = await collect(model, request)
    except (LodgepoleError, TimeoutError):
        return [], Usage()
    return judging.verdicts(text), await used(tokenizer, request, text, end)
