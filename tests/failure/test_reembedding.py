"""The embedder is changed, and the program killed at every step of it.

Whatever the step and however often: nobody ever finds by vectors that cannot be compared, nothing
is lost from what can be found, and the end is that of a change that nobody disturbed.
"""

import numpy as np
import pytest

from lodgepole.adapters.indexes.tantivy import TantivyIndex, embedding_states
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.errors import Unavailable
from lodgepole.ingestion.reembedding import BATCH, Reembedding
from lodgepole.model import FileVersion, Passage, PassageKey
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.index import IndexedFile, IndexedPassage, IndexQuery

pytestmark = pytest.mark.slow

STEPS_MOST = 100
FILES = {
    FileVersion("pines", 1): ["pines grow slowly", "pines are green"],
    FileVersion("bears", 2): ["bears sleep in winter", "bears eat honey", "bears climb"],
    FileVersion("taxes", 1): [f"tax number {i}" for i in range(BATCH + 3)],
}
ASSISTANTS = ("one", "two")


class Crash(BaseException):
    """The process ends here: no handler of ours may catch it."""


class Named(MemoryEmbedder):
    def __init__(self, name, dimension):
        super().__init__(dimension)
        self.name = name

    @property
    def identity(self):
        return EmbedderIdentity(engine="memory", model=self.name, dimension=self._dimension)


OLD, NEW, OTHER = Named("old", 32), Named("new", 48), Named("other", 32)


class QuietLog:
    """Nothing else is to do; or, for a while, something is."""

    def __init__(self):
        self.depth = 0
        self.waits = 0

    async def queue_depth(self):
        return self.depth

    async def wait_finished(self, timeout):
        self.waits += 1


class MemoryStore:
    async def open(self):
        self.index = MemoryIndex()
        return self.index

    async def killed(self):
        return self.index

    async def close(self):
        pass


class DiskStore:
    def __init__(self, directory):
        self.directory = directory

    async def open(self):
        self.index = TantivyIndex(self.directory)
        return self.index

    async def killed(self):
        await self.index.close()
        return await self.open()

    async def close(self):
        await self.index.close()


@pytest.fixture(params=["memory", "tantivy"])
async def store(request, tmp_path):
    made = MemoryStore() if request.param == "memory" else DiskStore(tmp_path / "index")
    yield made
    await made.close()


async def file_of(version, texts, embedder):
    passages, start = [], 0
    for ordinal, text in enumerate(texts):
        passage = Passage(ordinal=ordinal, start=start, end=start + len(text), text=text, page=None)
        passages.append(IndexedPassage(passage=passage, words=text.split()))
        start += len(text)
    return IndexedFile(
        version=version,
        language="en",
        lead_words=[version.file_id],
        passages=passages,
        vectors=await embedder.embed_passages(texts),
        embedder=embedder.identity,
    )


async def filled(store):
    index = await store.open()
    for assistant_id in ASSISTANTS:
        for version, texts in FILES.items():
            await index.add(assistant_id, await file_of(version, texts, OLD))
    return index


def reembedding(index, *, embedder=NEW, step=lambda _: None, log=None):
    log = log or QuietLog()
    return Reembedding(
        index=index,
        vectors=index,
        backlog=log,
        signals=log,
        embedder=embedder,
        clock=MemoryClock(),
        step=step,
    )


async def assert_found_by(index, embedder, assistant_id="one", files=FILES):
    """Each passage is the first for its own text, whatever vectors are searched now."""
    for version, texts in files.items():
        for ordinal, text in enumerate(texts):
            query = IndexQuery(
                versions=frozenset(files),
                vector=await embedder.embed_query(text),
                words=(),
                embedder=embedder.identity,
            )
            rankings = await index.search(assistant_id, query)
            assert rankings.dense[0].key == PassageKey(version, ordinal)
            assert rankings.dense[0].score == pytest.approx(1.0, abs=2e-3)


async def assert_consistent(index):
    """Every assistant is searched by the old embedder or by the new, in full, and by words."""
    for assistant_id in ASSISTANTS:
        searched = await index.embedder(assistant_id)
        embedder = {OLD.identity: OLD, NEW.identity: NEW}[searched]
        sample = {version: texts[:2] for version, texts in FILES.items()}
        await assert_found_by(index, embedder, assistant_id, sample)
        words = IndexQuery(versions=frozenset(FILES), vector=None, words=["honey"])
        assert len((await index.search(assistant_id, words)).words) == 1


async def test_a_change_ends_with_the_new_vectors_alone(store):
    index = await filled(store)
    steps = []
    await reembedding(index, step=steps.append).run()

    for assistant_id in ASSISTANTS:
        assert await index.embedder(assistant_id) == NEW.identity
        await assert_found_by(index, NEW, assistant_id)
    assert await index.unlike(NEW.identity) == set()
    assert steps.count("switched") == 2
    assert steps.count("file set aside") == 6
    index = await store.killed()
    await assert_found_by(index, NEW)


