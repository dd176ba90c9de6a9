"""Boosts files that a question names. Pure.

Of forty annual reports each says much the same on the same pages; the question says whose it means
and of which year, and the files are called so. A name that the question gives in full is hardly
there by chance. Names run words together that a question parts: `AcornWater2021` is what "Acorn
Water in 2021" means.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache

from lodgepole.model import FileVersion
from lodgepole.text.analyzer import file_words

WORD_MOST = 3.0
"""Of one word; reached by one that is in the names of one file in twenty."""
NAME_MOST = 6.0
IN_FULL = 3.0
"""Times as strong is a name all of whose telling words, two at least, are in the question."""
IN_FULL_MOST = 9.0
QUERY_TOKENS = 64  # of a query, its last ones where a conversation has more
_JOINED = 4  # words of a question that a name may have run together
_BEGINNING = 2  # characters of a word that its stem has too; words change at their ends
_JOINED_CHARS = 5  # of them, at least: shorter ones are there by chance


class FileNames:
    """The words in the names of all files of an assistant."""

    def __init__(self, names: Iterable[tuple[FileVersion, str]]) -> None:
        self._names = {version: name.rpartition(".")[0] or name for version, name in names}
        self._by_word: dict[str, list[FileVersion]] = {}
        for version, name in self._names.items():
            for word in _words(name):
                self._by_word.setdefault(word, []).append(version)
        self._beginnings = frozenset(word[:_BEGINNING] for word in self._by_word)

    def named(self, query: str) -> dict[FileVersion, float]:
        """How strongly `query` names each file that it names at all; at most `IN_FULL_MOST`.

        The sum of the inverse document frequencies of the words they share, among the names, at
        most `NAME_MOST`; more where all of the name is there. Words that are in most names tell
        nothing.
        """
        found: dict[FileVersion, float] = {}
        shared: Counter[FileVersion] = Counter()
        asked = {word for word in _asked(query, self._beginnings) if self._tells(word)}
        for word in sorted(asked):
            versions = self._by_word[word]
            rest = (len(self._names) - len(versions) + 0.5) / (len(versions) + 0.5)
            weight = min(WORD_MOST, math.log1p(rest))
            for version in versions:
                found[version] = min(NAME_MOST, found.get(version, 0.0) + weight)
            shared.update(versions)
        for version, count in shared.items():
            if count >= 2 and self._in_full(version, asked):
                found[version] = min(IN_FULL_MOST, IN_FULL * found[version])
        return found

    def _tells(self, word: str) -> bool:
        return 0 < 2 * len(self._by_word.get(word, ())) <= len(self._names)

    def _in_full(self, version: FileVersion, asked: Collection[str]) -> bool:
        """Whether `asked` has all that tells the name from others."""
        return all(
            piece in asked or all(part in asked for part in parts if self._tells(part))
            for piece, *parts in _pieces(self._names[version])
            if self._tells(piece)
        )


@lru_cache(maxsize=32_768)
def _pieces(name: str) -> tuple[tuple[str, ...], ...]:
    """What stands between the marks in a name: itself, and the words that it joins."""
    pieces = (_words(text) for text in re.split(r"[\W_]+", name))
    return tuple((words[0], *(words[1:] or words)) for words in pieces if words)


def _asked(query: str, beginnings: Collection[str]) -> list[str]:
    """The query's words, and those that neighbours among them make when run together.

    Of the latter there are many, nearly all of them no words: only what begins as a word of
    `beginnings` does is looked at, since a stem has the beginning of its word.
    """
    tokens = re.findall(r"\w+", query)[-QUERY_TOKENS:]
    joined = (
        "".join(tokens[start : start + count])
        for count in range(2, _JOINED + 1)
        for start in range(len(tokens) - count + 1)
    )
    words = [
        word
        for text in joined
        if len(text) >= _JOINED_CHARS
        and (text[:_BEGINNING].lower() in beginnings or not text.isascii())
        for word in _words(text)[:1]
    ]
    return [*_words(query), *words]


@lru_cache(maxsize=32_768)
def _words(text: str) -> tuple[str, ...]:
    # As English: a name is too short to tell its language, and stems of others differ little.
    return tuple(dict.fromkeys(file_words(text, "", "en")))
