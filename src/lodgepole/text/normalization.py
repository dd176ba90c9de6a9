"""Unicode normalization in linear time. Pure.

It sorts the marks on a letter, in a time that grows with the square of their number: 100,000 on one
letter take half a minute. No writing has more than a few; those beyond are left out before.

A long text is normalized in pieces: one call holds the interpreter until it ends, and a sign such
as U+FDFA becomes eighteen.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

MOST_MARKS = 30  # on one letter, as in the Stream-Safe Text Format of UAX #15
PIECE_CHARS = 4_096
# All marks are among these, beside signs such as those of boxes.
_LONG_RUN = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}+")
_JOINING_JAMO = ("\u1160", "\u11ff")  # vowels and final consonants, written with what is before


def normalized(form: Form, text: str) -> str:
    """The text in a normal form, without the marks that are too many on one letter."""
    if text.isascii():
        return text
    if len(text) <= PIECE_CHARS:
        return _normalized(form, text)
    return "".join(_normalized(form, piece) for piece in _pieces(text))


def _normalized(form: Form, text: str) -> str:
    return unicodedata.normalize(form, _LONG_RUN.sub(_with_fewer_marks, text))


def _pieces(text: str) -> Iterator[str]:
    """The text in parts that have nothing to do with each other, where it has such places."""
    begin = 0
    while begin < len(text):
        end = min(begin + PIECE_CHARS, len(text))
        latest = min(end + PIECE_CHARS, len(text))
        while end < latest and not begins_anew(text[end]):
            end += 1
        yield text[begin:end]
        begin = end


def begins_anew(char: str) -> bool:
    """Whether a character is never joined to those before it."""
    first = unicodedata.normalize("NFKD", char)[0]
    low, high = _JOINING_JAMO
    return not unicodedata.category(first).startswith("M") and not low <= first <= high


def _with_fewer_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in match.group():
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)
