"""Text as the checks of an answer see it: words with their places, numbers, negations, sentences.

Everything here is pure and cheap enough to run on every snippet of every answer. Retrieval has
its own analysis (`retrieval.terms`), which stems by language; here places in the text matter,
and a light stem that treats the claim and its source alike.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f\uac00-\ud7af"
_WORD = re.compile(
    rf"\d+(?:[.,]\d+)*|[{_IDEOGRAPH}]|[^\W\d_{_IDEOGRAPH}]+(?:['’][^\W\d_{_IDEOGRAPH}]+)?"
)


def _listed(text: str) -> frozenset[str]:
    return frozenset(_folded(text).split())


def _folded(text: str) -> str:
    """Without case and accents; the length may change."""
    return "".join(
        c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)
    )


# Words that carry no claim of their own, in the languages the built-in retrieval is tested with.
STOPWORDS = _listed(
    """
    a about above after again all also am an and any are as at be because been before being
    below between both but by can could did do does doing down during each few for from further
    had has have having he her here hers him his how i if in into is it its itself just may me
    might more most must my of off on once one only or other our out over own per same she should
    so some such than that the their them then there these they this those through to too under
    until up upon us very was we were what when where which while who whom whose why will with
    would you your according answer document documents says said tell please yes der die das
    den dem des ein eine einer eines einem einen und oder aber ist sind waren wird werden
    wurde haben von vom zu zum zur mit bei für auf im am an aus als auch wie was wer wo
    wann warum welche welcher welches es er sie wir ihr ich le la les un une des du de et ou
    mais est sont était dans par pour sur avec que qui quoi où quand comment quel quelle il
    elle ils elles nous vous ce cette ces au aux se sa ses el los las una unos unas y o
    pero es fue en por para con del al lo su sus cuál cuando donde como il lo gli i uno e
    ma sono nel della di da con che chi dove o os as um uma em no na do dos het een van en of
    maar zijn was waren met voor op te bij dat die wie wat waar
    """
)
_NEGATIONS = _listed(
    """
    not no never none neither nor without cannot cant nothing nobody nowhere hardly exclude
    excluded excludes excluding except unless unable fail fails failed lack lacks denied deny
    denies prohibit prohibited refuse refused isnt arent wasnt werent dont doesnt didnt wont
    wouldnt shouldnt couldnt hasnt havent hadnt nicht kein keine keinen ohne nie niemals pas
    jamais sans sin nunca non senza mai não sem nunca niet geen zonder
    """
)
_NUMBER_WORDS = dict(
    pair.split("=")
    for pair in _listed(
        """
        zero=0 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11
        twelve=12 thirteen=13 fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18
        nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90
        """
    )
)
_SCALES = {
    "hundred": 2, "thousand": 3, "million": 6, "mio": 6, "billion": 9, "bn": 9, "mrd": 9,
    "trillion": 12,
}  # fmt: skip
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'])(?:[^\W\d_]|[^\W\d_]\.[^\W\d_]|Dr|Mr|Mrs|Ms|Prof|St|No|Nos|vs|etc|e\.g|i\.e"
    r"|cf|al|Inc|Ltd|Co|Corp|Fig|Figs|Eq|Sec|Art|Vol|pp|ca|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep"
    r"|Sept|Oct|Nov|Dec|Gen|Col|Sgt|Capt|Lt|Rev|Hon|Jr|Sr|bzw|ggf|Nr|Abs|Mio|Mrd|Sra|Dra|Ave)\.$"
)


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
        return not (self.stem in STOPWORDS or self.stem in _NEGATIONS or self.stem in _SCALES)


@lru_cache(maxsize=65_536)
def stem(surface: str) -> str:
    """The form a word is compared by: case, accents, thousands separators and endings removed."""
    if surface[0].isdigit():
        return _number(surface)
    word = _folded(surface).replace("'", "").replace("’", "")
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    if word.endswith("s") and surface[-2:-1] in "'’":
        word = word[:-1]
    if word in STOPWORDS or word in _NEGATIONS or len(word) <= 3:
        return word or surface
    return _without_ending(word)


def _number(surface: str) -> str:
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", surface)
    plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
    if plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def _without_ending(word: str) -> str:
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("edly", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + instead
    for ending in ("ed", "es", "ly", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


def words(text: str) -> list[Word]:
    """All words in order; ideographs one by one, digits and letters apart (`FY2018` is two)."""
    return [Word(stem(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]


def stems_of(text: str) -> list[str]:
    """The stems of `words(text)`, without their places."""
    return [stem(surface) for surface in _WORD.findall(text)]


def content_stems(items: Iterable[Word]) -> set[str]:
    return {w.stem for w in items if w.is_content}


def numbers(items: Sequence[Word]) -> set[str]:
    """Numbers by value: `2.1 million` is `2100000`."""
    found: set[str] = set()
    for i, word in enumerate(items):
        if word.is_number:
            scale = _SCALES.get(items[i + 1].stem) if i + 1 < len(items) else None
            found.add(_scaled(word.stem, scale) if scale else word.stem)
    return found


def _scaled(number: str, zeros: int) -> str:
    if number.count(".") > 1:
        return number
    whole, _, rest = number.partition(".")
    digits = whole + rest[:zeros].ljust(zeros, "0")
    return (digits.lstrip("0") or "0") + (f".{rest[zeros:]}" if rest[zeros:] else "")


def is_negated(items: Sequence[Word]) -> bool:
    """Whether the words deny something: an odd number of negations."""
    return sum(w.stem in _NEGATIONS for w in items) % 2 == 1


def similar_stems(a: str, b: str) -> bool:
    """Whether two stems are one word, or differ only in its ending (`retire`, `retirement`)."""
    if a == b:
        return True
    if a[0].isdigit() or b[0].isdigit():
        return False
    shorter = min(len(a), len(b))
    return shorter >= 5 and a[: max(5, shorter - 2)] == b[: max(5, shorter - 2)]


# --- sentences --------------------------------------------------------------------------------

_LIST_MARK = re.compile(r"\s*(?:[-*•‣◦▪●–]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s|#{1,6}\s|\|)")
_COLUMNS = re.compile(r"\t|\S {3,}\S|\|.*\|")
_KEY_VALUE = re.compile(r"""\s*["']?[\w .()/-]{1,40}["']?\s?:\s*\S""")
_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s)|[。！？।]+[」』”’）]*")
_LABEL = re.compile(r"""\s*["']?[A-Za-z_][\w.-]{0,30}["']?: +["']?(?=\S)""")
_PROSE_WORDS = 8
_LONGEST = 700


