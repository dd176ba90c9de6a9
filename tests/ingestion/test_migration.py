"""From one machine to many: resumed from anywhere, compared, and nothing embedded anew."""

import contextlib
import itertools
from datetime import timedelta

import pytest

from lodgepole.adapters.databases.sql.catalog import SqlCatalog
from lodgepole.adapters.databases.sql.copying import SqlRows
from lodgepole.adapters.databases.sql.database import open_database
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.databases.sql.records import SqlRecords
from lodgepole.adapters.memory.blobs import MemoryBlobs
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.errors import Conflict
from lodgepole.ingestion.migration import Moving, Side
from lodgepole.limits import Limits
from lodgepole.model import OperationStatus, Role

pytestmark = pytest.mark.slow


class Killed(BaseException):
    pass


class CountingEmbedder(MemoryEmbedder):
    embedded = 0

    async def embed_passages(self, texts):
        self.embedded += len(texts)
        return await super().embed_passages(texts)


@pytest.fixture
async def houses(tmp_path, database_url, make_house):
    """One over SQLite, with files, and an empty one over PostgreSQL."""
    clock = MemoryClock(tick=timedelta(milliseconds=1))
    databases = [
        await open_database(f"sqlite:///{tmp_path / 'catalog.db'}"),
        await open_database(database_url),
    ]
    made = [
        make_house(
            clock=clock,
            catalog=SqlCatalog(database),
            log=SqlOperationLog(database, clock),
            record_store=SqlRecords(database),
            blobs=MemoryBlobs(),
            index=MemoryIndex(),
            embedder=CountingEmbedder(),
        )
        for database in databases
    ]
    yield *made, SqlRows(*databases)
    for database in databases:
        await database.close()


async def filled(house):
    await house.keys.create("p", name="key", role=Role.ALL)
    for name in ("one", "two"):
        assistant = await house.assistant(name, metadata={"name": name})
        for number in range(3):
            text = f"File {number} of {name}. " * 40
            await house.ingested(assistant, f"{number}.txt", text.encode(), metadata={"n": number})
    kept = await house.files.upload(
        assistant, name="later.txt", content=chunks(b"Not yet."), metadata=None, multimodal=False
    )
    return kept[1]


async def chunks(data):
    yield data


def side(stores):
    return Side(catalog=stores.catalog, live=stores.log, blobs=stores.blobs, index=stores.index)


def moving(source, target, rows, step=lambda _: None):
    return Moving(
        source=Side(
            catalog=source.catalog, live=source.log, blobs=source.blobs, index=source.index
        ),
        target=Side(
            catalog=target.catalog, live=target.log, blobs=target.blobs, index=target.index
        ),
        rows=rows,
        parser=MemoryParser(),
        tokenizer=MemoryTokenizer(),
        embedder=source.embedder,
        limits=Limits(),
        step=step,
    )


async def test_all_of_it_is_there_afterwards_and_work_goes_on(houses):
    source, target, rows = houses
    operation = await filled(source)
    before = source.embedder.embedded
    report = await moving(source, target, rows).run()
    assert source.embedder.embedded == before
    assert report.findings == ()
    assert (report.assistants, report.files) == (2, 6)
    assert await target.state() == await source.state()
    assert [key.name for key in await target.keys.list("p")] == ["key"]
    await target.worker().drain()
    finished = await target.log.find(operation.assistant_id, operation.id)
    assert finished.status is OperationStatus.COMPLETED


async def test_files_that_wait_come_along(houses):
    source, target, rows = houses
    held = await source.held_files.accept(
        "p", name="waits.txt", content=chunks(b"Not taken up."), purpose="assistants"
    )
    for _ in range(2):
        await moving(source, target, rows).run()
    found = await target.held_files.get("p", held.id)
    assert found == held
    assert [part async for part in target.held_files.content(found)] == [b"Not taken up."]


async def test_killed_at_every_step_it_goes_on(houses):
    source, target, rows = houses
    await filled(source)
    reached = []

    def die(step):
        reached.append(step)
        if step != "rows copied" or reached.count(step) <= 2:
            raise Killed

    report = None
    while report is None and len(reached) < 100:
        with contextlib.suppress(Killed):
            report = await moving(source, target, rows, die).run()
    # Each run did one thing more: what was there was not copied again.
    assert reached.count("blob copied") == len([k async for k in source.blobs.keys("")])
    assert reached.count("file indexed") == 6
    assert report.findings == ()
    assert await target.state() == await source.state()


async def test_what_differs_is_said(houses):
    source, target, rows = houses
    await filled(source)
    await moving(source, target, rows).run()
    [assistant, _] = (await source.catalog.list_assistants("p", limit=5, after=None)).items
    [file, *_] = await source.catalog.available_files(assistant.id)
    await target.blobs.put(f"{assistant.id}/{file.id}/1/original", chunks(b"other"))
    report = await moving(source, target, rows).run()
    assert len(report.findings) == 1
    assert "its bytes differ" in report.findings[0]


async def test_another_assistant_of_the_same_name_is_not_touched(houses):
    source, target, rows = houses
    target.ids = itertools.count(1000)
    await target.assistant("one")
    await filled(source)
    with pytest.raises(Conflict, match="'one'"):
        await moving(source, target, rows).run()
