"""The Tokenizer port on the `tokenizers` library: the embedder's own idea of a token."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tokenizers import Tokenizer

PIECE_CHARS = 65_536  # tokenised at once; offsets of one such piece take about 2 MB


class TokenizersTokenizer:
    """Counts and places tokens as a `tokenizer.json` defines them."""

    def __init__(self, path: Path) -> None:
        """Load `tokenizer.json`; what it says about truncation and padding is ignored."""
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count(self, text: str) -> int:
        # Without offsets the library is faster, and a count needs none.
        encode = self._tokenizer.encode_batch_fast
        return sum(len(encode([piece], add_special_tokens=False)[0]) for _, piece in _pieces(text))

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        encode = self._tokenizer.encode
        return [
            (begin + start, begin + end)
            for begin, piece in _pieces(text)
            for start, end in encode(piece, add_special_tokens=False).offsets
        ]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """`(position, piece)` for all of the text, cut at white space where there is any.

    A word is never split unless it is longer than half a piece, so the tokens are those of the
    whole text.
    """
    begin = 0
    while len(text) - begin > PIECE_CHARS:
        limit = begin + PIECE_CHARS
        floor = begin + PIECE_CHARS // 2
        end = max(text.rfind("\n", floor, limit), text.rfind(" ", floor, limit)) + 1 or limit
        yield begin, text[begin:end]
        begin = end
    yield begin, text[begin:]
