"""Part of the wiring: the worker that claims files, in a server or in a process of its own."""

import asyncio
import contextlib

from lodgepole.adapters.host.process_memory import give_back, share_arenas
from lodgepole.adapters.telemetry.prometheus import PrometheusMetrics
from lodgepole.concurrency.signal import Signal
from lodgepole.ingestion.index_rebuild import Rebuilding
from lodgepole.ingestion.pipeline import Pipeline
from lodgepole.ingestion.reembedding import Reembedding
from lodgepole.ingestion.supervision import Supervised
from lodgepole.ingestion.sweep import Sweep
from lodgepole.ingestion.worker import Worker
from lodgepole.ports.file_processor import FileProcessor
from lodgepole.runtime.processing import (
    ProcessingTools,
    open_file_processor,
    open_processing_tools,
)
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.sources import open_files, open_origins, source_runner
from lodgepole.runtime.storage import Stores, open_stores
from lodgepole.runtime.tracing import open_tracer
from lodgepole.telemetry.stages import Stages

FILES_PER_WORKER = 2
"""Files at once: while one waits for its parser, another is embedded."""


async def work_alone(settings: Settings, stop: asyncio.Event) -> None:
    """Claim and run operations of many machines, in this process, until `stop` is set.

    Raises:
        InvalidRequest: A setting cannot be used; the message says which and why.
        Unavailable: The database, the bucket or the model cannot be used.
    """
    share_arenas()
    async with contextlib.AsyncExitStack() as stack:
        metrics = PrometheusMetrics()
        if settings.worker_metrics is not None:
            stack.enter_context(metrics.served(settings.worker_metrics))
        stages = Stages(metrics, open_tracer(settings, stack))
        stores = await open_stores(settings, stack)
        tools = await open_processing_tools(settings, stack)
        processor = await open_file_processor(settings, stack, tools)
        worker = open_worker(settings, stages, stores, tools, processor)
        runner = source_runner(
            settings,
            stores,
            open_origins(settings, stack),
            files=open_files(settings, stores, stages),
            wake=Signal(),
            stages=stages,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(Supervised(worker).run(stop))
            group.create_task(Supervised(runner).run(stop))


def open_worker(
    settings: Settings,
    stages: Stages,
    stores: Stores,
    tools: ProcessingTools,
    processor: FileProcessor,
) -> Worker:
    """Return the worker of these stores, which runs when it is told to."""
    log, index, clock = stores.log, stores.index, stores.clock
    pipeline = Pipeline(
        catalog=stores.catalog,
        queue=log,
        live=log,
        blobs=stores.blobs,
        processor=processor,
        index=index,
        records=stores.records,
        clock=clock,
        stages=stages,
    )
    own = stores.own_index
    return Worker(
        queue=log,
        signals=log,
        leader_lease=log,
        pipeline=pipeline,
        stages=stages,
        rebuilding=None
        if own is None
        else Rebuilding(own, index=own, catalog=stores.catalog, live=log, pipeline=pipeline),
        reembedding=Reembedding(
            index=index,
            vectors=index,
            backlog=log,
            signals=log,
            embedder=tools.embedders.configured,
            clock=clock,
            metrics=stages.metrics,
        ),
        sweep=Sweep(
            history=log,
            live=log,
            blobs=stores.blobs,
            quarantine=stores.blobs,
            index=index,
            records=stores.records,
            clock=clock,
            limits=settings.limits,
        ),
        clock=clock,
        limits=settings.limits,
        worker_id=stores.worker_id,
        slots=FILES_PER_WORKER * settings.workers + 1 if settings.workers else FILES_PER_WORKER,
        on_idle=give_back,
    )
