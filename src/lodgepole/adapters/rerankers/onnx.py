"""The Reranker port on any cross-encoder that was exported to ONNX."""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from lodgepole.adapters.inference.batching import in_steps
from lodgepole.adapters.inference.onnx_network import Network
from lodgepole.errors import Unavailable

STEP_PAIRS = 2


class OnnxDirectoryReranker:
    """Scores are the model's logits: with several classes, the last one's lead over the first."""

    def __init__(self, directory: Path, *, max_tokens: int = 512, threads: int = 0) -> None:
        """Load the model, and score one pair so that a wrong one is known at start-up.

        Args:
            directory: Holds `model.onnx` and `tokenizer.json`.
            max_tokens: Of query and text together; the text is cut.
            threads: Pairs scored at once; 0 means one per core.

        Raises:
            Unavailable: The directory does not hold such a model.
        """
        self._network = Network(directory, max_tokens=max_tokens, scores=True)
        self._query_tokens = max_tokens // 2  # the text keeps the other half
        self._threads = threads or os.cpu_count() or 1
        self._score("pine", "A pine is a tree.")
        self._pool = ThreadPoolExecutor(self._threads, "rerank")

    async def rerank(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        scores = [0.0] * len(texts)
        # A conversation's last question is at its end.
        asked = await asyncio.to_thread(self._network.last_tokens, query, self._query_tokens)

        def score(begin: int, end: int) -> None:
            for row in range(begin, end):
                scores[row] = self._score(asked, texts[row])

        await in_steps(self._pool, score, count=len(texts), size=STEP_PAIRS, workers=self._threads)
        return scores

    async def close(self) -> None:
        """Stop the threads once their steps are done; reranking is over."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    def _score(self, query: str, text: str) -> float:
        logits = self._network.run(query, text)
        if logits.ndim != 1 or not 1 <= len(logits) <= 3:
            raise Unavailable("The ONNX model's output is not a score for a pair of texts.")
        score = float(logits[0] if len(logits) == 1 else logits[-1] - logits[0])
        if not np.isfinite(score):
            raise Unavailable("The ONNX reranker gives values that are not numbers.")
        return score
