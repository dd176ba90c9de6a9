"""Other citation styles than `[1]`, as small models often write them.

Some spellings can mean nothing else and leave the answer (`(Source 1)`, `<source>1</source>`,
`**[1]**`). Others may be part of what is said (`(1)`, `¹`, a file's name in brackets): these are
`Doubtful`, and stay in the answer unless the source they would name bears out the sentence.
Everything here is pure, and each pattern looks at a bounded stretch.
"""

import re
from dataclasses import dataclass

from lodgepole.chat.citing.reference_phrases import (
    LONGEST,
    FileNames,
    leads_only,
    may_become,
    parse,
)

STARTS = "(（［〔〖{<*_^$\\⁰¹²³⁴⁵⁶⁷⁸⁹⁽①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_CLOSERS = {
    "(": ")",
    "（": "）",
    "［": "］",
    "〔": "〕",
    "〖": "〗",
    "{": "}",
    "[": "]",
    "【": "】",
}
_WIDE = "［〔〖【["  # numbers alone in these are markers
_ELEMENTS = ("source", "cite", "citation", "ref", "sup")
_ELEMENT = re.compile(
    r"<(source|cite|citation|ref|sup)\b([^<>\n]{0,120})>(?:([^<>\n]{0,40})</\1>)?", re.IGNORECASE
)
_ELEMENT_BEGUN = re.compile(
    r"<([a-z]{1,8})\b[^<>\n]{0,120}>([^<>\n]{0,40})(</?[a-z]{0,8})?", re.IGNORECASE
)
_UNCLOSED = re.compile(r"</?[a-z]{0,8}(?:[ =\"'/][^<>\n]{0,120})?", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?:^|[\s\"'=#])([0-9]{1,3})(?=[\s\"'/]|$)")
_WRAPPER = re.compile(r"\*{1,3}|_{1,2}|\^|\$\^\{?")
_UNWRAPPED = {"^": "", "$^{": "}$", "$^": "$"}
_ESCAPED = re.compile(
    r"\\(?:\[|cite[pt]?\{)\s?([0-9]{1,3}(?:\s?,\s?[0-9]{1,3}){0,5})\s?(?:\\\]|\})"
)
_MAY_BE_ESCAPED = re.compile(
    r"\\(?:\[[\s0-9,]{0,30}\\?|c(?:i(?:te?[pt]?(?:\{[\s0-9,]{0,30})?)?)?)?"
)
_MAY_FOLLOW = re.compile(r"\s*(?:[.,;:!?。！？\n(（]|$)")
_RAISED = re.compile(
    r"⁽?[⁰¹²³⁴-⁹]{1,3}(?:[,˒ʼ⸴ ]?[⁰¹²³⁴-⁹]{1,3}){0,4}⁾?(?=\s|[.,;:!?)]|$)"
    r"|[①-⑳](?=\s|[.,;:!?)①-⑳]|$)"
)
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", "⁽⁾")
_WORDS = r"sources?|refs?\.?|quellen?|fuentes?|fonti|fonte|bron|bronnen|источник[аеу]?"
_NUMBERS = r"[0-9]{1,3}(?:\s{0,3}(?:,|;|&|and|und|y|et|[-–])\s{0,3}[0-9]{1,3}){0,8}"
_MENTIONED = re.compile(
    rf"(?:\b(?:according\sto|as\s(?:stated|said|described|noted|shown|mentioned|given)\sin|as|per|in"
    rf"|from|by|laut|nach|in|aus|según|en|selon|d['’]après)\s)?(?:\b(?:the|der|die|la)\s)?"
    rf"(?<![\[(【])\b(?:{_WORDS})\s?#?\s?({_NUMBERS})\b"
    r"(?:\s(?:says?|states?|shows?|notes?|confirms?|mentions?)\b(?:\sthat\b)?|:)?",
    re.IGNORECASE,
)
_COUNTED_BEFORE = re.compile(
    r"(?:\d|§|\b(?:equation|table|figure|section|paragraph|article|clause|step|phase|level|type|"
    r"class|schedule|exhibit|annex|appendix|note|item|part|chapter|rule|no))\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Text that may name sources: it stays as it is unless one of them bears out the sentence.

    Attributes:
        bare: It is numbers alone, so that it may as well be a count or a paragraph's.
    """

    text: str
    numbers: tuple[int, ...]
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """Numbers of sources, in a spelling that can mean nothing else.

    Attributes:
        opened: The element that it opens, whose end will come.
    """

    numbers: tuple[int, ...]
    opened: str = ""


def read(text: str, files: FileNames) -> tuple[int, Named | Doubtful] | None:
    """What the beginning of `text` names, and how long that is; None where it names nothing."""
    first = text[0]
    if first in _CLOSERS:
        return _bracket(text, files)
    if first == "<":
        return _element(text)
    if first == "\\":
        m = _ESCAPED.match(text)
        return (m.end(), Named(numbers_in(m[1]))) if m else None
    if first in "*_^$":
        return _wrapped(text, files)
    m = _RAISED.match(text)
    if m is None:
        return None
    raised = m.group()
    numbers = (
        (ord(raised) - ord("①") + 1,)
        if "①" <= raised[0] <= "⑳"
        else numbers_in(raised.translate(_DIGITS))
    )
    return m.end(), Doubtful(raised, numbers, bare=True)


def square(bracket: str, files: FileNames) -> Named | Doubtful | None:
    """What a closed bracket such as `[Source 2, p. 3]` names."""
    phrase = parse(bracket[1:-1], files)
    if phrase is None:
        return None
    named = phrase.kind == "named"
    return Named(phrase.numbers) if named else Doubtful(bracket, phrase.numbers)


def is_undecided(text: str, files: FileNames) -> bool:
    """Whether more text could still make a marker of what `text` begins with."""
    if len(text) >= LONGEST:
        return False
    first = text[0]
    if first in _CLOSERS:
        end = _end(text)
        if end is None:
            return may_become(text[1:], files)
        return text[1 : end - 1].strip().replace(",", "").isdigit() and not text[end:].strip()
    if first == "<":
        return _is_element_begun(text)
    if first == "\\":
        return _MAY_BE_ESCAPED.fullmatch(text) is not None
    if first in "*_^$":
        return _is_wrapper_begun(text, files)
    return re.fullmatch(r"⁽?[⁰¹²³⁴-⁹,˒ʼ⸴ ]*⁾?|[①-⑳]", text) is not None


def _bracket(text: str, files: FileNames) -> tuple[int, Named | Doubtful] | None:
    end = _end(text)
    phrase = None if end is None else parse(text[1 : end - 1], files)
    if end is None or phrase is None:
        return None
    if phrase.kind in ("named", "squared"):
        return end, Named(phrase.numbers)
    if phrase.kind == "worded":
        return end, Doubtful(text[:end], phrase.numbers)
    if text[0] in _WIDE:
        return end, Named(phrase.numbers)
    if leads_only(text[1 : end - 1]) or not _MAY_FOLLOW.match(text, end):
        return None
    return end, Doubtful(text[:end], phrase.numbers, bare=True)


def _end(text: str) -> int | None:
    """Where the bracket that opens `text` is closed; None where it is not."""
    opener, closer, depth = text[0], _CLOSERS[text[0]], 0
    for i, c in enumerate(text[:LONGEST]):
        if c == "\n":
            return None
        depth += (c == opener) - (c == closer)
        if depth == 0:
            return i + 1
    return None


# --- elements ---


def _element(text: str) -> tuple[int, Named | Doubtful] | None:
    m = _ELEMENT.match(text)
    if m is None:
        return None
    name, attributes, content = m[1].lower(), m[2], m[3]
    inside = parse(content) if content else None
    if inside is not None:
        if name == "sup":
            return m.end(), Doubtful(m.group(), inside.numbers, bare=True)
        return m.end(), Named(inside.numbers)
    found = _ATTRIBUTE.search(attributes)
    whole = content is not None and not content.strip()
    open_still = not whole and not attributes.rstrip().endswith("/")
    framed = open_still and "file=" in attributes  # as the prompt frames them: a copy cites nothing
    if found is None or name == "sup" or framed:
        return None
    end = m.end() if whole else m.end(2) + 1
    return end, Named((int(found[1]),), opened=name if open_still else "")


def _is_element_begun(text: str) -> bool:
    if ">" not in text:
        name = re.match(r"</?([a-z]*)", text, re.IGNORECASE)
        known = name is not None and any(e.startswith(name[1].lower()) for e in _ELEMENTS)
        return known and _UNCLOSED.fullmatch(text) is not None
    m = re.match(
        r"<([a-z]{1,8})\b[^<>\n]{0,120}>([^<>\n]{0,40})(</?[a-z]{0,8})?", text, re.IGNORECASE
    )
    if m is None or m[1].lower() not in _ELEMENTS or m.end() < len(text):
        return False
    return may_become(m[2]) and f"</{m[1].lower()}".startswith((m[3] or "").lower())


# --- wrappers ---


def _wrapped(text: str, files: FileNames) -> tuple[int, Named | Doubtful] | None:
    """A marker in bold, in italics or raised: `**[1]**`, `^[1]`, `$^{[1]}$`."""
    m = _WRAPPER.match(text)
    if m is None:
        return None
    run, at = m.group(), m.end()
    closer = _UNWRAPPED.get(run, run)
    if text[at : at + 1] not in _CLOSERS:
        return _emphasised(text, run, files) if run[0] in "*_" else None
    numbers: list[int] = []
    doubtful = False
    while at < len(text) and text[at] in _CLOSERS:
        found = _bracket(text[at:], files)
        if found is None:
            return None
        numbers += found[1].numbers
        doubtful = doubtful or isinstance(found[1], Doubtful)
        at += found[0]
    if not text.startswith(closer, at):
        return None
    at += len(closer)
    found_numbers = tuple(dict.fromkeys(numbers))
    return at, Doubtful(text[:at], found_numbers) if doubtful else Named(found_numbers)


def _emphasised(text: str, run: str, files: FileNames) -> tuple[int, Doubtful] | None:
    """`*Source 2*`, which may be a heading, too."""
    end = text.find(run, len(run))
    inside = text[len(run) : max(0, end)]
    phrase = parse(inside, files) if inside.strip() == inside else None
    if phrase is None or phrase.kind in ("bare", "squared"):
        return None
    return end + len(run), Doubtful(text[: end + len(run)], phrase.numbers)


def _is_wrapper_begun(text: str, files: FileNames) -> bool:
    m = _WRAPPER.match(text)
    if m is None:
        return text == "$"
    run, rest = m.group(), text[m.end() :]
    if not rest:
        return True
    if rest[0] not in _CLOSERS:
        inside, closed, _ = rest.partition(run)
        open_still = run[0] in "*_" and not closed and not rest[0].isspace()
        return open_still and may_become(inside.rstrip(run[0]), files)
    while rest and rest[0] in _CLOSERS:
        end = _end(rest)
        if end is None:
            return may_become(rest[1:], files)
        rest = rest[end:]
    return len(rest) < len(_UNWRAPPED.get(run, run)) and _UNWRAPPED.get(run, run).startswith(rest)


# --- around ---


def may_cite(before: str) -> bool:
    """Whether a doubtful marker after these words can be one: no count, no unit, no paragraph."""
    if _COUNTED_BEFORE.search(before[-20:]) is not None:
        return False
    last = re.search(r"(?<![^\W\d_])[^\W\d_]++[\"'”’)»]*+[.!?]?$", before.rstrip()[-60:])
    return last is not None and len(last.group()) > 2


def mentioned(sentence: str) -> tuple[int, ...]:
    """Numbers of the sources that a sentence speaks of, as in `According to Source 1, …`."""
    return tuple(n for m in _MENTIONED.finditer(sentence[:2000]) for n in numbers_in(m[1]))


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
