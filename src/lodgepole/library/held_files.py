"""Files uploaded to a project before an assistant takes them up.

Their bytes wait beside those of assistants, and an assistant that takes one up gets a copy under
the same id. A record says what is there. While the bytes are on their way in or out it is one that
nobody is shown and that the sweep removes together with them, so a crash at any point leaves a
whole file or none.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lodgepole.errors import InvalidRequest, NotFound, RateLimited
from lodgepole.library.blob_keys import held_key, held_prefix
from lodgepole.library.files import Files
from lodgepole.library.original_check import checked
from lodgepole.library.uploads import check_upload
from lodgepole.limits import Limits
from lodgepole.model import (
    Assistant,
    File,
    FileKind,
    FileStatus,
    Record,
    RecordKind,
    Upload,
)
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock
from lodgepole.ports.records import Records

ID_PREFIX = "file-"
NOBODY = ""
"""The assistant of a file that no assistant has."""
OF_ASSISTANTS = "assistants"
"""The purpose of a file that came by way of an assistant."""
ARRIVAL = timedelta(days=1)
"""How long an upload may take before the sweep takes it for one that a crash ended."""
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=30)
"""Between them is the time after which a file may be let expire."""
STEP = 100  # records or assistants read at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file of the project: one that waits, or one that an assistant alone has."""

    file: File
    purpose: str
    expires_at: datetime | None = None

    @property
    def id(self) -> str:
        return self.file.id


