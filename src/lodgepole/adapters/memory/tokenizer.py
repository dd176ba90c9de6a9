"""The Tokenizer port in memory: words and single signs are tokens."""

import re
from collections.abc import Sequence

_TOKEN = re.compile(r"\w+|[^\w\s]")


class MemoryTokenizer:
    def count(self, text: str) -> int:
        return sum(1 for _ in _TOKEN.finditer(text))

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        return [match.span() for match in _TOKEN.finditer(text)]
