"""Files prepared elsewhere: what is handed over, and what becomes of it when a process ends."""

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager

import numpy as np
import pytest

from lodgepole.adapters.framing import read_frame, write_frame
from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.adapters.worker_processes import messages
from lodgepole.adapters.worker_processes import pool as pool_module
from lodgepole.adapters.worker_processes.children import Children
from lodgepole.adapters.worker_processes.joining import Joined
from lodgepole.adapters.worker_processes.pool import ADDRESS_FILE, PreparingPool
from lodgepole.errors import ClaimLost, Unavailable, UnreadableFile
from lodgepole.ingestion.processing import PARSED_PERCENT, LocalProcessor
from lodgepole.limits import Limits
from lodgepole.model import FileKind, FileVersion
from lodgepole.ports.file_processor import ProcessingJob
from lodgepole.retrieval.embedders import Embedders

pytestmark = pytest.mark.slow

TEXT = "Erste Seite über Häfen.\fZweite Seite über Boote."


def local_processor():
    return LocalProcessor(
        parser=MemoryParser(),
        tokenizer=MemoryTokenizer(),
        embedders=Embedders(MemoryEmbedder()),
        limits=Limits(),
    )


class Held:
    """A processor that begins, says so, and goes on when it is told to."""

    def __init__(self):
        self.begun = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.ended_early = asyncio.Event()

    async def process(self, work, *, keep, progress):
        self.begun.set()
        try:
            await self.may_go_on.wait()
        except asyncio.CancelledError:
            self.ended_early.set()
            raise
        return await local_processor().process(work, keep=keep, progress=progress)


class Failing:
    def __init__(self, error):
        self.error = error

    async def process(self, work, *, keep, progress):
        raise self.error


class NotHere:
    """Where the server itself must not be asked."""

    async def process(self, work, *, keep, progress):
        raise AssertionError("prepared in the server")


class Kept:
    def __init__(self):
        self.documents = []
        self.percents = []

    async def keep(self, document):
        self.documents.append(document)

    async def progress(self, percent):
        self.percents.append(percent)


@pytest.fixture
def work(tmp_path):
    path = tmp_path / "original"
    path.write_text(TEXT, "utf-8")
    return ProcessingJob(
        path=path,
        version=FileVersion("f", 3),
        name="Häfen.pdf",
        kind=FileKind.PDF,
        multimodal=False,
    )


@asynccontextmanager
async def opened(data_dir, here=None, *, expected=True, release="1", hung=lambda _: None):
    pool = PreparingPool(
        data_dir,
        here or NotHere(),
        release=release,
        expected=expected,
        limits=Limits(parse_seconds=0.0),
        hung=hung,
    )
    await pool.open()
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def joined(data_dir, processor, *, slots=1, release="1", stop_seconds=5.0):
    stop = asyncio.Event()
    process = Joined(data_dir, processor, release=release, slots=slots, stop_seconds=stop_seconds)
    async with asyncio.timeout(10):
        task = asyncio.create_task(process.run(stop))
        try:
            yield stop
        finally:
            stop.set()
            await task


async def ask(pool, work, kept=None):
    kept = kept or Kept()
    return await pool.process(work, keep=kept.keep, progress=kept.progress)


async def test_what_is_prepared_elsewhere_is_what_would_be_prepared_here(tmp_path, work):
    here, there = Kept(), Kept()
    expected = await ask(local_processor(), work, here)
    async with opened(tmp_path) as pool, joined(tmp_path, local_processor()):
        processed = await ask(pool, work, there)
        again = await ask(pool, work)
    for one in (processed, again):
        assert np.array_equal(one.file.vectors, expected.file.vectors)
        assert [entry.passage for entry in one.file.passages] == [
            entry.passage for entry in expected.file.passages
        ]
        assert [list(e.words) for e in one.file.passages] == [
            list(e.words) for e in expected.file.passages
        ]
        assert (one.notice, one.page_count, one.ingestion_units) == (None, 2, 2.0)
        assert one.file.embedder == expected.file.embedder
        assert list(one.file.lead_words) == list(expected.file.lead_words)
    assert (there.documents, there.percents) == (here.documents, here.percents)
    assert there.percents[0] == PARSED_PERCENT


async def test_a_document_that_was_kept_is_not_read_again(tmp_path, work):
    kept = Kept()
    async with opened(tmp_path) as pool, joined(tmp_path, local_processor()):
        await ask(pool, work, kept)
        work.path.unlink()
        known = ProcessingJob(
            path=work.path,
            version=work.version,
            name=work.name,
            kind=work.kind,
            multimodal=False,
            document=kept.documents[0].body,
        )
        processed = await ask(pool, known, kept)
    assert len(kept.documents) == 1
    assert len(processed.file.passages) == 2


