"""The composition root: the one place where adapters are chosen and features are given them."""

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from lodgepole.accounting import Accounting
from lodgepole.adapters.data_directory import held, read_secret, write_secret
from lodgepole.adapters.memory.allowances import MemoryAllowances
from lodgepole.adapters.process_memory import give_back, share_arenas
from lodgepole.adapters.prometheus_metrics import PrometheusMetrics
from lodgepole.adapters.system_clock import SystemClock
from lodgepole.assistants import Assistants
from lodgepole.chat.answer import Chat
from lodgepole.chat.extractive import ExtractiveChatModel
from lodgepole.content_links import ContentSigner
from lodgepole.embedder_choice import judging_embedder, open_embedders, open_reranking
from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.evaluation.alignment import Alignment
from lodgepole.files import Files
from lodgepole.ingestion.audit import Audit, AuditReport
from lodgepole.ingestion.pipeline import Pipeline
from lodgepole.ingestion.preparing import Preparing
from lodgepole.ingestion.rebuilding import Rebuilding
from lodgepole.ingestion.reembedding import Reembedding
from lodgepole.ingestion.sweep import Sweep
from lodgepole.ingestion.worker import Worker
from lodgepole.keys import Keys
from lodgepole.model_choice import describe_default, model_directory
from lodgepole.observation import observe, open_tracer
from lodgepole.operations import Operations
from lodgepole.retrieval.figures import SnippetFigures
from lodgepole.retrieval.search import Search
from lodgepole.services import Services
from lodgepole.settings import Settings, reader_environment
from lodgepole.stages import Stages

if TYPE_CHECKING:
    from fastapi import FastAPI

    from lodgepole.adapters.preparing_processes import Children
    from lodgepole.adapters.subprocess_parser import SubprocessParser
    from lodgepole.api.observing import Observing

DEFAULT_PROJECT = "default"
FILES_PER_WORKER = 2
"""At once: while one waits for its parser, another is embedded."""
ONLY_WORKER = "local"
"""The same at every start: who holds the data directory may take back what was held before."""


@dataclass(slots=True, kw_only=True)
class Runtime:
    """A running Lodgepole without its HTTP server."""

    services: Services
    worker: Worker
    app: "FastAPI"
    api_key_made: str | None  # the secret, when one was made just now
    answers: str  # which model answers, in words


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[Runtime]:
    """Open everything, work, and close it in order when the context ends.

    Raises:
        Conflict: Another process holds the data directory.
        InvalidRequest: A setting cannot be used; the message says which and why.
        Unavailable: The data directory or the model cannot be used.
    """
    share_arenas()
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(held(settings.data_dir))
        stages = Stages(PrometheusMetrics(), open_tracer(settings, stack))
        services, worker = await _build(settings, stack, stages)
        key = await _first_key(settings, services)
        watched = observe(settings, services, stages)
        app = await asyncio.to_thread(_create_app, settings, services, watched)
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run(stop), name="worker")
        app.state.ready = lambda: not working.done()
        app.state.incomplete = lambda: worker.incomplete_assistants
        try:
            yield Runtime(
                services=services,
                worker=worker,
                app=app,
                api_key_made=key,
                answers=describe_default(settings, services.models),
            )
        finally:
            stop.set()
            await working


async def prepare_for_server(
    settings: Settings, stop: asyncio.Event, *, parent: int | None = None
) -> None:
    """Read and embed for the server of the data directory, in this process, until `stop` is set.

    Args:
        settings: Those of the server.
        stop: A file in hand is finished, or given back after a while.
        parent: The server, when it started this process: then both end together.

    Raises:
        InvalidRequest: A setting cannot be used; the message says which and why.
        Unavailable: The model cannot be used.
    """
    import lodgepole
    from lodgepole.adapters.onnxruntime_embedder import find_tokenizer
    from lodgepole.adapters.preparing_processes import Joined
    from lodgepole.adapters.tokenizers_tokenizer import TokenizersTokenizer

    share_arenas()
    async with contextlib.AsyncExitStack() as stack:
        preparing = Preparing(
            parser=_parser(settings, stack),
            tokenizer=TokenizersTokenizer(find_tokenizer(settings.cache_dir)),
            embedders=await open_embedders(settings, stack),
            limits=settings.limits,
        )
        release = lodgepole.__version__
        await Joined(settings.data_dir, preparing, release=release, parent=parent).run(stop)


