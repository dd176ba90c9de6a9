"""One run of a source: its origin is read, and the assistant's files follow.

Each step leaves what the next run understands: a file has an id made of the source and the key, and
is uploaded before its item is kept. A run that was killed between the two finds the file as it
would have made it, and keeps the item; nothing is read or embedded twice.
"""

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from lodgepole.errors import (
    Conflict,
    InvalidRequest,
    LodgepoleError,
    NotFound,
    RateLimited,
    TooLarge,
)
from lodgepole.library.files import Files
from lodgepole.library.uploads import file_kind, size_limit
from lodgepole.limits import Limits
from lodgepole.model import KINDS_BY_ENDING, File, FileStatus, Metadata
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.origin import (
    Found,
    Gone,
    NotTaken,
    Origin,
    OriginEvent,
    ReadToEnd,
    Unchanged,
    Unknown,
    WholeUnchanged,
)
from lodgepole.ports.source_store import ItemChange, SourceClaim, SourceItem, SourceStore
from lodgepole.sources.journal import Journal
from lodgepole.sources.spool import Spooled

SOURCE_KEY = "source_id"
"""In the metadata of each file: the source that it is from."""
KEYS = ("path", "source_url")
"""In the metadata of files: one of them is the key, by the kind of origin."""
FILES_AT_A_TIME = 100
IDS_TRIED = 100
"""One is taken where a file moved to another key and something new is at its old one."""
BUSY = "Its file has an operation under way; the next run goes on with it."
UNREAD = "Not a kind of file that is read."
MISSED = "It was not found. It is removed if the next run does not find it either."


class Sync:
    """Runs sources; holds nothing between two runs."""

    def __init__(
        self,
        *,
        store: SourceStore,
        files: Files,
        catalog: Catalog,
        limits: Limits,
        spool: Path | None = None,
    ) -> None:
        self.store = store
        self.files = files
        self.catalog = catalog
        self.limits = limits
        self.spool = spool

    async def run(self, claim: SourceClaim, origin: Origin, journal: Journal) -> str | None:
        """Make the files follow the origin; the cursor for the next run.

        Raises:
            ClaimLost: Somebody else has the source now, or nobody may.
            LodgepoleError: The origin could not be read to its end; what was read is kept.
        """
        return await _Run(self, claim, journal).run(origin)

    async def remove_files(self, claim: SourceClaim, journal: Journal) -> None:
        """Delete every file of the source, then the source. Raises ClaimLost."""
        for item in await self.store.items(claim):
            await self.delete(claim, item)
            journal.count(ItemChange.REMOVED)
        await self.store.remove_source(claim.source.assistant_id, claim.source.id)

    async def delete(self, claim: SourceClaim, item: SourceItem) -> None:
        """Delete the file of an item, and the item."""
        # It may be gone by hand, or by a run that was killed before it could say so.
        with contextlib.suppress(NotFound):
            await self.files.delete(claim.assistant, item.file_id)
        await self.store.remove_item(claim, item.key)


