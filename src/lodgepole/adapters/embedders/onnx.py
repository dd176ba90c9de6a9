"""The Embedder port on any sentence-embedding model that was exported to ONNX."""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import numpy as np

from lodgepole.adapters.inference.batching import in_steps
from lodgepole.adapters.inference.onnx_network import Floats, Network
from lodgepole.adapters.inference.thread_priority import step_back
from lodgepole.errors import Unavailable
from lodgepole.ports.embedder import EmbedderIdentity, Vector, Vectors

Pooling = Literal["mean", "cls"]
STEP_TEXTS = 8


class OnnxDirectoryEmbedder:
    """Pools and scales the network's hidden states; what is pooled already is only scaled.

    Each text runs by itself, so that its vector does not depend on its neighbours. Queries have a
    thread of their own, so they never wait for a passage.
    """

    def __init__(
        self,
        directory: Path,
        *,
        pooling: Pooling = "mean",
        max_tokens: int = 512,
        query_prefix: str = "",
        document_prefix: str = "",
        threads: int = 0,
    ) -> None:
        """Load the model, and embed one word to learn the dimension.

        Args:
            directory: Holds `model.onnx` and `tokenizer.json`.
            pooling: How token vectors become one: the model's card says which it was trained with.
            max_tokens: Of a text, special ones included; at most what the model has positions for.
            query_prefix: Put before queries, where the model was trained so (`query: `).
            document_prefix: Put before passages (`passage: `).
            threads: Passages embedded at once; 0 means one per core.

        Raises:
            Unavailable: The directory does not hold such a model.
        """
        self._network = Network(directory, max_tokens=max_tokens)
        self._pooling = pooling
        self._prefixes = query_prefix, document_prefix
        self._threads = threads or os.cpu_count() or 1
        dimension = len(self._embed("pine"))
        # A query's prefix is no part of what passages were embedded by.
        digest = self._network.digest(pooling, max_tokens, document_prefix)
        self._identity = EmbedderIdentity(
            engine="onnx-directory",
            model=f"{directory.resolve().name}@{digest}",
            dimension=dimension,
        )
        self._passage_pool = ThreadPoolExecutor(
            self._threads, "embed-passages", initializer=step_back
        )
        self._query_pool = ThreadPoolExecutor(1, "embed-query")

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self._identity.dimension), np.float32)
        prefix = self._prefixes[1]

        def embed(begin: int, end: int) -> None:
            for row in range(begin, end):
                vectors[row] = self._embed(prefix + texts[row])

        await in_steps(
            self._passage_pool, embed, count=len(texts), size=STEP_TEXTS, workers=self._threads
        )
        return vectors

    async def embed_query(self, text: str) -> Vector:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._query_pool, self._embed, self._prefixes[0] + text)

    async def close(self) -> None:
        """Stop the threads once their steps are done; embedding is over."""
        for pool in (self._passage_pool, self._query_pool):
            pool.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._passage_pool.shutdown)

    def _embed(self, text: str) -> Vector:
        pooled = self._pooled(self._network.run(text))
        length = float(np.linalg.norm(pooled))
        if not np.isfinite(length):
            raise Unavailable("The ONNX embedding model gives values that are not numbers.")
        # A model may give zeros for a text without words; such a row becomes near to nothing.
        if length == 0:
            pooled, length = np.ones_like(pooled), float(np.sqrt(len(pooled)))
        return pooled / np.float32(length)

    def _pooled(self, output: Floats) -> Floats:
        if output.ndim == 1:
            return output
        if output.ndim != 2 or not len(output):
            raise Unavailable("The ONNX model's output is neither one vector nor one a token.")
        # One text at a time has no padding, so that every row counts.
        return output[0] if self._pooling == "cls" else output.mean(axis=0)
