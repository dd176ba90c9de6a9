"""The index of one assistant: its SQLite file and what is derived from it."""

import threading
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lodgepole.adapters.indexes.tantivy.binary_codes import Codes, Slot
from lodgepole.adapters.indexes.tantivy.bm25 import FAILURES, Entry, WordIndex
from lodgepole.adapters.indexes.tantivy.index_refresh import RefreshedIndex
from lodgepole.adapters.indexes.tantivy.passage_store import Truth
from lodgepole.adapters.indexes.tantivy.rebuild_markers import is_incomplete
from lodgepole.adapters.indexes.tantivy.rows import REBUILDING
from lodgepole.errors import Conflict, Unavailable
from lodgepole.model import FileVersion, Hit, Passage, PassageKey
from lodgepole.ports.embedder import EmbedderIdentity, Vector, Vectors
from lodgepole.ports.index import IndexedFile, IndexQuery, Rankings

_COMMITS = ThreadPoolExecutor(2, "index-commit")

EXACT_BELOW = 600  # passages that are compared by their vectors at once, without codes
_RESCORED = 320  # of the codes' nearest, at least; so the best 16 of 100,000 are among them
_RESCORED_OF_MANY = 480  # and so of 500,000, with a chance of .997
_MANY = 200_000  # passages


class WordsUnreadable(Unavailable):
    """A word index cannot be searched: `mend` makes it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Allowed:
    """What a query's versions are in one view of the codes."""

    versions: Collection[FileVersion]
    codes: Codes
    slots: Sequence[Slot]  # by start
    by_number: dict[int, FileVersion]
    passages: int


