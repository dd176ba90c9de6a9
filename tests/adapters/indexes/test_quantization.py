"""One bit a dimension: what is packed comes back, and the nearest are found."""

import numpy as np
import pytest

from lodgepole.adapters.indexes.quantization import nearest, no_bits, pack_bits, unpack_bits


def vectors(count: int, dimension: int) -> np.ndarray:
    made = np.random.default_rng(3).standard_normal((count, dimension)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.mark.parametrize("dimension", [6, 64, 100, 384])
def test_signs_come_back_in_whole_words(dimension: int) -> None:
    made = vectors(5, dimension)
    bits = unpack_bits(pack_bits(made), dimension)
    assert bits.shape == ((dimension + 63) // 64, 5)
    signs = np.unpackbits(np.ascontiguousarray(bits.T).view(np.uint8), axis=1)[:, :dimension]
    assert (signs == (made > 0)).all()


def test_vectors_that_are_not_there_take_as_much_room() -> None:
    assert len(no_bits(3, 100)) == len(pack_bits(vectors(3, 100)))


def test_a_vector_is_nearest_to_itself() -> None:
    made = vectors(500, 384)
    bits = unpack_bits(pack_bits(made), 384)
    for position in (0, 17, 499):
        assert nearest(bits, made[position], 3)[0] == position


def test_most_of_the_truly_nearest_are_found() -> None:
    made = vectors(40_000, 384)
    bits = unpack_bits(pack_bits(made), 384)
    found = 0
    for query in vectors(20, 384)[10:]:
        truth = set(np.argsort(-(made @ query))[:10].tolist())
        found += len(truth & set(nearest(bits, query, 800).tolist()))
    assert found >= 85  # of 100; random vectors are the hardest


@pytest.mark.parametrize("allowed", [[], [7], [1, 2, 3], list(range(0, 500, 2)), list(range(500))])
def test_only_what_is_allowed_is_looked_at(allowed: list[int]) -> None:
    made = vectors(500, 64)
    bits = unpack_bits(pack_bits(made), 64)
    positions = np.array(allowed, np.int64)
    found = nearest(bits, made[7], 5, positions)
    assert set(found.tolist()) <= set(allowed)
    assert len(found) == min(5, len(allowed))
    assert len(set(found.tolist())) == len(found)


def test_fewer_than_are_wanted_are_all() -> None:
    bits = unpack_bits(pack_bits(vectors(3, 64)), 64)
    assert sorted(nearest(bits, vectors(1, 64)[0], 10).tolist()) == [0, 1, 2]
