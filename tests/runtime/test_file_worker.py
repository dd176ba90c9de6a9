"""The worker is put together of the stores that it works on."""

from contextlib import AsyncExitStack

import pytest

from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.adapters.telemetry.prometheus import PrometheusMetrics
from lodgepole.ingestion.processing import LocalProcessor
from lodgepole.retrieval.embedders import Embedders
from lodgepole.runtime.file_worker import open_worker
from lodgepole.runtime.processing import ProcessingTools
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.storage import open_stores
from lodgepole.telemetry.stages import Stages


@pytest.fixture
async def opened(tmp_path):
    async with AsyncExitStack() as stack:

        async def open_(**given):
            settings = Settings(data_dir=tmp_path, **given)
            tools = ProcessingTools(Embedders(MemoryEmbedder()), MemoryTokenizer())
            processor = LocalProcessor(
                parser=None,
                chunker=None,
                tokenizer=tools.tokenizer,
                embedders=tools.embedders,
                limits=settings.limits,
            )
            stores = await open_stores(settings, stack)
            stages = Stages(PrometheusMetrics(), None)
            return open_worker(settings, stages, stores, tools, processor), stores

        yield open_


async def test_with_nothing_to_do_it_claims_nothing(opened):
    worker, _ = await opened()
    assert await worker.drain() == 0
    assert worker.incomplete_assistants == 0


@pytest.mark.parametrize(("processes", "files"), [(0, 2), (1, 3), (4, 9)])
async def test_two_files_at_once_for_each_process_that_reads(opened, processes, files):
    worker, _ = await opened(workers=processes)
    assert worker._slots == files


async def test_an_index_that_can_be_damaged_alone_is_rebuilt(opened):
    worker, stores = await opened()
    assert stores.own_index is not None
    assert worker._rebuilding is not None
