"""The index of one assistant: its SQLite file and what is derived from it."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from lodgepole.adapters.indexes.tantivy.binary_codes import Codes
from lodgepole.adapters.indexes.tantivy.bm25 import Entry, WordIndex
from lodgepole.adapters.indexes.tantivy.index_refresh import RefreshedIndex
from lodgepole.adapters.indexes.tantivy.passage_store import Truth
from lodgepole.adapters.indexes.tantivy.rebuild_markers import is_incomplete
from lodgepole.adapters.indexes.tantivy.searching import SearchedAssistant
from lodgepole.model import FileVersion
from lodgepole.ports.embedder import EmbedderIdentity, Vectors
from lodgepole.ports.index import IndexedFile

_COMMITS = ThreadPoolExecutor(2, "index-commit")


class AssistantIndex(SearchedAssistant):
    """Everything blocks. Reads run beside each other and beside one write."""

    def __init__(self, path: Path) -> None:
        """Open the directory, made new when it is not there, and apply what is outstanding.

        Raises:
            Damaged: `index.db` is not what was written. Damaged word indexes are made again.
            Unavailable: It cannot be opened.
        """
        path.mkdir(parents=True, exist_ok=True)
        super().__init__(path, Truth(path / "index.db"), incomplete=is_incomplete(path))
        self._writing = threading.Lock()
        self._purging = threading.Lock()
        self._needed: int | None = None  # changes after this one must not be trimmed yet
        self._closed = False
        try:
            self._codes = self._loaded_codes()
            self._passages = RefreshedIndex(
                self._truth, path / "words", ("words",), self._passage_entries
            )
            self._files = RefreshedIndex(
                self._truth, path / "files", ("body", "lead"), self._file_entries
            )
        except BaseException:
            self._truth.close()
            raise

    @property
    def words_of_passages(self) -> WordIndex:
        return self._passages.index

    @property
    def words_of_files(self) -> WordIndex:
        return self._files.index

    def close(self) -> None:
        with self._purging, self._writing:
            self._closed = True
            self._passages.index.rest()
            self._files.index.rest()
            self._truth.close()

    # --- writing ------------------------------------------------------------------------------

    def add(self, files: Sequence[IndexedFile]) -> None:
        """All of them or, when this fails, none; searchable on return."""
        with self._writing:
            stored = self._truth.add(files)
            self._apply_changes()
            # The new view is shown last: whoever sees a file finds its words and vectors.
            codes = self._codes
            if codes is None or not codes.slots:
                space = self._truth.space()
                assert space is not None, "a file was stored"
                codes = Codes(space)
            for slot, bits in stored:
                codes = codes.with_file(slot, bits)
            self._codes = codes

    def remove(self, versions: Iterable[FileVersion]) -> None:
        with self._writing:
            gone = list(versions)
            removed = self._truth.remove(gone)
            if self._codes is None:
                return
            # Named until its words are gone too: a removal that fails half-way is asked for again.
            named = [version for version in gone if version in self._codes.slots]
            if removed or named:
                self._apply_changes()
                self._codes = self._codes.without(named)

    def set_aside(self, version: FileVersion, embedder: EmbedderIdentity, vectors: Vectors) -> None:
        with self._writing:
            searched = self._truth.set_aside(version, embedder, vectors)
            if searched is not None and self._codes is not None:
                self._codes = self._codes.with_file(*searched)

    def switch(self, embedder: EmbedderIdentity) -> bool:
        with self._writing:
            if not self._truth.switch(embedder):
                return False
            if self._codes is None or self._codes.space.embedder != embedder:
                self._codes = self._loaded_codes()
        # Other writes get between the parts. Whoever still reads these vectors finds too little,
        # sees why, and looks again.
        self._truth.clear_unsearched()
        return True

    def rest(self) -> None:
        """Give back what only writing needs."""
        with self._writing:
            self._passages.index.rest()
            self._files.index.rest()

    def mend(self) -> None:
        """Make word indexes again that are damaged."""
        with self._writing:
            if not self._closed:
                self._passages.mend()
                self._files.mend()

    def _apply_changes(self) -> None:
        # Most of the time goes into syncing files, so the two are written at the same time.
        files = _COMMITS.submit(self._files.catch_up)
        try:
            self._passages.catch_up()
        finally:
            wait([files])
        files.result()
        reached = min(self._passages.applied, self._files.applied)
        self._truth.trim_changes(reached if self._needed is None else min(reached, self._needed))

    # --- what was removed ---------------------------------------------------------------------

    @property
    def holds_removed(self) -> bool:
        """Whether the words of removed files may still be on the disk."""
        return self._truth.holds_removed or self._words_hold_removed

    @property
    def _words_hold_removed(self) -> bool:
        return self._passages.holds_removed or self._files.holds_removed

    def purge(self) -> None:
        """Rid the files on the disk of them. Searches and changes go on meanwhile.

        What is removed while it runs may be left for the next time.
        """
        with self._purging:
            if not self._closed and self._words_hold_removed:
                self._purge_words()
            if not self._closed and self._truth.holds_removed:
                self._truth.scrub()

    def _purge_words(self) -> None:
        """Write the word indexes anew."""
        with self._writing:
            self._needed = self._truth.last_sequence()
        try:
            self._passages.rewrite()
            self._files.rewrite()
            with self._writing:
                self._passages.replace()
                self._files.replace()
        finally:
            self._needed = None

    @property
    def passage_count(self) -> int:
        return sum(slot.count for slot in self._codes.slots.values()) if self._codes else 0

    def _passage_entries(self, numbers: Iterable[int]) -> Iterator[Entry]:
        for number in numbers:
            for ordinal, words in enumerate(self._truth.words(number)):
                yield Entry(number, ordinal, (words,))

    def _file_entries(self, numbers: Iterable[int]) -> Iterator[Entry]:
        for number in numbers:
            body = " ".join(self._truth.words(number))
            yield Entry(number, 0, (body, self._truth.lead_words(number)))

    def lacking(self, embedder: EmbedderIdentity) -> dict[FileVersion, int]:
        return self._truth.lacking(embedder)
