"""The composition root: the one place where adapters are chosen and features are given them."""

import asyncio
import contextlib
import secrets
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from lodgepole.adapters.data_directory import held, read_secret, write_secret
from lodgepole.adapters.system_clock import SystemClock
from lodgepole.assistants import Assistants
from lodgepole.chat.answer import Chat
from lodgepole.chat.extractive import ExtractiveChatModel
from lodgepole.errors import InvalidRequest
from lodgepole.evaluation.alignment import Alignment
from lodgepole.files import ContentSigner, Files
from lodgepole.ingestion.pipeline import Pipeline
from lodgepole.ingestion.preparing import Preparing
from lodgepole.ingestion.sweep import Sweep
from lodgepole.ingestion.worker import Worker
from lodgepole.keys import Keys
from lodgepole.model_choice import model_directory
from lodgepole.operations import Operations
from lodgepole.retrieval.embedders import Embedders
from lodgepole.retrieval.search import Search
from lodgepole.services import Services
from lodgepole.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

DEFAULT_PROJECT = "default"
ONLY_WORKER = "local"
"""The same at every start: who holds the data directory may take back what was held before."""


@dataclass(slots=True, kw_only=True)
class Runtime:
    """A running Lodgepole without its HTTP server."""

    services: Services
    worker: Worker
    app: "FastAPI"
    api_key_made: str | None  # the secret, when one was made just now


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[Runtime]:
    """Open everything, work, and close it in order when the context ends.

    Raises:
        Conflict: Another process holds the data directory.
        InvalidRequest: A setting cannot be used; the message says which and why.
        Unavailable: The data directory or the model cannot be used.
    """
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(held(settings.data_dir))
        services, worker = await _build(settings, stack)
        key = await _first_key(settings, services)
        app = await asyncio.to_thread(_create_app, settings, services)
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run(stop), name="worker")
        app.state.ready = lambda: not working.done()
        try:
            yield Runtime(services=services, worker=worker, app=app, api_key_made=key)
        finally:
            stop.set()
            await working


def pull_model(settings: Settings) -> Path:
    """Fetch the built-in embedder's weights into the cache; where they are."""
    from lodgepole.adapters.onnxruntime_embedder.pulling import Puller

    return Puller().pull(settings.cache_dir).weights


async def _build(settings: Settings, stack: contextlib.AsyncExitStack) -> tuple[Services, Worker]:
    from lodgepole.adapters.obstore_blobs import ObstoreBlobs
    from lodgepole.adapters.onnxruntime_embedder import OnnxRuntimeEmbedder, find_model
    from lodgepole.adapters.sqlalchemy_database.catalog import SqlCatalog
    from lodgepole.adapters.sqlalchemy_database.database import open_database
    from lodgepole.adapters.sqlalchemy_database.operation_log import SqlOperationLog
    from lodgepole.adapters.subprocess_parser import SubprocessParser
    from lodgepole.adapters.tantivy_index import TantivyIndex
    from lodgepole.adapters.tokenizers_tokenizer import TokenizersTokenizer

    limits, clock = settings.limits, SystemClock()
    database = await open_database(f"sqlite+aiosqlite:///{settings.data_dir / 'catalog.db'}")
    stack.push_async_callback(database.close)
    catalog, log = SqlCatalog(database), SqlOperationLog(database, clock)
    blobs = ObstoreBlobs.in_directory(settings.data_dir / "blobs")
    index = TantivyIndex(settings.data_dir / "index")
    stack.push_async_callback(index.close)
    parser = SubprocessParser(
        (sys.executable, "-m", "lodgepole.parser_child"),
        limits,
        ocr_languages=settings.ocr_languages,
    )
    stack.push_async_callback(parser.close)
    embedder = await asyncio.to_thread(
        OnnxRuntimeEmbedder, settings.cache_dir, threads=settings.worker_threads
    )
    stack.push_async_callback(embedder.close)
    tokenizer = TokenizersTokenizer(find_model(settings.cache_dir).tokenizer)
    models = model_directory(settings, ExtractiveChatModel(embedder, tokenizer), stack)
    search = Search(index, embedder, tokenizer, catalog)
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
        ),
        operations=Operations(log=log),
        keys=Keys(catalog=catalog, clock=clock, new_id=_new_id),
        chat=Chat(search, models, tokenizer, new_id=_new_id, limits=limits),
        alignment=Alignment(embedder, tokenizer, limits, models),
        models=models,
        blobs=blobs,
        catalog=catalog,
        log=log,
        index=index,
        clock=clock,
        limits=limits,
    )
    worker = Worker(
        log=log,
        pipeline=Pipeline(
            catalog=catalog,
            log=log,
            blobs=blobs,
            preparer=Preparing(
                parser=parser, tokenizer=tokenizer, embedders=Embedders(embedder), limits=limits
            ),
            index=index,
            clock=clock,
        ),
        sweep=Sweep(log=log, blobs=blobs, index=index, clock=clock, limits=limits),
        clock=clock,
        limits=limits,
        worker_id=ONLY_WORKER,
    )
    return services, worker


def _create_app(settings: Settings, services: Services) -> "FastAPI":
    from lodgepole import mcp
    from lodgepole.api.app import create_app

    app = create_app(services, public_url=settings.public_url, ready=lambda: False)
    mcp.mount(app)
    return app


async def _first_key(settings: Settings, services: Services) -> str | None:
    """Seed the configured key; else, on loopback, make the first one and keep it on disk."""
    if settings.api_key is not None:
        await services.keys.seed(settings.api_key.get_secret_value(), project_id=DEFAULT_PROJECT)
        return None
    path = settings.data_dir / "api_key"
    kept = read_secret(path)
    if kept is not None:
        await services.keys.seed(kept, project_id=DEFAULT_PROJECT)
        return None
    if await services.catalog.list_keys(DEFAULT_PROJECT):
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
