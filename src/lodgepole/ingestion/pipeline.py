"""One accepted change, from claim to done. Safe to run twice from any line.

Content: parse → store the document → chunk → words → embed → index under the new generation →
flip the file to it in one transaction → the old generation is retired. Everything before the flip
is invisible to readers and is written under keys that no other content has, so a second run
overwrites it with the same; everything after it is garbage that the sweep also knows.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np

from lodgepole.errors import ClaimLost, LodgepoleError, UnreadableFile
from lodgepole.files import assistant_prefix, file_prefix, original_key, version_prefix
from lodgepole.ingestion.chunking import chunk
from lodgepole.limits import Limits
from lodgepole.model import (
    Claim,
    Document,
    File,
    FileStatus,
    FileVersion,
    Operation,
    OperationType,
    Passage,
    Upload,
)
from lodgepole.ports import (
    Blobs,
    Catalog,
    Clock,
    Embedder,
    EmbedderIdentity,
    Index,
    IndexedFile,
    IndexedPassage,
    OperationLog,
    Parser,
    Tokenizer,
    Vectors,
)
from lodgepole.retrieval.embedders import Embedders
from lodgepole.retrieval.terms import detect_language, file_words, passage_words
from lodgepole.stored_documents import find_document, save_document

_log = logging.getLogger(__name__)

T = TypeVar("T")
Progress = Callable[[int], Awaitable[None]]
"""Told the percent that is done; raises ClaimLost when the work is not ours any more."""
Step = Callable[[str], None]
"""Told the name of each step as it is reached; tests stop the program there."""

PARSED_PERCENT = 20
EMBEDDED_PERCENT = 90
"""Shares of the work as measured on text PDFs, where embedding is most of it."""
EMBED_BATCH = 64
_SWITCHES = 3  # of the embedder during one ingestion; one is rare
LEAD_CHARS = 1500
TOKENS_PER_UNIT = 512
LINGER = timedelta(seconds=1)
"""How long a deleted thing stays visible as Deleting or Terminating: the oldest official client
asks for it once after the deletion and takes a 404 for a failure."""


@dataclass(frozen=True, slots=True)
class Retired:
    """Content that was replaced: readers may be half-way through it, new ones never see it."""

    assistant_id: str
    version: FileVersion


class Pipeline:
    """Does what operations ask for."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        log: OperationLog,
        blobs: Blobs,
        parser: Parser,
        tokenizer: Tokenizer,
        embedder: Embedder,
        index: Index,
        clock: Clock,
        limits: Limits,
        step: Step = lambda _: None,
        linger: timedelta = LINGER,
        embedders: Embedders | None = None,
    ) -> None:
        """`embedders` finds former ones too, for while the embedder is being changed."""
        self._catalog = catalog
        self._log = log
        self._blobs = blobs
        self._parser = parser
        self._tokenizer = tokenizer
        self._embedders = embedders or Embedders(embedder)
        self._index = index
        self._clock = clock
        self._limits = limits
        self._step = step
        self._linger = linger

    async def run(self, claim: Claim, progress: Progress) -> Retired | None:
        """Carry out the operation and finish it.

        Returns:
            Content that it replaced, to be given to `remove` once no reader is in it.

        Raises:
            ClaimLost: It is not ours any more; nothing that readers see was changed.
            LodgepoleError: Something did not answer; run it again later.
        """
        self._step("claimed")
        match claim.operation.type:
            case OperationType.DELETE_ASSISTANT:
                await self._delete_assistant(claim)
            case OperationType.DELETE_FILE:
                await self._delete_file(claim)
            case _:
                return await self._ingest(claim, progress)
        return None

    async def remove(self, retired: Retired) -> None:
        """Remove one content's passages and blobs; removing it again is no error."""
        await self._index.remove(retired.assistant_id, [retired.version])
        self._step("retired from the index")
        await self._blobs.remove_prefix(version_prefix(retired.assistant_id, retired.version))
        self._step("retired from the blobs")

    # --- deletions ----------------------------------------------------------------------------

    async def _delete_file(self, claim: Claim) -> None:
        assistant_id, file_id = claim.operation.assistant_id, claim.operation.file_id or ""
        stored = await self._index.versions(assistant_id)
        versions = [version for version in stored if version.file_id == file_id]
        if versions:
            await _whole(self._index.remove(assistant_id, versions))
        self._step("deleted from the index")
        await _whole(self._blobs.remove_prefix(file_prefix(assistant_id, file_id)))
        self._step("deleted from the blobs")
        await self._finish_deletion(claim)

    async def _delete_assistant(self, claim: Claim) -> None:
        assistant_id = claim.operation.assistant_id
        await _whole(self._index.drop(assistant_id))
        self._step("dropped from the index")
        await _whole(self._blobs.remove_prefix(assistant_prefix(assistant_id)))
        self._step("dropped from the blobs")
        await self._finish_deletion(claim)

    async def _finish_deletion(self, claim: Claim) -> None:
        visible_until = claim.operation.created_at + self._linger
        if self._clock.now() < visible_until:
            await self._log.release(claim, due_at=visible_until)
            return
        await self._log.complete(claim)
        self._step("deleted")

    # --- content ------------------------------------------------------------------------------

    async def _ingest(self, claim: Claim, progress: Progress) -> Retired | None:
        operation = claim.operation
        assert operation.file_id is not None, "content is of a file"
        assert operation.upload is not None, "content comes with its upload"
        file = await self._catalog.find_file(operation.assistant_id, operation.file_id)
        version = FileVersion(operation.file_id, operation.generation)
        published = file.version if file and file.status is FileStatus.AVAILABLE else None
        if file is not None and published == version:
            await self._change_metadata(claim, file)
            return None
        try:
            units, document = await self._prepare(operation, operation.upload, version, progress)
        except UnreadableFile as error:
            await self._give_up(claim, str(error), version, published)
            return None
        await self._log.complete(
            claim,
            notice=document.notice,
            page_count=len(document.pages) or None,
            ingestion_units=units,
        )
        self._step("published")
        return None if published is None else Retired(operation.assistant_id, published)

    async def give_up(self, claim: Claim, message: str) -> None:
        """Fail an operation for good, leaving what readers see and nothing else. ClaimLost."""
        operation = claim.operation
        assert operation.file_id is not None, "deletions are never given up"
        file = await self._catalog.find_file(operation.assistant_id, operation.file_id)
        published = file.version if file and file.status is FileStatus.AVAILABLE else None
        version = FileVersion(operation.file_id, operation.generation)
        await self._give_up(claim, message, version, published)

    async def _give_up(
        self, claim: Claim, message: str, version: FileVersion, published: FileVersion | None
    ) -> None:
        await self._log.fail(claim, message)
        self._step("failed")
        assistant_id = claim.operation.assistant_id
        if version != published:
            await self._index.remove(assistant_id, [version])
        if published is not None and version != published:
            # A file without any other content keeps its original, to be downloaded and examined.
            await self._blobs.remove_prefix(version_prefix(assistant_id, version))

    async def _change_metadata(self, claim: Claim, file: File) -> None:
        """The bytes are those of the published content: only what is said of them changes."""
        await self._log.complete(
            claim, notice=file.notice, page_count=file.page_count, ingestion_units=0.0
        )
        self._step("metadata changed")

    async def _prepare(
        self, operation: Operation, upload: Upload, version: FileVersion, progress: Progress
    ) -> tuple[float, Document]:
        """Everything up to the flip; the units and the document."""
        assistant_id = operation.assistant_id
        document = await self._document(assistant_id, version, upload)
        await progress(PARSED_PERCENT)
        passages = await self._passages(document, upload.name)
        language = await asyncio.to_thread(detect_language, document.text)
        indexed = await asyncio.to_thread(_with_words, passages, language)
        self._step("chunked")
        lead_words = file_words(upload.name, document.text[:LEAD_CHARS], language)
        for _ in range(_SWITCHES):
            embedder, vectors = await self._vectors(assistant_id, passages, progress)
            self._step("embedded")
            await progress(EMBEDDED_PERCENT)
            entry = IndexedFile(
                version=version,
                language=language,
                lead_words=lead_words,
                passages=indexed,
                vectors=vectors,
                embedder=embedder,
            )
            await _whole(self._index.add(assistant_id, entry))
            self._step("indexed")
            if embedder in (
                self._embedders.configured.identity,
                await self._searched(assistant_id),
            ):
                break
            # The index was switched to the configured embedder as the former one was at work.
        return ingestion_units(document, passages), document

    async def _searched(self, assistant_id: str) -> EmbedderIdentity | None:
        return await self._index.embedder(assistant_id)

    async def _document(self, assistant_id: str, version: FileVersion, upload: Upload) -> Document:
        known = await find_document(self._blobs, assistant_id, version)
        if known is not None:
            return known
        async with self._blobs.local(original_key(assistant_id, version)) as path:
            document = await self._parser.parse(
                path, kind=upload.kind, name=upload.name, multimodal=upload.multimodal
            )
        self._step("parsed")
        await _whole(save_document(self._blobs, assistant_id, version, document))
        self._step("document stored")
        return document

    async def _passages(self, document: Document, name: str) -> list[Passage]:
        passages = await asyncio.to_thread(
            chunk, document, file_name=name, tokenizer=self._tokenizer
        )
        if not passages:
            raise UnreadableFile(f"{name} holds no text.")
        if len(passages) > self._limits.passages_per_file:
            raise UnreadableFile(
                f"{name} holds {len(passages)} passages of text; at most "
                f"{self._limits.passages_per_file} are allowed. Split the file."
            )
        return passages

    async def _vectors(
        self, assistant_id: str, passages: Sequence[Passage], progress: Progress
    ) -> tuple[EmbedderIdentity, Vectors]:
        """By the embedder that the assistant is searched with, else by the configured one.

        So a file that comes while the embedder is changed is found by its vectors at once.
        """
        configured = self._embedders.configured
        searched = await self._searched(assistant_id)
        former = None
        if searched is not None and searched != configured.identity:
            former = await self._embedders.of(searched)
        if former is not None:
            try:
                return former.identity, await self._embedded(former, passages, progress)
            except ClaimLost:
                raise
            except LodgepoleError as error:
                _log.warning("The former embedder does not answer: %s", error)
        return configured.identity, await self._embedded(configured, passages, progress)

    async def _embedded(
        self, embedder: Embedder, passages: Sequence[Passage], progress: Progress
    ) -> Vectors:
        batches: list[Vectors] = []
        reported = PARSED_PERCENT
        for start in range(0, len(passages), EMBED_BATCH):
            texts = [passage.text for passage in passages[start : start + EMBED_BATCH]]
            batches.append(await embedder.embed_passages(texts))
            done = (start + len(texts)) / len(passages)
            percent = PARSED_PERCENT + int((EMBEDDED_PERCENT - PARSED_PERCENT) * done)
            if percent > reported:
                await progress(percent)
                reported = percent
        return np.concatenate(batches)


def ingestion_units(document: Document, passages: Sequence[Passage]) -> float:
    """What one file's ingestion counts for: its pages, where its kind has real ones.

    Where there are none, or only estimated ones, every 512 tokens of text, about a printed page,
    are one unit; a part of one counts in full. The hosted service does not publish its measure.
    """
    if document.pages and not document.pages_estimated:
        return float(len(document.pages))
    tokens = sum(passage.tokens for passage in passages)
    return float(-(-tokens // TOKENS_PER_UNIT))


def _with_words(passages: Sequence[Passage], language: str) -> list[IndexedPassage]:
    return [
        IndexedPassage(passage=passage, words=passage_words(passage.text, passage.header, language))
        for passage in passages
    ]


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end even when cancelled: what came after could meet the half that still runs."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # the cancellation is what counts now
        raise