async def test_killed_at_any_step_the_next_run_ends_the_same(store):
    for number in range(STEPS_MOST):
        index = await filled(store)
        reached = []

        def stop(name, number=number, reached=reached):
            reached.append(name)
            if len(reached) == number + 1:
                raise Crash(name)

        try:
            await reembedding(index, step=stop).run()
        except Crash:
            index = await store.killed()
            await assert_consistent(index)
            again = []
            await reembedding(index, step=again.append).run()
            done = reached.count("file set aside")
            assert again.count("file set aside") == 6 - done, "what was done is not done again"
        else:
            break
        for assistant_id in ASSISTANTS:
            await assert_found_by(
                index, NEW, assistant_id, {next(iter(FILES)): FILES[next(iter(FILES))]}
            )
            for version in FILES:
                await index.remove(assistant_id, [version])
        assert await index.unlike(NEW.identity) == set()
        await store.close()
    assert number == len(reached) > 10


async def test_a_run_that_is_killed_again_and_again_gets_there(store):
    index = await filled(store)
    random = np.random.default_rng(4)
    for _ in range(STEPS_MOST):
        left = int(random.integers(1, 6))

        def stop(name):
            nonlocal left
            left -= 1
            if left == 0:
                raise Crash(name)

        try:
            await reembedding(index, step=stop).run()
        except Crash:
            index = await store.killed()
            await assert_consistent(index)
        else:
            break
    await assert_found_by(index, NEW)
    assert await index.unlike(NEW.identity) == set()


async def test_files_that_come_go_and_change_meanwhile_are_part_of_the_switch(store):
    index = await filled(store)
    pines, bears, taxes = FILES
    late = FileVersion("late", 1)
    happened = []

    async def meddle():
        await index.remove("one", [bears])
        await index.add("one", await file_of(late, ["owls see at night"], OLD))
        await index.add("one", await file_of(pines, ["pines fell in the storm"], OLD))

    class Meddling(Named):
        async def embed_passages(self, texts):
            if not happened:
                happened.append(texts)
                await meddle()
            return await super().embed_passages(texts)

    await reembedding(index, embedder=Meddling("new", 48)).run()
    assert await index.embedder("one") == NEW.identity
    files = {pines: ["pines fell in the storm"], late: ["owls see at night"], taxes: FILES[taxes]}
    await assert_found_by(index, NEW, "one", files)
    assert set(await index.versions("one")) == set(files)
    await assert_found_by(index, NEW, "two")


async def test_a_change_of_mind_in_the_middle_goes_to_the_last_choice(store):
    index = await filled(store)
    with pytest.raises(Crash):
        await reembedding(index, step=_crash_at("file set aside")).run()
    index = await store.killed()
    await reembedding(index, embedder=OTHER).run()
    for assistant_id in ASSISTANTS:
        await assert_found_by(index, OTHER, assistant_id)
    assert await index.unlike(OTHER.identity) == set()


async def test_going_back_in_the_middle_needs_no_embedding(store):
    index = await filled(store)
    with pytest.raises(Crash):
        await reembedding(index, step=_crash_at("file set aside")).run()
    index = await store.killed()
    steps = []
    await reembedding(index, embedder=OLD, step=steps.append).run()
    assert "file embedded" not in steps
    assert await index.unlike(OLD.identity) == set()
    await assert_found_by(index, OLD)


async def test_nothing_to_do_touches_nothing(store):
    index = await filled(store)
    steps = []
    await reembedding(index, embedder=OLD, step=steps.append).run()
    assert steps == []


async def test_operations_that_wait_go_first(store):
    index = await filled(store)
    log = QuietLog()
    log.depth = 1
    await reembedding(index, log=log).run()
    assert log.waits == 8  # once before each batch
    assert await index.embedder("one") == NEW.identity


async def test_an_embedder_that_does_not_answer_leaves_all_as_it_was(store):
    index = await filled(store)

    class Down(Named):
        async def embed_passages(self, texts):
            raise Unavailable("The embedding endpoint cannot be reached.")

    with pytest.raises(Unavailable):
        await reembedding(index, embedder=Down("new", 48)).once()
    await assert_consistent(index)


async def test_how_far_it_is_can_be_read_beside_it(tmp_path):
    store = DiskStore(tmp_path / "index")
    index = await filled(store)
    work = reembedding(index, step=_crash_at("file set aside"))
    with pytest.raises(Crash):
        await work.once()
    one, two = embedding_states(tmp_path / "index")
    total = sum(map(len, FILES.values()))
    assert (one.searched, one.aside) == (OLD.identity, NEW.identity)
    assert (one.passages, one.passages_aside) == (total, 2)
    assert (two.searched, two.aside) == (OLD.identity, None)
    assert work.passages_left == 2 * total
    await reembedding(index).run()
    assert all(state.all_of(NEW.identity) for state in embedding_states(tmp_path / "index"))
    await store.close()


def _crash_at(step):
    def check(name):
        if name == step:
            raise Crash(name)

    return check
