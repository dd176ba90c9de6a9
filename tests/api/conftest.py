"""The whole API in one process over the memory adapters, with a worker that works when told to."""

import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from lodgepole.access.api_keys import Keys
from lodgepole.access.assistant_usage import AssistantUsage
from lodgepole.access.audit import AuditLog
from lodgepole.access.sessions import Sessions
from lodgepole.access.usage import UsageMeter
from lodgepole.adapters.memory.blobs import MemoryBlobs
from lodgepole.adapters.memory.catalog import MemoryCatalog
from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.adapters.memory.operation_log import MemoryOperationLog
from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.adapters.memory.rate_limit_buckets import MemoryRateLimitBuckets
from lodgepole.adapters.memory.records import MemoryRecords
from lodgepole.adapters.memory.sources import MemorySources
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.adapters.memory.usage_store import MemoryUsageStore
from lodgepole.adapters.memory.webhooks import MemoryWebhooks
from lodgepole.adapters.origins.folder import FolderOrigin
from lodgepole.adapters.outbound_http import HttpWebhookSender, Networks
from lodgepole.api.app import create_app
from lodgepole.chat.answer import Chat
from lodgepole.chat.model_directory import ConfiguredModel, ModelDirectory
from lodgepole.chat.quoting.quote_selection import ExtractiveChatModel
from lodgepole.chat.whole_documents.answers import WholeAnswers
from lodgepole.chat.whole_documents.stored_documents import WholeDocuments
from lodgepole.concurrency.signal import Signal
from lodgepole.documents.stored_documents import as_stored, save_document
from lodgepole.errors import UnreadableFile
from lodgepole.evaluation.alignment import Alignment
from lodgepole.ingestion.chunking import chunk
from lodgepole.library.assistants import Assistants
from lodgepole.library.blob_keys import original_key, version_prefix
from lodgepole.library.conversations import Conversations
from lodgepole.library.download_tokens import DownloadTokens
from lodgepole.library.file_batches import FileBatches
from lodgepole.library.files import Files
from lodgepole.library.held_files import HeldFiles
from lodgepole.library.operations import Operations
from lodgepole.library.responses import StoredResponses
from lodgepole.library.shared_conversations import SharedConversations
from lodgepole.limits import Limits
from lodgepole.model import Claim, FileVersion, Operation, OperationType, Role
from lodgepole.ports.index import IndexedFile, IndexedPassage
from lodgepole.ports.operation_queue import OperationQueue
from lodgepole.ports.source_store import SourceKind
from lodgepole.retrieval.search import Search
from lodgepole.services import Services
from lodgepole.sources.registry import Sources
from lodgepole.text.analyzer import file_words, passage_words
from lodgepole.text.languages import detect_language
from lodgepole.webhooks.registry import Webhooks

KEY = "secret-of-the-tests"
LEASE = timedelta(minutes=1)
LIMITS = Limits(file_bytes=20_000, pdf_bytes=40_000, multimodal_pdf_bytes=30_000)
SCRIPT = ("Revenue grew by ", "12 percent in 2024 [1]", ".", " It will grow again.")


@dataclass
class House:
    services: Services
    scripted: ScriptedChatModel
    clock: MemoryClock
    queue: OperationQueue
    parser: MemoryParser = field(default_factory=MemoryParser)
    embedder: MemoryEmbedder = field(default_factory=MemoryEmbedder)
    tokenizer: MemoryTokenizer = field(default_factory=MemoryTokenizer)
    ready: Callable[[], bool] = lambda: True
    incomplete: Callable[[], int] = lambda: 0
    public_url: str | None = None

    def client(
        self, version: str | None = "2026-07", *, key: str | None = KEY, **options: Any
    ) -> httpx2.AsyncClient:
        app = create_app(
            self.services,
            public_url=self.public_url,
            ready=lambda: self.ready(),
            incomplete=lambda: self.incomplete(),
        )
        headers = {} if version is None else {"X-Pinecone-Api-Version": version}
        if key is not None:
            headers["Api-Key"] = key
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        return httpx2.AsyncClient(
            transport=transport, base_url="http://lodgepole.test", headers=headers, **options
        )

    async def key(self, role: Role, *, project: str = "default") -> str:
        secret, _ = await self.services.keys.create(project, name=role, role=role)
        return secret

    async def work(self) -> None:
        """Do all that is due."""
        while (claim := await self.queue.claim("worker", lease=LEASE)) is not None:
            operation = claim.operation
            if operation.upload is not None:
                await self._ingest(claim, operation)
                continue
            if operation.type is OperationType.DELETE_ASSISTANT:
                await self.services.index.drop(operation.assistant_id)
                await self.services.blobs.remove_prefix(f"{operation.assistant_id}/")
            await self.queue.complete(claim)

    async def _ingest(self, claim: Claim, operation: Operation) -> None:
        upload = operation.upload
        assert upload is not None
        version = FileVersion(operation.file_id or "", operation.generation)
        try:
            async with self.services.blobs.local(
                original_key(operation.assistant_id, version)
            ) as path:
                document = await self.parser.parse(
                    path, kind=upload.kind, name=upload.name, multimodal=upload.multimodal
                )
        except UnreadableFile as error:
            await self.queue.fail(claim, str(error))
            return
        await save_document(
            self.services.blobs, operation.assistant_id, version, as_stored(document)
        )
        passages = chunk(document, file_name=upload.name, tokenizer=self.tokenizer)
        language = detect_language(document.text)
        indexed = IndexedFile(
            version=version,
            language=language,
            lead_words=file_words(upload.name, document.text, language),
            passages=[
                IndexedPassage(passage=p, words=passage_words(p.text, p.header, language))
                for p in passages
            ],
            vectors=await self.embedder.embed_passages([p.text for p in passages]),
            embedder=self.embedder.identity,
        )
        await self.services.index.add(operation.assistant_id, indexed)
        await self.queue.complete(
            claim, page_count=len(document.pages) or None, ingestion_units=1.5
        )
        for old in range(1, version.generation):
            gone = FileVersion(version.file_id, old)
            await self.services.index.remove(operation.assistant_id, [gone])
            await self.services.blobs.remove_prefix(version_prefix(operation.assistant_id, gone))


