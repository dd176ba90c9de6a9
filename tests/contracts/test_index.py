"""What every Index does, whatever it is made of."""

import math
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lodgepole.adapters.indexes.postgres import Connections, PostgresIndex
from lodgepole.adapters.indexes.tantivy import TantivyIndex
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.model import FileVersion, Passage, PassageKey
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.index import Index, IndexedFile, IndexedPassage, IndexQuery

DIMENSION = 96
IDENTITY = EmbedderIdentity(engine="test", model="random", dimension=DIMENSION)
ONE, TWO, THREE = (FileVersion(name, 1) for name in ("one", "two", "three"))


@pytest.fixture(params=["memory", "tantivy", "postgres"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Index]:
    made: Index
    if request.param == "memory":
        made = MemoryIndex()
    elif request.param == "tantivy":
        made = TantivyIndex(tmp_path / "index")
    else:
        made = PostgresIndex(Connections(request.getfixturevalue("migrated_database_url")))
    yield made
    await made.close()


def vectors_of(*seeds: int) -> np.ndarray:
    rows = [np.random.default_rng(seed).standard_normal(DIMENSION) for seed in seeds]
    return np.array([row / np.linalg.norm(row) for row in rows], np.float32).reshape(-1, DIMENSION)


def file_of(
    version: FileVersion,
    *texts: str,
    seed: int = 0,
    lead: str = "",
    language: str = "en",
    embedder: EmbedderIdentity = IDENTITY,
) -> IndexedFile:
    passages: list[IndexedPassage] = []
    start = 0
    for ordinal, text in enumerate(texts):
        passage = Passage(
            ordinal=ordinal,
            start=start,
            end=start + len(text),
            text=text,
            page=ordinal + 1,
            heading_path=("Top", f"Part {ordinal}"),
            header="a header",
            tokens=len(text.split()),
            gap="\n",
        )
        passages.append(IndexedPassage(passage=passage, words=text.split()))
        start = passage.end + 1
    return IndexedFile(
        version=version,
        language=language,
        lead_words=lead.split(),
        passages=passages,
        vectors=vectors_of(*range(seed, seed + len(texts))),
        embedder=embedder,
    )


def query(*versions: FileVersion, words: str = "", seed: int | None = None, limit: int = 200):
    return IndexQuery(
        versions=frozenset(versions),
        vector=None if seed is None else vectors_of(seed)[0],
        words=words.split(),
        limit=limit,
    )


async def files_with(
    index: Index, word: str, assistant_id: str, *versions: FileVersion
) -> list[FileVersion]:
    """The files of the passages that have the word, best first."""
    rankings = await index.search(assistant_id, query(*versions, words=word))
    return [hit.key.version for hit in rankings.words]


async def test_an_index_of_nothing_finds_nothing(index: Index) -> None:
    rankings = await index.search("a", query(ONE, words="apple", seed=1))
    assert not rankings.dense
    assert not rankings.words
    assert not rankings.file_body
    assert await index.passages("a", [PassageKey(ONE, 0)]) == {}
    assert list(await index.versions("a")) == list(await index.assistants()) == []
    assert list(await index.languages("a")) == []


async def test_words_rank_passages_by_bm25(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple pie", "apple apple tart", "plum cake with cream"))
    await index.add("a", file_of(TWO, "pear cake", "nothing of the kind here", seed=10))
    found = (await index.search("a", query(ONE, TWO, words="apple"))).words
    assert [hit.key for hit in found] == [PassageKey(ONE, 1), PassageKey(ONE, 0)]
    assert found[0].score > found[1].score > 0


async def test_scores_are_those_of_the_bm25_formula(index: Index) -> None:
    await index.add("a", file_of(ONE, "x y", "x x z q", "y"))
    found = (await index.search("a", query(ONE, words="x"))).words
    idf, average = np.log(1 + (3 - 2 + 0.5) / (2 + 0.5)), 7 / 3
    expected = [
        idf * 2.2 * count / (count + 1.2 * (0.25 + 0.75 * length / average))
        for count, length in ((2, 4), (1, 2))
    ]
    assert [hit.key.ordinal for hit in found] == [1, 0]
    assert [hit.score for hit in found] == pytest.approx(expected, rel=1e-5)


async def test_vectors_rank_passages_by_cosine(index: Index) -> None:
    await index.add("a", file_of(ONE, "a", "b", "c", seed=5))
    found = (await index.search("a", query(ONE, seed=6))).dense
    assert found[0].key == PassageKey(ONE, 1)
    assert found[0].score == pytest.approx(1.0, abs=1e-3)
    assert len(found) == 3
    assert list(found) == sorted(found, key=lambda hit: -hit.score)


async def test_nothing_outside_the_versions_asked_for_is_found(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple one", lead="apple"))
    await index.add("a", file_of(TWO, "apple two", seed=3, lead="apple"))
    rankings = await index.search("a", query(TWO, THREE, words="apple", seed=0))
    assert [hit.key.version for hit in rankings.words] == [TWO]
    assert [hit.key.version for hit in rankings.dense] == [TWO]
    assert [version for version, _ in rankings.file_body] == [TWO]
    assert [version for version, _ in rankings.file_lead] == [TWO]


async def test_assistants_do_not_see_each_other(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple"))
    await index.add("b", file_of(TWO, "apple"))
    assert await files_with(index, "apple", "b", ONE, TWO) == [TWO]
    assert set(await index.assistants()) == {"a", "b"}


async def test_files_are_ranked_by_their_body_and_by_their_lead(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple", "apple", "apple", lead="plum"))
    await index.add("a", file_of(TWO, "pear apple", "pear", "pear", seed=7, lead="apple"))
    rankings = await index.search("a", query(ONE, TWO, words="apple"))
    assert [version for version, _ in rankings.file_body] == [ONE, TWO]
    assert [version for version, _ in rankings.file_lead] == [TWO]


async def test_a_word_of_the_query_said_twice_counts_twice(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple stone", "pear stone"))
    found = (await index.search("a", query(ONE, words="apple pear pear"))).words
    assert [hit.key.ordinal for hit in found] == [1, 0]
    assert found[0].score == pytest.approx(2 * found[1].score)


async def test_equal_scores_are_in_key_order(index: Index) -> None:
    await index.add("a", file_of(TWO, "apple", "apple"))
    await index.add("a", file_of(ONE, "apple", "apple"))
    rankings = await index.search("a", query(ONE, TWO, words="apple", seed=0))
    assert [hit.key for hit in rankings.words] == sorted(hit.key for hit in rankings.words)
    assert [hit.key for hit in rankings.dense][:2] == [PassageKey(ONE, 0), PassageKey(TWO, 0)]


async def test_rankings_end_at_the_limit(index: Index) -> None:
    await index.add("a", file_of(ONE, *(f"apple w{i}" for i in range(30))))
    rankings = await index.search("a", query(ONE, words="apple", seed=0, limit=7))
    assert (len(rankings.words), len(rankings.dense)) == (7, 7)


async def test_passages_come_back_as_they_were_stored(index: Index) -> None:
    odd = '\x00\x1f "quoted" \\ back\u2028\ufffe'
    file = file_of(ONE, f"Ünïcode “text” 🙂{odd}", "second\nline", "東京")
    await index.add("a", file)
    keys = [PassageKey(ONE, 0), PassageKey(ONE, 2), PassageKey(ONE, 3), PassageKey(TWO, 0)]
    assert await index.passages("a", keys) == {
        keys[0]: file.passages[0].passage,
        keys[1]: file.passages[2].passage,
    }


async def test_adding_a_version_again_replaces_it(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple", "pear"))
    await index.add("a", file_of(ONE, "plum", seed=20))
    rankings = await index.search("a", query(ONE, words="apple plum", seed=20))
    assert [hit.key for hit in rankings.words] == [PassageKey(ONE, 0)]
    assert [hit.key for hit in rankings.dense] == [PassageKey(ONE, 0)]
    assert (await index.passages("a", [PassageKey(ONE, 0)]))[PassageKey(ONE, 0)].text == "plum"
    assert list(await index.versions("a")) == [ONE]


async def test_generations_of_a_file_are_stored_side_by_side(index: Index) -> None:
    newer = FileVersion("one", 2)
    await index.add("a", file_of(ONE, "apple old"))
    await index.add("a", file_of(newer, "apple new", seed=4))
    assert await files_with(index, "apple", "a", ONE) == [ONE]
    await index.remove("a", [ONE])
    assert await files_with(index, "apple", "a", ONE, newer) == [newer]


async def test_what_is_removed_is_found_no_more(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple", lead="apple"))
    await index.add("a", file_of(TWO, "apple", seed=9, lead="apple"))
    await index.remove("a", [ONE, THREE])
    rankings = await index.search("a", query(ONE, TWO, words="apple", seed=0))
    for hits in (rankings.words, rankings.dense):
        assert [hit.key.version for hit in hits] == [TWO]
    assert [version for version, _ in (*rankings.file_body, *rankings.file_lead)] == [TWO, TWO]
    assert list(await index.versions("a")) == [TWO]
    assert await index.passages("a", [PassageKey(ONE, 0)]) == {}


async def test_removing_and_dropping_what_is_not_there_is_no_error(index: Index) -> None:
    await index.remove("nobody", [ONE])
    await index.drop("nobody")
    assert list(await index.assistants()) == []


async def test_a_dropped_assistant_leaves_nothing(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple"))
    await index.add("b", file_of(ONE, "apple"))
    await index.drop("a")
    assert set(await index.assistants()) == {"b"}
    assert not (await index.search("a", query(ONE, words="apple", seed=0))).words
    await index.add("a", file_of(TWO, "pear"))
    assert list(await index.versions("a")) == [TWO]


async def test_a_file_without_passages_is_known(index: Index) -> None:
    await index.add("a", file_of(ONE, lead="empty"))
    assert list(await index.versions("a")) == [ONE]
    rankings = await index.search("a", query(ONE, words="empty", seed=0))
    assert (list(rankings.words), list(rankings.dense)) == ([], [])


async def test_languages_are_those_of_the_stored_files(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple", language="en"))
    await index.add("a", file_of(TWO, "pomme", language="fr"))
    assert dict(await index.languages("a")) == {ONE: "en", TWO: "fr"}
    await index.remove("a", [TWO])
    assert dict(await index.languages("a")) == {ONE: "en"}


async def test_rarity_is_of_the_words_that_passages_have(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple tree", "apple pie", "pear", lead="quince"))
    await index.add("a", file_of(TWO, "pear tree", lead="quince"))
    rankings = await index.search("a", query(ONE, words="apple pie pear fig quince"))
    assert rankings.idf == pytest.approx(
        {
            "apple": math.log1p(2.5 / 2.5),  # two of four passages, in whichever files
            "pear": math.log1p(2.5 / 2.5),
            "pie": math.log1p(3.5 / 1.5),
        }
    )
    await index.add("a", file_of(FileVersion("three", 1), "apple"))
    rankings = await index.search("a", query(ONE, words="apple"))
    assert rankings.idf == pytest.approx({"apple": math.log1p(2.5 / 3.5)})


# --- another embedder -------------------------------------------------------------------------

OTHER = EmbedderIdentity(engine="test", model="another", dimension=64)
THIRD = EmbedderIdentity(engine="test", model="a third", dimension=DIMENSION)


def others_vectors(count: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(1000 + seed).standard_normal((count, OTHER.dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def asked(vector: np.ndarray, embedder: EmbedderIdentity, *versions: FileVersion) -> IndexQuery:
    return IndexQuery(versions=frozenset(versions), vector=vector, words=(), embedder=embedder)


async def dense(index: Index, query: IndexQuery) -> list[PassageKey]:
    return [hit.key for hit in (await index.search("a", query)).dense]


async def test_the_first_file_decides_on_the_embedder(index: Index) -> None:
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


async def test_vectors_of_two_embedders_are_never_compared(index: Index) -> None:
    await index.add("a", file_of(ONE, "apple"))
    await index.add("a", replace(file_of(TWO, "pear"), vectors=others_vectors(1), embedder=OTHER))
    rankings = await index.search("a", asked(others_vectors(1)[0], OTHER, ONE, TWO))
    assert list(rankings.dense) == []
    assert rankings.embedder == IDENTITY
    assert await dense(index, asked(vectors_of(0)[0], IDENTITY, ONE, TWO)) == [PassageKey(ONE, 0)]
    assert await files_with(index, "pear", "a", ONE, TWO) == [TWO]


async def test_vectors_set_aside_are_searched_from_the_switch_on(index: Index) -> None:
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


async def test_files_that_come_and_go_during_a_change_are_counted(index: Index) -> None:
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


async def test_a_change_of_mind_begins_anew(index: Index) -> None:
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
    index: Index,
) -> None:
    await index.add("a", file_of(ONE, "apple"))
    await index.add("a", replace(file_of(ONE, "apple"), vectors=others_vectors(1), embedder=OTHER))
    assert await index.embedder("a") == IDENTITY
    assert await index.unlike(OTHER) == await index.unlike(IDENTITY) == {"a"}
    assert await index.switch("a", OTHER)
    assert await index.unlike(OTHER) == set()
    assert await dense(index, asked(others_vectors(1)[0], OTHER, ONE)) == [PassageKey(ONE, 0)]


async def test_an_assistant_of_nothing_lacks_nothing(index: Index) -> None:
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


async def test_vectors_of_a_version_are_read_by_range_as_they_are_searched(index: Index):
    await index.add("a", file_of(ONE, "one", "two", "three", seed=1))
    await index.add("a", file_of(TWO, "four", seed=9))
    file = file_of(ONE, "one", "two", "three", seed=1)
    stored = file.vectors.astype(np.float16).astype(np.float32)
    whole = await index.vectors("a", ONE, first=0, count=10)
    assert np.array_equal(whole, stored)
    assert np.array_equal(await index.vectors("a", ONE, first=1, count=1), stored[1:2])
    for version, first in ((ONE, 3), (THREE, 0)):
        assert len(await index.vectors("a", version, first=first, count=5)) == 0
    assert len(await index.vectors("nobody", ONE, first=0, count=5)) == 0
