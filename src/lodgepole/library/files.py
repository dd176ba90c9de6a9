"""Files: accept uploads and upserts, find, list and delete, within one assistant.

The bytes are stored first and the operation is appended second. A crash between the two leaves
a blob that no operation knows; the sweep removes it.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from copy import copy
from dataclasses import replace
from datetime import timedelta

from lodgepole.errors import (
    Conflict,
    InvalidRequest,
    LodgepoleError,
    NotFound,
    RateLimited,
    Unavailable,
)
from lodgepole.library.blob_keys import original_key, version_prefix
from lodgepole.library.download_tokens import DownloadTokens
from lodgepole.library.original_check import checked
from lodgepole.library.supplied_passages import SuppliedPassages
from lodgepole.library.uploads import Incoming, check_metadata, check_upload
from lodgepole.limits import Limits
from lodgepole.metadata_filter import MetadataFilter
from lodgepole.model import (
    Assistant,
    File,
    FileStatus,
    FileVersion,
    ListPage,
    Operation,
    OperationStatus,
    OperationType,
    Upload,
    is_id,
)
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock
from lodgepole.ports.operation_history import OperationHistory
from lodgepole.ports.operation_intake import OperationIntake
from lodgepole.telemetry.stages import Stages

FIRST_GENERATION = 1

STOPPED_AGAIN_AFTER = timedelta(hours=1)


class Files:
    """Use cases on the files of an assistant."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        intake: OperationIntake,
        history: OperationHistory,
        blobs: Blobs,
        clock: Clock,
        new_id: Callable[[], str],
        limits: Limits,
        signer: DownloadTokens,
        stages: Stages | None = None,
    ) -> None:
        self._catalog = catalog
        self._intake = intake
        self._history = history
        self._blobs = blobs
        self._clock = clock
        self._new_id = new_id
        self._limits = limits
        self._signer = signer
        self._stages = stages or Stages()
        self._supplied = SuppliedPassages(blobs, clock, limits)

    def over(self, catalog: Catalog, intake: OperationIntake, history: OperationHistory) -> "Files":
        """The same use cases of another catalog and log, such as those that a grant shows."""
        made = copy(self)
        made._catalog, made._intake, made._history = catalog, intake, history
        return made

    async def upload(
        self,
        assistant: Assistant,
        *,
        name: str,
        content: AsyncIterator[bytes],
        metadata: object,
        multimodal: bool,
    ) -> tuple[File, Operation]:
        """Accept a new file; durable on return, read by a worker later.

        Args:
            assistant: A Ready one.
            name: Its ending decides how the file is read.
            content: The bytes, in chunks of any size; read once, never held as a whole.
            metadata: As decoded from JSON; checked here.
            multimodal: Also find figures; PDF only.

        Raises:
            InvalidRequest: Name, kind, metadata or multimodal are not acceptable.
            TooLarge: More bytes than the kind may have; nothing is kept.
            RateLimited: The assistant holds as many files as it may.
            NotFound: The assistant is being deleted.
        """
        incoming = check_upload(name, metadata, multimodal=multimodal, limits=self._limits)
        await self._check_quota(assistant)
        version = FileVersion(self._new_id(), FIRST_GENERATION)
        upload = await self._store(assistant, version, incoming, content)
        operation = self._operation(assistant, OperationType.UPLOAD_FILE, version, upload)
        file = self._processing(assistant, version, upload)
        await self._append(assistant, version, operation, file)
        return file, operation

    async def upsert(
        self,
        assistant: Assistant,
        file_id: str,
        *,
        name: str,
        content: AsyncIterator[bytes],
        metadata: object,
        multimodal: bool,
    ) -> Operation:
        """Replace a file's content and metadata, or create it under this id.

        The same bytes under the same name keep what was made of them: only metadata changes.

        Raises:
            Conflict: Another operation on this file is under way.
            InvalidRequest: Also for an id outside 1..128 of `[A-Za-z0-9_-]`.
        """
        _check_id(file_id)
        incoming = check_upload(name, metadata, multimodal=multimodal, limits=self._limits)
        known = await self._catalog.find_file(assistant.id, file_id)
        if known is None:
            await self._check_quota(assistant)
        await self._check_idle(assistant, file_id)
        version = FileVersion(file_id, await self._intake.reserve_generation(assistant.id))
        upload = await self._store(assistant, version, incoming, content)
        if known is not None and _same_content(known, upload):
            await self._blobs.remove_prefix(version_prefix(assistant.id, version))
            operation = self._operation(assistant, OperationType.UPSERT_FILE, known.version, upload)
            await self._intake.append(operation)
            return operation
        operation = self._operation(assistant, OperationType.UPSERT_FILE, version, upload)
        file = self._processing(assistant, version, upload)
        await self._append(assistant, version, operation, file)
        self._supplied.used(assistant.id, file_id)
        return operation

    async def update_metadata(
        self, assistant: Assistant, file_id: str, metadata: object
    ) -> Operation:
        """Replace a file's metadata as a whole; its content stays and is searched all the while.

        Raises:
            NotFound: There is no such file.
            InvalidRequest: The metadata are not acceptable.
            Conflict: Another operation on this file is under way, or it has no content.
        """
        accepted = check_metadata(metadata, self._limits)
        known = await self.get(assistant, file_id)
        if known.status is FileStatus.DELETING:
            raise Conflict(f"File {file_id} is being deleted.")
        await self._check_idle(assistant, file_id)
        if known.status is not FileStatus.AVAILABLE:
            raise Conflict(f"File {file_id} could not be read: upload it again")
        operation = self._operation(
            assistant,
            OperationType.UPDATE_FILE_METADATA,
            known.version,
            replace(known.upload, metadata=accepted),
        )
        await self._intake.append(operation)
        return operation

    async def give_passages(
        self, assistant: Assistant, file_id: str, lines: AsyncIterator[bytes]
    ) -> None:
        """Keep passages with vectors for the next upsert of this id; see `SuppliedPassages`.

        Raises:
            InvalidRequest: No id that a file may have.
            TooLarge: They are larger than passages of one file may be; nothing is kept.
            RateLimited: Too many wait for ids that have no file, or there may be no more files.
        """
        _check_id(file_id)
        known = await self._catalog.find_file(assistant.id, file_id)
        if known is None:
            await self._check_quota(assistant)
        await self._supplied.keep(assistant.id, file_id, lines, has_file=known is not None)

    async def get(self, assistant: Assistant, file_id: str) -> File:
        """The file in any status, Deleting included. Raises NotFound."""
        file = await self._catalog.find_file(assistant.id, file_id)
        if file is None:
            raise _not_found(file_id)
        return file

    async def list(
        self,
        assistant: Assistant,
        *,
        filter: MetadataFilter | None,
        limit: int,
        after: str | None,
    ) -> ListPage[File]:
        """Newest first."""
        return await self._catalog.list_files(
            assistant.id,
            limit=limit,
            after=after,
            matching=None if filter is None else lambda file: filter.matches(file.upload.metadata),
        )

    async def delete(self, assistant: Assistant, file_id: str) -> Operation:
        """Accept a deletion: the file is searched no more on return.

        Deleting a file that is already Deleting returns the operation under way. NotFound.
        """
        file = await self.get(assistant, file_id)
        if file.status is not FileStatus.DELETING:
            try:
                # Its number parts what it removes from what an upsert after it may store.
                version = FileVersion(file_id, await self._intake.reserve_generation(assistant.id))
                operation = self._operation(assistant, OperationType.DELETE_FILE, version, None)
                await self._intake.append(operation)
            except NotFound:
                raise _not_found(file_id) from None
            except Conflict:
                # Someone else's deletion came between the look-up and the append.
                return await self._deletion(assistant, file_id)
            return operation
        return await self._deletion(assistant, file_id)

    async def was_given_up(self, assistant: Assistant, file_id: str) -> bool:
        """Whether the last content was given up after many attempts, not refused as unreadable.

        Content at which the server stopped counts after an hour: it may stop at it again.
        """
        page = await self._history.list(
            assistant.id, types=set(), statuses=set(), limit=1, after=None, file_id=file_id
        )
        limits, since = self._limits, self._clock.now() - STOPPED_AGAIN_AFTER
        return any(
            operation.status is OperationStatus.FAILED
            and (
                operation.attempts >= limits.operation_attempts
                if operation.unreturned <= limits.operation_deaths
                else operation.completed_at is not None and operation.completed_at <= since
            )
            for operation in page.items
        )

    def content_token(self, file: File) -> str:
        """A token for a download link that needs no key; see `open_content`."""
        return self._signer.sign(file)

    async def open_content(self, token: str) -> tuple[File, AsyncGenerator[bytes]]:
        """The file a token stands for, with its published bytes.

        Raises:
            PermissionDenied: Forged or expired.
            NotFound: The file is gone or being deleted, also where a later one has its id.
            Unavailable: Raised by the iterator: the bytes are not those that were uploaded.
        """
        link = self._signer.verify(token)
        file = await self._catalog.find_file(link.assistant_id, link.file_id)
        if file is None or file.status is FileStatus.DELETING or not link.opens(file):
            raise _not_found(link.file_id)
        return file, self.content(file)

    def content(self, file: File) -> AsyncGenerator[bytes]:
        """Its published bytes. Raises Unavailable where they are not those that were uploaded."""
        return checked(file, self._blobs.stream(original_key(file.assistant_id, file.version)))

    async def _store(
        self,
        assistant: Assistant,
        version: FileVersion,
        incoming: Incoming,
        content: AsyncIterator[bytes],
    ) -> Upload:
        await self._blobs.put(original_key(assistant.id, version), incoming.count(content))
        return incoming.upload()

    async def _append(
        self, assistant: Assistant, version: FileVersion, operation: Operation, file: File
    ) -> None:
        try:
            self._stages.accepted(operation.id)
            await self._intake.append(
                operation, file=file, most_files=self._limits.files_per_assistant
            )
        except RateLimited:
            await self._blobs.remove_prefix(version_prefix(assistant.id, version))
            raise self._too_many() from None
        except Unavailable:
            raise  # it may have been accepted after all; the sweep decides
        except LodgepoleError:  # refused for certain
            await self._blobs.remove_prefix(version_prefix(assistant.id, version))
            raise

    async def _deletion(self, assistant: Assistant, file_id: str) -> Operation:
        page = await self._history.list(
            assistant.id,
            types={OperationType.DELETE_FILE},
            statuses=set(),
            limit=1,
            after=None,
            file_id=file_id,
        )
        if not page.items:
            # The whole assistant is being deleted; its files have no operations of their own.
            raise _not_found(file_id)
        return page.items[0]

    async def _check_quota(self, assistant: Assistant) -> None:
        """Refuse early what `append` would refuse after the upload. Raises RateLimited."""
        if await self._catalog.count_files(assistant.id) >= self._limits.files_per_assistant:
            raise self._too_many()

    def _too_many(self) -> RateLimited:
        most = self._limits.files_per_assistant
        return RateLimited(
            f"The assistant holds {most} files, as many as it may: delete one first",
            retry_after=self._limits.quota_retry_seconds,
        )

    async def _check_idle(self, assistant: Assistant, file_id: str) -> None:
        """Refuse early what `append` would refuse after the upload. Raises Conflict."""
        page = await self._history.list(
            assistant.id,
            types=set(),
            statuses={OperationStatus.PROCESSING},
            limit=1,
            after=None,
            file_id=file_id,
        )
        if page.items:
            raise Conflict(
                f"File {file_id} has an operation under way ({page.items[0].id}): "
                "wait until it has finished"
            )

    def _operation(
        self,
        assistant: Assistant,
        type_: OperationType,
        version: FileVersion,
        upload: Upload | None,
    ) -> Operation:
        return Operation(
            id=self._new_id(),
            assistant_id=assistant.id,
            type=type_,
            status=OperationStatus.PROCESSING,
            created_at=self._clock.now(),
            file_id=version.file_id,
            generation=version.generation,
            upload=upload,
        )

    def _processing(self, assistant: Assistant, version: FileVersion, upload: Upload) -> File:
        now = self._clock.now()
        return File(
            id=version.file_id,
            assistant_id=assistant.id,
            upload=upload,
            status=FileStatus.PROCESSING,
            created_at=now,
            updated_at=now,
            generation=version.generation,
        )


def _same_content(file: File, upload: Upload) -> bool:
    """Whether ingesting `upload` would make what `file` already is. Names are indexed too."""
    known = file.upload
    return file.status is FileStatus.AVAILABLE and (
        known.sha256,
        known.name,
        known.kind,
        known.multimodal,
    ) == (upload.sha256, upload.name, upload.kind, upload.multimodal)


def _not_found(file_id: str) -> NotFound:
    # Two spaces, as the published specification writes it.
    return NotFound(f"File with id {file_id}  not found in provided assistant")


def _check_id(file_id: str) -> None:
    if not is_id(file_id):
        raise InvalidRequest(
            f"Invalid file id {file_id[:140]!r}: use 1 to 128 letters, digits, `_` or `-`"
        )