@pytest.mark.parametrize("error", [UnreadableFile("it is a stone"), Unavailable("later")])
async def test_a_failure_there_is_the_same_failure_here(tmp_path, work, error):
    async with opened(tmp_path) as pool, joined(tmp_path, Failing(error)):
        for _ in range(2):
            with pytest.raises(type(error), match=str(error)):
                await ask(pool, work)


async def test_while_no_process_is_there_it_is_done_here(tmp_path, work):
    async with opened(tmp_path, local_processor(), expected=False) as pool:
        assert (await ask(pool, work)).page_count == 2
        held = Held()
        async with joined(tmp_path, held):
            while not pool.connections:  # noqa: ASYNC110  nobody says so
                await asyncio.sleep(0.01)
            asking = asyncio.create_task(ask(pool, work))
            await held.begun.wait()
            held.may_go_on.set()
            assert (await asking).page_count == 2
        assert (await ask(pool, work)).page_count == 2


async def test_a_process_that_ends_in_the_middle_costs_nothing(tmp_path, work):
    dying, next_one = Held(), local_processor()
    async with opened(tmp_path) as pool:
        stop = asyncio.Event()
        first = asyncio.create_task(Joined(tmp_path, dying, release="1", slots=1).run(stop))
        asking = asyncio.create_task(ask(pool, work))
        await dying.begun.wait()
        first.cancel()
        await asyncio.wait([first])
        async with joined(tmp_path, next_one):
            assert (await asking).page_count == 2


async def test_a_file_that_ends_every_process_is_given_back_for_later(tmp_path, work):
    async def die(reader, writer):
        await write_frame(writer, messages.HELLO, b'{"release": "1", "pid": 77}')
        await read_frame(reader)
        writer.close()

    async with opened(tmp_path) as pool:
        address = (tmp_path / ADDRESS_FILE).read_text()
        asking = asyncio.create_task(ask(pool, work))
        for _ in range(3):
            await die(*await asyncio.open_unix_connection(address))
        with pytest.raises(Unavailable, match="3 processes ended"):
            await asking


async def test_a_stopped_process_gives_back_what_takes_too_long(tmp_path, work):
    held = Held()
    async with opened(tmp_path) as pool:
        async with joined(tmp_path, held, stop_seconds=0.0):
            asking = asyncio.create_task(ask(pool, work))
            await held.begun.wait()
        assert held.ended_early.is_set()
        async with joined(tmp_path, local_processor()):
            assert (await asking).page_count == 2


async def test_a_stopped_process_finishes_what_it_can(tmp_path, work):
    held = Held()
    async with opened(tmp_path) as pool, joined(tmp_path, held) as stop:
        asking = asyncio.create_task(ask(pool, work))
        await held.begun.wait()
        stop.set()
        held.may_go_on.set()
        assert (await asking).page_count == 2


@pytest.mark.parametrize("how", ["cancelled", "overtaken"])
async def test_work_that_is_wanted_no_more_ends_there_too(tmp_path, work, how):
    held = Held()
    async with opened(tmp_path) as pool, joined(tmp_path, held, slots=2):
        if how == "cancelled":
            asking = asyncio.create_task(ask(pool, work))
            await held.begun.wait()
            asking.cancel()
            await held.ended_early.wait()
        else:
            kept = Kept()

            async def lost(percent):
                raise ClaimLost("someone else has it")

            held.may_go_on.set()
            with pytest.raises(ClaimLost):
                await pool.process(work, keep=kept.keep, progress=lost)
        held.may_go_on.set()
        assert (await ask(pool, work)).page_count == 2
    assert held.ended_early.is_set() == (how == "cancelled")


async def test_a_process_that_is_stopped_loses_its_file_to_the_next(tmp_path, work, monkeypatch):
    monkeypatch.setattr(pool_module, "SILENCE_SECONDS", 0.3)
    monkeypatch.setattr(messages, "ALIVE_SECONDS", 0.05)
    hung = []
    async with opened(tmp_path, hung=hung.append) as pool:
        reader, writer = await asyncio.open_unix_connection((tmp_path / ADDRESS_FILE).read_text())
        await write_frame(writer, messages.HELLO, b'{"release": "1", "pid": 77}')
        while not pool.connections:  # noqa: ASYNC110  nobody says so
            await asyncio.sleep(0.01)
        asking = asyncio.create_task(ask(pool, work))
        assert (await read_frame(reader))[0] == messages.JOB
        async with joined(tmp_path, local_processor()):
            assert (await asking).page_count == 2
        assert hung == [77]
        assert await read_frame(reader) is None
        writer.close()
        await writer.wait_closed()


