"""The worker killed at every step, then another one over the same stores.

Whatever the step and however often, the end is that of a run that nobody disturbed, and on the
way no reader ever sees half of anything.
"""

import contextlib
import inspect
import random

import pytest
from tests.support.postgres_server import fresh_database

from lodgepole.adapters.blobs.obstore import ObstoreBlobs
from lodgepole.adapters.databases.sql.catalog import SqlCatalog
from lodgepole.adapters.databases.sql.database import open_database
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.indexes.postgres import Connections, PostgresIndex
from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.errors import Unavailable
from lodgepole.ingestion.worker import BACKOFF_MOST
from lodgepole.library.blob_keys import document_key, original_key
from lodgepole.limits import Limits
from lodgepole.model import AssistantStatus, FileStatus

pytestmark = pytest.mark.slow

PAGES = b"First page.\fSecond page, about harbours.\fThird page."
RUNS_MOST = 300
LIMITS = Limits(operation_attempts=1000, operation_claims=1000, operation_deaths=1000)


class Crash(BaseException):
    """The process ends here: no handler of ours may catch it, no clean-up may write."""


class Plan:
    """Decides at each step, by its number, whether this is where the process ends."""

    def __init__(self, stops, error=Crash):
        self._stops = stops
        self._error = error
        self.names = []

    def __call__(self, name):
        self.names.append(name)
        if self._stops(len(self.names)):
            raise self._error(name)


class Interrupted:
    """A port whose every call passes the plan before it and after it."""

    def __init__(self, port, name, plan):
        self._port, self._name, self._plan = port, name, plan

    def __getattr__(self, attribute):
        method = getattr(self._port, attribute)
        if not inspect.iscoroutinefunction(method) or attribute.startswith("wait"):
            return method

        async def interrupted(*args, **kwargs):
            self._plan(f"before {self._name}.{attribute}")
            result = await method(*args, **kwargs)
            self._plan(f"after {self._name}.{attribute}")
            return result

        return interrupted


class MemoryStores:
    """Everything in memory, which a killed worker leaves as it is."""

    stride = 1  # every step
    seeds = 20

    async def open(self, make_house):
        self.house = make_house(limits=LIMITS)
        return self.house

    async def reopen(self):
        return self.house

    async def close(self):
        pass


class DiskStores:
    """SQLite and a directory, closed and opened again after every kill."""

    stride = 11  # a prime: over time it meets every kind of call, in a tenth of the time
    seeds = 3

    def __init__(self, directory):
        self._directory = directory
        directory.mkdir()
        self._url = f"sqlite:///{directory / 'lodgepole.db'}"

    async def open(self, make_house):
        self.house = make_house(limits=LIMITS)
        self._database = None
        return await self.reopen()

    async def reopen(self):
        await self.close()
        self._database = await open_database(self._url)
        self.house.catalog = SqlCatalog(self._database)
        self.house.log = SqlOperationLog(self._database, self.house.clock)
        self.house.blobs = ObstoreBlobs.in_directory(self._directory / "blobs")
        return self.house

    async def close(self):
        if self._database is not None:
            await self._database.close()


class SharedStores(DiskStores):
    """PostgreSQL and a bucket; each worker knows nothing of the one before."""

    stride = 29
    seeds = 2

    def __init__(self, database_url, blob_url):
        self._url = database_url
        self._blob_url = blob_url

    async def reopen(self):
        await self.close()
        self._database = await open_database(self._url)
        self.house.catalog = SqlCatalog(self._database)
        self.house.log = SqlOperationLog(self._database, self.house.clock)
        self.house.blobs = ObstoreBlobs.at(self._blob_url, plain_http=True)
        self.house.index = self._index = PostgresIndex(Connections(self._url))
        return self.house

    async def close(self):
        if self._database is not None:
            await self._index.close()
        await super().close()


@pytest.fixture(params=["memory", "disk", pytest.param("shared", marks=pytest.mark.database)])
def new_stores(request, tmp_path):
    numbers = iter(range(RUNS_MOST))
    if request.param == "memory":
        return MemoryStores
    if request.param == "shared":
        return request.getfixturevalue("new_shared_stores")

    class FreshDiskStores(DiskStores):
        def __init__(self):
            super().__init__(tmp_path / str(next(numbers)))

    return FreshDiskStores


@pytest.fixture
def new_shared_stores(postgres_url, bucket_url):
    numbers = iter(range(RUNS_MOST))
    with contextlib.ExitStack() as databases:

        class FreshSharedStores(SharedStores):
            def __init__(self):
                url = databases.enter_context(fresh_database(postgres_url))
                super().__init__(url, f"{bucket_url}/{next(numbers)}")

        yield FreshSharedStores


# --- the story --------------------------------------------------------------------------------


async def uploads(house):
    """A text, a PDF, and one that cannot be read; a second assistant with one of its own."""
    one, two = await house.assistant("one"), await house.assistant("two")
    await house.upload(one, "a.txt", b"Old text about boats.", metadata={"v": 1})
    await house.upload(one, "b.pdf", PAGES)
    await house.upload(one, "c.txt", b" \n ")
    await house.upload(two, "d.txt", b"Other text.")


