"""Port: a reranker, which scores passages together with the query."""

from collections.abc import (
    Sequence,
)
from typing import Protocol


class Reranker(Protocol):
    """Scores passages against a query by reading both together."""

    async def rerank(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """One score per text, in order; higher is better."""
        ...
