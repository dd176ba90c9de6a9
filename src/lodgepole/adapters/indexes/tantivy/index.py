"""The Index port: which assistants are open, and threads that do the blocking work."""

import asyncio
import logging
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np

from lodgepole.adapters.indexes.tantivy.assistant import AssistantIndex
from lodgepole.adapters.indexes.tantivy.group_commit import Add, Adding
from lodgepole.adapters.indexes.tantivy.purging import AT_ONCE_BELOW, Purging, delay_seconds
from lodgepole.adapters.indexes.tantivy.rebuild_markers import (
    begin_anew,
    incomplete,
    mark,
    sweep_trash,
    throw_away,
    unmark,
)
from lodgepole.adapters.indexes.tantivy.rows import Damaged
from lodgepole.adapters.indexes.tantivy.searching import WordsUnreadable
from lodgepole.adapters.indexes.tantivy.state import embedding_states, stored_versions
from lodgepole.errors import LodgepoleError, Unavailable
from lodgepole.model import FileVersion, Passage, PassageKey, is_id
from lodgepole.ports.embedder import EmbedderIdentity, Vectors
from lodgepole.ports.index import IndexedFile, IndexQuery, Rankings

log = logging.getLogger(__name__)

Result = TypeVar("Result")

OPEN_ASSISTANTS = 100
READERS = 4
WRITERS = 2
_WRITING_KEPT = 2  # assistants whose tantivy writers stay open for the next change


class _Entry:
    """An assistant that is open, or about to be."""

    def __init__(self) -> None:
        self.opening = threading.Lock()
        self.index: AssistantIndex | None = None
        self.users = 0
        self.dropped = False


