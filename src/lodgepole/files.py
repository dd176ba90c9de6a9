"""Files: accept uploads and upserts, find, list and delete, within one assistant.

The bytes are stored first and the operation is appended second. A crash between the two leaves
a blob that no operation knows; the sweep removes it.
"""

import base64
import binascii
import hashlib
import hmac
import math
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, cast

import google_crc32c
import orjson

from lodgepole.errors import (
    Conflict,
    InvalidRequest,
    LodgepoleError,
    NotFound,
    PermissionDenied,
    RateLimited,
    TooLarge,
    Unavailable,
)
from lodgepole.limits import Limits
from lodgepole.metadata_filter import MetadataFilter, metadata_size
from lodgepole.model import (
    ID_PATTERN,
    Assistant,
    File,
    FileKind,
    FileStatus,
    FileVersion,
    ListPage,
    Metadata,
    Operation,
    OperationStatus,
    OperationType,
    Upload,
)
from lodgepole.ports import Blobs, Catalog, Clock, OperationLog
from lodgepole.stages import Stages

KINDS: Mapping[str, FileKind] = {
    ".pdf": FileKind.PDF,
    ".docx": FileKind.DOCX,
    ".md": FileKind.MARKDOWN,
    ".markdown": FileKind.MARKDOWN,
    ".txt": FileKind.TEXT,
    ".text": FileKind.TEXT,
    ".json": FileKind.JSON,
    ".jsonl": FileKind.JSON_LINES,
    ".ndjson": FileKind.JSON_LINES,
    ".html": FileKind.HTML,
    ".htm": FileKind.HTML,
    ".csv": FileKind.CSV,
    ".pptx": FileKind.PPTX,
    ".xlsx": FileKind.XLSX,
    ".epub": FileKind.EPUB,
    ".eml": FileKind.EML,
}
NAME_CHARS = 1024
FIRST_GENERATION = 1


# --- where a file's bytes are -----------------------------------------------------------------


def assistant_prefix(assistant_id: str) -> str:
    return f"{assistant_id}/"


def file_prefix(assistant_id: str, file_id: str) -> str:
    return f"{assistant_id}/{file_id}/"


def version_prefix(assistant_id: str, version: FileVersion) -> str:
    return f"{assistant_id}/{version.file_id}/{version.generation}/"


def original_key(assistant_id: str, version: FileVersion) -> str:
    return f"{version_prefix(assistant_id, version)}original"


def document_key(assistant_id: str, version: FileVersion) -> str:
    return f"{version_prefix(assistant_id, version)}document.json"


def figure_key(assistant_id: str, version: FileVersion, number: int) -> str:
    return f"{version_prefix(assistant_id, version)}figures/{number}"


# --- what is accepted -------------------------------------------------------------------------


def file_kind(name: str) -> FileKind:
    """How a file of this name is read. Raises InvalidRequest, which lists the endings."""
    ending = PurePosixPath(name).suffix.lower()
    kind = KINDS.get(ending)
    if kind is None:
        accepted = ", ".join(KINDS)
        raise InvalidRequest(
            f"File {name[:200]!r} is of no kind that can be read: its name must end in one of "
            f"{accepted}"
        )
    return kind


def size_limit(kind: FileKind, *, multimodal: bool, limits: Limits) -> int:
    """The most bytes a file of this kind may have."""
    if kind is not FileKind.PDF:
        return limits.file_bytes
    return limits.multimodal_pdf_bytes if multimodal else limits.pdf_bytes


