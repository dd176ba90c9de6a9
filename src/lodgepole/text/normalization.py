"""Unicode normalization in linear time. Pure.

It sorts the marks on a letter, in a time that grows with the square of their number: 100,000 on one
letter take half a minute. No writing has more than a few; those beyond are left out before.
"""

import re
import unicodedata
from typing import Literal

MOST_MARKS = 30  # on one letter, as in the Stream-Safe Text Format of UAX #15
# All marks are among these, beside signs such as those of boxes.
_LONG_RUN = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}+")


def normalized(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """The text in a normal form, without the marks that are too many on one letter."""
    if not text.isascii():
        text = _LONG_RUN.sub(_with_fewer_marks, text)
    return unicodedata.normalize(form, text)


def _with_fewer_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in match.group():
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)
