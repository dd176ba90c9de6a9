"""The composition root: the one place where adapters are chosen and features are given them."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from uuid import uuid4

from fastapi import FastAPI

from lodgepole.access.api_keys import DEFAULT_PROJECT, Keys
from lodgepole.access.assistant_usage import AssistantUsage
from lodgepole.access.audit import AuditLog
from lodgepole.access.usage import UsageMeter
from lodgepole.adapters.host.data_directory import read_secret, write_secret
from lodgepole.adapters.host.process_memory import share_arenas
from lodgepole.adapters.telemetry.prometheus import PrometheusMetrics
from lodgepole.api.app import create_app
from lodgepole.api.mcp import server
from lodgepole.api.state import Observing
from lodgepole.chat.answer import Chat
from lodgepole.chat.deep_search import DeepSearch
from lodgepole.chat.quoting.quote_selection import ExtractiveChatModel
from lodgepole.chat.whole_documents.answers import WholeAnswers
from lodgepole.chat.whole_documents.stored_documents import WholeDocuments
from lodgepole.concurrency.signal import Signal
from lodgepole.errors import InvalidRequest
from lodgepole.evaluation.alignment import Alignment
from lodgepole.ingestion.supervision import Supervised
from lodgepole.ingestion.worker import Worker
from lodgepole.library.assistants import Assistants
from lodgepole.library.conversations import Conversations
from lodgepole.library.file_batches import FileBatches
from lodgepole.library.files import Files
from lodgepole.library.held_files import HeldFiles
from lodgepole.library.operations import Operations
from lodgepole.library.responses import StoredResponses
from lodgepole.library.shared_conversations import SharedConversations
from lodgepole.limits import Limits
from lodgepole.ports.webhook_sender import WebhookSender
from lodgepole.retrieval.figures import SnippetFigures
from lodgepole.retrieval.search import Search
from lodgepole.runtime.chat_models import EXTRACTIVE, describe_default, model_directory
from lodgepole.runtime.embedders import judging_embedder, open_reranking
from lodgepole.runtime.file_worker import open_worker
from lodgepole.runtime.processing import (
    ProcessingTools,
    open_file_processor,
    open_processing_tools,
)
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.sign_in import open_sessions, open_sign_in
from lodgepole.runtime.sources import (
    Origins,
    folder_watch,
    open_files,
    open_origins,
    source_registry,
    source_runner,
)
from lodgepole.runtime.storage import Stores, open_stores
from lodgepole.runtime.telemetry import observe
from lodgepole.runtime.tracing import open_tracer
from lodgepole.runtime.webhooks import (
    open_webhook_sender,
    webhook_dispatcher,
    webhook_registry,
)
from lodgepole.services import Services
from lodgepole.telemetry.stages import Stages


@dataclass(slots=True, kw_only=True)
class Runtime:
    """A running Lodgepole without its HTTP server."""

    services: Services
    app: FastAPI
    api_key_made: str | None  # the secret, when one was made just now
    answers: str  # which model answers, in words
    quotes: bool  # it is the one that quotes


@contextlib.asynccontextmanager
async def running(settings: Settings, *, read_only: bool = False) -> AsyncGenerator[Runtime]:
    """Open everything, work, and close it in order when the context ends.

    With `read_only` another process of this machine owns the data and does the work.

    Raises:
        Conflict: Another process holds the data directory.
        InvalidRequest: A setting cannot be used; the message says which and why.
        Unavailable: The data directory or the model cannot be used.
    """
    settings.check_secrets()
    share_arenas()
    async with contextlib.AsyncExitStack() as stack:
        stages = Stages(PrometheusMetrics(), open_tracer(settings, stack))
        stores = await open_stores(settings, stack, read_only=read_only)
        tools = await open_processing_tools(settings, stack)
        wake, origins = Signal(), open_origins(settings, stack)
        sender = open_webhook_sender(settings, stack)
        services = await _services(
            settings, stack, stages, stores, tools, origins=origins, wake=wake, sender=sender
        )
        key = None if read_only else await _first_key(settings, services)
        watched = observe(settings, services, stages)
        stop = asyncio.Event()
        working: asyncio.Task[None] | None = None
        worker: Worker | None = None
        supervised: Supervised | None = None
        following: asyncio.Task[None] | None = None
        telling: asyncio.Task[None] | None = None
        watching: asyncio.Task[None] | None = None
        if settings.work and not read_only:
            processor = await open_file_processor(settings, stack, tools)
            worker = open_worker(settings, stages, stores, tools, processor)
            supervised = Supervised(worker)
        app = await asyncio.to_thread(
            _create_app,
            settings,
            services,
            watched,
            ready=lambda: working is None or not working.done(),
            worker_down=lambda: supervised is not None and supervised.down,
            incomplete=lambda: 0 if worker is None else worker.incomplete_assistants,
        )
        if supervised is not None:
            working = asyncio.create_task(supervised.run(stop), name="worker")
            runner = source_runner(
                settings, stores, origins, files=services.files, wake=wake, stages=stages
            )
            following = asyncio.create_task(Supervised(runner).run(stop), name="sources")
            watch = folder_watch(settings, stores, wake)
            if watch is not None:
                watching = asyncio.create_task(Supervised(watch).run(stop), name="folders")
            dispatcher = webhook_dispatcher(settings, stores, sender, stages.metrics)
            telling = asyncio.create_task(Supervised(dispatcher).run(stop), name="webhooks")
        try:
            yield Runtime(
                services=services,
                app=app,
                api_key_made=key,
                answers=describe_default(settings, services.models),
                quotes=services.models.default.name == EXTRACTIVE,
            )
        finally:
            stop.set()
            for task in (working, following, telling, watching):
                if task is not None:
                    await task


async def _services(
    settings: Settings,
    stack: contextlib.AsyncExitStack,
    stages: Stages,
    stores: Stores,
    tools: ProcessingTools,
    *,
    origins: Origins,
    wake: Signal,
    sender: WebhookSender,
) -> Services:
    limits, clock, catalog, log = settings.limits, stores.clock, stores.catalog, stores.log
    usage_meter = UsageMeter(
        stores.usage_store,
        clock,
        assistants=AssistantUsage(stores.records, catalog, clock, process=_new_id()),
    )
    stack.push_async_callback(usage_meter.close)
    judge = judging_embedder(settings, tools.embedders)
    models = model_directory(settings, ExtractiveChatModel(judge, tools.tokenizer), stack)
    search = Search(
        stores.searched,
        tools.embedders.configured,
        tools.tokenizer,
        catalog,
        reranking=await open_reranking(settings, clock, stack, stages.metrics),
        embedders=tools.embedders,
        stages=stages,
    )
    files = open_files(settings, stores, stages)
    held_files = _held_files(stores, files, limits)
    documents = WholeDocuments(catalog, stores.blobs)
    sessions = open_sessions(settings, stores.records, clock)
    conversations = Conversations(
        records=stores.records,
        clock=clock,
        new_id=_new_id,
        limits=limits,
        kept=settings.conversations,
    )
    return Services(
        assistants=Assistants(
            catalog=catalog, intake=log, clock=clock, new_id=_new_id, limits=limits
        ),
        files=files,
        sources=source_registry(settings, stores, origins, wake),
        webhooks=webhook_registry(settings, stores, sender),
        operations=Operations(history=log, signals=log),
        held_files=held_files,
        file_batches=_file_batches(stores, files, held_files, limits),
        responses=StoredResponses(records=stores.records, clock=clock, limits=limits),
        conversations=conversations,
        shared=SharedConversations(conversations, records=stores.records, clock=clock),
        keys=Keys(catalog=catalog, clock=clock, new_id=_new_id, limits=limits),
        audit=AuditLog(records=stores.records, clock=clock, new_id=_new_id, limits=limits),
        sessions=sessions,
        sign_in=open_sign_in(settings, stores, sessions, stack),
        usage_meter=usage_meter,
        chat=Chat(
            search,
            models,
            tools.tokenizer,
            new_id=_new_id,
            limits=limits,
            figures=SnippetFigures(stores.blobs),
            metrics=stages.metrics,
            stages=stages,
            whole=WholeAnswers(documents),
            deep=DeepSearch(search, documents, tools.tokenizer, limits),
            deep_unasked=settings.deep_answers,
        ),
        alignment=Alignment(judge, tools.tokenizer, limits, models),
        models=models,
        blobs=stores.blobs,
        catalog=catalog,
        intake=log,
        history=log,
        live=log,
        backlog=log,
        signals=log,
        index=stores.searched,
        rate_limit_buckets=stores.rate_limit_buckets,
        clock=clock,
        limits=limits,
    )


def _held_files(stores: Stores, files: Files, limits: Limits) -> HeldFiles:
    return HeldFiles(
        records=stores.records,
        blobs=stores.blobs,
        catalog=stores.catalog,
        files=files,
        clock=stores.clock,
        new_id=_new_id,
        limits=limits,
    )


def _file_batches(
    stores: Stores, files: Files, held_files: HeldFiles, limits: Limits
) -> FileBatches:
    return FileBatches(
        records=stores.records,
        catalog=stores.catalog,
        files=files,
        held_files=held_files,
        clock=stores.clock,
        new_id=_new_id,
        limits=limits,
    )


def _create_app(
    settings: Settings,
    services: Services,
    watched: Observing,
    *,
    ready: Callable[[], bool],
    incomplete: Callable[[], int],
    worker_down: Callable[[], bool],
) -> FastAPI:
    uploads = settings.data_dir / "uploads"
    uploads.mkdir(exist_ok=True)
    app = create_app(
        services,
        public_url=settings.public_url,
        ready=ready,
        incomplete=incomplete,
        worker_down=worker_down,
        watched=watched,
        uploads=uploads,
        cors_origins=settings.cors_origins,
    )
    server.mount(app)
    return app


async def _first_key(settings: Settings, services: Services) -> str | None:
    """Seed the configured key; else, on loopback, make the first one and keep it on disk."""
    if settings.api_key is not None:
        await services.keys.seed(
            settings.api_key.get_secret_value(),
            project_id=DEFAULT_PROJECT,
            besides=read_secret(settings.data_dir / "api_key"),
        )
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


def _new_id() -> str:
    return str(uuid4())
