"""The analyzer for BM25: from text to terms, alike for passages and queries. Pure.

- Letters are NFKC and lower case; accents are folded away after stemming, so `Sao` finds `São`.
- Words are stemmed by the language of their file; text in no known language is left as it is.
- Identifiers count whole and in parts: `FY2018` is also `fy` and `2018`, `in-network` is also
  `in` and `network`, `PerksPlus` is also `perks` and `plus`.
- Numbers lose the commas that group their digits: `1,250` is `1250`.
- Marks of notes are no words; an exponent or a fraction is no part of the number before it: `10⁶`
  is `10` and `6`.
- Scripts without spaces between words give single characters and pairs of neighbours.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

from lodgepole.text.normalization import normalized
from lodgepole.text.numbers import without_grouping
from lodgepole.text.scripts import BY_CHARACTER, MARKS
from lodgepole.text.stemming import stem, stemmed_as

WORD_CHARS = 48  # longer "words" are keys, hashes and encoded data; their beginning identifies them
KNOWN_CHARS = 64  # of a token that is remembered; longer ones fill the memory and seldom recur
LONG_CHARS = 20_000  # of a text, from which the threads beside get a turn between its words
QUERY_WORDS = 64  # the most a query is searched by; conversations have thousands

_LETTER = rf"(?:(?![{BY_CHARACTER}_])[\w{MARKS}])"
_TOKEN = re.compile(rf"[{BY_CHARACTER}]+|{_LETTER}+(?:[-_./'’@&+]{_LETTER}+)*")
# The same where no character is of these, in half the time.
_PLAIN_TOKEN = re.compile(r"[^\W_]+(?:[-_./'’@&+][^\W_]+)*")
_NOT_PLAIN = re.compile(rf"[{BY_CHARACTER}{MARKS}]")
_UNSPACED_RUN = re.compile(rf"[{BY_CHARACTER}]")
_NOTE_MARK = re.compile(r"\[\^[^\]\s]{1,12}\]:?")
_TOUCHING = re.compile(r"(?<=\d)(?=[²³¹⁰⁴-⁾₀-₎¼-¾⅐-⅞])")
_JOINT = re.compile(r"[-_./'’@&+]")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^A-Za-z\d]+")
_POSSESSIVE = re.compile(r"['’][sS]$")


def passage_words(text: str, header: str, language: str) -> list[str]:
    """Every word of `header` and `text` in order, with repetitions, as the index counts them.

    Args:
        text: A passage.
        header: What stands over it: the file's name, headings, a page's first lines.
        language: ISO 639-1 of the file, or `und`.
    """
    return [*_words(header, language), *_words(text, language)]


def file_words(name: str, beginning: str, language: str) -> list[str]:
    """The words by which a file as a whole is known: those of its name and of its beginning."""
    return [*_words(name, language), *_words(beginning[:1500], language)]


def _tokens(text: str) -> list[str]:
    if "[^" in text:
        text = _NOTE_MARK.sub(" ", text)
    if not text.isascii():
        text = normalized("NFKC", _TOUCHING.sub(" ", text))
    text = without_grouping(text)
    plain = text.isascii() or not _NOT_PLAIN.search(text)
    pattern = _PLAIN_TOKEN if plain else _TOKEN
    if len(text) <= LONG_CHARS:
        return pattern.findall(text)
    return [match.group() for match in pattern.finditer(text)]


def query_words(text: str, languages: Collection[str]) -> list[str]:
    """Return the query's words as each of `languages` would have stored them, each once.

    A query is too short to tell its own language, so it is analysed in all that are indexed.
    Of a long one, such as a conversation, the rarest-looking words are kept: those with digits
    or many letters before short ones; at most `QUERY_WORDS` for each language.
    """
    known = sorted({*map(stemmed_as, languages)}) or ["und"]
    asked = list(dict.fromkeys(_tokens(text)))
    kept: dict[str, None] = {}
    for code in known:
        words = dict.fromkeys(word for token in asked for word in _token_words(token, code))
        kept.update(dict.fromkeys(_most_telling(words)))
    return list(kept)


def _most_telling(words: Iterable[str]) -> list[str]:
    words = list(words)
    if len(words) <= QUERY_WORDS:
        return words
    order = sorted(range(len(words)), key=lambda i: (-_weight(words[i]), i))[:QUERY_WORDS]
    return [words[i] for i in sorted(order)]


def _weight(word: str) -> int:
    return len(word) + (8 if any(char.isdigit() for char in word) else 0)


def _words(text: str, language: str) -> list[str]:
    language = stemmed_as(language)
    words: list[str] = []
    for token in _tokens(text):
        words += _token_words(token, language)
    return words


def _token_words(token: str, language: str) -> tuple[str, ...]:
    """The words that a token stands for; nearly always a single one.

    Args:
        token: As it stands in the text.
        language: As `stemmed_as` gives it.
    """
    known = len(token) <= KNOWN_CHARS
    return _known_words(token, language) if known else _words_of(token, language)


@lru_cache(maxsize=65_536)
def _known_words(token: str, language: str) -> tuple[str, ...]:
    return _words_of(token, language)


def _words_of(token: str, language: str) -> tuple[str, ...]:
    if _UNSPACED_RUN.match(token):
        return (*token, *(token[i : i + 2] for i in range(len(token) - 1)))
    token = _POSSESSIVE.sub("", token)
    if _NUMBER.fullmatch(token):
        return (token[:WORD_CHARS],)
    pieces = [piece for piece in _JOINT.split(token) if piece]
    parts = [part for piece in pieces for part in _parts(piece)]
    whole = [_normal("".join(pieces), language)] if len(pieces) > 1 else []
    words = dict.fromkeys([*whole, *(_normal(part, language) for part in parts)])
    return tuple(word for word in words if word)


def _parts(piece: str) -> list[str]:
    """The piece itself, and where it is `CamelCase` or mixes letters and digits, what it joins."""
    if piece.isdigit() or (piece.isalpha() and (piece.islower() or piece.istitle())):
        return [piece]
    split = _CAMEL.findall(piece)
    # Accented letters are outside the pattern's cases: such a word is no identifier.
    if len(split) < 2 or any(not part.isascii() for part in split):
        return [piece]
    return [piece, *split]


def _normal(word: str, language: str) -> str:
    word = word.lower()[:WORD_CHARS]
    if not any(char.isdigit() for char in word):
        word = stem(word, language)
    return word if word.isascii() else _fold(word)


def _fold(word: str) -> str:
    """Without accents, in the alphabets where leaving them out is a habit and not another word."""
    decomposed = unicodedata.normalize("NFD", word)
    if not any("\u0300" <= char <= "\u036f" for char in decomposed):
        return word
    kept = "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", kept)