async def verify(settings: Settings, *, repair: bool) -> AuditReport:
    """Compare all that is stored in the data directory, which nobody else may use meanwhile.

    Args:
        settings: Say where it is.
        repair: First remove what no row accounts for.

    Raises:
        Conflict: A server runs there.
        Unavailable: The data directory cannot be used.
    """
    from lodgepole.adapters.obstore_blobs import ObstoreBlobs
    from lodgepole.adapters.sqlalchemy_database.catalog import SqlCatalog
    from lodgepole.adapters.sqlalchemy_database.database import open_database
    from lodgepole.adapters.sqlalchemy_database.operation_log import SqlOperationLog
    from lodgepole.adapters.tantivy_index import TantivyIndex

    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(held(settings.data_dir))
        clock = SystemClock()
        database = await open_database(f"sqlite+aiosqlite:///{settings.data_dir / 'catalog.db'}")
        stack.push_async_callback(database.close)
        catalog, log = SqlCatalog(database), SqlOperationLog(database, clock)
        blobs = ObstoreBlobs.in_directory(settings.data_dir / "blobs")
        index = TantivyIndex(settings.data_dir / "index")
        stack.push_async_callback(index.close)
        if repair:
            sweep = Sweep(
                log=log,
                blobs=blobs,
                index=index,
                clock=clock,
                limits=settings.limits,
                grace=timedelta(),
            )
            await sweep.run()
        return await Audit(catalog=catalog, log=log, blobs=blobs, index=index).run()


@contextlib.asynccontextmanager
async def opened_keys(settings: Settings) -> AsyncGenerator[Keys]:
    """The keys of a data directory, whether a server runs there or not.

    Raises:
        NotFound: There is no catalog; its first server makes it.
        Unavailable: It cannot be opened.
    """
    from lodgepole.adapters.sqlalchemy_database.catalog import SqlCatalog
    from lodgepole.adapters.sqlalchemy_database.database import open_database

    path = settings.data_dir / "catalog.db"
    if not path.is_file():
        raise NotFound(
            f"There is no catalog in {settings.data_dir}. Name the server's data directory with "
            "--data-dir or LODGEPOLE_DATA_DIR; the server's first start makes it."
        )
    database = await open_database(f"sqlite+aiosqlite:///{path}")
    try:
        yield Keys(catalog=SqlCatalog(database), clock=SystemClock(), new_id=_new_id)
    finally:
        await database.close()


def _workers(settings: Settings) -> "Children":
    """The processes that prepare files, not started yet."""
    from lodgepole.adapters.preparing_processes import Children

    command = [sys.executable, "-m", "lodgepole", "worker", "--parent", str(os.getpid())]
    threads = settings.worker_threads or (os.cpu_count() or 1) // max(1, settings.workers)
    return Children(
        [*command, "--data-dir", str(settings.data_dir), "--threads", str(max(1, threads))],
        settings.workers,
        settings.worker_environment(),
    )


def _parser(settings: Settings, stack: contextlib.AsyncExitStack) -> "SubprocessParser":
    from lodgepole.adapters.subprocess_parser import SubprocessParser

    parser = SubprocessParser(
        (sys.executable, "-m", "lodgepole.parser_child"),
        settings.limits,
        ocr_languages=settings.ocr_languages,
        environment=reader_environment(),
    )
    stack.push_async_callback(parser.close)
    return parser


