from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from lodgepole.adapters.embedders.builtin import find_model
from lodgepole.adapters.embedders.tokenizer import KNOWN_CHUNKS, PIECE_CHARS, TokenizersTokenizer

PATH = find_model(Path("no-cache-needed-where-the-package-is")).tokenizer
TOKENIZER = TokenizersTokenizer(PATH)
LIBRARY = Tokenizer.from_file(str(PATH))
LIBRARY.no_truncation()
LIBRARY.no_padding()

words = st.sampled_from(
    ["pine", "Lodgepole", "don't", "FY2018", "naïve", "日本語の", "🌲🌲", "e\u0301", "\u0301x",
     "\x85", "a\u00a0b", "\u2028", "x\x00y", "[SEP]", "[CLS", "##ing", "1,250.75",
     "\u200b", "İstanbul"]
)  # fmt: skip
texts = st.lists(st.one_of(words, st.text(max_size=6), st.sampled_from(" \t\n\r"))).map("".join)


@given(texts)
def test_spans_are_those_of_the_library_on_the_whole_text(text):
    assert TOKENIZER.spans(text) == LIBRARY.encode(text, add_special_tokens=False).offsets


def test_what_tokenizer_json_says_of_truncation_is_ignored():
    assert TOKENIZER.count("pine " * 1000) == 1000


def test_a_text_without_spaces_is_tokenised_to_its_end():
    text = "森" * (PIECE_CHARS * 2 + 10)

    spans = TOKENIZER.spans(text)

    assert len(spans) == len(text)
    assert spans[-1] == (len(text) - 1, len(text))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["count", "spans"])
def test_what_is_remembered_is_bounded(method):
    tokenizer = TokenizersTokenizer(PATH)
    text = " ".join(str(number) for number in range(KNOWN_CHUNKS + 100))

    first = getattr(tokenizer, method)(text)

    assert getattr(tokenizer, method)(text) == first
    assert len(tokenizer._known) <= KNOWN_CHUNKS
