"""An index read beside the process that writes it: here two objects over one directory."""

from pathlib import Path

import pytest
from tests.adapters.indexes.tantivy.test_index import filled, made_file, version, words_found

from lodgepole.adapters.indexes.tantivy import TantivyIndex
from lodgepole.adapters.indexes.tantivy.reader import TantivyReader
from lodgepole.errors import Unavailable
from lodgepole.model import PassageKey
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.index import IndexQuery

ONE, TWO = version("one"), version("two")
EVERY = frozenset({ONE, TWO})


def everything(word: str = "word1") -> IndexQuery:
    file = made_file(ONE, 20, 1)
    return IndexQuery(versions=EVERY, vector=file.vectors[3], words=[word, "one"])


async def test_what_is_written_is_found_alike(tmp_path: Path) -> None:
    index = await filled(tmp_path, [made_file(ONE, 20, 1), made_file(TWO, 700, 2)])
    reader = TantivyReader(tmp_path)
    assert await reader.search("a", everything()) == await index.search("a", everything())
    keys = [PassageKey(ONE, 3), PassageKey(TWO, 699)]
    assert await reader.passages("a", keys) == await index.passages("a", keys)
    assert await reader.languages("a") == await index.languages("a")
    assert await reader.embedder("a") == await index.embedder("a")
    one = await reader.vectors("a", ONE, first=2, count=3)
    assert one.tolist() == (await index.vectors("a", ONE, first=2, count=3)).tolist()
    assert reader.open_assistants() == 1
    await reader.close()
    await index.close()


async def test_changes_are_seen_once_they_are_made(tmp_path: Path) -> None:
    index = await filled(tmp_path, [made_file(ONE, 20, 1)])
    reader = TantivyReader(tmp_path)
    assert await words_found(reader, "word1", ONE, TWO) == {"one"}
    await index.add("a", made_file(TWO, 20, 2))
    assert await words_found(reader, "word1", ONE, TWO) == {"one", "two"}
    assert set(await reader.languages("a")) == {ONE, TWO}
    await index.remove("a", [ONE])
    assert await words_found(reader, "word1", ONE, TWO) == {"two"}
    assert await reader.passages("a", [PassageKey(ONE, 0)]) == {}
    replaced = version("two", 2)
    await index.add("a", made_file(replaced, 5, 3))
    assert len((await reader.search("a", everything())).dense) == 20
    query = IndexQuery(versions=frozenset({replaced}), vector=None, words=["word1"])
    assert (await reader.search("a", query)).words == (await index.search("a", query)).words
    await reader.close()
    await index.close()


async def test_an_assistant_that_comes_and_goes(tmp_path: Path) -> None:
    reader = TantivyReader(tmp_path)
    assert await words_found(reader, "word1", ONE) == set()
    assert await reader.embedder("a") is None
    index = await filled(tmp_path, [made_file(ONE, 20, 1)])
    assert await words_found(reader, "word1", ONE) == {"one"}
    await index.drop("a")
    assert await words_found(reader, "word1", ONE) == set()
    await index.add("a", made_file(TWO, 20, 2))
    assert await words_found(reader, "word1", ONE, TWO) == {"two"}
    await reader.close()
    await index.close()


async def test_an_index_in_the_place_of_another_is_opened_anew(tmp_path: Path) -> None:
    index = await filled(tmp_path, [made_file(ONE, 20, 1)])
    reader = TantivyReader(tmp_path)
    assert await words_found(reader, "word1", ONE) == {"one"}
    await index.drop("a")
    await index.add("a", made_file(TWO, 20, 2))
    with pytest.raises(Unavailable):
        await words_found(reader, "word1", ONE, TWO)
    assert await words_found(reader, "word1", ONE, TWO) == {"two"}
    await reader.close()
    await index.close()


async def test_words_that_are_written_anew_are_still_found(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path, purged_at_once=10_000)
    await index.add("a", made_file(ONE, 20, 1))
    await index.add("a", made_file(TWO, 20, 2))
    reader = TantivyReader(tmp_path)
    assert await words_found(reader, "word1", ONE, TWO) == {"one", "two"}
    await index.remove("a", [TWO])  # the removed words are purged with it
    assert await words_found(reader, "word1", ONE, TWO) == {"one"}
    await index.add("a", made_file(TWO, 20, 2))
    assert await words_found(reader, "word1", ONE, TWO) == {"one", "two"}
    await reader.close()
    await index.close()


async def test_an_incomplete_index_is_not_searched_until_it_is_whole(tmp_path: Path) -> None:
    index = await filled(tmp_path, [made_file(ONE, 20, 1)])
    reader = TantivyReader(tmp_path)
    assert await words_found(reader, "word1", ONE) == {"one"}
    await index.begin_again("a")
    with pytest.raises(Unavailable):
        await words_found(reader, "word1", ONE)
    await index.complete("a")
    assert await words_found(reader, "word1", ONE) == {"one"}
    await reader.close()
    await index.close()


async def test_a_switch_of_embedders_is_seen(tmp_path: Path) -> None:
    file = made_file(ONE, 20, 1)
    index = await filled(tmp_path, [file])
    reader = TantivyReader(tmp_path)
    assert await reader.embedder("a") == file.embedder
    other = EmbedderIdentity(engine="test", model="other", dimension=file.embedder.dimension)
    await index.set_aside("a", ONE, other, file.vectors[::-1])
    assert await index.switch("a", other)
    assert await reader.embedder("a") == other
    query = IndexQuery(versions=frozenset({ONE}), vector=file.vectors[0], words=(), embedder=other)
    assert (await reader.search("a", query)).dense[0].key.ordinal == 19
    await reader.close()
    await index.close()


async def test_few_assistants_are_kept_open(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    for name in ("a", "b", "c"):
        await index.add(name, made_file(ONE, 3, 1))
    reader = TantivyReader(tmp_path, open_assistants=2)
    for name in ("a", "b", "c", "a"):
        assert await reader.embedder(name) is not None
        assert reader.open_assistants() <= 2
    await reader.close()
    await index.close()


async def test_nothing_is_written_by_who_reads(tmp_path: Path) -> None:
    index = await filled(tmp_path, [made_file(ONE, 20, 1)])
    await index.close()

    def contents() -> dict[str, bytes]:
        return {
            str(path.relative_to(tmp_path)): path.read_bytes()
            for path in tmp_path.rglob("*")
            if path.is_file() and path.suffix != ".lock" and "-" not in path.name
        }

    before = contents()
    reader = TantivyReader(tmp_path)
    await reader.search("a", everything())
    await reader.close()
    assert contents() == before


async def test_a_file_that_is_not_an_index_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.db").write_bytes(b"")
    reader = TantivyReader(tmp_path)
    with pytest.raises(Unavailable):
        await reader.embedder("a")
    await reader.close()