class AssistantIndex:
    """Everything blocks. Reads run beside each other and beside one write."""

    def __init__(self, path: Path) -> None:
        """Open the directory, made new when it is not there, and apply what is outstanding.

        Raises:
            Damaged: `index.db` is not what was written. Damaged word indexes are made again.
            Unavailable: It cannot be opened.
        """
        path.mkdir(parents=True, exist_ok=True)
        self.incomplete = is_incomplete(path)
        self._path = path
        self._writing = threading.Lock()
        self._purging = threading.Lock()
        self._needed: int | None = None  # changes after this one must not be trimmed yet
        self._closed = False
        self._last_allowed: _Allowed | None = None
        self._truth = Truth(path / "index.db")
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

    def _loaded_codes(self) -> Codes | None:
        space = self._truth.space()
        return None if space is None else Codes.loaded(space, self._truth.files(space))

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

    # --- reading ------------------------------------------------------------------------------

    def search(self, query: IndexQuery) -> Rankings:
        if self.incomplete:
            raise Unavailable(REBUILDING)
        codes = self._codes
        if codes is None:
            return Rankings()
        embedder = codes.space.embedder if codes.slots else None
        allowed = self._allowed(codes, query.versions)
        if not allowed.slots:
            return Rankings(embedder=embedder)
        dense: Sequence[Hit] = ()
        if query.vector is not None and query.embedder in (None, embedder):
            dense = self._dense(allowed, query.vector, query.limit)
            now = self._codes.space if self._codes else codes.space
            if now != codes.space:  # the vectors were being removed as we read
                dense, embedder = (), now.embedder
        if not query.words:
            return Rankings(dense=dense, embedder=embedder)
        by_number = allowed.by_number
        numbers = None if len(by_number) == len(codes.slots) else by_number.keys()

        def ranked(index: WordIndex, field: str) -> list[tuple[PassageKey, float]]:
            with self._reading_words():
                found = index.search(field, query.words, numbers, query.limit)
            # Files that are coming or going are in tantivy before or after they are in `codes`.
            ranking = [
                (PassageKey(by_number[number], ordinal), score)
                for number, ordinal, score in found
                if number in by_number
            ]
            return sorted(ranking, key=lambda item: (-item[1], item[0]))

        return Rankings(
            embedder=embedder,
            dense=dense,
            words=[Hit(*item) for item in ranked(self._passages.index, "words")],
            file_body=[(key.version, score) for key, score in ranked(self._files.index, "body")],
            file_lead=[(key.version, score) for key, score in ranked(self._files.index, "lead")],
        )

    @contextmanager
    def _reading_words(self) -> Generator[None]:
        try:
            yield
        except FAILURES as error:
            raise WordsUnreadable(
                f"The word index in {self._path} cannot be read: {error}. It is rebuilt from the "
                "stored passages now: try again in a moment."
            ) from error

    def _allowed(self, codes: Codes, versions: Collection[FileVersion]) -> _Allowed:
        """The stored ones of `versions`."""
        last = self._last_allowed
        # A set that cannot change and was resolved for these codes needs no second look.
        if last is not None and last.versions is versions and last.codes is codes:
            return last
        found = (codes.slots.get(version) for version in versions)
        slots = sorted({slot for slot in found if slot}, key=lambda slot: slot.start)
        allowed = _Allowed(
            versions=versions,
            codes=codes,
            slots=slots,
            by_number={slot.number: slot.version for slot in slots},
            passages=sum(slot.count for slot in slots),
        )
        if isinstance(versions, frozenset):
            self._last_allowed = allowed
        return allowed

    def _dense(self, allowed: _Allowed, vector: Vector, limit: int) -> Sequence[Hit]:
        codes, slots = allowed.codes, allowed.slots
        if len(vector) != codes.dimension:
            raise Conflict(
                f"The query's vector has {len(vector)} dimensions, the index of this assistant "
                f"{codes.dimension}. Configure the embedder it was made with, or re-embed it."
            )
        if allowed.passages <= EXACT_BELOW:
            positions = codes.positions(slots)
        else:
            wide = _RESCORED_OF_MANY if allowed.passages > _MANY else _RESCORED
            positions = codes.nearest(vector, slots, max(wide, limit + limit // 2))
        wanted = codes.rows(positions)
        order = np.argsort(wanted)
        rows, vectors = self._truth.vectors(codes.space, wanted[order].tolist())
        if not rows:
            return []
        positions = positions[order]
        if len(rows) < len(positions):  # some were removed as we read, or are lost
            there = np.isin(wanted[order], rows)
            lost = codes.locate(positions[~there])
            self._truth.require({slot.number for slot, _ in lost}, codes.space)
            positions = positions[there]
        scores = vectors @ vector
        # Only what can be among the best becomes an object: most of the time would go there.
        bound = np.partition(scores, -limit)[-limit] if len(scores) > limit else -np.inf
        best = np.flatnonzero(scores >= bound)
        hits = [
            Hit(PassageKey(slot.version, ordinal), score)
            for (slot, ordinal), score in zip(
                codes.locate(positions[best]), scores[best].tolist(), strict=True
            )
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.key))[:limit]

    def passages(self, keys: Collection[PassageKey]) -> dict[PassageKey, Passage]:
        slots = self._codes.slots if self._codes else {}
        rows: dict[int, PassageKey] = {}
        for key in keys:
            slot = slots.get(key.version)
            if slot is not None and 0 <= key.ordinal < slot.count:
                rows[slot.first_row + key.ordinal] = key
        found = self._truth.passages({row: key.ordinal for row, key in rows.items()})
        if len(found) < len(rows):
            lost = {slots[key.version].number for row, key in rows.items() if row not in found}
            self._truth.require(lost)
        return {rows[row]: passage for row, passage in found.items()}

    def vectors(self, version: FileVersion, first: int, count: int) -> Vectors:
        codes = self._codes
        slot = codes.slots.get(version) if codes else None
        if codes is None or slot is None:
            return np.empty((0, 0), np.float32)
        rows = max(0, min(count, slot.count - first))
        return self._truth.vector_range(codes.space, slot.first_row + first, rows)

    def versions(self) -> Collection[FileVersion]:
        return set(self._codes.slots) if self._codes else set()

    def languages(self) -> Mapping[FileVersion, str]:
        slots = self._codes.slots if self._codes else {}
        return {version: slot.language for version, slot in slots.items()}

    def embedder(self) -> EmbedderIdentity | None:
        return self._codes.space.embedder if self._codes and self._codes.slots else None

    def lacking(self, embedder: EmbedderIdentity) -> dict[FileVersion, int]:
        return self._truth.lacking(embedder)
