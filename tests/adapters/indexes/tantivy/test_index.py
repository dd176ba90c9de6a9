"""What is particular to the index on disk: crashes, damage, closing, rebuilding, scale."""

import asyncio
import json
import logging
import shutil
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lodgepole.adapters.indexes.quantization import pack_bits
from lodgepole.adapters.indexes.tantivy import TantivyIndex
from lodgepole.adapters.indexes.tantivy.assistant import AssistantIndex
from lodgepole.adapters.indexes.tantivy.binary_codes import Codes, Slot, Space
from lodgepole.adapters.indexes.tantivy.bm25 import Entry, WordIndex
from lodgepole.adapters.indexes.tantivy.passage_store import Truth
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.errors import Conflict, Unavailable
from lodgepole.model import FileVersion, Passage
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.index import IndexedFile, IndexedPassage, IndexQuery, SearchedIndex

DIMENSION = 128
IDENTITY = EmbedderIdentity(engine="test", model="random", dimension=DIMENSION)
WORDS = [f"word{i}" for i in range(300)]


def version(name: str, generation: int = 1) -> FileVersion:
    return FileVersion(name, generation)


def made_file(name: FileVersion, count: int, seed: int) -> IndexedFile:
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((count, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    passages: list[IndexedPassage] = []
    for ordinal in range(count):
        words = [WORDS[int(i)] for i in random.zipf(1.3, 12) % len(WORDS)]
        text = " ".join(words)
        passages.append(
            IndexedPassage(
                passage=Passage(
                    ordinal=ordinal, start=ordinal * 1000, end=ordinal * 1000 + len(text),
                    text=text, page=None, tokens=12,
                ),
                words=words,
            )
        )  # fmt: skip
    return IndexedFile(
        version=name, language="en", lead_words=[name.file_id], passages=passages,
        vectors=vectors, embedder=IDENTITY,
    )  # fmt: skip


async def filled(root: Path, files: Iterable[IndexedFile]) -> TantivyIndex:
    index = TantivyIndex(root)
    for file in files:
        await index.add("a", file)
    return index


async def words_found(index: SearchedIndex, word: str, *versions: FileVersion) -> set[str]:
    query = IndexQuery(versions=frozenset(versions), vector=None, words=[word])
    return {hit.key.version.file_id for hit in (await index.search("a", query)).words}


async def test_everything_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    one, two = made_file(version("one"), 20, 1), made_file(version("two"), 30, 2)
    index = await filled(tmp_path, [one, two])
    query = IndexQuery(
        versions=frozenset({one.version, two.version}),
        vector=two.vectors[7],
        words=["word1", "word5", "one"],
    )
    before = await index.search("a", query)
    await index.close()
    again = TantivyIndex(tmp_path)
    assert await again.search("a", query) == before
    assert before.dense[0].key.ordinal == 7
    assert [found.file_id for found, _ in before.file_lead] == ["one"]
    await again.close()


async def test_ranks_like_the_reference(tmp_path: Path) -> None:
    files = [made_file(version(f"f{i}"), 40, i) for i in range(6)]
    index, reference = await filled(tmp_path, files), MemoryIndex()
    for file in files:
        await reference.add("a", file)
    for versions in (files, files[:2]):
        query = IndexQuery(
            versions=frozenset(file.version for file in versions),
            vector=files[1].vectors[3],
            words=["word7", "word9", "word30"],
            limit=400,  # all that match: at a cut, equal scores would be cut by chance
        )
        found, expected = await index.search("a", query), await reference.search("a", query)
        assert [hit.key for hit in found.dense] == [hit.key for hit in expected.dense]
        ours = {hit.key: hit.score for hit in found.words}
        theirs = {hit.key: hit.score for hit in expected.words}
        assert ours == pytest.approx(theirs, rel=1e-4)
        assert [file for file, _ in found.file_body] == [file for file, _ in expected.file_body]
    await index.close()


async def test_removed_files_count_in_no_statistic(tmp_path: Path) -> None:
    files = [made_file(version(f"f{i}"), 40, i) for i in range(6)]
    index, reference = await filled(tmp_path, files), MemoryIndex()
    await index.remove("a", [file.version for file in files[2:]])
    await index.add("a", made_file(version("f1"), 40, 9))  # in the place of what there was
    for file in (files[0], made_file(version("f1"), 40, 9)):
        await reference.add("a", file)
    # What was removed is still written where the living are until it is purged.
    await index.close()
    query = IndexQuery(
        versions=frozenset({version("f0"), version("f1")}),
        vector=None,
        words=["word7", "word9", "word30"],
        limit=400,
    )
    again = TantivyIndex(tmp_path)
    found, expected = await again.search("a", query), await reference.search("a", query)
    ours = {hit.key: hit.score for hit in found.words}
    assert ours == pytest.approx({hit.key: hit.score for hit in expected.words}, rel=1e-4)
    await again.close()


async def test_a_crash_before_the_words_were_written_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = await filled(tmp_path, [made_file(version("one"), 5, 1)])

    def killed(*_: object) -> None:
        raise OSError("the machine went away")

    with monkeypatch.context() as patch:
        patch.setattr(WordIndex, "apply", killed)
        with pytest.raises(Unavailable, match="went away"):
            await index.add("a", made_file(version("two"), 5, 2))
        with pytest.raises(Unavailable):
            await index.remove("a", [version("one")])
    await index.close()
    again = TantivyIndex(tmp_path)
    assert set(await again.versions("a")) == {version("two")}
    assert await words_found(again, "word1", version("one"), version("two")) == {"two"}
    await again.close()


async def cut_short(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove `two`; then all is as if the machine stopped before the commits were complete."""
    await in_one_segment(root, [made_file(version(name), 5, 1) for name in ("one", "two")])
    folders = [root / "a" / name for name in ("words", "files")]
    states = {
        folder / name: (folder / name).read_bytes()
        for folder in folders
        for name in ("meta.json", "applied.json")
    }
    with monkeypatch.context() as patch:
        patch.setattr(AssistantIndex, "purge", lambda _: None)
        patch.setattr(Truth, "trim_changes", lambda *_: None)
        index = TantivyIndex(root)
        await index.remove("a", [version("two")])
        await index.close()
    for path, state in states.items():
        path.write_bytes(state)


async def test_a_commit_that_a_crash_cut_short_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await cut_short(tmp_path, monkeypatch)
    again = TantivyIndex(tmp_path)
    assert set(await again.versions("a")) == {version("one")}
    assert await words_found(again, "word1", version("one"), version("two")) == {"one"}
    assert caplog.records == []
    await again.close()


async def test_a_word_index_that_takes_no_changes_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await cut_short(tmp_path, monkeypatch)
    apply, failed = WordIndex.apply, set[Path]()

    def failing(index: WordIndex, *arguments: Any) -> None:
        if index._path not in failed:
            failed.add(index._path)
            raise ValueError("the directory is not as it was")
        apply(index, *arguments)

    monkeypatch.setattr(WordIndex, "apply", failing)
    again = TantivyIndex(tmp_path)
    assert set(await again.versions("a")) == {version("one")}
    assert await words_found(again, "word1", version("one"), version("two")) == {"one"}
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    await again.close()


async def test_a_writer_that_failed_is_out_of_the_way_of_the_next(tmp_path: Path) -> None:
    index = WordIndex(tmp_path, ("words",))
    failures: list[Exception] = []  # kept, with all that their tracebacks hold

    def broken() -> Iterable[Entry]:
        yield Entry(1, 0, ("one",))
        raise OSError("no space left")

    for _ in range(3):
        try:
            index.apply((), broken(), 1)
        except OSError as error:
            failures.append(error)
    index.apply((), [Entry(1, 0, ("one",))], 1)
    assert len(failures) == 3
    assert [found.number for found in index.search("words", ["one"], None, 5)] == [1]
    index.rest()


async def test_a_failed_change_is_applied_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = await filled(tmp_path, [])

    def killed(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(WordIndex, "apply", killed)
        with pytest.raises(Unavailable):
            await index.add("a", made_file(version("one"), 5, 1))
    await index.add("a", made_file(version("one"), 5, 1))
    assert await words_found(index, "word1", version("one")) == {"one"}
    await index.close()


async def all_begun(index: TantivyIndex, files: Iterable[IndexedFile]) -> list[asyncio.Task[None]]:
    """Adds that stand in line before any of them is written."""
    tasks = [asyncio.create_task(index.add("a", file)) for file in files]
    await asyncio.sleep(0)
    return tasks


async def test_adds_that_wait_share_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = TantivyIndex(tmp_path)
    in_line, commits, apply = threading.Event(), [0], WordIndex.apply

    def counted(*arguments: Any) -> None:
        assert in_line.wait(5)
        commits[0] += 1
        apply(*arguments)

    monkeypatch.setattr(WordIndex, "apply", counted)
    names = [version(f"f{i}") for i in range(20)]
    tasks = await all_begun(index, (made_file(name, 3, i) for i, name in enumerate(names)))
    in_line.set()
    await asyncio.gather(*tasks)
    assert commits[0] <= 4  # of two word indexes: for the first file, and for all others
    await index.close()
    again = TantivyIndex(tmp_path)
    assert set(await again.versions("a")) == set(names)
    assert {found for word in WORDS for found in await words_found(again, word, *names)} == {
        name.file_id for name in names
    }
    await again.close()


async def test_who_gives_up_in_line_stops_nobody_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = TantivyIndex(tmp_path)
    in_line, apply = threading.Event(), WordIndex.apply

    def delayed(*arguments: Any) -> None:
        assert in_line.wait(5)
        apply(*arguments)

    monkeypatch.setattr(WordIndex, "apply", delayed)
    tasks = await all_begun(index, (made_file(version(f"f{i}"), 3, i) for i in range(6)))
    for task in tasks[:2]:  # the first is being written, the second waits for its turn
        task.cancel()
    await asyncio.sleep(0)
    in_line.set()
    await asyncio.gather(*tasks[2:])
    assert {version(f"f{i}") for i in range(2, 6)} <= set(await index.versions("a"))
    await index.close()


async def test_a_file_that_cannot_be_stored_fails_alone(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    files = [made_file(version(f"f{i}"), 3, i) for i in range(5)]
    files[2] = replace(files[2], language=None)  # type: ignore[arg-type]  refused by SQLite
    outcomes = await asyncio.gather(*await all_begun(index, files), return_exceptions=True)
    assert [isinstance(outcome, Unavailable) for outcome in outcomes] == [
        False, False, True, False, False
    ]  # fmt: skip
    stored = {version(f"f{i}") for i in (0, 1, 3, 4)}
    assert set(await index.versions("a")) == stored
    await index.close()


@pytest.mark.parametrize("name", ["words", "files"])
async def test_a_damaged_word_index_is_rebuilt_and_says_so(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = made_file(version("one"), 5, 1)
    query = IndexQuery(versions=frozenset({file.version}), vector=None, words=["word1", "one"])
    index = await filled(tmp_path, [file])
    before = await index.search("a", query)
    await index.close()
    (tmp_path / "a" / name / "meta.json").write_text("{}", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        again = TantivyIndex(tmp_path)
        assert await again.search("a", query) == before
    assert "rebuilt" in caplog.text
    await again.close()


async def test_a_lost_segment_is_rebuilt(tmp_path: Path) -> None:
    file = made_file(version("one"), 5, 1)
    index = await filled(tmp_path, [file])
    await index.close()
    for segment in (tmp_path / "a" / "words").glob("*.term"):
        segment.unlink()
    again = TantivyIndex(tmp_path)
    assert await words_found(again, "word1", file.version) == {"one"}
    await again.close()


async def test_word_indexes_that_are_gone_are_made_again(tmp_path: Path) -> None:
    file = made_file(version("one"), 5, 1)
    index = await filled(tmp_path, [file])
    await index.close()
    shutil.rmtree(tmp_path / "a" / "words")
    shutil.rmtree(tmp_path / "a" / "files")
    again = TantivyIndex(tmp_path)
    assert await words_found(again, "word1", file.version) == {"one"}
    await again.close()


async def test_a_word_index_from_another_time_is_rebuilt(tmp_path: Path) -> None:
    index = await filled(tmp_path, [made_file(version("one"), 5, 1)])
    await index.close()
    shutil.copytree(tmp_path / "a" / "words", tmp_path / "older")
    index = await filled(tmp_path, [made_file(version("two"), 5, 2)])
    await index.close()
    shutil.rmtree(tmp_path / "a" / "words")
    (tmp_path / "older").rename(tmp_path / "a" / "words")
    again = TantivyIndex(tmp_path)
    assert await words_found(again, "word1", version("one"), version("two")) == {"one", "two"}
    await again.close()


async def test_damaged_codes_are_made_again_from_the_vectors(tmp_path: Path) -> None:
    file = made_file(version("one"), 3000, 1)
    index = await filled(tmp_path, [file])
    await index.close()
    with sqlite3.connect(tmp_path / "a" / "index.db") as connection:
        connection.execute("UPDATE codes SET codes = zeroblob(length(codes))")
    connection.close()
    again = TantivyIndex(tmp_path)
    query = IndexQuery(versions=frozenset({file.version}), vector=file.vectors[2222], words=[])
    assert (await again.search("a", query)).dense[0].key.ordinal == 2222
    await again.close()


async def test_a_damaged_truth_is_thrown_away_and_nothing_is_found_till_it_is_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = await filled(tmp_path, [made_file(version("one"), 5, 1)])
    await index.close()
    (tmp_path / "a" / "index.db").write_bytes(b"not a database" * 1000)
    again = TantivyIndex(tmp_path)
    with pytest.raises(Unavailable, match="being rebuilt"):
        await again.versions("a")
    assert "assistant a is damaged" in caplog.text
    assert again.incomplete() == {"a"}
    await again.add("a", made_file(version("one"), 5, 1))
    with pytest.raises(Unavailable, match="being rebuilt"):
        await words_found(again, "word1", version("one"))
    await again.complete("a")
    assert await words_found(again, "word1", version("one")) == {"one"}
    await again.close()


async def test_what_an_interrupted_drop_left_is_swept_at_the_start(tmp_path: Path) -> None:
    index = await filled(tmp_path, [made_file(version("one"), 5, 1)])
    await index.close()
    (tmp_path / "a").rename(tmp_path / ".trash-1")
    again = TantivyIndex(tmp_path)
    assert not (tmp_path / ".trash-1").exists()
    assert list(await again.assistants()) == []
    await again.close()


async def test_removed_text_is_gone_from_the_files(tmp_path: Path) -> None:
    secret = "tabernacle"
    file = made_file(version("one"), 5, 1)
    told = IndexedFile(
        version=version("two"), language="en", lead_words=[secret],
        passages=[IndexedPassage(
            passage=Passage(ordinal=0, start=0, end=10, text=secret, page=None, tokens=1),
            words=[secret],
        )],
        vectors=file.vectors[:1], embedder=IDENTITY,
    )  # fmt: skip
    index = await filled(tmp_path, [file, told])
    await index.remove("a", [told.version])
    for path in (tmp_path / "a").glob("index.db*"):
        assert secret.encode() not in path.read_bytes()
    await index.close()


def told(name: str, secret: str) -> IndexedFile:
    """A file that says one word."""
    passage = Passage(
        ordinal=0, start=0, end=len(secret), text=secret, page=None, tokens=1
    )  # fmt: skip
    return IndexedFile(
        version=version(name), language="en", lead_words=[secret],
        passages=[IndexedPassage(passage=passage, words=[secret])],
        vectors=made_file(version(name), 1, 1).vectors, embedder=IDENTITY,
    )  # fmt: skip


async def in_one_segment(root: Path, files: Iterable[IndexedFile]) -> None:
    """Store files so that they share a segment, as they do after a merge."""
    await (await filled(root, files)).close()
    for name in ("words", "files"):
        shutil.rmtree(root / "a" / name)
    again = TantivyIndex(root)
    await again.versions("a")
    await again.close()


def removed_left(directory: Path) -> bool:
    """Whether a word index holds removed documents; also while it is being replaced."""
    try:
        states = [
            json.loads((directory / "a" / name / "meta.json").read_bytes())
            for name in ("words", "files")
        ]
    except FileNotFoundError:
        return True
    return any(segment["deletes"] for state in states for segment in state["segments"])


def files_with(secret: str, directory: Path) -> list[str]:
    return [
        path.name
        for path in directory.rglob("*")
        if path.is_file() and secret.encode() in path.read_bytes()
    ]


async def test_a_removed_file_leaves_no_byte_once_the_removal_is_done(tmp_path: Path) -> None:
    await in_one_segment(tmp_path, [made_file(version("one"), 50, 1), told("two", "tabernacle")])
    index = TantivyIndex(tmp_path)
    assert files_with("tabernacle", tmp_path)
    await index.remove("a", [version("two")])
    assert not removed_left(tmp_path)
    assert files_with("tabernacle", tmp_path) == []
    assert await words_found(index, "word1", version("one")) == {"one"}
    await index.close()
    again = TantivyIndex(tmp_path)
    assert await words_found(again, "word1", version("one")) == {"one"}
    await again.close()


async def test_a_removal_that_failed_half_way_is_finished_by_the_next_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: AssistantIndex) -> None:
        raise Unavailable("The disk is full.")

    await in_one_segment(tmp_path, [made_file(version("one"), 50, 1), told("two", "tabernacle")])
    index = TantivyIndex(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(AssistantIndex, "_apply_changes", full)
        with pytest.raises(Unavailable):
            await index.remove("a", [version("two")])
    assert version("two") in await index.versions("a")
    await index.remove("a", [version("two")])
    assert set(await index.versions("a")) == {version("one")}
    assert not removed_left(tmp_path)
    assert files_with("tabernacle", tmp_path) == []
    await index.close()


async def test_a_large_assistant_is_rid_of_removed_words_soon(tmp_path: Path) -> None:
    await in_one_segment(tmp_path, [made_file(version("one"), 50, 1), told("two", "tabernacle")])
    index = TantivyIndex(tmp_path, purged_at_once=10)
    await index.remove("a", [version("two")])
    assert await words_found(index, "tabernacle", version("one"), version("two")) == set()
    await index.add("a", made_file(version("three"), 5, 3))
    async with asyncio.timeout(20):
        while removed_left(tmp_path):
            await index.versions("a")
    assert await words_found(index, "word1", version("one"), version("three")) == {"one", "three"}
    await index.close()


async def test_what_was_not_purged_before_a_crash_is_purged_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [made_file(version("one"), 50, 1), told("two", "tabernacle")]
    with monkeypatch.context() as patch:
        patch.setattr(AssistantIndex, "purge", lambda _: None)
        await in_one_segment(tmp_path, files)
        index = TantivyIndex(tmp_path)
        await index.remove("a", [version("two")])
        await index.close()
    assert removed_left(tmp_path)
    again = TantivyIndex(tmp_path)
    await again.versions("a")
    async with asyncio.timeout(20):
        while removed_left(tmp_path):
            await again.versions("a")
    await again.close()


async def test_a_flipped_bit_in_a_segment_is_noticed_and_mended(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = made_file(version("one"), 50, 1)
    query = IndexQuery(versions=frozenset({file.version}), vector=None, words=["word1", "word3"])
    index = await filled(tmp_path, [file])
    before = await index.search("a", query)
    await index.close()
    (postings,) = (tmp_path / "a" / "words").glob("*.idx")
    data = bytearray(postings.read_bytes())
    data[len(data) // 3] ^= 16
    postings.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        again = TantivyIndex(tmp_path)
        assert await again.search("a", query) == before
    assert "rebuilt" in caplog.text
    assert "checksum" in caplog.text
    await again.close()


async def test_only_so_many_assistants_stay_open(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path, open_assistants=2)
    files = [made_file(version(f"f{i}"), 3, i) for i in range(5)]
    for i, file in enumerate(files):
        await index.add(f"assistant-{i}", file)
    for i, file in enumerate(files):
        assert list(await index.versions(f"assistant-{i}")) == [file.version]
    assert len(index._entries) <= 2
    await index.close()


@pytest.mark.slow
async def test_searches_and_changes_at_once_see_whole_files(tmp_path: Path) -> None:
    index = await filled(tmp_path, [made_file(version("f", 1), 30, 1)])

    async def change() -> None:
        for generation in range(2, 8):
            await index.add("a", made_file(version("f", generation), 30, generation))
            await index.remove("a", [version("f", generation - 1)])

    async def look(generation: int) -> int:
        vector = made_file(version("f"), 1, 5).vectors[0]
        query = IndexQuery(
            versions=frozenset({version("f", generation)}), vector=vector, words=["word1"]
        )
        return len((await index.search("a", query)).dense)

    changing = asyncio.create_task(change())
    seen: set[int] = set()
    while not changing.done():
        seen |= set(await asyncio.gather(*(look(generation) for generation in range(1, 8))))
    await changing
    assert seen <= {0, 30}
    assert await look(7) == 30
    await index.close()


async def test_the_vector_of_another_model_is_refused(tmp_path: Path) -> None:
    index = await filled(tmp_path, [made_file(version("one"), 5, 1)])
    query = IndexQuery(
        versions=frozenset({version("one")}), vector=np.ones(7, np.float32), words=[]
    )
    with pytest.raises(Conflict, match="7 dimensions"):
        await index.search("a", query)
    await index.close()


def test_recall_of_codes_and_rescoring_is_near_perfect(tmp_path: Path) -> None:
    # Clustered like real embeddings: passages of one subject lie close together.
    random = np.random.default_rng(3)
    centres = random.standard_normal((40, DIMENSION))
    file = made_file(version("one"), 6000, 1)
    vectors = centres[random.integers(0, 40, 6000)] + 0.8 * file.vectors * np.sqrt(DIMENSION)
    file.vectors[:] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    index = AssistantIndex(tmp_path / "a")
    index.add([file])
    found = 0
    for i in range(20):
        wanted = file.vectors[i * 300] + 0.05 * random.standard_normal(DIMENSION)
        wanted = (wanted / np.linalg.norm(wanted)).astype(np.float32)
        query = IndexQuery(versions=frozenset({file.version}), vector=wanted, words=[], limit=16)
        exact = np.argsort(-(file.vectors @ wanted))[:16]
        found += len({hit.key.ordinal for hit in index.search(query).dense} & set(exact.tolist()))
    assert found >= 0.99 * 20 * 16
    index.close()


def test_the_nearest_are_looked_at_again_with_the_numbers_of_the_query() -> None:
    # By bits alone .87 of the best 16 are among the 64 that are nearest.
    random = np.random.default_rng(3)
    centres = random.standard_normal((200, DIMENSION)).astype(np.float32)
    noise = random.standard_normal((20_000, DIMENSION)).astype(np.float32)
    vectors = centres[random.integers(0, 200, 20_000)] + 0.5 * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    slot = Slot(version("one"), 1, "en", 0, 20_000)
    codes = Codes.loaded(Space(IDENTITY, ""), [(slot, pack_bits(vectors))])
    found = 0
    for i in range(40):
        wanted = vectors[i * 400] + random.standard_normal(DIMENSION).astype(np.float32) / 15
        exact = np.argsort(-(vectors @ wanted))[:16]
        nearest = codes.nearest(wanted, [slot], 64)
        assert len(nearest) == 64
        found += np.isin(exact, nearest).sum()
    assert found >= 0.9 * 40 * 16


def test_codes_survive_many_changes() -> None:
    random = np.random.default_rng(1)
    codes = Codes(Space(IDENTITY, ""))
    kept: dict[FileVersion, np.ndarray] = {}
    for step in range(60):
        name = version(f"f{step % 17}", step)
        vectors = random.standard_normal((200, DIMENSION)).astype(np.float32)
        codes = codes.with_file(Slot(name, step + 1, "en", step * 200, 200), pack_bits(vectors))
        kept[name] = vectors
        gone = [other for other in kept if other.file_id == name.file_id and other != name]
        codes = codes.without(gone)
        for other in gone:
            del kept[other]
    assert codes.slots.keys() == kept.keys()
    some = sorted(codes.slots.values(), key=lambda slot: slot.start)
    for slots in (some, some[2:5]):
        for slot in slots:
            wanted = kept[slot.version][123]
            (place,) = codes.locate(codes.nearest(wanted, slots, 1))
            assert (place[0].version, place[1]) == (slot.version, 123)
