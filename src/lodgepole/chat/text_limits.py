"""Checks the length of texts in a request, in characters and then in tokens."""

from collections.abc import Sequence

from lodgepole.concurrency.long_texts import read_apart
from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits
from lodgepole.ports.tokenizer import Tokenizer


async def count_within_limits(
    texts: Sequence[str], what: str, *, tokenizer: Tokenizer, limits: Limits, advice: str = ""
) -> int:
    """The tokens of all texts, which are `what` is read. Raises InvalidRequest on too many."""
    chars = sum(map(len, texts))
    if chars > limits.history_chars:
        raise InvalidRequest(
            f"The {what} have {chars} characters; at most {limits.history_chars} are accepted"
            f"{advice}"
        )
    tokens = await read_apart(chars, lambda: sum(map(tokenizer.count, texts)))
    if tokens > limits.history_tokens:
        raise InvalidRequest(
            f"The {what} have {tokens} tokens; at most {limits.history_tokens} are accepted{advice}"
        )
    return tokens
