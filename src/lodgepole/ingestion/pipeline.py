"""One accepted change, from claim to done. Safe to run twice from any line.

Content: prepare (read, cut, embed; the document is stored on the way) → index under the new
generation → flip the file to it in one transaction → the old generation is retired. Everything
before the flip is invisible to readers and is written under keys that no other content has, so a
second run overwrites it with the same; everything after it is garbage that the sweep also knows.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from lodgepole.documents.stored_documents import find_body, find_given, save_document
from lodgepole.errors import UnreadableFile
from lodgepole.ingestion.content_reuse import is_renamed, take_over
from lodgepole.library.blob_keys import (
    assistant_prefix,
    file_prefix,
    given_version,
    original_key,
    version_of,
    version_prefix,
)
from lodgepole.library.conversations import remove_of_assistant
from lodgepole.model import (
    Claim,
    File,
    FileStatus,
    FileVersion,
    Operation,
    OperationType,
    Upload,
)
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.file_processor import FileProcessor, ProcessedFile, ProcessingJob, ReadDocument
from lodgepole.ports.index import Index
from lodgepole.ports.live_content import LiveContent
from lodgepole.ports.operation_queue import OperationQueue
from lodgepole.ports.records import Records
from lodgepole.telemetry.stages import Stages

T = TypeVar("T")
Progress = Callable[[int], Awaitable[None]]
"""Told the percent that is done; raises ClaimLost when the work is not ours any more."""
Step = Callable[[str], None]
"""Told the name of each step as it is reached; tests stop the program there."""

SWITCHES = 2
"""Of the embedder during one ingestion; one is rare."""
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
        queue: OperationQueue,
        live: LiveContent,
        blobs: Blobs,
        processor: FileProcessor,
        index: Index,
        records: Records,
        clock: Clock,
        step: Step = lambda _: None,
        linger: timedelta = LINGER,
        stages: Stages | None = None,
    ) -> None:
        """`embedders` finds former ones too, for while the embedder is being changed."""
        self._catalog = catalog
        self._queue = queue
        self._live = live
        self._blobs = blobs
        self._processor = processor
        self._index = index
        self._records = records
        self._clock = clock
        self._step = step
        self._linger = linger
        self._stages = stages or Stages()

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

    async def restore(self, assistant_id: str, file: File) -> None:
        """Index published content again, from its stored document where there is one.

        Raises:
            UnreadableFile: There is none, and the original cannot be read any more.
            NotFound: The original is not there.
        """
        await self._process(assistant_id, file.upload, file.version, _untold, begun=True)

    async def remove_if_dead(self, operation: Operation) -> None:
        """Remove what a cancelled operation may have written after the deletion that ended it."""
        if operation.file_id is None or not operation.generation:
            return
        version = FileVersion(operation.file_id, operation.generation)
        if version not in await self._live.live_versions(operation.assistant_id):
            await self.remove(Retired(operation.assistant_id, version))

    # --- deletions ----------------------------------------------------------------------------

    async def _delete_file(self, claim: Claim) -> None:
        assistant_id, file_id = claim.operation.assistant_id, claim.operation.file_id or ""
        stored = await self._index.versions(assistant_id)
        versions = [version for version in stored if version.file_id == file_id]
        if versions:
            await _whole(self._index.remove(assistant_id, versions))
        self._step("deleted from the index")
        await self._remove_blobs(assistant_id, file_id, below=claim.operation.generation)
        self._step("deleted from the blobs")
        await self._finish_deletion(claim)

    async def _remove_blobs(self, assistant_id: str, file_id: str, *, below: int) -> None:
        """Of this file, without the bytes of an upsert that came after the deletion."""
        keys = [key async for key in self._blobs.keys(file_prefix(assistant_id, file_id))]
        for version in {stored[1] for key in keys if (stored := version_of(key))}:
            if version.generation < below:
                await _whole(self._blobs.remove_prefix(version_prefix(assistant_id, version)))

    async def _delete_assistant(self, claim: Claim) -> None:
        assistant_id = claim.operation.assistant_id
        await _whole(self._index.drop(assistant_id))
        self._step("dropped from the index")
        await _whole(self._blobs.remove_prefix(assistant_prefix(assistant_id)))
        self._step("dropped from the blobs")
        await remove_of_assistant(self._records, assistant_id)
        self._step("dropped from the conversations")
        await self._finish_deletion(claim)

    async def _finish_deletion(self, claim: Claim) -> None:
        visible_until = claim.operation.created_at + self._linger
        if self._clock.now() < visible_until:
            await self._queue.release(claim, due_at=visible_until)
            return
        await self._queue.complete(claim)
        self._count(claim, "completed")
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
        renamed = file is not None and is_renamed(file, operation.upload)
        if file is not None and renamed:
            await _whole(take_over(self._blobs, self._index, file, version))
            self._step("taken over")
        try:
            processed = await self._process(
                operation.assistant_id,
                operation.upload,
                version,
                progress,
                begun=operation.attempts > 1 or renamed,
                given=operation.type is OperationType.UPSERT_FILE,
            )
        except UnreadableFile as error:
            await self._give_up(claim, str(error), version, published)
            return None
        await self._queue.complete(
            claim,
            notice=processed.notice,
            page_count=processed.page_count,
            ingestion_units=processed.ingestion_units,
        )
        self._count(claim, "completed")
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
        await self._queue.fail(claim, message)
        self._count(claim, "failed")
        self._step("failed")
        assistant_id = claim.operation.assistant_id
        given = version_prefix(assistant_id, given_version(version.file_id))
        await self._blobs.remove_prefix(given)
        if version != published:
            await self._index.remove(assistant_id, [version])
        if published is not None and version != published:
            # A file without any other content keeps its original, to be downloaded and examined.
            await self._blobs.remove_prefix(version_prefix(assistant_id, version))

    async def _change_metadata(self, claim: Claim, file: File) -> None:
        """The bytes are those of the published content: only what is said of them changes."""
        await self._queue.complete(
            claim, notice=file.notice, page_count=file.page_count, ingestion_units=0.0
        )
        self._count(claim, "completed")
        self._step("metadata changed")

    def _count(self, claim: Claim, outcome: str) -> None:
        kind = str(claim.operation.type)
        self._stages.count("operations_total", type=kind, outcome=outcome)

    async def _process(
        self,
        assistant_id: str,
        upload: Upload,
        version: FileVersion,
        progress: Progress,
        *,
        begun: bool,
        given: bool = False,
    ) -> ProcessedFile:
        """Everything up to the flip.

        Whether an earlier attempt may have stored the document, and the client may have given
        passages, the caller says: each look for what cannot be there is a request to the bucket.
        """
        searched = await self._index.embedder(assistant_id)
        processed = await self._index_with(
            searched, assistant_id, upload, version, progress, begun=begun, given=given
        )
        for _ in range(SWITCHES):
            now = await self._index.embedder(assistant_id)
            if processed.file.embedder != searched or now == searched:
                break
            # The index was switched to the configured embedder as the former one was at work.
            searched = now
            processed = await self._index_with(
                searched, assistant_id, upload, version, progress, begun=True, given=False
            )
        return processed

    async def _index_with(
        self,
        searched: EmbedderIdentity | None,
        assistant_id: str,
        upload: Upload,
        version: FileVersion,
        progress: Progress,
        *,
        begun: bool,
        given: bool,
    ) -> ProcessedFile:
        since = time.perf_counter()

        async def keep(document: ReadDocument) -> None:
            nonlocal since
            self._stages.took("read", time.perf_counter() - since, "ingestion_seconds")
            since = time.perf_counter()
            await _whole(save_document(self._blobs, assistant_id, version, document))
            self._step("document stored")

        async with self._blobs.local(original_key(assistant_id, version)) as path:
            work = ProcessingJob(
                path=path,
                version=version,
                name=upload.name,
                kind=upload.kind,
                multimodal=upload.multimodal,
                owner=assistant_id,
                document=await find_body(self._blobs, assistant_id, version) if begun else None,
                embedder=searched,
                given=await find_given(self._blobs, assistant_id, version.file_id)
                if given
                else None,
            )
            processed = await self._processor.process(work, keep=keep, progress=progress)
        self._stages.took("embed", time.perf_counter() - since, "ingestion_seconds")
        self._step("prepared")
        with self._stages.stage("index", "ingestion_seconds"):
            await _whole(self._index.add(assistant_id, processed.file))
        self._step("indexed")
        if work.given is not None:
            used = version_prefix(assistant_id, given_version(version.file_id))
            await self._blobs.remove_prefix(used)
        return processed


async def _untold(percent: int) -> None:
    """Nobody waits for it."""


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
