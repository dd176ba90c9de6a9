"""Port: text to vectors."""

from collections.abc import (
    Sequence,
)
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]


"""Shape `(dimension,)`, unit length."""


Vectors = npt.NDArray[np.float32]


"""Shape `(n, dimension)`, rows of unit length."""


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Identity of an embedder: equal for comparable vectors; recorded with each index."""

    engine: str  # e.g. `onnxruntime-int8`
    model: str  # e.g. `all-MiniLM-L6-v2`
    dimension: int


class Embedder(Protocol):
    """Text to vectors. Deterministic: the same text gives the same vector."""

    @property
    def identity(self) -> EmbedderIdentity: ...

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order; shape `(0, dimension)` for none."""
        ...

    async def embed_query(self, text: str) -> Vector: ...