def check_metadata(metadata: object, limits: Limits) -> Metadata | None:
    """File metadata as it may be stored; None for none or an empty object.

    Raises:
        InvalidRequest: Not flat, a key that begins with `$`, a value that is neither string,
            number, boolean nor list of strings, or too long as JSON.
    """
    if metadata is None:
        return None
    if not isinstance(metadata, Mapping):
        raise InvalidRequest("Metadata must be a JSON object")
    checked = dict(cast("Mapping[str, Any]", metadata))
    for key, value in checked.items():
        if not key or key.startswith("$"):
            raise InvalidRequest(f"Metadata key {key[:80]!r} must not be empty or begin with `$`")
        if not _is_metadata_value(value):
            raise InvalidRequest(
                f"Metadata value of {key[:80]!r} must be a string, number, boolean or "
                "list of strings"
            )
    if metadata_size(checked) > limits.metadata_bytes:
        raise InvalidRequest(f"Metadata exceeds maximum length of {limits.metadata_bytes} bytes")
    return checked or None


def _is_metadata_value(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in cast("list[object]", value))
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int | bool)


def _check_name(name: str) -> None:
    if not name or len(name) > NAME_CHARS or not name.isprintable():
        raise InvalidRequest(
            f"Invalid file name {name[:80]!r}: use 1 to {NAME_CHARS} printable characters"
        )


# --- links to content -------------------------------------------------------------------------


class ContentSigner:
    """Makes and checks tokens that let their bearer download one file for a while."""

    def __init__(self, *, secret: bytes, clock: Clock, limits: Limits) -> None:
        self._secret = secret
        self._clock = clock
        self._lifetime = timedelta(seconds=limits.signed_url_seconds)

    def sign(self, file: File) -> str:
        """A token for use in a URL: `payload.signature`, both base64url."""
        expires = int((self._clock.now() + self._lifetime).timestamp())
        payload = _encode(orjson.dumps([file.assistant_id, file.id, expires]))
        return f"{payload}.{self._signature(payload)}"

    def verify(self, token: str) -> tuple[str, str]:
        """`(assistant_id, file_id)`. Raises PermissionDenied when forged or expired."""
        payload, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            raise PermissionDenied("This link is not valid.")
        assistant_id, file_id, expires = orjson.loads(_decode(payload))
        if expires < self._clock.now().timestamp():
            raise PermissionDenied("This link has expired; describe the file for a new one.")
        return assistant_id, file_id

    def _signature(self, payload: str) -> str:
        return _encode(hmac.digest(self._secret, payload.encode(), "sha256"))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise PermissionDenied("This link is not valid.") from None


# --- the feature ------------------------------------------------------------------------------