async def test_a_process_that_works_long_keeps_its_file(tmp_path, work, monkeypatch):
    monkeypatch.setattr(pool_module, "SILENCE_SECONDS", 0.3)
    monkeypatch.setattr(messages, "ALIVE_SECONDS", 0.05)
    slow = Held()
    async with opened(tmp_path) as pool, joined(tmp_path, slow):
        asking = asyncio.create_task(ask(pool, work))
        await slow.begun.wait()
        done, _ = await asyncio.wait([asking], timeout=0.5)
        assert not done
        slow.may_go_on.set()
        assert (await asking).page_count == 2


async def test_a_process_that_is_alive_and_gets_nowhere_loses_its_file(tmp_path, work, monkeypatch):
    monkeypatch.setattr(pool_module, "STALL_SECONDS", 0.3)
    monkeypatch.setattr(pool_module, "DEATHS_MOST", 1)
    monkeypatch.setattr(messages, "ALIVE_SECONDS", 0.05)
    hung = []
    slow = Held()
    async with opened(tmp_path, hung=hung.append) as pool, joined(tmp_path, slow):
        with pytest.raises(Unavailable):
            await ask(pool, work)
        await slow.ended_early.wait()
    assert hung == [os.getpid()]


async def test_files_wait_their_turn_for_a_busy_process(tmp_path, work):
    async with opened(tmp_path) as pool, joined(tmp_path, local_processor()):
        done = await asyncio.gather(*(ask(pool, work) for _ in range(8)))
    assert len(done) == 8


async def test_a_process_of_another_release_is_turned_away(tmp_path, caplog):
    async with opened(tmp_path):
        reader, writer = await asyncio.open_unix_connection((tmp_path / ADDRESS_FILE).read_text())
        await write_frame(writer, messages.HELLO, b'{"release": "0.9"}')
        assert await read_frame(reader) is None
        writer.close()
        await writer.wait_closed()
    assert "0.9" in caplog.text


async def test_a_data_directory_with_a_long_path_is_fine(tmp_path, work):
    deep = tmp_path / ("a" * 100) / ("b" * 100)
    deep.mkdir(parents=True)
    async with opened(deep) as pool, joined(deep, local_processor()):
        assert (await ask(pool, work)).page_count == 2


async def test_children_are_replaced_when_they_end_and_end_with_us(caplog):
    children = Children((sys.executable, "-c", "import time; time.sleep(60)"), 1)
    children.open()
    async with asyncio.timeout(10):
        while not children.pids:  # noqa: ASYNC110  nobody says so
            await asyncio.sleep(0.01)
        first = children.pids[0]
        os.kill(first, signal.SIGKILL)
        while not children.pids or children.pids == [first]:  # noqa: ASYNC110  nobody says so
            await asyncio.sleep(0.01)
        await children.close()
    assert children.pids == []
    assert "ended with code -9" in caplog.text


async def test_a_child_that_is_stopped_can_be_ended_by_its_id(caplog):
    children = Children((sys.executable, "-c", "import time; time.sleep(60)"), 1)
    children.open()
    async with asyncio.timeout(10):
        while not children.pids:  # noqa: ASYNC110  nobody says so
            await asyncio.sleep(0.01)
        first = children.pids[0]
        os.kill(first, signal.SIGSTOP)
        children.end(os.getpid())  # not one of them
        children.end(first)
        while not children.pids or children.pids == [first]:  # noqa: ASYNC110  nobody says so
            await asyncio.sleep(0.01)
        await children.close()


async def test_children_find_in_their_environment_what_they_are_given_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    told = tmp_path / "told"
    program = (
        "import json, os, pathlib, sys, time; path = pathlib.Path(sys.argv[1])\n"
        "path.with_suffix('.new').write_text(json.dumps(dict(os.environ)))\n"
        "path.with_suffix('.new').rename(path); time.sleep(60)"
    )
    children = Children((sys.executable, "-c", program, str(told)), 1, {"GIVEN": "x"})
    children.open()
    async with asyncio.timeout(10):
        while not told.exists():  # noqa: ASYNC110  nobody says so
            await asyncio.sleep(0.01)
        await children.close()
    found = json.loads(told.read_text())
    assert found.pop("GIVEN") == "x"
    assert set(found) <= {"LC_CTYPE"}  # which Python sets itself
