import pytest

from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.model import FileStatus

TEXT = b"The pump runs at 42 bar.\n\nThe valve opens at 7 bar."


class CountingParser(MemoryParser):
    parsed = 0

    async def parse(self, *args, **named):
        self.parsed += 1
        return await super().parse(*args, **named)


class CountingEmbedder(MemoryEmbedder):
    embedded = 0

    async def embed_passages(self, texts):
        self.embedded += len(texts)
        return await super().embed_passages(texts)


@pytest.fixture
def counted(make_house):
    return make_house(parser=CountingParser(), embedder=CountingEmbedder())


async def renamed(house, name, data=TEXT):
    assistant = await house.assistant()
    await house.upsert(assistant, "f", "old.txt", TEXT)
    await house.worker().drain()
    before = (house.parser.parsed, house.embedder.embedded)
    await house.upsert(assistant, "f", name, data)
    await house.worker().drain()
    file = await house.files.get(assistant, "f")
    assert (file.status, file.upload.name) == (FileStatus.AVAILABLE, name)
    parsed, embedded = before
    return house.parser.parsed - parsed, house.embedder.embedded - embedded


async def test_the_same_bytes_under_another_name_are_neither_read_nor_embedded(counted):
    assert await renamed(counted, "new.txt") == (0, 0)


async def test_what_is_made_of_them_is_what_the_new_name_alone_would_have_made(counted, make_house):
    await renamed(counted, "new.txt")
    fresh = make_house()
    assistant = await fresh.assistant()
    await fresh.upsert(assistant, "f", "new.txt", TEXT)
    await fresh.worker().drain()
    await counted.swept()
    await fresh.swept()
    one, other = await counted.state(), await fresh.state()
    assert list(one["index"].values()) == list(other["index"].values())
    parts = [sorted(key.rpartition("/")[2] for key in state["blobs"]) for state in (one, other)]
    assert parts[0] == parts[1]


@pytest.mark.parametrize(("name", "data"), [("new.md", TEXT), ("old.txt", TEXT + b" More.")])
async def test_another_kind_and_other_bytes_are_read(counted, name, data):
    parsed, embedded = await renamed(counted, name, data)
    assert parsed == 1
    assert embedded > 0