def build(
    limits: Limits = LIMITS,
    script: Sequence[Any] = SCRIPT,
    *,
    scripts: Sequence[Sequence[Any]] = (),
    calls_tools: bool = False,
    kept: bool = True,
) -> House:
    clock = MemoryClock(tick=timedelta(milliseconds=1))
    database = MemoryDatabase()
    catalog, log = MemoryCatalog(database), MemoryOperationLog(database, clock)
    blobs, index = MemoryBlobs(), MemoryIndex()
    embedder, tokenizer = MemoryEmbedder(), MemoryTokenizer()
    numbers = itertools.count(1)

    def new_id() -> str:
        return f"id{next(numbers)}"

    def random_id() -> str:
        return str(uuid4())

    scripted = ScriptedChatModel(scripts or [script])
    models = ModelDirectory(
        ConfiguredModel(
            name="extractive",
            upstream="extractive",
            model=ExtractiveChatModel(embedder, tokenizer),
            takes_temperature=False,
            follows_instructions=False,
            quotes=True,
        ),
        [
            ConfiguredModel(
                name="scripted",
                upstream="scripted",
                model=scripted,
                follows_instructions=False,
                calls_tools=calls_tools,
            )
        ],
    )
    search = Search(index, embedder, tokenizer, catalog)
    records = MemoryRecords(database)
    files = Files(
        catalog=catalog,
        intake=log,
        history=log,
        blobs=blobs,
        clock=clock,
        new_id=new_id,
        limits=limits,
        signer=DownloadTokens(secret=b"signing", clock=clock, limits=limits),
    )
    held_files = HeldFiles(
        records=records,
        blobs=blobs,
        catalog=catalog,
        files=files,
        clock=clock,
        new_id=new_id,
        limits=limits,
    )
    conversations = Conversations(
        records=records, clock=clock, new_id=random_id, limits=limits, kept=kept
    )
    services = Services(
        assistants=Assistants(
            catalog=catalog, intake=log, clock=clock, new_id=new_id, limits=limits
        ),
        files=files,
        operations=Operations(history=log, signals=log),
        held_files=held_files,
        file_batches=FileBatches(
            records=records,
            catalog=catalog,
            files=files,
            held_files=held_files,
            clock=clock,
            new_id=new_id,
            limits=limits,
        ),
        sources=Sources(
            store=MemorySources(database),
            origins={SourceKind.FOLDER: FolderOrigin([Path("/srv")])},
            clock=clock,
            new_id=new_id,
            limits=limits,
            wake=Signal(),
        ),
        webhooks=Webhooks(
            store=MemoryWebhooks(database),
            sender=HttpWebhookSender(Networks(), seconds=1.0),
            catalog=catalog,
            clock=clock,
            new_id=random_id,
            limits=limits,
            wake=database.finished,
        ),
        responses=StoredResponses(records=records, clock=clock, limits=limits),
        conversations=conversations,
        shared=SharedConversations(conversations, records=records, clock=clock),
        keys=Keys(catalog=catalog, clock=clock, new_id=new_id),
        sessions=Sessions(records=records, clock=clock, limits=limits),
        audit=AuditLog(records=records, clock=clock, new_id=new_id, limits=limits),
        usage_meter=UsageMeter(
            MemoryUsageStore(database),
            clock,
            assistants=AssistantUsage(records, catalog, clock, process="one"),
        ),
        chat=Chat(
            search,
            models,
            tokenizer,
            new_id=new_id,
            limits=limits,
            whole=WholeAnswers(WholeDocuments(catalog, blobs)),
        ),
        alignment=Alignment(embedder, tokenizer, limits),
        models=models,
        blobs=blobs,
        catalog=catalog,
        intake=log,
        history=log,
        live=log,
        backlog=log,
        signals=log,
        index=index,
        rate_limit_buckets=MemoryRateLimitBuckets(clock),
        clock=clock,
        limits=limits,
    )
    return House(services=services, scripted=scripted, clock=clock, queue=log)


async def opened(house: House) -> House:
    await house.services.keys.seed(KEY)
    return house


@pytest.fixture
async def house() -> House:
    return await opened(build())


@pytest.fixture
async def new(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the newest version."""
    async with house.client() as client:
        yield client


@pytest.fixture
async def legacy(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that sends no version at all."""
    async with house.client(None) as client:
        yield client


REPORT = (
    "Annual report\n\nRevenue grew by 12 percent in 2024, driven by exports.\n\n"
    "The company opened three offices in Norway.\f"
    "Outlook\n\nThe board expects slower growth next year because of freight costs."
)


@pytest.fixture
async def filled(house: House, new: httpx2.AsyncClient) -> str:
    """An assistant with one available PDF of two pages; its name."""
    await new.post("/assistant/assistants", json={"name": "filled"})
    form = {"file": ("report.pdf", REPORT.encode()), "metadata": (None, '{"year": 2024}')}
    accepted = await new.post("/assistant/files/filled", files=form)
    assert accepted.status_code == 202, accepted.text
    await house.work()
    return "filled"
