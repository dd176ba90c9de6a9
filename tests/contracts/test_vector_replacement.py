"""What every VectorReplacement does, beside the index that it changes."""

from dataclasses import replace

import numpy as np
from tests.support.indexed_files import (
    DIMENSION,
    IDENTITY,
    ONE,
    THREE,
    TWO,
    file_of,
    files_with,
    vectors_of,
)

from lodgepole.adapters.indexes.postgres import PostgresIndex
from lodgepole.adapters.indexes.tantivy import TantivyIndex
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.model import FileVersion, PassageKey
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.index import Index, IndexQuery

AnyIndex = MemoryIndex | TantivyIndex | PostgresIndex

OTHER = EmbedderIdentity(engine="test", model="another", dimension=64)
THIRD = EmbedderIdentity(engine="test", model="a third", dimension=DIMENSION)


def others_vectors(count: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(1000 + seed).standard_normal((count, OTHER.dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def asked(vector: np.ndarray, embedder: EmbedderIdentity, *versions: FileVersion) -> IndexQuery:
    return IndexQuery(versions=frozenset(versions), vector=vector, words=(), embedder=embedder)


async def dense(index: Index, query: IndexQuery) -> list[PassageKey]:
    return [hit.key for hit in (await index.search("a", query)).dense]


async def test_the_first_file_decides_on_the_embedder(index: AnyIndex) -> None:
    assert await index.embedder("a") is None
    await index.add("a", file_of(ONE, "apple"))
    assert await index.embedder("a") == IDENTITY
    assert await index.unlike(IDENTITY) == set()
    assert await index.unlike(OTHER) == {"a"}
    await index.remove("a", [ONE])
    assert await index.embedder("a") is None
    await index.add("a", replace(file_of(TWO, "pear"), vectors=others_vectors(1), embedder=OTHER))
    assert await index.embedder("a") == OTHER
    assert await index.unlike(OTHER) == set()


async def test_vectors_of_two_embedders_are_never_compared(index: AnyIndex) -> None:
    await index.add("a", file_of(ONE, "apple"))
    await index.add("a", replace(file_of(TWO, "pear"), vectors=others_vectors(1), embedder=OTHER))
    rankings = await index.search("a", asked(others_vectors(1)[0], OTHER, ONE, TWO))
    assert list(rankings.dense) == []
    assert rankings.embedder == IDENTITY
    assert await dense(index, asked(vectors_of(0)[0], IDENTITY, ONE, TWO)) == [PassageKey(ONE, 0)]
    assert await files_with(index, "pear", "a", ONE, TWO) == [TWO]


async def test_vectors_set_aside_are_searched_from_the_switch_on(index: AnyIndex) -> None:
    await index.add("a", file_of(ONE, "apple", "pear"))
    await index.add("a", file_of(TWO, "plum", seed=10))
    assert await index.lacking("a", OTHER) == {ONE: 2, TWO: 1}
    await index.set_aside("a", ONE, OTHER, others_vectors(2))
    assert await index.lacking("a", OTHER) == {TWO: 1}
    assert not await index.switch("a", OTHER)
    assert await index.embedder("a") == IDENTITY
    assert (await dense(index, asked(vectors_of(10)[0], IDENTITY, ONE, TWO)))[0] == PassageKey(
        TWO, 0
    )

    await index.set_aside("a", TWO, OTHER, others_vectors(1, seed=1))
    assert await index.switch("a", OTHER)
    assert await index.switch("a", OTHER)
    assert await index.embedder("a") == OTHER
    assert await index.unlike(OTHER) == set()
    rankings = await index.search("a", asked(vectors_of(10)[0], IDENTITY, ONE, TWO))
    assert (list(rankings.dense), rankings.embedder) == ([], OTHER)
    for vector, key in (
        (others_vectors(2)[1], PassageKey(ONE, 1)),
        (others_vectors(1, seed=1)[0], PassageKey(TWO, 0)),
    ):
        assert (await dense(index, asked(vector, OTHER, ONE, TWO)))[0] == key
    assert await files_with(index, "plum", "a", ONE, TWO) == [TWO]


async def test_files_that_come_and_go_during_a_change_are_counted(index: AnyIndex) -> None:
    await index.add("a", file_of(ONE, "apple"))
    await index.set_aside("a", ONE, OTHER, others_vectors(1))
    await index.add("a", file_of(TWO, "pear", seed=3))
    assert not await index.switch("a", OTHER)
    await index.add("a", file_of(ONE, "apple", "again"))  # its vectors set aside were of old text
    assert await index.lacking("a", OTHER) == {ONE: 2, TWO: 1}
    await index.remove("a", [TWO])
    await index.set_aside("a", TWO, OTHER, others_vectors(1))  # too late, which is no error
    await index.set_aside("a", ONE, OTHER, others_vectors(1))  # of what it was before
    assert await index.lacking("a", OTHER) == {ONE: 2}
    await index.set_aside("a", ONE, OTHER, others_vectors(2))
    assert await index.switch("a", OTHER)
    await index.add("a", replace(file_of(THREE, "plum"), vectors=others_vectors(1), embedder=OTHER))
    assert await index.unlike(OTHER) == set()


async def test_a_change_of_mind_begins_anew(index: AnyIndex) -> None:
    await index.add("a", file_of(ONE, "apple"))
    await index.add("a", file_of(TWO, "pear"))
    await index.set_aside("a", ONE, OTHER, others_vectors(1))
    await index.add("a", file_of(THREE, "plum", embedder=THIRD))  # there is no place for a third
    assert await index.lacking("a", THIRD) == {ONE: 1, TWO: 1, THREE: 1}
    await index.set_aside("a", ONE, THIRD, vectors_of(5))
    assert await index.lacking("a", THIRD) == {TWO: 1, THREE: 1}
    assert await index.lacking("a", OTHER) == {ONE: 1, TWO: 1, THREE: 1}

    # And back to the first, which one file has none of yet.
    assert await index.lacking("a", IDENTITY) == {THREE: 1}
    assert not await index.switch("a", IDENTITY)
    await index.set_aside("a", THREE, IDENTITY, vectors_of(9))
    assert await index.switch("a", IDENTITY)
    assert (await dense(index, asked(vectors_of(9)[0], IDENTITY, ONE, TWO, THREE)))[
        0
    ] == PassageKey(THREE, 0)
    assert await index.unlike(IDENTITY) == set()


async def test_a_file_that_comes_again_with_another_embedder_waits_for_the_switch(
    index: AnyIndex,
) -> None:
    await index.add("a", file_of(ONE, "apple"))
    await index.add("a", replace(file_of(ONE, "apple"), vectors=others_vectors(1), embedder=OTHER))
    assert await index.embedder("a") == IDENTITY
    assert await index.unlike(OTHER) == await index.unlike(IDENTITY) == {"a"}
    assert await index.switch("a", OTHER)
    assert await index.unlike(OTHER) == set()
    assert await dense(index, asked(others_vectors(1)[0], OTHER, ONE)) == [PassageKey(ONE, 0)]


async def test_an_assistant_of_nothing_lacks_nothing(index: AnyIndex) -> None:
    assert await index.lacking("a", OTHER) == {}
    assert await index.switch("a", OTHER)
    await index.set_aside("a", ONE, OTHER, others_vectors(1))
    assert await index.embedder("a") is None
    assert list(await index.assistants()) == []
    await index.add("b", file_of(ONE, "apple"))
    await index.remove("b", [ONE])
    assert await index.lacking("b", OTHER) == {}
    assert await index.switch("b", OTHER)
    assert await index.unlike(OTHER) == set()
