"""One flipped bit anywhere in an `index.db`: what is served is right, or nothing is."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.adapters.indexes.tantivy.test_index import made_file, version

from lodgepole.adapters.indexes.tantivy.assistant import AssistantIndex
from lodgepole.adapters.indexes.tantivy.bm25 import discard
from lodgepole.adapters.indexes.tantivy.index import TantivyIndex
from lodgepole.errors import Unavailable
from lodgepole.model import PassageKey
from lodgepole.ports.index import IndexQuery

pytestmark = pytest.mark.slow

FLIPS = 60
FILES = [made_file(version("one"), 30, 1), made_file(version("two"), 700, 2)]


def served(directory: Path) -> tuple[object, ...]:
    """What searches find, and every passage's text."""
    index = AssistantIndex(directory)
    try:
        names = frozenset(file.version for file in FILES)
        found = [
            index.search(IndexQuery(versions=names, vector=FILES[1].vectors[i], words=[f"word{i}"]))
            for i in range(1, 4)
        ]
        keys = [PassageKey(file.version, i) for file in FILES for i in range(len(file.passages))]
        passages = index.passages(keys)
        return (
            [[(hit.key, round(hit.score, 4)) for hit in each.dense] for each in found],
            [[(hit.key, round(hit.score, 4)) for hit in each.words] for each in found],
            [passages.get(key) for key in keys],
            set(index.versions()),
        )
    finally:
        index.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("whole") / "a"
    index = AssistantIndex(directory)
    index.add(FILES)
    index.close()
    yield directory


def flip(path: Path, random: np.random.Generator) -> None:
    data = bytearray(path.read_bytes())
    data[random.integers(0, len(data))] ^= 1 << int(random.integers(0, 8))
    path.write_bytes(data)


@pytest.mark.parametrize("words_too", [False, True], ids=["words kept", "words made again"])
def test_a_flipped_bit_never_changes_what_is_served(
    whole: Path, tmp_path: Path, words_too: bool
) -> None:
    expected, refused = served(whole), 0
    for seed in range(FLIPS):
        directory = tmp_path / str(seed)
        shutil.copytree(whole, directory)
        flip(directory / "index.db", np.random.default_rng(seed))
        if words_too:
            discard(directory / "words")
        try:
            assert served(directory) == expected, f"seed {seed}"
        except Unavailable:
            refused += 1
        shutil.rmtree(directory)
    assert refused > FLIPS / 4  # the others hit what nothing is read from


FLIPS_A_FILE = 6


def test_a_flipped_bit_in_any_file_of_the_word_indexes_is_made_good(
    whole: Path, tmp_path: Path
) -> None:
    expected = served(whole)
    for folder in ("words", "files"):
        for name in sorted(path.name for path in (whole / folder).iterdir() if path.is_file()):
            for seed in range(FLIPS_A_FILE):
                directory = tmp_path / f"{folder}-{name}-{seed}"
                shutil.copytree(whole, directory)
                if not (directory / folder / name).stat().st_size:
                    continue  # a lock file
                flip(directory / folder / name, np.random.default_rng(seed))
                assert served(directory) == expected, f"{folder}/{name}, seed {seed}"
                shutil.rmtree(directory)


async def test_words_that_are_damaged_while_they_are_open_are_made_again(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):
        """What pyo3 makes of a panic."""

    shutil.copytree(whole, tmp_path / "a")
    index = TantivyIndex(tmp_path)
    query = IndexQuery(versions=frozenset([FILES[0].version]), vector=None, words=["word1"])
    expected = (await index.search("a", query)).words
    assert expected
    damaged = next((tmp_path / "a" / "words").glob("*.idx"))
    damaged.write_bytes(bytes(damaged.stat().st_size))

    class Panics:
        def searcher(self) -> None:
            raise PanicException("index out of bounds")

    opened = index._entries["a"].index
    assert opened is not None
    monkeypatch.setattr(opened._passages.index, "_index", Panics())
    with pytest.raises(Unavailable, match="index out of bounds"):
        await index.search("a", query)
    async with asyncio.timeout(60):
        while True:
            try:
                assert (await index.search("a", query)).words == expected
                break
            except Unavailable:
                await asyncio.sleep(0)
    await index.close()
