"""Passages with vectors that a client brings along, so that an import embeds nothing anew.

They are lines of JSON: first `{"embedder": {"engine", "model", "dimension"}}`, then one passage a
line, of which `text` and `vector` (base64 of little-endian half floats) are read. A vector is taken
for a passage of exactly that text, made by exactly that embedder; passages themselves are always
cut from the file's own bytes, so that nothing can be cited that is not in the file. Pure.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson

from lodgepole.ports.embedder import EmbedderIdentity, Vector

LENGTH_TOLERANCE = 0.01
"""Vectors have length 1, rounded to half floats."""


def read_given(lines: bytes, embedder: EmbedderIdentity) -> Mapping[bytes, Vector]:
    """Vectors by the digest of their text; none where they are another embedder's.

    Raises:
        ValueError: The lines are not as described, or a vector cannot be one of that embedder.
    """
    vectors: dict[bytes, Vector] = {}
    rest = lines.splitlines()
    if not rest or _embedder(rest[0]) != embedder:
        return vectors
    for line in rest[1:]:
        row: Any = orjson.loads(line)
        try:
            text, encoded = row["text"], row["vector"]
            vectors[digest(text)] = _vector(base64.b64decode(encoded, validate=True), embedder)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError("a line is no passage with a vector") from error
    return vectors


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _embedder(line: bytes) -> EmbedderIdentity:
    try:
        named: Any = orjson.loads(line)["embedder"]
        return EmbedderIdentity(
            engine=named["engine"], model=named["model"], dimension=named["dimension"]
        )
    except (TypeError, KeyError) as error:
        raise ValueError("the first line names no embedder") from error


def _vector(data: bytes, embedder: EmbedderIdentity) -> Vector:
    if len(data) != 2 * embedder.dimension:
        raise ValueError(f"a vector has {len(data)} bytes, not {2 * embedder.dimension}")
    vector = np.frombuffer(data, "<f2").astype(np.float32)
    if not abs(float(np.linalg.norm(vector)) - 1.0) <= LENGTH_TOLERANCE:
        raise ValueError("a vector does not have length 1")
    return vector
