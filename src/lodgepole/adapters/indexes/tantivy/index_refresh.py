"""Catching up, rebuilding and cleaning of the tantivy word index, which derives from SQLite.

tantivy keeps removed documents in its segments until it merges them, which may be never. So an
index that holds any is written anew beside itself, while it is searched and changed, and replaced.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from lodgepole.adapters.indexes.tantivy.bm25 import FAILURES, Entry, Panicked, WordIndex, discard
from lodgepole.adapters.indexes.tantivy.passage_store import Truth
from lodgepole.errors import Unavailable

log = logging.getLogger(__name__)

Entries = Callable[[Iterable[int]], Iterator[Entry]]
"""The documents of files given by number."""


class RefreshedIndex:
    """One word index of an assistant. Its owner sees to it that only one thread changes it."""

    def __init__(self, truth: Truth, path: Path, fields: Sequence[str], entries: Entries) -> None:
        """Open it with every change applied, made again from SQLite where it cannot be had."""
        self._truth = truth
        self._path = path
        self._fields = fields
        self._entries = entries
        self._following: WordIndex | None = None
        for left in (self._beside, self._replaced):
            discard(left)  # what a crash left of a rewriting
        self.index = self._opened()

    @property
    def _beside(self) -> Path:
        return self._path.with_name(f"{self._path.name}.new")

    @property
    def _replaced(self) -> Path:
        return self._path.with_name(f"{self._path.name}.old")

    @property
    def applied(self) -> int:
        """The last change that is in it."""
        return self.index.applied or 0

    def catch_up(self) -> None:
        """Apply the changes that are lacking; Unavailable where they cannot be written."""
        try:
            self._catch_up(self.index)
        except FAILURES as error:
            if self._is_damaged(error):
                self.make_again(str(error))
                return
            raise Unavailable(
                f"The word index {self._path} could not be written: {error}. Make room on the "
                "disk; the change is stored and is applied at the next attempt."
            ) from error

    def _catch_up(self, index: WordIndex) -> None:
        """Doing it twice ends the same."""
        changes = self._truth.changes(index.applied or 0)
        assert changes is not None, "checked on opening, and kept while a rewriting needs them"
        if not changes:
            return
        removed = {change.number for change in changes if change.removed}
        added = [change.number for change in changes if not change.removed]
        present = [number for number in added if number not in removed]
        index.apply({*removed, *added}, self._entries(present), changes[-1].sequence)

    # --- made again ---------------------------------------------------------------------------

    def _is_damaged(self, error: Exception) -> bool:
        """Return whether its files are at fault, and not a disk that is full."""
        if isinstance(error, Panicked):
            return True
        try:
            self.index.check()
        except FAILURES:
            return True
        return False

    def mend(self) -> None:
        """Make it again if it is not what was written. Raises Unavailable."""
        try:
            self.index.check()
        except FAILURES as error:
            self.make_again(str(error))

    def make_again(self, reason: str) -> None:
        """Write it anew from the stored passages, while changes wait. Raises Unavailable."""
        log.warning("The word index %s is rebuilt from the stored passages: %s", self._path, reason)
        try:
            self.index.rest()
            discard(self._path)
            self.index = self._written(self._path)
        except FAILURES as error:
            raise Unavailable(
                f"The word index {self._path} could not be rebuilt: {error}. Make room on the disk."
            ) from error

    def _opened(self) -> WordIndex:
        fresh = not self._path.exists()
        try:
            index = WordIndex(self._path, self._fields)
            if self._truth.last_sequence() == 0:
                index.applied = 0  # nothing was ever stored, so nothing can be missing
            if index.applied is not None and self._truth.changes(index.applied) is not None:
                self._catch_up(index)
                return index
            reason = "it does not go with index.db"
        except FAILURES as error:
            reason = str(error)
        if not fresh:
            log.warning(
                "The word index %s is rebuilt from the stored passages: %s", self._path, reason
            )
        discard(self._path)
        return self._written(self._path)

    def _written(self, path: Path) -> WordIndex:
        index = WordIndex(path, self._fields)
        last = self._truth.last_sequence()
        # One commit: one that is cut short leaves no sequence, so it starts anew.
        index.apply((), self._entries(self._truth.numbers()), last)
        index.rest()
        return index

    # --- rid of what was removed --------------------------------------------------------------

    @property
    def holds_removed(self) -> bool:
        try:
            return self.index.holds_removed()
        except FAILURES:  # it is being replaced, or damaged, and so written anew in any case
            return False

    def rewrite(self) -> None:
        """Write it anew beside itself. Changes may come meanwhile, if they are not trimmed."""
        discard(self._beside)
        try:
            self._following = self._written(self._beside)
        except FAILURES as error:
            discard(self._beside)
            raise Unavailable(
                f"The word index {self._path} could not be written anew: {error}. Make room on the "
                "disk; until then what was removed is still in its files, though never found."
            ) from error

    def replace(self) -> None:
        """Put what `rewrite` made in its place. Searches that run end on what they began with."""
        following, self._following = self._following, None
        if following is None:
            return
        try:
            self._catch_up(following)
            following.rest()
            self.index.rest()
            # A crash between these leaves none, or both: it is made again, or opened as it is.
            self._path.rename(self._replaced)
            self._beside.rename(self._path)
            self.index = WordIndex(self._path, self._fields)
        except FAILURES as error:
            raise Unavailable(
                f"The word index {self._path} could not be replaced: {error}."
            ) from error
        finally:
            discard(self._beside)
            discard(self._replaced)
