"""Parses references in brackets: `Source 2, p. 3`, `see [2]`, `atlas.txt`. Pure.

A phrase is made of few words: one for a source, lead-ins, page numbers and names of files. With
any other word in it, it is no reference but text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

LONGEST = 200  # characters of a phrase
MOST_NUMBERS = 12
MOST_FILES = 100  # names that are looked for


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SOURCES = _listed(
    """
    source sources src srcs ref refs cite cites quelle quellen fuente fuentes fonte fonti bron
    bronnen источник источники источника 来源 來源 出典 출처
    """
)
"""Words that mean a source of ours and nothing else, with a number behind them."""
_DOCUMENTS = _listed(
    """
    document documents doc docs passage passages excerpt excerpts snippet snippets chunk chunks
    context reference references citation citations dokument dokumente documento documentos 資料
    文献 文档
    """
)
"""Words that may mean a source, and may be the text's own."""
_LEADS = _listed(
    """
    see cf from per according to as in also number no nos nr id vgl siehe laut nach aus selon
    voir según véase and und et y e en
    """
)
_PAGES = _listed(
    """
    p pp pg page pages s seite seiten página páginas pág line lines l ll стр 页 頁
    """
)
_KNOWN = _SOURCES | _DOCUMENTS | _LEADS | _PAGES
_SQUARE = frozenset("[]【】［］")
_PUNCTUATION = frozenset(",;:.&#=^*\"'`-–—()") | _SQUARE
_TOKEN = re.compile(r"[^\W\d_]+|\d+|\S")
_FILE = "\0"  # stands for a file's name
_OF_MESSAGE = re.compile(r"(\d{1,3}):(\d{1,3})(?=†)")
_LED = re.compile(
    r"\b(?:according to|as per|in|from|by|see|per|laut|nach|aus|siehe|selon|dans|voir|según|en)"
    rf" (?:the |der |die |le |la |el )?(?:file |datei )?[\"'“„«*`]{{0,2}} {_FILE}"
)
_FRACTION = re.compile(r"\d[.:]\d(?!\d*†)")  # `1.5`, or `2:1`, a time or a verse
_PAGE = re.compile(
    r"\s{0,3}[,;:]?\s{0,3}(?:pp?\.?|pages?|s\.|seiten?)\s?\d{1,4}(?:\s?[-–]\s?\d{1,4})?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A reference to sources.

    Attributes:
        numbers: Of the sources, each once.
        kind: `named` can mean nothing else; `worded` may be the text's own words; `bare` is
            numbers alone, `squared` such in brackets of their own.
    """

    numbers: tuple[int, ...]
    kind: Literal["named", "worded", "bare", "squared"]


class FileNames:
    """Sources by the names of their files, for markers such as `[handbook.pdf, p. 9]`.

    Args:
        names: The file's name of each source, by its number.
    """

    def __init__(self, names: Mapping[int, str]) -> None:
        self._numbers: dict[str, list[int]] = {}
        self._whole: list[str] = []  # with their endings, the longest first
        for number, name in [*names.items()][:MOST_FILES]:
            stem, dot, _ = name.rpartition(".")
            for known in {name, stem if dot and len(stem) > 3 else name}:
                self._numbers.setdefault(_plain(known), []).append(number)
            if dot and _plain(name) not in self._whole:
                self._whole.append(_plain(name))
        self._whole.sort(key=len, reverse=True)

    def read(self, bracket: str) -> tuple[int, ...]:
        """Numbers of the sources of the file that a closed bracket names, if it names one."""
        return self.named(bracket[1:-1])

    def named(self, text: str) -> tuple[int, ...]:
        """The same of a text that is a file's name, with pages or without."""
        inside = text.strip()
        paged = _PAGE.search(inside)
        name = inside[: paged.start()] if paged and paged.end() == len(inside) else inside
        return tuple(self._numbers.get(_plain(name), ()))

    def is_undecided(self, text: str) -> bool:
        """Whether an unclosed bracket may yet name a file."""
        return len(text) < LONGEST and self.may_become(text[1:])

    def may_become(self, text: str) -> bool:
        """Whether more text could make a file's name of this one."""
        inside = _plain(text)
        return any(
            known.startswith(inside) or (inside.startswith(known) and len(inside) < len(known) + 20)
            for known in self._numbers
        )

    def taken_out(self, plain: str) -> tuple[str, tuple[int, ...]]:
        """The text with a sign for the names of files in it, and the numbers of their sources."""
        numbers: list[int] = []
        for name in self._whole:
            if name in plain:
                plain = plain.replace(name, f" {_FILE} ")
                numbers += self._numbers[name]
        return plain, tuple(dict.fromkeys(numbers))

    def mentioned(self, sentence: str) -> tuple[int, ...]:
        """Numbers of the sources of files that a sentence names: `According to atlas.txt, …`."""
        if not self._whole:
            return ()
        taken, numbers = self.taken_out(_plain(sentence[:2000]))
        return numbers if numbers and _LED.search(taken) else ()

    def without_mentions(self, sentence: str) -> str:
        """The sentence without those names, for its claim to be checked; letters may be small."""
        taken, numbers = self.taken_out(_plain(sentence))
        return taken.replace(f" {_FILE} ", "") if numbers else sentence


_NO_FILES = FileNames({})


def parse(inside: str, files: FileNames = _NO_FILES) -> Phrase | None:
    """The reference that this text is; None where it is none."""
    if len(inside) > LONGEST or "\n" in inside or _FRACTION.search(inside):
        return None
    taken, of_files = files.taken_out(_plain(inside))
    of_message = _OF_MESSAGE.search(taken) is not None
    reading = _Reading()
    for word, follows in _tokens(_OF_MESSAGE.sub(r"\1,\2", taken)):
        if not reading.take(word, follows=follows):
            return None
    numbers = tuple(dict.fromkeys((*reading.numbers, *of_files)))
    if not numbers or len(reading.numbers) > MOST_NUMBERS:
        return None
    if of_files or reading.documents or of_message:
        return Phrase(numbers, "worded")
    if reading.sources:
        return Phrase(numbers, "named")
    if reading.words:
        return Phrase(numbers, "worded" if reading.pages or reading.squared else "bare")
    return Phrase(numbers, "squared" if reading.squared else "bare")


def leads_only(inside: str) -> bool:
    """Whether there are words in it, and none that means a source: `in 2`, `no. 2`."""
    found = {word for word, _ in _tokens(_plain(inside)) if word.isalpha()}
    return bool(found) and found <= _LEADS


def may_become(inside: str, files: FileNames = _NO_FILES) -> bool:
    """Whether more text could make a reference of the beginning of one."""
    if len(inside) >= LONGEST or "\n" in inside:
        return False
    plain, _ = files.taken_out(_plain(inside, strip=False))
    at_end = plain[-1:].isalpha()
    tokens = [*_TOKEN.finditer(plain)]
    for n, m in enumerate(tokens):
        word = m.group()
        if word == "†":
            return True
        if word in _KNOWN or word in _PUNCTUATION or word == _FILE:
            continue
        if word.isdecimal() and len(word) <= 4:
            continue
        last = n == len(tokens) - 1 and at_end
        if last and any(known.startswith(word) for known in _KNOWN):
            continue
        return n < 12 and files.may_become(plain[m.start() :])
    return True


class _Reading:
    """Words of a phrase, taken one by one."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.sources = self.documents = self.pages = self.squared = self.words = False
        self._locating = False  # numbers are those of pages
        self._passing = False  # whatever comes belongs to the mark before
        self._before = ""

    def take(self, word: str, *, follows: bool) -> bool:
        """Whether the phrase is a reference with this word in it, too.

        Args:
            word: In small letters.
            follows: It stands at the word before, with no space between.
        """
        before, self._before = self._before, word
        if self._passing:
            self._passing = word not in ",;"
            return True
        if word.isdecimal():
            return self._take_number(word, before, follows=follows)
        if word.isalpha():
            self.words = True
            self.sources = self.sources or word in _SOURCES
            self.documents = self.documents or word in _DOCUMENTS
            self._locating = word in _PAGES
            self.pages = self.pages or self._locating
            return word in _KNOWN
        self.squared = self.squared or word in _SQUARE
        self._passing = word == "†"
        if word in ";":
            self._locating = False
        return self._passing or word == _FILE or word in _PUNCTUATION

    def _take_number(self, word: str, before: str, *, follows: bool) -> bool:
        if before == "s" and follows:  # `S2`, where `S. 2` is a page
            self.documents, self._locating, self.pages = True, False, False
        if self._locating:
            return len(word) <= 4
        if len(word) > 3 or before.isdecimal():
            return False
        number = int(word)
        if before in ("-", "–", "—") and self.numbers:
            self.numbers += range(self.numbers[-1] + 1, min(number, self.numbers[-1] + 20) + 1)
        else:
            self.numbers.append(number)
        return True


def _tokens(plain: str) -> Iterator[tuple[str, bool]]:
    end = -1
    for m in _TOKEN.finditer(plain):
        yield m.group(), m.start() == end
        end = m.end()


def _plain(name: str, *, strip: bool = True) -> str:
    text = name.replace("_", " ").casefold()
    return " ".join(text.split()) if strip else re.sub(r"\s+", " ", text)
