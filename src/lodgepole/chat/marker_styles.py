"""How models name sources when they do not write `[1]`, as small ones often do not.

Some spellings can mean nothing else and leave the answer (`(Source 1)`, `<source>1</source>`,
`**[1]**`). Others may be part of what is said (`(1)`, `¹`, a file's name in brackets): these are
`Doubtful`, and stay in the answer unless the source they would name bears out the sentence.
Everything here is pure, and each pattern looks at a bounded stretch.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 200  # characters of a marker in any style
_WORDS = r"sources?|refs?\.?|quellen?|fuentes?|fonti|fonte|bron|bronnen|источник[аи]?"
_NUMBERS = r"[0-9]{1,3}(?:\s{0,3}(?:,|;|&|and|und|y|et|[-–])\s{0,3}[0-9]{1,3}){0,8}"
_IN_WORDS = re.compile(
    rf"[(（]\s{{0,3}}(?:see\s|cf\.\s|vgl\.\s)?(?:{_WORDS})\s{{0,3}}[:#]?\s{{0,3}}({_NUMBERS})\s{{0,3}}[)）]",
    re.IGNORECASE,
)
_ELEMENT = re.compile(
    r"<(source|cite|citation|ref|sup)\b[^<>\n]{0,40}?"
    rf"(?:/?>\s{{0,3}}\[?({_NUMBERS})\]?\s{{0,3}}</\1>|[\"'= ]({_NUMBERS})[\"']?\s?/>)",
    re.IGNORECASE,
)
_EMPHASISED = re.compile(
    rf"(\*{{1,3}})([\[［]\s?({_NUMBERS})\s?[\]］](?:[\[［]{_NUMBERS}[\]］]){{0,8}})\1"
)
_FULL_WIDTH = re.compile(
    rf"［\s{{0,3}}(?:(?:{_WORDS})\s{{0,3}}[:#]?\s{{0,3}})?({_NUMBERS})\s{{0,3}}］", re.IGNORECASE
)
_NUMBERED = re.compile(rf"[(（]\s?({_NUMBERS})\s?[)）](?=\s*(?:[.,;:!?。！？\n(（]|$))")
_RAISED = re.compile(r"[⁰¹²³⁴-⁹]{1,3}(?:[,˒ʼ⸴ ]?[⁰¹²³⁴-⁹]{1,3}){0,4}(?=\s|[.,;:!?)]|$)")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_MENTIONED = re.compile(
    rf"\b(?:according\sto|as|per|laut|según|d['’]après)\s(?:{_WORDS})\s({_NUMBERS})\b"
    rf"|\b(?:{_WORDS})\s({_NUMBERS})\s(?:says?|states?|shows?|notes?|confirms?)\b",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"\s{0,3}[,;:]?\s{0,3}(?:pp?\.?|pages?|s\.|seiten?)\s?\d{1,4}(?:\s?[-–]\s?\d{1,4})?",
    re.IGNORECASE,
)
STARTS = "(（［<*⁰¹²³⁴⁵⁶⁷⁸⁹"
_COUNTED_BEFORE = re.compile(
    r"(?:\d|§|\b(?:equation|table|figure|section|paragraph|article|clause|step|phase|level|type|"
    r"class|schedule|exhibit|annex|appendix|note|item|part|chapter|rule|no))\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Text that may name sources: it stays as it is unless one of them bears out the sentence."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Numbers of sources, in a spelling that can mean nothing else."""

    numbers: tuple[int, ...]


def read(text: str) -> tuple[int, Named | Doubtful] | None:
    """What the beginning of `text` names, and how long that is; None where it names nothing."""
    for pattern, group in ((_IN_WORDS, 1), (_FULL_WIDTH, 1), (_EMPHASISED, 2)):
        m = pattern.match(text)
        if m:
            return m.end(), Named(numbers_in(m[group]))
    m = _ELEMENT.match(text)
    if m:
        return m.end(), Named(numbers_in(m[2] or m[3]))
    m = _NUMBERED.match(text)
    if m:
        return m.end(), Doubtful(m.group(), numbers_in(m[1]))
    m = _RAISED.match(text)
    if m:
        return m.end(), Doubtful(m.group(), numbers_in(m.group().translate(_DIGITS)))
    return None