class HeldFiles:
    """Use cases of a project on its files, whether an assistant has them or not."""

    def __init__(
        self,
        *,
        records: Records,
        blobs: Blobs,
        catalog: Catalog,
        files: Files,
        clock: Clock,
        new_id: Callable[[], str],
        limits: Limits,
    ) -> None:
        self._records = records
        self._blobs = blobs
        self._catalog = catalog
        self._files = files
        self._clock = clock
        self._new_id = new_id
        self._limits = limits

    async def accept(
        self,
        project_id: str,
        *,
        name: str,
        content: AsyncIterator[bytes],
        purpose: str,
        lasts: timedelta | None = None,
    ) -> HeldFile:
        """Keep a file; durable on return.

        Args:
            project_id: Whose.
            name: Its ending decides how an assistant will read it.
            content: The bytes, in chunks of any size; read once, never held as a whole.
            purpose: Any word; shown and filtered by.
            lasts: After which it expires; None is never.

        Raises:
            InvalidRequest: Name, kind or `lasts` are not acceptable.
            TooLarge: More bytes than the kind may have; nothing is kept.
            RateLimited: The project holds as many as it may.
        """
        if lasts is not None and not SHORTEST <= lasts <= LONGEST:
            raise InvalidRequest(
                f"A file expires after {SHORTEST.total_seconds():.0f} to "
                f"{LONGEST.total_seconds():.0f} seconds, got {lasts.total_seconds():.0f}"
            )
        incoming = check_upload(name, None, multimodal=False, limits=self._limits)
        most = self._limits.held_files_per_project
        if await self._records.count(project_id, RecordKind.FILE) >= most:
            raise RateLimited(
                f"The project holds {most} uploaded files, as many as it may: delete one first",
                retry_after=self._limits.quota_retry_seconds,
            )
        now = self._clock.now()
        arriving = Record(
            id=ID_PREFIX + self._new_id().replace("-", ""),
            project_id=project_id,
            kind=RecordKind.PASSING_FILE,
            created_at=now,
            expires_at=now + ARRIVAL,
            body={},
        )
        await self._records.put(arriving)
        await self._blobs.put(held_key(arriving.id), incoming.count(content))
        kept = replace(
            arriving,
            kind=RecordKind.FILE,
            expires_at=None if lasts is None else now + lasts,
            body={"purpose": purpose, "upload": asdict(incoming.upload())},
        )
        await self._records.put(kept)
        return _held(kept)

    async def get(self, project_id: str, file_id: str) -> HeldFile:
        """The one that waits, else the oldest that an assistant has under this id. NotFound."""
        record = await self._find(project_id, file_id)
        if record is not None:
            return _held(record)
        for file in await self._catalog.files_by_id(project_id, file_id):
            if file.status is not FileStatus.DELETING:
                return HeldFile(file=file, purpose=OF_ASSISTANTS)
        raise _not_found(file_id)

    async def list(
        self,
        project_id: str,
        *,
        purpose: str | None,
        limit: int,
        after: str | None,
        newest_first: bool,
    ) -> list[HeldFile]:
        """Those that were uploaded for assistants to take up; `after` is an id. NotFound."""
        last = None if after is None else await self._find(project_id, after)
        if after is not None and last is None:
            raise _not_found(after)
        found: list[HeldFile] = []
        while len(found) < limit:
            records = await self._records.list(
                project_id, RecordKind.FILE, limit=STEP, after=last, newest_first=newest_first
            )
            shown = [_held(record) for record in records if not self._expired(record)]
            found += [held for held in shown if purpose in (None, held.purpose)]
            if len(records) < STEP:
                break
            last = records[-1]
        return found[:limit]

    def content(self, held: HeldFile) -> AsyncGenerator[bytes]:
        """The bytes. Raises Unavailable where they are not those that were uploaded."""
        if held.file.assistant_id != NOBODY:
            return self._files.content(held.file)
        return checked(held.file, self._blobs.stream(held_key(held.id)))

    async def delete(self, project_id: str, file_id: str) -> None:
        """Remove a file from the project and all its assistants. Raises NotFound."""
        held = await self.get(project_id, file_id)
        copies = await self._catalog.files_by_id(project_id, file_id)
        assistants = await self._by_id(project_id) if copies else {}
        for copy in copies:
            if copy.status is not FileStatus.DELETING and copy.assistant_id in assistants:
                await self._files.delete(assistants[copy.assistant_id], file_id)
        if held.file.assistant_id == NOBODY:
            record = await self._find(project_id, file_id)
            if record is not None:
                await self._remove(record)

    async def take_up(self, assistant: Assistant, file_id: str, metadata: object) -> File:
        """Give an assistant a file of the project, as an upsert under the same id.

        Raises:
            NotFound: There is no such file, or the assistant is being deleted.
            InvalidRequest: Metadata are not acceptable.
            Conflict: The assistant has an operation under way on that id.
        """
        held = await self.get(assistant.project_id, file_id)
        await self._files.upsert(
            assistant,
            file_id,
            name=held.file.upload.name,
            content=self.content(held),
            metadata=metadata,
            multimodal=held.file.upload.multimodal,
        )
        return await self._files.get(assistant, file_id)

    async def _remove(self, record: Record) -> None:
        leaving = replace(record, kind=RecordKind.PASSING_FILE, expires_at=self._clock.now())
        await self._records.put(leaving)
        await self._blobs.remove_prefix(held_prefix(record.id))
        await self._records.remove(record.project_id, record.id)

    async def _find(self, project_id: str, file_id: str) -> Record | None:
        record = await self._records.find(project_id, file_id)
        if record is None or record.kind is not RecordKind.FILE or self._expired(record):
            return None
        return record

    def _expired(self, record: Record) -> bool:
        return record.expires_at is not None and record.expires_at <= self._clock.now()

    async def _by_id(self, project_id: str) -> dict[str, Assistant]:
        found: dict[str, Assistant] = {}
        after: str | None = None
        while True:
            page = await self._catalog.list_assistants(project_id, limit=STEP, after=after)
            found.update((assistant.id, assistant) for assistant in page.items)
            after = page.next
            if after is None:
                return found


def _held(record: Record) -> HeldFile:
    raw: dict[str, Any] = {**record.body["upload"]}
    raw["kind"] = FileKind(raw["kind"])
    return HeldFile(
        file=File(
            id=record.id,
            assistant_id=NOBODY,
            upload=Upload(**raw),
            status=FileStatus.AVAILABLE,
            created_at=record.created_at,
            updated_at=record.created_at,
            generation=0,
        ),
        purpose=record.body["purpose"],
        expires_at=record.expires_at,
    )


def _not_found(file_id: str) -> NotFound:
    return NotFound(f"No such File object: {file_id[:140]}")