class TantivyIndex:
    """One directory for each assistant under `root`; the one process that writes there."""

    def __init__(
        self,
        root: Path,
        *,
        open_assistants: int = OPEN_ASSISTANTS,
        purged_at_once: int = AT_ONCE_BELOW,
    ) -> None:
        """Make `root`, and remove what an interrupted `drop` left in it.

        Args:
            root: Holds a directory for each assistant.
            open_assistants: How many are kept open, the least recently used closed first.
            purged_at_once: Assistants of at most so many passages lose the words of a removed
                file as part of the removal, others in the background.
        """
        root.mkdir(parents=True, exist_ok=True)
        sweep_trash(root)
        self._root = root
        self._limit = open_assistants
        self._entries: OrderedDict[str, _Entry] = OrderedDict()  # least recently used first
        self._written: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        self._readers = ThreadPoolExecutor(READERS, "index-read")
        # Apart from readers: a rebuild or a long merge must not keep searches waiting.
        self._writers = ThreadPoolExecutor(WRITERS, "index-write")
        self._closers = ThreadPoolExecutor(1, "index-close")
        self._incomplete = set(incomplete(root))
        self._adding = Adding()
        self._purged_at_once = purged_at_once
        self._purging = Purging(self._purge)

    # --- the port -----------------------------------------------------------------------------

    async def add(self, assistant_id: str, file: IndexedFile) -> None:
        def run(add: Add) -> None:
            self._adding.write(
                add,
                lambda files: self._change(
                    assistant_id, lambda index: index.add(files), absent=None, create=True
                ),
            )

        with self._adding.waiting(assistant_id, file) as add:
            await asyncio.get_running_loop().run_in_executor(self._writers, run, add)

    async def remove(self, assistant_id: str, versions: Iterable[FileVersion]) -> None:
        gone = list(versions)
        await self._write(assistant_id, lambda index: index.remove(gone), absent=None)

    async def drop(self, assistant_id: str) -> None:
        await asyncio.get_running_loop().run_in_executor(self._writers, self._drop, assistant_id)

    async def search(self, assistant_id: str, query: IndexQuery) -> Rankings:
        return await self._read(assistant_id, lambda index: index.search(query), Rankings())

    async def passages(
        self, assistant_id: str, keys: Collection[PassageKey]
    ) -> dict[PassageKey, Passage]:
        return await self._read(assistant_id, lambda index: index.passages(keys), {})

    async def vectors(
        self, assistant_id: str, version: FileVersion, *, first: int, count: int
    ) -> Vectors:
        absent = np.empty((0, 0), np.float32)
        return await self._read(
            assistant_id, lambda index: index.vectors(version, first, count), absent
        )

    def open_assistants(self) -> int:
        """Return the number of assistants that are open in memory."""
        return len(self._entries)

    async def versions(self, assistant_id: str) -> Collection[FileVersion]:
        return await self._read(assistant_id, lambda index: index.versions(), set())

    async def assistants(self) -> Collection[str]:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._stored)

    async def languages(self, assistant_id: str) -> Mapping[FileVersion, str]:
        return await self._read(assistant_id, lambda index: index.languages(), {})

    async def embedder(self, assistant_id: str) -> EmbedderIdentity | None:
        return await self._read(assistant_id, lambda index: index.embedder(), None)

    async def unlike(self, embedder: EmbedderIdentity) -> Collection[str]:
        def run() -> set[str]:
            states = embedding_states(self._root)
            return {state.assistant_id for state in states if not state.all_of(embedder)}

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def lacking(
        self, assistant_id: str, embedder: EmbedderIdentity
    ) -> Mapping[FileVersion, int]:
        return await self._read(assistant_id, lambda index: index.lacking(embedder), {})

    async def set_aside(
        self, assistant_id: str, version: FileVersion, embedder: EmbedderIdentity, vectors: Vectors
    ) -> None:
        await self._write(
            assistant_id,
            lambda index: index.set_aside(version, embedder, vectors),
            absent=None,
        )

    async def switch(self, assistant_id: str, embedder: EmbedderIdentity) -> bool:
        return await self._write(assistant_id, lambda index: index.switch(embedder), absent=True)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    # --- made again from the documents --------------------------------------------------------

    def incomplete(self) -> Collection[str]:
        """Assistants whose index was damaged or lost; they are not searched until `complete`."""
        return set(self._incomplete)

    async def stored(self) -> Mapping[str, Collection[FileVersion]]:
        """Return what is stored of each assistant, opening none; nothing of damaged ones."""
        run = asyncio.get_running_loop().run_in_executor
        return await run(self._readers, lambda: dict(stored_versions(self._root)))

    async def begin_again(self, assistant_id: str) -> None:
        """Note that something is lost; what is there is kept. Durable on return."""

        def run() -> None:
            with self._lock:
                mark(self._path(assistant_id))
                self._incomplete.add(assistant_id)
                entry = self._entries.get(assistant_id)
                if entry is not None and entry.index is not None:
                    entry.index.incomplete = True

        await asyncio.get_running_loop().run_in_executor(self._writers, run)

    async def complete(self, assistant_id: str) -> None:
        """All that was lost is there again: it is searched from now on."""

        def run() -> None:
            with self._lock:
                self._incomplete.discard(assistant_id)
                unmark(self._path(assistant_id))
                entry = self._entries.get(assistant_id)
                if entry is not None and entry.index is not None:
                    entry.index.incomplete = False

        await asyncio.get_running_loop().run_in_executor(self._writers, run)

    # --- in threads ---------------------------------------------------------------------------

    async def _read(
        self, assistant_id: str, action: Callable[[AssistantIndex], Result], absent: Result
    ) -> Result:
        def run() -> Result:
            with self._leased(assistant_id, create=False) as index:
                return absent if index is None else action(index)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def _write(
        self, assistant_id: str, action: Callable[[AssistantIndex], Result], *, absent: Result
    ) -> Result:
        def run() -> Result:
            return self._change(assistant_id, action, absent=absent, create=False)

        return await asyncio.get_running_loop().run_in_executor(self._writers, run)

    def _change(
        self,
        assistant_id: str,
        action: Callable[[AssistantIndex], Result],
        *,
        absent: Result,
        create: bool,
    ) -> Result:
        with self._leased(assistant_id, create=create) as index:
            if index is None:
                return absent
            result = action(index)
            self._note_writing(assistant_id)
            if index.holds_removed and index.passage_count <= self._purged_at_once:
                index.purge()
            self._note_removed(assistant_id, index)
            return result

    @contextmanager
    def _leased(self, assistant_id: str, *, create: bool) -> Generator[AssistantIndex | None]:
        """The open index, not closed while in use; None when there is none and none is made."""
        path = self._path(assistant_id)
        with self._lock:
            entry = self._entries.get(assistant_id)
            if entry is None:
                if not create and not path.exists():
                    entry = None
                else:
                    entry = self._entries[assistant_id] = _Entry()
            if entry is not None:
                entry.users += 1
                self._entries.move_to_end(assistant_id)
        if entry is None:
            yield None
            return
        try:
            with entry.opening:
                if entry.dropped:
                    raise Unavailable("The index is being made anew. Try again.")
                if entry.index is None:
                    entry.index = AssistantIndex(path)
                    self._note_removed(assistant_id, entry.index)
            yield entry.index
        except WordsUnreadable:
            self._writers.submit(self._mend, assistant_id)
            raise
        except Damaged as error:
            self._begin_anew(assistant_id, entry, error)
            raise
        finally:
            self._returned(assistant_id, entry)

    def _mend(self, assistant_id: str) -> None:
        try:
            with self._leased(assistant_id, create=False) as index:
                if index is not None:
                    index.mend()
        except LodgepoleError as error:
            log.warning("The words of assistant %s stay unreadable: %s", assistant_id, error)

    def _begin_anew(self, assistant_id: str, entry: _Entry, error: Damaged) -> None:
        """Throw a damaged index away; from then on `incomplete` names it."""
        with self._lock:
            if self._entries.get(assistant_id) is not entry:
                return  # another thread met the damage first
            del self._entries[assistant_id]
            self._written.pop(assistant_id, None)
            entry.dropped = True
            trash = begin_anew(self._path(assistant_id))
            self._incomplete.add(assistant_id)
        log.error(
            "The index of assistant %s is damaged, and is made again from its documents. Until "
            "then it is not searched. (%s)",
            assistant_id,
            error.what,
        )
        shutil.rmtree(trash, ignore_errors=True)

    def _returned(self, assistant_id: str, entry: _Entry) -> None:
        closing: list[AssistantIndex] = []
        with self._lock:
            entry.users -= 1
            if entry.users == 0 and (entry.dropped or entry.index is None):
                if self._entries.get(assistant_id) is entry:
                    del self._entries[assistant_id]
                if entry.index is not None:
                    closing.append(entry.index)
            for name in list(self._entries)[: max(0, len(self._entries) - self._limit)]:
                if self._entries[name].users == 0:
                    idle = self._entries.pop(name).index
                    self._written.pop(name, None)
                    if idle is not None:
                        closing.append(idle)
        for index in closing:
            index.close()

    def _note_writing(self, assistant_id: str) -> None:
        """Keep a few assistants ready for their next change, and let the others' writers go."""
        with self._lock:
            self._written[assistant_id] = None
            self._written.move_to_end(assistant_id)
            if len(self._written) <= _WRITING_KEPT:
                return
            name, _ = self._written.popitem(last=False)
        self._closers.submit(self._rest, name)

    def _note_removed(self, assistant_id: str, index: AssistantIndex) -> None:
        if index.holds_removed:
            self._purging.note(assistant_id, delay_seconds(index.passage_count))

    def _purge(self, assistant_id: str) -> None:
        with self._leased(assistant_id, create=False) as index:
            if index is not None:
                index.purge()
                self._note_removed(assistant_id, index)

    def _rest(self, assistant_id: str) -> None:
        with self._lock:
            entry = self._entries.get(assistant_id)
            if entry is None or entry.index is None:
                return
            entry.users += 1
        try:
            entry.index.rest()
        finally:
            self._returned(assistant_id, entry)

    def _drop(self, assistant_id: str) -> None:
        path = self._path(assistant_id)
        trash = None
        with self._lock:
            # From here on nobody finds it; a crash before the removal leaves only trash.
            entry = self._entries.pop(assistant_id, None)
            self._written.pop(assistant_id, None)
            self._incomplete.discard(assistant_id)
            if path.exists():
                trash = throw_away(path)
            if entry is not None:
                entry.dropped = True
                entry.users += 1
        if entry is not None:
            self._returned(assistant_id, entry)
        if trash is not None:
            shutil.rmtree(trash, ignore_errors=True)

    def _stored(self) -> set[str]:
        return {
            path.name
            for path in self._root.iterdir()
            if path.is_dir() and not path.name.startswith(".")
        }

    def _close(self) -> None:
        self._purging.close()
        for executor in (self._closers, self._writers, self._readers):
            executor.shutdown(wait=True)
        with self._lock:
            entries, self._entries = list(self._entries.values()), OrderedDict()
        for entry in entries:
            if entry.index is not None:
                entry.index.close()

    def _path(self, assistant_id: str) -> Path:
        assert is_id(assistant_id), f"not an id of ours: {assistant_id!r}"
        return self._root / assistant_id