def is_undecided(text: str) -> bool:
    """Whether more text could still make a marker of what `text` begins with."""
    if len(text) >= LONGEST:
        return False
    first = text[0]
    if first in "(（":
        closed = re.search(r"[)）]", text)
        if closed is None:
            return re.fullmatch(r"[(（][\w\s.,;:#&–-]{0,60}", text) is not None
        return re.fullmatch(r"[(（][\s\d,;&–-]{1,40}[)）]\s*", text) is not None
    if first == "<":
        return (
            re.fullmatch(r"</?[a-z]{0,8}(?:[ =>\"'][^\n]{0,80})?", text, re.IGNORECASE) is not None
        )
    if first == "*":
        return re.fullmatch(r"\*{1,3}(?:[\[［][\s\d,;&–\[\]［］-]{0,60}\*{0,3})?", text) is not None
    if first == "［":
        return "］" not in text
    return re.fullmatch(r"[⁰¹²³⁴-⁹,˒ʼ⸴ ]+", text) is not None


def may_cite(before: str) -> bool:
    """Whether a doubtful marker after these words can be one: no count, no unit, no paragraph."""
    if _COUNTED_BEFORE.search(before[-20:]) is not None:
        return False
    last = re.search(r"(?<![^\W\d_])[^\W\d_]++[\"'”’)»]*+[.!?]?$", before.rstrip()[-60:])
    return last is not None and len(last.group()) > 2


def mentioned(sentence: str) -> tuple[int, ...]:
    """Numbers of the sources that a sentence speaks of, as in `According to Source 1, …`."""
    return tuple(n for m in _MENTIONED.finditer(sentence[:2000]) for n in numbers_in(m[1] or m[2]))


def without_mentions(sentence: str) -> str:
    """What the sentence says besides, for its claim to be checked."""
    return _MENTIONED.sub("", sentence)


def numbers_in(text: str) -> tuple[int, ...]:
    """The numbers written there, ranges in full, each once."""
    found: list[int] = []
    for part in re.split(r"[,;&\s\[\]［］˒ʼ⸴]+|and|und|et|y", re.sub(r"\s*[-–]\s*", "-", text)):
        first, _, last = part.partition("-")
        if first.isdigit():
            stop = int(last) if last.isdigit() else int(first)
            found += range(int(first), min(stop, int(first) + 20) + 1)
    return tuple(dict.fromkeys(found))


class FileNames:
    """Sources by the names of their files, for markers such as `[handbook.pdf, p. 9]`.

    Args:
        names: The file's name of each source, by its number.
    """

    def __init__(self, names: Mapping[int, str]) -> None:
        self._numbers: dict[str, list[int]] = {}
        for number, name in names.items():
            stem, dot, _ = name.rpartition(".")
            for known in {name, stem if dot and len(stem) > 3 else name}:
                self._numbers.setdefault(_plain(known), []).append(number)

    def read(self, bracket: str) -> tuple[int, ...]:
        """Numbers of the sources of the file that a closed bracket names, if it names one."""
        inside = bracket[1:-1].strip()
        paged = _PAGE.search(inside)
        name = inside[: paged.start()] if paged and paged.end() == len(inside) else inside
        return tuple(self._numbers.get(_plain(name), ()))

    def is_undecided(self, text: str) -> bool:
        """Whether an unclosed bracket may yet name a file."""
        inside = _plain(text[1:])
        return len(text) < LONGEST and any(
            known.startswith(inside) or (inside.startswith(known) and len(inside) < len(known) + 20)
            for known in self._numbers
        )


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