async def changes(house):
    """New content, only new metadata, content that cannot be read, a repaired file."""
    one = await house.assistants.get("p", "one")
    files = {
        f.upload.name: f
        for f in (await house.files.list(one, filter=None, limit=10, after=None)).items
    }
    await house.upsert(one, files["a.txt"].id, "a.txt", b"New text about ships.")
    await house.upsert(one, files["b.pdf"].id, "b.pdf", PAGES, metadata={"only": "this"})
    await house.upsert(one, files["c.txt"].id, "c.txt", b"Readable now.")


async def deletions(house):
    """A file, a whole assistant, and an upsert that fails beside them."""
    one = await house.assistants.get("p", "one")
    files = {
        f.upload.name: f
        for f in (await house.files.list(one, filter=None, limit=10, after=None)).items
    }
    await house.files.delete(one, files["a.txt"].id)
    await house.upsert(one, files["b.pdf"].id, "b.pdf", b" \f ")
    await house.assistants.delete("p", "two")


STORY = (uploads, changes, deletions)


async def tell(stores, make_house, plan):
    """The story, each chapter worked off under the plan; what is stored in the end."""
    house = await stores.open(make_house)
    for chapter in STORY:
        await chapter(house)
        for _ in range(RUNS_MOST):
            try:
                await disturbed(house, plan).drain()
            except Crash:
                house = await stores.reopen()
            except Unavailable:
                pass  # `drain` asks for the next claim itself; a running worker asks again
            await check_readers(house)
            if await house.log.queue_depth() == 0:
                break
            house.clock.advance(BACKOFF_MOST)
        assert await house.log.queue_depth() == 0, "every operation ends"
    await house.swept()
    state = await house.state()
    await stores.close()
    return state


def disturbed(house, plan):
    """A worker whose steps and whose every call of a port pass the plan."""
    ports = {name: getattr(house, name) for name in ("log", "blobs", "index")}
    for name, port in ports.items():
        setattr(house, name, Interrupted(port, name, plan))
    worker = house.worker(plan)
    for name, port in ports.items():
        setattr(house, name, port)
    return worker


async def check_readers(house):
    """What is shown as available is whole; what is not being made or shown is not searched."""
    page = await house.catalog.list_assistants("p", limit=10, after=None)
    for assistant in page.items:
        indexed = set(await house.index.versions(assistant.id))
        available = await house.catalog.available_files(assistant.id)
        if assistant.status is AssistantStatus.TERMINATING:
            assert not available
        for file in available:
            assert file.version in indexed
            await house.blobs.get(original_key(assistant.id, file.version))
            await house.blobs.get(document_key(assistant.id, file.version))


# --- the tests --------------------------------------------------------------------------------


async def test_the_undisturbed_story_ends_as_told(new_stores, make_house):
    state = await tell(new_stores(), make_house, Plan(lambda _: False))
    (one,) = state["assistants"]
    assert one[0] == "one"
    files = {file[3].name: file for file in state["files"]["one"]}
    assert set(files) == {"b.pdf", "c.txt"}
    assert {file[1].value for file in files.values()} == {"Available"}
    assert files["b.pdf"][3].metadata == {"only": "this"}
    assert files["b.pdf"][6] == 3
    assert len(state["index"]) == 2
    assert len(state["blobs"]) == 4


async def test_killed_once_at_every_step_it_ends_the_same(new_stores, make_house):
    watched = Plan(lambda _: False)
    expected = await tell(new_stores(), make_house, watched)
    assert {"parsed", "indexed", "published", "failed", "deleted"} <= set(watched.names)
    for number, name in enumerate(watched.names, start=1):
        if number % new_stores.stride:
            continue
        plan = Plan(lambda step, number=number: step == number)
        assert await tell(new_stores(), make_house, plan) == expected, f"killed at {name}"


@pytest.mark.parametrize("error", [Crash, Unavailable])
async def test_disturbed_again_and_again_it_ends_the_same(new_stores, make_house, error):
    expected = await tell(new_stores(), make_house, Plan(lambda _: False))
    for seed in range(new_stores.seeds):
        chance = random.Random(seed)  # noqa: S311  a plan that can be repeated, not a secret
        plan = Plan(lambda _, chance=chance: chance.random() < 0.05, error)
        assert await tell(new_stores(), make_house, plan) == expected, f"seed {seed}"


class Poisoned(MemoryParser):
    """The process ends whenever a file of this name is read."""

    async def parse(self, path, **how):
        if how["name"] == "poison.txt":
            raise Crash
        return await super().parse(path, **how)


async def test_a_file_that_kills_its_worker_twice_fails_and_the_others_are_read(
    new_stores, make_house
):
    stores = new_stores()
    house = await stores.open(make_house)
    house.limits, house.parser = Limits(), Poisoned()
    assistant = await house.assistant("one")
    await house.upload(assistant, "poison.txt", b"Some text.")
    await house.upload(assistant, "a.txt", b"Other text.")
    for _ in range(2):
        with pytest.raises(Crash):
            await house.worker().drain()
        house.clock.advance(BACKOFF_MOST)
        house = await stores.reopen()
    await house.worker().drain()
    page = await house.catalog.list_files(assistant.id, limit=9, after=None)
    ended = {file.upload.name: file for file in page.items}
    assert ended["a.txt"].status is FileStatus.AVAILABLE
    assert ended["poison.txt"].status is FileStatus.PROCESSING_FAILED
    assert "poison.txt could not be processed: the server stopped" in (
        ended["poison.txt"].error_message
    )
    await stores.close()