class _Incoming:
    """One upload on its way in: what was said of it, and what passed through."""

    def __init__(
        self, *, name: str, kind: FileKind, metadata: Metadata | None, multimodal: bool, limit: int
    ) -> None:
        self._name = name
        self._kind = kind
        self._metadata = metadata
        self._multimodal = multimodal
        self._limit = limit
        self._size = 0
        self._crc32c = google_crc32c.Checksum()
        self._sha256 = hashlib.sha256()

    async def count(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass the bytes on, measured. Raises TooLarge at the first byte over the limit."""
        async for chunk in content:
            self._size += len(chunk)
            if self._size > self._limit:
                raise TooLarge(
                    f"File {self._name[:200]!r} is larger than the {self._limit} bytes allowed "
                    "for its kind"
                )
            self._crc32c.update(chunk)
            self._sha256.update(chunk)
            yield chunk

    def upload(self) -> Upload:
        return Upload(
            name=self._name,
            kind=self._kind,
            size=self._size,
            crc32c=base64.b64encode(self._crc32c.digest()).decode(),
            sha256=self._sha256.hexdigest(),
            metadata=self._metadata,
            multimodal=self._multimodal,
        )


class Files:
    """What may be done with the files of an assistant."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        log: OperationLog,
        blobs: Blobs,
        clock: Clock,
        new_id: Callable[[], str],
        limits: Limits,
        signer: ContentSigner,
        stages: Stages | None = None,
    ) -> None:
        self._catalog = catalog
        self._log = log
        self._blobs = blobs
        self._clock = clock
        self._new_id = new_id
        self._limits = limits
        self._signer = signer
        self._stages = stages or Stages()

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
        incoming = self._accept(name, metadata, multimodal=multimodal)
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
        if not ID_PATTERN.fullmatch(file_id):
            raise InvalidRequest(
                f"Invalid file id {file_id[:140]!r}: use 1 to 128 letters, digits, `_` or `-`"
            )
        incoming = self._accept(name, metadata, multimodal=multimodal)
        known = await self._catalog.find_file(assistant.id, file_id)
        if known is None:
            await self._check_quota(assistant)
        await self._check_idle(assistant, file_id)
        version = FileVersion(file_id, await self._log.reserve_generation(assistant.id))
        upload = await self._store(assistant, version, incoming, content)
        if known is not None and _same_content(known, upload):
            await self._blobs.remove_prefix(version_prefix(assistant.id, version))
            operation = self._operation(assistant, OperationType.UPSERT_FILE, known.version, upload)
            await self._log.append(operation)
            return operation
        operation = self._operation(assistant, OperationType.UPSERT_FILE, version, upload)
        file = self._processing(assistant, version, upload)
        await self._append(assistant, version, operation, file)
        return operation

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
            operation = replace(
                self._operation(assistant, OperationType.DELETE_FILE, file.version, None),
                generation=0,
            )
            try:
                await self._log.append(operation)
            except NotFound:
                raise _not_found(file_id) from None
            except Conflict:
                # Someone else's deletion came between the look-up and the append.
                return await self._deletion(assistant, file_id)
            return operation
        return await self._deletion(assistant, file_id)

    def content_token(self, file: File) -> str:
        """A token for a download link that needs no key; see `open_content`."""
        return self._signer.sign(file)

    async def open_content(self, token: str) -> tuple[File, AsyncIterator[bytes]]:
        """The file a token stands for, with its published bytes.

        Raises:
            PermissionDenied: Forged or expired.
            NotFound: The file is gone or being deleted.
        """
        assistant_id, file_id = self._signer.verify(token)
        file = await self._catalog.find_file(assistant_id, file_id)
        if file is None or file.status is FileStatus.DELETING:
            raise _not_found(file_id)
        return file, self._blobs.stream(original_key(assistant_id, file.version))

    def _accept(self, name: str, metadata: object, *, multimodal: bool) -> _Incoming:
        _check_name(name)
        kind = file_kind(name)
        if multimodal and kind is not FileKind.PDF:
            raise InvalidRequest(f"Multimodal is for PDF files only, not for {name[:200]!r}")
        return _Incoming(
            name=name,
            kind=kind,
            metadata=check_metadata(metadata, self._limits),
            multimodal=multimodal,
            limit=size_limit(kind, multimodal=multimodal, limits=self._limits),
        )

    async def _store(
        self,
        assistant: Assistant,
        version: FileVersion,
        incoming: _Incoming,
        content: AsyncIterator[bytes],
    ) -> Upload:
        await self._blobs.put(original_key(assistant.id, version), incoming.count(content))
        return incoming.upload()

    async def _append(
        self, assistant: Assistant, version: FileVersion, operation: Operation, file: File
    ) -> None:
        try:
            self._stages.accepted(operation.id)
            await self._log.append(operation, file=file)
        except Unavailable:
            raise  # it may have been accepted after all; the sweep decides
        except LodgepoleError:  # refused for certain
            await self._blobs.remove_prefix(version_prefix(assistant.id, version))
            raise

    async def _deletion(self, assistant: Assistant, file_id: str) -> Operation:
        page = await self._log.list(
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
        most = self._limits.files_per_assistant
        if await self._catalog.count_files(assistant.id) >= most:
            raise RateLimited(
                f"The assistant holds {most} files, as many as it may: delete one first",
                retry_after=self._limits.quota_retry_seconds,
            )

    async def _check_idle(self, assistant: Assistant, file_id: str) -> None:
        """Refuse early what `append` would refuse after the upload. Raises Conflict."""
        page = await self._log.list(
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