async def _build(
    settings: Settings, stack: contextlib.AsyncExitStack, stages: Stages
) -> tuple[Services, Worker]:
    import lodgepole
    from lodgepole.adapters.obstore_blobs import ObstoreBlobs
    from lodgepole.adapters.onnxruntime_embedder import find_tokenizer
    from lodgepole.adapters.preparing_processes import PreparingPool
    from lodgepole.adapters.sqlalchemy_database.catalog import SqlCatalog
    from lodgepole.adapters.sqlalchemy_database.database import open_database
    from lodgepole.adapters.sqlalchemy_database.ledger import SqlLedger
    from lodgepole.adapters.sqlalchemy_database.operation_log import SqlOperationLog
    from lodgepole.adapters.tantivy_index import TantivyIndex
    from lodgepole.adapters.tokenizers_tokenizer import TokenizersTokenizer

    limits, clock = settings.limits, SystemClock()
    database = await open_database(f"sqlite+aiosqlite:///{settings.data_dir / 'catalog.db'}")
    stack.push_async_callback(database.close)
    catalog, log = SqlCatalog(database), SqlOperationLog(database, clock)
    accounting = Accounting(SqlLedger(database), clock)
    stack.push_async_callback(accounting.close)
    blobs = ObstoreBlobs.in_directory(settings.data_dir / "blobs")
    index = TantivyIndex(settings.data_dir / "index")
    stack.push_async_callback(index.close)
    embedders = await open_embedders(settings, stack)
    embedder, judge = embedders.configured, judging_embedder(settings, embedders)
    reranking = await open_reranking(settings, clock, stack, stages.metrics)
    tokenizer = TokenizersTokenizer(find_tokenizer(settings.cache_dir))
    models = model_directory(settings, ExtractiveChatModel(judge, tokenizer), stack)
    search = Search(
        index, embedder, tokenizer, catalog, reranking=reranking, embedders=embedders, stages=stages
    )
    services = Services(
        assistants=Assistants(catalog=catalog, log=log, clock=clock, new_id=_new_id, limits=limits),
        files=Files(
            catalog=catalog,
            log=log,
            blobs=blobs,
            clock=clock,
            new_id=_new_id,
            limits=limits,
            signer=ContentSigner(
                secret=_signing_secret(settings.data_dir), clock=clock, limits=limits
            ),
            stages=stages,
        ),
        operations=Operations(log=log),
        keys=Keys(catalog=catalog, clock=clock, new_id=_new_id),
        accounting=accounting,
        chat=Chat(
            search,
            models,
            tokenizer,
            new_id=_new_id,
            limits=limits,
            figures=SnippetFigures(blobs),
            metrics=stages.metrics,
            stages=stages,
        ),
        alignment=Alignment(judge, tokenizer, limits, models),
        models=models,
        blobs=blobs,
        catalog=catalog,
        log=log,
        index=index,
        allowances=MemoryAllowances(clock),
        clock=clock,
        limits=limits,
    )
    children = _workers(settings)
    pool = PreparingPool(
        settings.data_dir,
        Preparing(
            parser=_parser(settings, stack),
            tokenizer=tokenizer,
            embedders=embedders,
            limits=limits,
        ),
        release=lodgepole.__version__,
        expected=settings.workers > 0,
        limits=limits,
        hung=children.end,
    )
    await pool.open()
    stack.push_async_callback(pool.close)
    children.open()
    stack.push_async_callback(children.close)
    pipeline = Pipeline(
        catalog=catalog,
        log=log,
        blobs=blobs,
        preparer=pool,
        index=index,
        clock=clock,
        stages=stages,
    )
    worker = Worker(
        log=log,
        pipeline=pipeline,
        stages=stages,
        rebuilding=Rebuilding(index, index=index, catalog=catalog, log=log, pipeline=pipeline),
        reembedding=Reembedding(
            index=index, log=log, embedder=embedder, clock=clock, metrics=stages.metrics
        ),
        sweep=Sweep(log=log, blobs=blobs, index=index, clock=clock, limits=limits),
        clock=clock,
        limits=limits,
        worker_id=ONLY_WORKER,
        slots=FILES_PER_WORKER * settings.workers + 1 if settings.workers else FILES_PER_WORKER,
        resting=give_back,
    )
    return services, worker


def _create_app(settings: Settings, services: Services, watched: "Observing") -> "FastAPI":
    from lodgepole import mcp
    from lodgepole.api.app import create_app

    uploads = settings.data_dir / "uploads"
    uploads.mkdir(exist_ok=True)
    app = create_app(
        services,
        public_url=settings.public_url,
        ready=lambda: False,
        watched=watched,
        uploads=uploads,
    )
    mcp.mount(app)
    return app


async def _first_key(settings: Settings, services: Services) -> str | None:
    """Seed the configured key; else, on loopback, make the first one and keep it on disk."""
    if settings.api_key is not None:
        await services.keys.seed(settings.api_key.get_secret_value(), project_id=DEFAULT_PROJECT)
        return None
    if await services.catalog.list_keys(DEFAULT_PROJECT):
        return None  # a key that was revoked stays so, whatever file still holds it
    path = settings.data_dir / "api_key"
    kept = read_secret(path)
    if kept is not None:
        await services.keys.seed(kept, project_id=DEFAULT_PROJECT)
        return None
    if not settings.on_loopback:
        raise InvalidRequest(
            f"No API key is set, and {settings.host} can be reached from other machines: "
            "set LODGEPOLE_API_KEY."
        )
    # Written before it is seeded: a crash between the two loses nothing.
    made = f"lp_{secrets.token_urlsafe(32)}"
    write_secret(path, made)
    await services.keys.seed(made, project_id=DEFAULT_PROJECT)
    return made


def _signing_secret(data_dir: Path) -> bytes:
    path = data_dir / "signing_secret"
    kept = read_secret(path)
    if kept is None:
        kept = secrets.token_hex(32)
        write_secret(path, kept)
    return bytes.fromhex(kept)


def _new_id() -> str:
    return str(uuid4())
