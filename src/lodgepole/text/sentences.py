"""Text as the checks of an answer see it: words with their places, numbers, negations, sentences.

Everything here is pure and cheap enough to run on every snippet of every answer. Retrieval has
its own analysis (`retrieval.terms`), which stems by language; here places in the text matter,
and a light stem that treats the claim and its source alike.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lodgepole.documents.tables import CELL_GAP
from lodgepole.text.abbreviations import stands_before_number
from lodgepole.text.word_lists import (
    DENYING_ANSWERS,
    NEGATIONS,
    NUMBER_WORDS,
    SCALES,
    STOPWORDS,
    folded,
)

# These deny, though their letters alone would say nothing: Japanese verbs at their end.
_DENYING = "ません|なかった|なく|ない"
_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f\uac00-\ud7af"
_RAISED = "⁰¹²³⁴-⁹₀-₉"  # digits; also lowered ones
_LETTER = rf"[^\W\d_{_IDEOGRAPH}{_RAISED}]"
# The mark of a note is no word, but what stands in it is none either.
_WORD = re.compile(
    rf"\d+(?:[.,]\d+)*|[{_RAISED}]+|{_DENYING}|[{_IDEOGRAPH}]|{_LETTER}+(?:['’]{_LETTER}+)?"
    r"|\[\^[^\]\s]{1,12}\]"
)
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2)
_NOTE_MARKS = re.compile(r"(?:\s?\[\^[^\]\s]{1,12}\](?!:))+")


_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'])(?:[^\W\d_]|[^\W\d_]\.[^\W\d_]|Dr|Mr|Mrs|Ms|Prof|St|Nos|vs|etc|e\.g|i\.e"
    r"|cf|al|Inc|Ltd|Co|Corp|Fig|Figs|Eq|Sec|Vol|pp|ca|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep"
    r"|Sept|Oct|Nov|Dec|Gen|Col|Sgt|Capt|Lt|Rev|Hon|Jr|Sr|bzw|ggf|Nr|Abs|Mio|Mrd|Sra|Dra|Ave)\.$"
)


_CYRILLIC_ENDING = re.compile(r"(?<=\w{3})(?:[аямое]ми?|[аяиоые]х|[ое][вг]о?|[аеиоуыэюяйьї]{1,3})$")
_ARABIC_BEGINNING = re.compile(r"^(?:[وفبك]?ال|لل|[ولب])(?=\w{3})")
_ARABIC_ENDING = re.compile(r"(?<=\w{3})(?:ات|ون|ين|ان|ها|ية|ة)$")


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


@lru_cache(maxsize=65_536)
def stem(surface: str) -> str:
    """The form a word is compared by: case, accents, thousands separators and endings removed."""
    if surface[0].isdigit():
        return _number(surface)
    word = folded(surface).replace("'", "").replace("’", "")
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    if word.endswith("s") and surface[-2:-1] in "'’":
        word = word[:-1]
    if word in STOPWORDS or word in NEGATIONS or len(word) <= 3:
        return word or surface
    return _without_ending(word)


def _number(surface: str) -> str:
    surface = surface if surface.isascii() else surface.translate(_PLAIN_DIGITS)
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", surface)
    plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
    if plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def _without_ending(word: str) -> str:
    if "\u0400" <= word[0] <= "\u04ff":
        return _CYRILLIC_ENDING.sub("", word)
    if "\u0621" <= word[0] <= "\u064a":
        return _ARABIC_ENDING.sub("", _ARABIC_BEGINNING.sub("", word))
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("edly", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + instead
    for ending in ("ed", "es", "ly", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


def words(text: str) -> list[Word]:
    """All words in order; ideographs one by one, digits and letters apart (`FY2018` is two).

    An exponent or an index is a word of its own, the mark of a note is none.
    """
    return [
        Word(stem(surface), m.start(), m.end())
        for m in _WORD.finditer(text)
        if (surface := m.group())[0] != "["
    ]


def stems_of(text: str) -> list[str]:
    """The stems of `words(text)`, without their places."""
    return [stem(surface) for surface in _WORD.findall(text) if surface[0] != "["]


def content_stems(items: Iterable[Word]) -> set[str]:
    return {w.stem for w in items if w.is_content}


def numbers(items: Sequence[Word]) -> set[str]:
    """Numbers by value: `2.1 million` is `2100000`."""
    found: set[str] = set()
    for i, word in enumerate(items):
        if word.is_number:
            scale = SCALES.get(items[i + 1].stem) if i + 1 < len(items) else None
            found.add(_scaled(word.stem, scale) if scale else word.stem)
    return found


def _scaled(number: str, zeros: int) -> str:
    if number.count(".") > 1:
        return number
    whole, _, rest = number.partition(".")
    digits = whole + rest[:zeros].ljust(zeros, "0")
    return (digits.lstrip("0") or "0") + (f".{rest[zeros:]}" if rest[zeros:] else "")


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


# --- sentences --------------------------------------------------------------------------------

LIST_MARK = re.compile(r"\s*(?:[-*•‣◦▪●–]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s|#{1,6}\s|\|)")
_COLUMNS = re.compile(r"\t|\S {3,}\S|\|.*\|| \| ")
_KEY_VALUE = re.compile(r"""\s*["']?[\w .()\[\]/-]{1,40}["']?\s?:\s*\S""")
_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s)|[。！？।]+[」』”’）]*")
_LABEL = re.compile(r"""\s*["']?[A-Za-z_][\w.\[\]-]{0,30}["']?: +["']?(?=\S)""")
_PROSE_WORDS = 8
FOLLOWING_CHARS = 8  # enough to tell a number
_LONGEST = 700