class _Run:
    def __init__(self, sync: Sync, claim: SourceClaim, journal: Journal) -> None:
        self._sync = sync
        self._claim = claim
        self._source = claim.source
        self._journal = journal
        self._items: dict[str, SourceItem] = {}
        self._ids: set[str] = set()
        self._brought: dict[str, str] = {}
        """Ids of files of this source that no item knows, as after an import, by their keys."""
        self._seen: set[str] = set()
        self._gone: set[str] = set()
        self._reasons: dict[str, str] = {}
        self._waiting: list[Found] = []
        self._ended: ReadToEnd | None = None

    async def run(self, origin: Origin) -> str | None:
        self._items = {item.key: item for item in await self._sync.store.items(self._claim)}
        self._ids = {item.file_id for item in self._items.values()}
        known = await self._with_files()
        whole = len(known) == len(self._items)
        # What was deleted by hand must be found again, though the origin did not change.
        source = self._source if whole else replace(self._source, cursor=None)
        async with contextlib.aclosing(origin.read(source, known)) as events:
            async for event in events:
                await self._take(event)
                if self._ended is not None:
                    break
            missing = self._missing()
            by_digest = {item.sha256: item for item in missing.values()}
            for found in self._waiting:
                old = await self._found(found, by_digest)
                if old is not None:
                    del missing[old.key]
        await self._remove(missing)
        if self._ended is None or self._journal[ItemChange.FAILED]:
            return None
        return self._ended.cursor

    async def _with_files(self) -> Mapping[str, SourceItem]:
        """The items whose files are there.

        Those of files that were deleted by hand, or whose content was given up by a server in
        trouble, are read again.
        """
        digests = {item.file_id: item.sha256 for item in self._items.values()}
        present: set[str] = set()
        after: str | None = None
        while True:
            page = await self._sync.catalog.list_files(
                self._source.assistant_id, limit=FILES_AT_A_TIME, after=after
            )
            for file in page.items:
                if file.status is FileStatus.DELETING:
                    continue
                self._look_at(file)
                failed = file.status is FileStatus.PROCESSING_FAILED
                other = digests.get(file.id, file.upload.sha256) != file.upload.sha256
                if not (failed or other) or not await self._sync.files.was_given_up(
                    self._claim.assistant, file.id
                ):
                    present.add(file.id)
            after = page.next
            if after is None:
                return {k: item for k, item in self._items.items() if item.file_id in present}

    def _look_at(self, file: File) -> None:
        metadata = file.upload.metadata or {}
        if file.id not in self._ids and metadata.get(SOURCE_KEY) == self._source.id:
            for name in KEYS:
                self._brought.setdefault(str(metadata.get(name)), file.id)

    async def _take(self, event: OriginEvent) -> None:
        match event:
            case Unchanged():
                await self._unchanged(event)
            case Found() if PurePosixPath(event.name).suffix.lower() not in KINDS_BY_ENDING:
                await self._take(NotTaken(key=event.key, reason=UNREAD))
            case Found():
                self._seen.add(event.key)
                most = self._sync.limits.files_per_assistant
                if event.can_wait and event.key not in self._items and len(self._waiting) < most:
                    self._waiting.append(event)
                else:
                    await self._found(event, {})
            case NotTaken():
                self._reasons[event.key] = event.reason
                self._journal.note(event.key, ItemChange.SKIPPED, event.reason)
            case Unknown():
                self._seen.add(event.key)
                self._journal.note(event.key, ItemChange.FAILED, event.reason)
            case Gone():
                self._gone.add(event.key)
            case WholeUnchanged():
                self._seen.update(self._items)
                self._journal.count(ItemChange.UNCHANGED, len(self._items))
                self._ended = ReadToEnd(cursor=self._source.cursor)
            case ReadToEnd():
                self._ended = event

    async def _unchanged(self, event: Unchanged) -> None:
        item = self._items[event.key]
        self._seen.add(event.key)
        self._journal.count(ItemChange.UNCHANGED)
        fingerprint = event.fingerprint or item.fingerprint
        if item.misses or fingerprint != item.fingerprint:
            await self._put(replace(item, misses=0, fingerprint=fingerprint))

    def _missing(self) -> dict[str, SourceItem]:
        """What the origin did not tell of, where it told of all that it has."""
        return {
            key: item
            for key, item in self._items.items()
            if key not in self._seen and (self._ended is not None or key in self._gone)
        }

    async def _remove(self, missing: Mapping[str, SourceItem]) -> None:
        allowed = 0 if self._ended is None else self._ended.misses_allowed
        if missing and not self._seen:
            # More likely a disk that is not mounted than an origin that was emptied.
            allowed = max(allowed, 1)
        for key, item in missing.items():
            if item.misses < allowed and key not in self._reasons:
                await self._put(replace(item, misses=item.misses + 1))
                self._journal.note(key, ItemChange.UNCHANGED, MISSED)
                continue
            await self._sync.delete(self._claim, item)
            self._journal.note(key, ItemChange.REMOVED, self._reasons.get(key))

    # --- one thing ------------------------------------------------------------------------------

    async def _found(self, found: Found, moved_from: dict[str, SourceItem]) -> SourceItem | None:
        """Upload it where that changes anything; the item that it was before, if it moved."""
        try:
            kind = file_kind(found.name)
            most = size_limit(kind, multimodal=False, limits=self._sync.limits)
            with Spooled(self._sync.spool) as spooled:
                await _read(spooled, found, most)
                return await self._follow(found, spooled, moved_from)
        except (InvalidRequest, TooLarge, RateLimited) as error:
            # An item that was taken before goes, since it is not what its file says any more.
            self._seen.discard(found.key)
            self._reasons[found.key] = str(error)
            self._journal.note(found.key, ItemChange.SKIPPED, str(error))
        except Conflict:
            self._journal.note(found.key, ItemChange.FAILED, BUSY)
        except _NotRead as error:
            self._journal.note(found.key, ItemChange.FAILED, str(error))
        return None

    async def _follow(
        self, found: Found, spooled: Spooled, moved_from: dict[str, SourceItem]
    ) -> SourceItem | None:
        known = self._items.get(found.key)
        old = moved_from.pop(spooled.sha256, None) if known is None else None
        before = known or old
        file_id = self._file_id(found.key) if before is None else before.file_id
        change = ItemChange.MOVED if old else ItemChange.CHANGED if known else ItemChange.ADDED
        metadata = self._metadata(found)
        file = await self._sync.catalog.find_file(self._source.assistant_id, file_id)
        if (
            file is not None
            and file.status not in (FileStatus.DELETING, FileStatus.PROCESSING_FAILED)
            and (file.upload.sha256, file.upload.name) == (spooled.sha256, found.name)
            and (file.upload.metadata or {}) == metadata
        ):
            change = ItemChange.UNCHANGED if known else change
        else:
            await self._sync.files.upsert(
                self._claim.assistant,
                file_id,
                name=found.name,
                content=spooled.chunks(),
                metadata=metadata,
                multimodal=False,
            )
        item = SourceItem(
            key=found.key,
            file_id=file_id,
            sha256=spooled.sha256,
            fingerprint=found.fingerprint,
        )
        await self._put(item, instead_of=None if old is None else old.key)
        if change is ItemChange.UNCHANGED:
            self._journal.count(change)
        else:
            self._journal.note(found.key, change, old and f"It was {old.key} before.")
        return old

    async def _put(self, item: SourceItem, *, instead_of: str | None = None) -> None:
        await self._sync.store.put_item(self._claim, item, instead_of=instead_of)
        if instead_of is not None:
            del self._items[instead_of]
        self._items[item.key] = item
        self._ids.add(item.file_id)

    def _metadata(self, found: Found) -> Metadata:
        return {**(self._source.metadata or {}), **found.metadata, SOURCE_KEY: self._source.id}

    def _file_id(self, key: str) -> str:
        """An id that the same source always gives to a file of this key, while it is free."""
        brought = self._brought.get(key)
        if brought is not None and brought not in self._ids:
            return brought
        for number in range(IDS_TRIED):
            text = f"{self._source.id}\0{number}\0{key}"
            file_id = f"src-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
            if file_id not in self._ids:
                return file_id
        raise Conflict(BUSY)


class _NotRead(Exception):
    """The origin did not give the bytes; what was made of the thing before stays."""


async def _read(spooled: Spooled, found: Found, most: int) -> None:
    """Raises TooLarge, and _NotRead for all else that the origin may fail with."""
    try:
        await spooled.fill(found.content(), most=most)
    except TooLarge:
        raise
    except LodgepoleError as error:
        raise _NotRead(str(error)) from error
