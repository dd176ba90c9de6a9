"""An index that was damaged or lost comes back from the documents; until then none is searched."""

import logging
import shutil
import sqlite3

import pytest

from lodgepole.adapters.indexes.tantivy import TantivyIndex
from lodgepole.errors import Unavailable
from lodgepole.ingestion.index_rebuild import Rebuilding
from lodgepole.library.blob_keys import original_key, version_prefix
from lodgepole.ports.index import IndexQuery

TEXTS = {"boats.txt": b"Boats float on the water.", "bees.txt": b"Bees make honey in summer."}


class Kept:
    """A house whose index is on the disk and can be closed, damaged and opened again."""

    def __init__(self, house, root):
        self.house, self.root = house, root
        self.house.index = TantivyIndex(root)
        self.files = {}

    @property
    def directory(self):
        return self.root / self.assistant.id

    @property
    def rebuilding(self):
        return Rebuilding(
            self.house.index,
            index=self.house.index,
            catalog=self.house.catalog,
            live=self.house.log,
            pipeline=self.house.pipeline(),
        )

    async def fill(self):
        self.assistant = await self.house.assistant()
        for name, data in TEXTS.items():
            self.files[name] = await self.house.ingested(self.assistant, name, data)

    async def restart(self, damage):
        await self.house.index.close()
        damage(self.directory)
        self.house.index = TantivyIndex(self.root)

    async def found(self, word):
        versions = frozenset(file.version for file in self.files.values())
        query = IndexQuery(versions=versions, vector=None, words=[word])
        hits = (await self.house.index.search(self.assistant.id, query)).words
        passages = await self.house.index.passages(self.assistant.id, [hit.key for hit in hits])
        return [passage.text for passage in passages.values()]


@pytest.fixture
async def kept(house, tmp_path):
    kept = Kept(house, tmp_path / "index")
    await kept.fill()
    yield kept
    await kept.house.index.close()


def truncated(directory):
    path = directory / "index.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def overwritten(directory):
    (directory / "index.db").write_bytes(b"not a database" * 1000)


def flipped_in_the_text(directory):
    path = directory / "index.db"
    assert b"Boats float" in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(b"Boats float", b"Goats float"))


def of_an_earlier_format(directory):
    with sqlite3.connect(directory / "index.db") as connection:
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'format'")
    connection.close()


DAMAGES = [truncated, overwritten, flipped_in_the_text, of_an_earlier_format]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_index_is_made_again(kept, damage, caplog):
    await kept.restart(damage)
    with pytest.raises(Unavailable, match="is being rebuilt"):
        await kept.found("float")
    assert "is damaged, and is made again" in caplog.text
    rebuilding = kept.rebuilding
    assert rebuilding.assistants_left == 1
    await rebuilding.once()
    assert rebuilding.assistants_left == 0
    assert await kept.found("float") == ["Boats float on the water."]
    assert await kept.found("honey") == ["Bees make honey in summer."]


@pytest.mark.parametrize("damage", [truncated, overwritten, shutil.rmtree])
async def test_what_is_lost_is_seen_at_the_start(kept, damage):
    await kept.restart(damage)
    await kept.rebuilding.look()
    with pytest.raises(Unavailable, match="is being rebuilt"):
        await kept.found("float")
    await kept.rebuilding.once()
    assert await kept.found("honey") == ["Bees make honey in summer."]


async def test_a_single_lost_file_is_put_back(kept):
    await kept.house.index.remove(kept.assistant.id, [kept.files["bees.txt"].version])
    await kept.rebuilding.look()
    with pytest.raises(Unavailable, match="is being rebuilt"):
        await kept.found("float")
    await kept.rebuilding.once()
    assert await kept.found("honey") == ["Bees make honey in summer."]


async def test_a_whole_index_is_left_alone(kept):
    rebuilding = kept.rebuilding
    await rebuilding.look()
    assert rebuilding.assistants_left == 0
    assert await kept.found("float") == ["Boats float on the water."]


async def test_a_start_in_the_middle_goes_on(kept):
    await kept.restart(overwritten)
    with pytest.raises(Unavailable):
        await kept.found("float")
    await kept.house.pipeline().restore(kept.assistant.id, kept.files["boats.txt"])
    await kept.restart(lambda _: None)  # killed after the first file
    with pytest.raises(Unavailable, match="is being rebuilt"):
        await kept.found("float")
    await kept.rebuilding.once()
    assert await kept.found("honey") == ["Bees make honey in summer."]


async def test_what_cannot_be_put_back_is_said_and_the_rest_is_served(kept, caplog):
    bees = kept.files["bees.txt"].version
    await kept.house.blobs.remove_prefix(version_prefix(kept.assistant.id, bees))
    assert original_key(kept.assistant.id, bees).startswith(version_prefix(kept.assistant.id, bees))
    await kept.restart(overwritten)
    await kept.rebuilding.look()
    with caplog.at_level(logging.WARNING):
        await kept.rebuilding.once()
    assert f"File {bees.file_id} of assistant {kept.assistant.id} cannot be put back" in caplog.text
    assert await kept.found("float") == ["Boats float on the water."]
    assert await kept.found("honey") == []


async def test_an_assistant_that_was_deleted_meanwhile_stays_gone(kept):
    await kept.restart(overwritten)
    with pytest.raises(Unavailable):
        await kept.found("float")
    await kept.house.assistants.delete("p", kept.assistant.name)
    await kept.house.worker().drain()
    await kept.rebuilding.once()
    assert kept.rebuilding.assistants_left == 0
    assert not kept.directory.exists()
