"""Stemming by Snowball. Pure.

The one difference between the uses is the language. Search knows the language of each file;
checks of an answer compare texts whose languages may differ, and take the rules that go with a
word's letters, so that a claim and its source are always treated alike.
"""

import re
import threading
from functools import lru_cache
from typing import Protocol

import snowballstemmer

from lodgepole.text.languages import UNDETERMINED

BY_SCRIPT = "by-script"
"""Instead of a language: the rules that go with the letters of the word."""

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# Snowball takes `ان` for an ending behind an article alone, so that goes first.
_ARABIC_ARTICLE = re.compile(r"(?:[وفبك]?ال|لل|[ولب])(?=\w{3})")
_OF_SCRIPT = (  # (first letter, last letter, language)
    ("\u0000", "\u024f", "en"),
    ("\u0370", "\u03ff", "el"),
    ("\u0400", "\u04ff", "ru"),
    ("\u0530", "\u058f", "hy"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0900", "\u097f", "hi"),
    ("\u0b80", "\u0bff", "ta"),
)


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802  the library's name


def stemmed_as(language: str) -> str:
    """The language by whose rules words of a file in `language` are stemmed; `und` by none."""
    return language if language in _ALGORITHMS else UNDETERMINED


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """A word in small letters without its ending; as it is, where no rules are known.

    Args:
        word: In small letters.
        language: ISO 639-1, `und`, or `BY_SCRIPT`.
    """
    if language == BY_SCRIPT:
        language = _language_of_letters(word[:1])
        if language == "ar" and (article := _ARABIC_ARTICLE.match(word)):
            word = word[article.end() :]
    stemmer = _stemmer(language, threading.get_ident())
    return word if stemmer is None else stemmer.stemWord(word) or word


def _language_of_letters(letter: str) -> str:
    for first, last, language in _OF_SCRIPT:
        if first <= letter <= last:
            return language
    return UNDETERMINED


@lru_cache(maxsize=1024)
def _stemmer(language: str, _thread: int) -> _Stemmer | None:
    # A stemmer keeps the word it works on in itself: shared, two threads would mix their words.
    name = _ALGORITHMS.get(language)
    return snowballstemmer.stemmer(name) if name else None