def ends_sentence(text: str, following: str = "") -> bool:
    """Whether `text`, with white space and then `following` after it, is a finished sentence."""
    tail = text[-24:]
    core = tail.rstrip("\"'”’)]*_」』）")
    if not core or core[-1] not in ".!?…。！？।":
        return False
    if core[-1] != ".":
        return True
    line = text[text.rfind("\n") + 1 :].strip()
    if re.fullmatch(r"\d{1,3}\.", line) or _ABBREVIATION.search(core):
        return False
    return not stands_before_number(core, following)


def is_field(line: str) -> bool:
    """Whether a line is a field of a record, `town: Bergen`."""
    return _LABEL.match(line) is not None


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a document's text, trimmed, in order, none without a word.

    Lines that a page's width broke are one sentence again; rows of tables, items of lists,
    headings and the fields of records stay by themselves.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        spans.extend(_split(text, start, end))
    return [s for s in spans if _WORD.search(text, *s)]


def _paragraphs(text: str) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    width = max((end - start for start, end in lines), default=0)
    joined: list[tuple[int, int]] = []
    previous = ""
    for start, end in lines:
        line = text[start:end]
        if joined and _continues(previous, line, width):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
        previous = line
    return joined


def _continues(previous: str, line: str, width: int) -> bool:
    before, after = previous.strip(), line.strip()
    if not before or not after or LIST_MARK.match(line) or before.startswith("#"):
        return False
    if _COLUMNS.search(before) or _COLUMNS.search(after):
        return False
    if _KEY_VALUE.match(before) and _KEY_VALUE.match(after):
        return False
    if after[0].islower():
        return True
    return len(previous.rstrip()) >= 0.7 * width and width >= 40


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if CELL_GAP in text[start:end]:
        if end - start <= _LONGEST:
            return [_trim(text, start, end)]
    else:
        start = _after_label(text, start, end)
    spans: list[tuple[int, int]] = []
    begin = start
    for m in _END.finditer(text, start, end):
        marks = _NOTE_MARKS.match(text, m.end(), end)
        stop = marks.end() if marks else m.end()
        after = _trim(text, stop, end)[0]
        following = text[after : min(end, after + FOLLOWING_CHARS)]
        # `(?=\s)` looks no further than `end`, so the last sentence closes below.
        if not following or following[0].islower():
            continue
        if not ends_sentence(text[begin : m.end()], following):
            continue
        spans.append((begin, stop))
        begin = stop
    spans.append((begin, end))
    return [piece for s in spans for piece in _short(text, *_trim(text, *s)) if piece[0] < piece[1]]


def _after_label(text: str, start: int, end: int) -> int:
    """Where a record's field begins to speak, when its value is prose and not a mere value."""
    label = _LABEL.match(text, start, end)
    if label is None or not ends_sentence(text[label.end() : end].rstrip()):
        return start
    prose = len(_WORD.findall(text, label.end(), end)) >= _PROSE_WORDS
    return label.end() if prose else start


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _short(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut what has no sentence ends at a semicolon or, failing that, between two words."""
    pieces: list[tuple[int, int]] = []
    while end - start > _LONGEST:
        cut = max(text.rfind("; ", start + _LONGEST // 3, start + _LONGEST) + 1, 0)
        cut = cut or max(text.rfind(" ", start + _LONGEST // 3, start + _LONGEST), 0)
        cut = cut or start + _LONGEST
        pieces.append(_trim(text, start, cut))
        start = _trim(text, cut, end)[0]
    pieces.append((start, end))
    return pieces


def squeeze(text: str) -> str:
    """The text on one line, runs of white space as one space."""
    return " ".join(text.split())
