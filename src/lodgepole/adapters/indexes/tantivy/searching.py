"""Searches in the index of one assistant, whoever else changes it."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lodgepole.adapters.indexes.tantivy.binary_codes import Codes, Slot
from lodgepole.adapters.indexes.tantivy.bm25 import FAILURES, WordIndex
from lodgepole.adapters.indexes.tantivy.passage_store import Truth
from lodgepole.adapters.indexes.tantivy.rows import REBUILDING
from lodgepole.errors import Conflict, Unavailable
from lodgepole.model import FileVersion, Hit, Passage, PassageKey
from lodgepole.ports.embedder import EmbedderIdentity, Vector, Vectors
from lodgepole.ports.index import IndexQuery, Rankings

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


class SearchedAssistant(ABC):
    """Everything blocks. Reads run beside each other and beside one write."""

    def __init__(self, path: Path, truth: Truth, *, incomplete: bool) -> None:
        self.incomplete = incomplete
        self._path = path
        self._truth = truth
        self._codes: Codes | None = None
        self._last_allowed: _Allowed | None = None

    @property
    @abstractmethod
    def words_of_passages(self) -> WordIndex:
        """The field `words`."""

    @property
    @abstractmethod
    def words_of_files(self) -> WordIndex:
        """The fields `body` and `lead`."""

    def _loaded_codes(self) -> Codes | None:
        space = self._truth.space()
        return None if space is None else Codes.loaded(space, self._truth.files(space))

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
            words=[Hit(*item) for item in ranked(self.words_of_passages, "words")],
            file_body=[(key.version, score) for key, score in ranked(self.words_of_files, "body")],
            file_lead=[(key.version, score) for key, score in ranked(self.words_of_files, "lead")],
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
