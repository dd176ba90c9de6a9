"""Tokenization into words with their positions, for quoting and verification. Pure.

Search has an analysis of its own (`analyzer`), which knows each file's language and takes
identifiers apart; here places matter, and the same rules for a claim and its source.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lodgepole.text.numbers import number_value, scaled, word_value, zeros_of
from lodgepole.text.scripts import BY_CHARACTER, MARKS, RAISED
from lodgepole.text.stemming import BY_SCRIPT
from lodgepole.text.stemming import stem as stemmed
from lodgepole.text.word_lists import DENYING_ANSWERS, NEGATIONS, SCALES, STOPWORDS, folded

# These deny, though their letters alone would say nothing: Japanese verbs at their end.
_DENYING = "ません|なかった|なく|ない"
_LETTER = rf"[^\W\d_{BY_CHARACTER}{RAISED}]"
_LETTERS = rf"{_LETTER}++(?:[{MARKS}]++{_LETTER}*+)*+"
# The mark of a note is no word, but what stands in it is none either.
WORD = re.compile(
    rf"\d+(?:[.,]\d+)*|[{RAISED}]+|{_DENYING}|[{BY_CHARACTER}]|{_LETTERS}(?:['’]{_LETTERS})?"
    r"|\[\^[^\]\s]{1,12}\]|\[[ xX]\]|☐"
)
"""Digits and letters apart (`FY2018` is two words), ideographs one by one."""
UNTICKED = frozenset(("[ ]", "☐"))
"""Boxes that deny what they stand beside; ticked ones say nothing by themselves."""
_NO_WORDS = ("[^", "[x", "[X")

LONGEST_WORD = 100  # characters; what is longer is no word of a language and has no ending


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text; `text[start:end]` is its surface, `stem` what it is compared by."""

    stem: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return self.stem[0].isdigit()

    @property
    def is_content(self) -> bool:
        return not (self.stem in STOPWORDS or self.stem in NEGATIONS or self.stem in SCALES)


def stem(surface: str) -> str:
    """The form a word is compared by: case, accents, thousands separators and endings removed."""
    return _stem(surface) if len(surface) <= LONGEST_WORD else surface.casefold()


@lru_cache(maxsize=65_536)
def _stem(surface: str) -> str:
    if surface in UNTICKED:
        return "not"
    if surface[0].isdigit():
        return number_value(surface)
    word = folded(surface).replace("'", "").replace("’", "")
    number = word_value(word)
    if number is not None:
        return number
    if word.endswith("s") and surface[-2:-1] in "'’":
        word = word[:-1]
    if word in STOPWORDS or word in NEGATIONS or word in SCALES or len(word) <= 3:
        return word or surface
    return stemmed(word, BY_SCRIPT)


def words(text: str) -> list[Word]:
    """All words in order.

    An exponent or an index is a word of its own, the mark of a note is none; a box that is not
    ticked says `not`.
    """
    return [
        Word(stem(surface), m.start(), m.end())
        for m in WORD.finditer(text)
        if not (surface := m.group()).startswith(_NO_WORDS)
    ]


def stems_of(text: str) -> list[str]:
    """The stems of `words(text)`, without their places."""
    return [stem(surface) for surface in WORD.findall(text) if not surface.startswith(_NO_WORDS)]


def content_stems(items: Iterable[Word]) -> set[str]:
    """Stems of the words that say something by themselves."""
    return {w.stem for w in items if w.is_content}


def numbers(items: Sequence[Word]) -> set[str]:
    """Numbers by value: `2.1 million` is `2100000`."""
    found: set[str] = set()
    for i, word in enumerate(items):
        if word.is_number:
            zeros = zeros_of(items[i + 1].stem) if i + 1 < len(items) else None
            found.add(scaled(word.stem, zeros) if zeros else word.stem)
    return found


def is_negated(items: Sequence[Word]) -> bool:
    """Whether the words deny something: an odd number of negations, but `No, it is not` is one."""
    said = sum(w.stem in NEGATIONS for w in items)
    # More than one character after it: `No, members` and not `Non-members`.
    answered = said == 2 and items[0].stem in DENYING_ANSWERS and items[1].start > items[0].end + 1
    return said % 2 == 1 or answered


def similar_stems(a: str, b: str) -> bool:
    """Whether two stems are one word, or differ only in its ending (`retire`, `retirement`)."""
    if a == b:
        return True
    if a[0].isdigit() or b[0].isdigit():
        return False
    shorter = min(len(a), len(b))
    return shorter >= 5 and a[: max(5, shorter - 2)] == b[: max(5, shorter - 2)]


def edits(a: str, b: str, most: int) -> int:
    """Letters to change, add, drop or swap with their neighbour; no more than `most` + 1."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        last, before, row = before, row, [i]
        for j, y in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def squeeze(text: str) -> str:
    """The text on one line, runs of white space as one space."""
    return " ".join(text.split())
