"""What every Tokenizer does."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodgepole.adapters.embedders.builtin import find_model
from lodgepole.adapters.embedders.tokenizer import TokenizersTokenizer
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer

TOKENIZERS = {
    "memory": MemoryTokenizer(),
    "tokenizers": TokenizersTokenizer(find_model(cache_dir=Path("unused")).tokenizer),
}


@pytest.fixture(params=sorted(TOKENIZERS))
def tokenizer(request):
    return TOKENIZERS[request.param]


@pytest.mark.parametrize("name", sorted(TOKENIZERS))
@given(text=st.text())
def test_spans_lie_in_the_text_in_order_and_are_as_many_as_counted(name, text):
    tokenizer = TOKENIZERS[name]
    spans = tokenizer.spans(text)

    assert len(spans) == tokenizer.count(text)
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert list(spans) == sorted(spans)


def test_counts_nothing_in_nothing(tokenizer):
    assert tokenizer.count("") == 0
    assert list(tokenizer.spans(" \n\t ")) == []


def test_spans_are_characters_not_bytes(tokenizer):
    text = "naïve 🌲 forêt, Łódź 日本 end"
    words = [text[start:end] for start, end in tokenizer.spans(text)]

    assert words[-1] == "end"
    assert "".join(words) == text.replace(" ", "")


def test_a_long_text_has_the_tokens_of_its_lines(tokenizer):
    line = "Señor García paid 1,250.75 € for the lodgepole — twice.\n"
    text = line * (1_200_000 // len(line))

    spans = tokenizer.spans(text)

    assert len(spans) == tokenizer.count(text) == tokenizer.count(line) * text.count("\n")
    start, end = spans[-1]
    assert text[start:end] == "."


def test_special_tokens_are_not_counted(tokenizer):
    assert tokenizer.count("pine") == 1