def ends_sentence(text: str) -> bool:
    """Whether `text`, if white space followed it, would be a finished sentence."""
    tail = text[-24:]
    core = tail.rstrip("\"'”’)]*_」』）")
    if not core or core[-1] not in ".!?…。！？।":
        return False
    if core[-1] != ".":
        return True
    line = text[text.rfind("\n") + 1 :].strip()
    return not re.fullmatch(r"\d{1,3}\.", line) and not _ABBREVIATION.search(core)


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
    if not before or not after or _LIST_MARK.match(line) or before.startswith("#"):
        return False
    if _COLUMNS.search(before) or _COLUMNS.search(after):
        return False
    if _KEY_VALUE.match(before) and _KEY_VALUE.match(after):
        return False
    if after[0].islower():
        return True
    return len(previous.rstrip()) >= 0.7 * width and width >= 40


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    begin = start = _after_label(text, start, end)
    for m in _END.finditer(text, start, end):
        following = text[m.end() : end].lstrip()[:1]
        # `(?=\s)` looks no further than `end`, so the last sentence closes below.
        if not following or following.islower() or not ends_sentence(text[begin : m.end()]):
            continue
        spans.append((begin, m.end()))
        begin = m.end()
    spans.append((begin, end))
    return [piece for s in spans for piece in _short(text, *_trim(text, *s)) if piece[0] < piece[1]]


def _after_label(text: str, start: int, end: int) -> int:
    """Where a record's field begins to speak, when its value is prose and not a mere value."""
    label = _LABEL.match(text, start, end)
    prose = label and len(_WORD.findall(text, label.end(), end)) >= _PROSE_WORDS
    return label.end() if label and prose else start


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
