"""Port: the tokens of the embedder."""

from collections.abc import (
    Sequence,
)
from typing import Protocol


class Tokenizer(Protocol):
    """The embedder's view of text, also the unit of snippet sizes."""

    def count(self, text: str) -> int:
        """Tokens, without special ones."""
        ...

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Character spans `(start, end)` of the tokens, in order."""
        ...
