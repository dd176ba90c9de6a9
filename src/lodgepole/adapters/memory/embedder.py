"""The Embedder port in memory: texts that share words are near each other."""

import re
import zlib
from collections.abc import Sequence

import numpy as np

from lodgepole.ports.embedder import EmbedderIdentity, Vector, Vectors

_WORD = re.compile(r"\w+")


class MemoryEmbedder:
    """Adds up a random-looking but fixed direction for each lower-cased word."""

    def __init__(self, dimension: int = 64) -> None:
        self._dimension = dimension

    @property
    def identity(self) -> EmbedderIdentity:
        return EmbedderIdentity(engine="memory", model="hashed-words", dimension=self._dimension)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self._dimension), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._embed(text)
        return vectors

    async def embed_query(self, text: str) -> Vector:
        return self._embed(text)

    def _embed(self, text: str) -> Vector:
        words = _WORD.findall(text.lower()) or [""]
        total = sum((self._direction(word) for word in words), np.zeros(self._dimension))
        return (total / np.linalg.norm(total)).astype(np.float32)

    def _direction(self, word: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(self._dimension)
