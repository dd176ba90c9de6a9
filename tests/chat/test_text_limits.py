import pytest

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.text_limits import count_within_limits
from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits

LIMITS = Limits(history_tokens=20, history_chars=100)


async def count(*texts: str) -> int:
    return await count_within_limits(
        texts, "messages", tokenizer=MemoryTokenizer(), limits=LIMITS, advice=". Shorten them"
    )


async def test_all_texts_count_together():
    assert await count("one two", "three") == 3


async def test_a_word_of_any_length_is_one_token_and_many_characters():
    with pytest.raises(InvalidRequest, match=r"101 characters; at most 100 .* Shorten them"):
        await count("a" * 101)


async def test_many_short_words_are_too_many_tokens():
    with pytest.raises(InvalidRequest, match="30 tokens; at most 20"):
        await count("a " * 30)
