"""What every Index does, whatever it is made of."""

import numpy as np
import pytest
from tests.support.indexed_files import ONE, THREE, TWO, file_of, files_with, query

from lodgepole.model import FileVersion, PassageKey
from lodgepole.ports.index import Index


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
