"""Indexes of a data directory that another process writes, as of its last commit.

A file is Available once `index.db` and the word indexes have it, in that order, and the last write
to `index.db` follows both. So whoever read in the catalog that it is Available, and then looks
whether `index.db` was changed, finds it.
"""

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import numpy as np

from lodgepole.adapters.indexes.tantivy.bm25 import FAILURES, WordIndex
from lodgepole.adapters.indexes.tantivy.index import OPEN_ASSISTANTS, READERS
from lodgepole.adapters.indexes.tantivy.passage_store import Truth
from lodgepole.adapters.indexes.tantivy.rebuild_markers import is_incomplete
from lodgepole.adapters.indexes.tantivy.searching import SearchedAssistant
from lodgepole.errors import Unavailable
from lodgepole.model import FileVersion, Passage, PassageKey, is_id
from lodgepole.ports.embedder import EmbedderIdentity, Vectors
from lodgepole.ports.index import IndexQuery, Rankings

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Seen = tuple[object, ...]
WORDS, FILES = ("words",), ("body", "lead")  # the fields of the two word indexes


class ReadAssistant(SearchedAssistant):
    """One directory. Threads share it; each calls `refresh` before it reads."""

    def __init__(self, path: Path) -> None:
        """Open what is there. Raises Unavailable."""
        super().__init__(path, Truth(path / "index.db", read_only=True), incomplete=False)
        self._refreshing = threading.Lock()
        self._seen: Seen | None = None
        self._opened = _identity(path / "index.db")
        try:
            self._passages = WordIndex(path / "words", WORDS, read_only=True)
            self._files = WordIndex(path / "files", FILES, read_only=True)
            self.refresh()
        except FAILURES as error:
            self._truth.close()
            raise Unavailable(f"The index {path} is being changed: {error}. Try again.") from error
        except BaseException:
            self._truth.close()
            raise

    @property
    def words_of_passages(self) -> WordIndex:
        return self._passages

    @property
    def words_of_files(self) -> WordIndex:
        return self._files

    @property
    def replaced(self) -> bool:
        """Whether another index stands in its place, or none."""
        return _identity(self._path / "index.db") != self._opened

    def refresh(self) -> None:
        """See all that was committed before the call. Raises one of FAILURES, or Unavailable."""
        seen = self._look()
        if seen == self._seen:
            return
        with self._refreshing:
            seen = self._look()
            if seen == self._seen:
                return
            # Words first: a file that the codes name must be found by them.
            self._passages.reload()
            self._files.reload()
            self._codes = self._loaded_codes()
            self.incomplete = is_incomplete(self._path)
            self._seen = seen

    def _look(self) -> Seen:
        return (
            self._truth.changes_of_others(),
            _identity(self._path / "words" / "meta.json"),
            _identity(self._path / "files" / "meta.json"),
            is_incomplete(self._path),
        )

    def close(self) -> None:
        self._truth.close()


def _identity(path: Path) -> tuple[int, int, int] | None:
    """Which file that is, by what changes when another takes its place; None without one."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, 0 if path.suffix == ".db" else found.st_mtime_ns


class _Entry:
    def __init__(self) -> None:
        self.opening = threading.Lock()
        self.index: ReadAssistant | None = None
        self.users = 0


class TantivyReader:
    """One directory for each assistant under `root`; another process writes there."""

    def __init__(self, root: Path, *, open_assistants: int = OPEN_ASSISTANTS) -> None:
        """Keep `open_assistants` open, the least recently used closed first."""
        self._root = root
        self._limit = open_assistants
        self._entries: OrderedDict[str, _Entry] = OrderedDict()  # least recently used first
        self._lock = threading.Lock()
        self._readers = ThreadPoolExecutor(READERS, "index-read")

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

    async def languages(self, assistant_id: str) -> Mapping[FileVersion, str]:
        return await self._read(assistant_id, lambda index: index.languages(), {})

    async def embedder(self, assistant_id: str) -> EmbedderIdentity | None:
        return await self._read(assistant_id, lambda index: index.embedder(), None)

    def open_assistants(self) -> int:
        """How many are open in memory."""
        return len(self._entries)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    async def _read(
        self, assistant_id: str, action: Callable[[ReadAssistant], Result], absent: Result
    ) -> Result:
        def run() -> Result:
            with self._leased(assistant_id) as index:
                return absent if index is None else action(index)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    @contextmanager
    def _leased(self, assistant_id: str) -> Generator[ReadAssistant | None]:
        """The index as of now, not closed while in use; None where there is none."""
        assert is_id(assistant_id), f"not an id of ours: {assistant_id!r}"
        path = self._root / assistant_id
        if not path.exists():
            self._forget(assistant_id)
            yield None
            return
        with self._lock:
            entry = self._entries.setdefault(assistant_id, _Entry())
            entry.users += 1
            self._entries.move_to_end(assistant_id)
        try:
            with entry.opening:
                if entry.index is None:
                    entry.index = ReadAssistant(path)
            if entry.index.replaced:
                self._forget(assistant_id)
                raise Unavailable("The index is being made anew. Try again.")
            self._refresh(entry.index)
            yield entry.index
        finally:
            self._returned(assistant_id, entry)

    @staticmethod
    def _refresh(index: ReadAssistant) -> None:
        try:
            index.refresh()
        except FAILURES as error:  # its files change places just now, or are damaged
            raise Unavailable(f"The index is being changed: {error}. Try again.") from error

    def _forget(self, assistant_id: str) -> None:
        """Open it anew when it is asked for next."""
        with self._lock:
            entry = self._entries.pop(assistant_id, None)
            if entry is None or entry.users:
                return  # whoever returns it last closes it
        if entry.index is not None:
            entry.index.close()

    def _returned(self, assistant_id: str, entry: _Entry) -> None:
        closing: list[ReadAssistant | None] = []
        with self._lock:
            entry.users -= 1
            if not entry.users and (
                entry.index is None or self._entries.get(assistant_id) is not entry
            ):
                if self._entries.get(assistant_id) is entry:
                    del self._entries[assistant_id]
                closing.append(entry.index)
            many = list(self._entries)[: max(0, len(self._entries) - self._limit)]
            idle = [name for name in many if not self._entries[name].users]
            closing += [self._entries.pop(name).index for name in idle]
        for index in closing:
            if index is not None:
                with suppress(Unavailable):
                    index.close()

    def _close(self) -> None:
        self._readers.shutdown(wait=True)
        with self._lock:
            entries, self._entries = list(self._entries.values()), OrderedDict()
        for entry in entries:
            if entry.index is not None:
                entry.index.close()
