"""Which files a question names. Pure.

Of forty annual reports each says much the same on the same pages; the question says whose it means
and of which year, and the files are called so.
"""

import math
from collections.abc import Iterable
from functools import lru_cache

from lodgepole.model import FileVersion
from lodgepole.retrieval.terms import file_words

WORD_MOST = 3.0
"""Of one word; reached by one that is in the names of one file in twenty."""
NAME_MOST = 6.0


class FileNames:
    """The words in the names of all files of an assistant."""

    def __init__(self, names: Iterable[tuple[FileVersion, str]]) -> None:
        self._by_word: dict[str, list[FileVersion]] = {}
        self._files = 0
        for version, name in names:
            self._files += 1
            for word in _words(name.rpartition(".")[0] or name):
                self._by_word.setdefault(word, []).append(version)

    def named(self, query: str) -> dict[FileVersion, float]:
        """How strongly `query` names each file that it names at all; at most `NAME_MOST`.

        The sum of the inverse document frequencies of the words they share, among the names. Words
        that are in most names tell nothing.
        """
        found: dict[FileVersion, float] = {}
        for word in _words(query):
            versions = self._by_word.get(word, ())
            if not versions or 2 * len(versions) > self._files:
                continue
            rest = (self._files - len(versions) + 0.5) / (len(versions) + 0.5)
            weight = min(WORD_MOST, math.log1p(rest))
            for version in versions:
                found[version] = min(NAME_MOST, found.get(version, 0.0) + weight)
        return found


@lru_cache(maxsize=32_768)
def _words(text: str) -> tuple[str, ...]:
    # As English: a name is too short to tell its language, and stems of others differ little.
    return tuple(dict.fromkeys(file_words(text, "", "en")))
