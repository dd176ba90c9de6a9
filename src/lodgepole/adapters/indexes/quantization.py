"""Vectors as one bit a dimension: a fast first look at very many of them. Pure.

What an index takes from here it must compare exactly, by the vectors themselves.
"""

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
"""Codes, with shape `(words, n)`: a word of all of them lies together."""
Positions = npt.NDArray[np.int64]

_BLOCK = 32_768  # codes compared at once: their distances stay in the CPU's cache
_LOOKED_AT_AGAIN = 5  # times as many as are wanted: the nearest by bits, seen more exactly
_BYTE_SIGNS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32)


def pack_bits(vectors: npt.NDArray[np.float32]) -> bytes:
    """Signs of the vectors, one bit a dimension, rows padded to whole 64-bit words."""
    padded = -vectors.shape[1] % 64
    signs = np.pad(vectors > 0, ((0, 0), (0, padded)))
    return np.packbits(signs, axis=1).tobytes()


def no_bits(count: int, dimension: int) -> bytes:
    """Return what `pack_bits` writes for `count` vectors that are not there."""
    return bytes(count * ((dimension + 63) // 64) * 8)


def unpack_bits(data: bytes, dimension: int) -> Bits:
    """Return codes of `pack_bits` with shape `(words, n)`: a word of all codes lies together."""
    words = (dimension + 63) // 64
    return np.frombuffer(data, np.uint64).reshape(-1, words).T


def nearest(
    bits: Bits, vector: npt.NDArray[np.float32], count: int, allowed: Positions | None = None
) -> Positions:
    """Positions of the `count` codes that are likely nearest to `vector`.

    Bits are compared with bits first. Those that differ least are compared with the vector's
    numbers: of 500,000 the best 16 are then among 400 with a chance of .996 instead of .962.

    Args:
        bits: All codes.
        vector: Of as many dimensions as they are made of.
        count: The most positions.
        allowed: Positions to look at, ascending; None means all.
    """
    query = unpack_bits(pack_bits(vector[None, :]), len(vector))[:, 0]
    if allowed is None:
        distances = _distances(bits, query)
    elif len(allowed) * 3 < bits.shape[1]:
        distances = _distances(bits[:, allowed], query)
    else:
        distances = _distances(bits, query)[allowed]
    found = _smallest(distances, _LOOKED_AT_AGAIN * count)
    if allowed is not None:
        found = allowed[found]
    if len(found) <= count:
        return found
    return found[_smallest(-_agreement(bits[:, found], vector), count)]


def _distances(bits: Bits, query: Bits) -> npt.NDArray[np.uint16]:
    """Hamming distances, block by block."""
    distances = np.empty(bits.shape[1], np.uint16)
    for start in range(0, bits.shape[1], _BLOCK):
        block = bits[:, start : start + _BLOCK]
        total = distances[start : start + _BLOCK]
        total[:] = 0
        for word, wanted in zip(block, query, strict=True):
            total += np.bitwise_count(word ^ wanted)
    return distances


def _agreement(bits: Bits, vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The sum of the vector's numbers where the code's bit is set, for each code."""
    codes = np.ascontiguousarray(bits.T).view(np.uint8)  # as `np.packbits` made them
    padded = np.zeros(codes.shape[1] * 8, np.float32)
    padded[: len(vector)] = vector
    sums = padded.reshape(-1, 8) @ _BYTE_SIGNS.T  # of each byte's numbers, for all its values
    return sums[np.arange(codes.shape[1]), codes].sum(axis=1)


def _smallest(distances: npt.NDArray[np.uint16] | npt.NDArray[np.float32], count: int) -> Positions:
    """Where the `count` smallest are, nearest first, equal ones in order of position."""
    if len(distances) > count:
        bound = np.partition(distances, count - 1)[count - 1]
        found = np.flatnonzero(distances <= bound)
    else:
        found = np.arange(len(distances))
    return found[np.argsort(distances[found], kind="stable")][:count]
