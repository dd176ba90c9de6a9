"""Searching while the embedder is changed."""

from dataclasses import replace

import pytest
from tests.support.retrieval import ASSISTANT, file_named, passages_of

from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.errors import Unavailable
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.index import IndexedFile, IndexedPassage
from lodgepole.retrieval.embedders import Embedders
from lodgepole.retrieval.search import Search

PARKS = "Lodgepole pines grow in the high valleys. Bears sleep through the winter. " * 3
FILE = file_named("parks", {})


class Noted(MemoryEmbedder):
    """Tells which queries it embedded; of another dimension, so that a mixture would show."""

    def __init__(self, name, dimension, error=None):
        super().__init__(dimension)
        self.name = name
        self.queries = []
        self.error = error

    @property
    def identity(self):
        return EmbedderIdentity(engine="memory", model=self.name, dimension=self._dimension)

    async def embed_query(self, text):
        self.queries.append(text)
        if self.error is not None:
            raise self.error
        return await super().embed_query(text)


class Catalog:
    async def available_files(self, assistant_id):
        return [FILE]


@pytest.fixture
def old():
    return Noted("old", 32)


@pytest.fixture
def new():
    return Noted("new", 48)


@pytest.fixture
async def index(old):
    index = MemoryIndex()
    passages = passages_of(PARKS, 8)
    texts = [passage.text for passage in passages]
    await index.add(
        ASSISTANT.id,
        IndexedFile(
            version=FILE.version,
            language="en",
            lead_words=["park"],
            # Words that no query has: what is found, is found by vectors.
            passages=[IndexedPassage(passage=passage, words=["zzz"]) for passage in passages],
            vectors=await old.embed_passages(texts),
            embedder=old.identity,
        ),
    )
    return index


async def switch(index, embedder):
    texts = [passage.text for passage in passages_of(PARKS, 8)]
    vectors = await embedder.embed_passages(texts)
    await index.set_aside(ASSISTANT.id, FILE.version, embedder.identity, vectors)
    assert await index.switch(ASSISTANT.id, embedder.identity)


def search_with(index, new, find_former):
    embedders = Embedders(new, find_former)
    return Search(index, new, MemoryTokenizer(), Catalog(), embedders=embedders)


def finder(*known):
    opened = []

    async def find(identity):
        opened.append(identity)
        return next((embedder for embedder in known if embedder.identity == identity), None)

    return find, opened


async def test_the_former_embedder_serves_until_the_switch_and_the_new_one_from_then_on(
    index, old, new
):
    find, opened = finder(old)
    search = search_with(index, new, find)
    for _ in range(3):
        assert (await search.find(ASSISTANT, "bears in winter"))[0].file.id == "parks"
    assert len(old.queries) == 3
    assert len(new.queries) == 1  # it is learned once that the vectors are others
    assert opened == [old.identity]

    await switch(index, new)
    for _ in range(3):
        assert (await search.find(ASSISTANT, "bears in winter"))[0].file.id == "parks"
    assert len(old.queries) == 4
    assert len(new.queries) == 4


async def test_a_switch_in_the_middle_of_a_query_loses_nothing(index, old, new):
    find, _ = finder(old)
    search = search_with(index, new, find)
    await search.find(ASSISTANT, "bears")
    embed = old.embed_query

    async def embed_and_switch(text):
        vector = await embed(text)
        await switch(index, new)
        return vector

    old.embed_query = embed_and_switch
    assert await search.find(ASSISTANT, "bears in winter")


@pytest.mark.parametrize("known", [True, False])
async def test_without_the_former_embedder_words_alone_are_searched(index, new, known, caplog):
    broken = Noted("old", 32, Unavailable("gone"))
    find, opened = finder(*([broken] if known else []))
    search = search_with(index, new, find)
    assert await search.find(ASSISTANT, "bears in winter") == []
    found = await search.find(ASSISTANT, "zzz")
    assert found[0].file.id == "parks"
    assert len(opened) == 1
    assert "words alone" in caplog.text

    await switch(index, new)
    assert await search.find(ASSISTANT, "bears in winter")


async def test_a_failure_of_the_configured_embedder_is_not_hidden(index, old):
    failing = Noted("old", 32, Unavailable("down"))
    search = Search(index, failing, MemoryTokenizer(), Catalog())
    with pytest.raises(Unavailable, match="down"):
        await search.find(ASSISTANT, "bears")


async def test_what_is_opened_must_be_what_was_asked_for(old, new):
    other = Noted("old", 64)

    async def find(identity):
        return other

    assert await Embedders(new, find).of(old.identity) is None
    assert await Embedders(new, find).of(new.identity) is new
    assert await Embedders(new, find).of(replace(old.identity, dimension=64)) is other
