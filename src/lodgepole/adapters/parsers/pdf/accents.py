"""Joins accents that are drawn separately from their letters, as older TeX fonts do."""

import re
import unicodedata
from collections.abc import Callable
from typing import Protocol

ACCENT = re.compile("[´`¨ˆ˜¸ˇ˘˚¯˙˝^~]")
LEFT_OUT = "\xad"
"""Stands where an accent stood, so that places in the text stay: a soft hyphen, shown nowhere."""
OVER = 0.6  # of the narrower one's width, by which an accent and its letter stand on each other
SPACE = 0.15  # of a letter's height, up to which a space after an accent is no space
_COMBINING = dict(
    zip(
        "´`¨ˆ˜¸ˇ˘˚¯˙˝^~",
        "\u0301\u0300\u0308\u0302\u0303\u0327\u030c\u0306\u030a\u0304\u0307\u030b\u0302\u0303",
        strict=True,
    )
)
_DOTTED = {"ı": "i", "ȷ": "j"}
_APART = re.compile("[^\\W\\d_][\u0300-\u036f]{1,4}")


class Box(Protocol):
    """Room that a character takes, in points; `y` grows upwards."""

    @property
    def left(self) -> float: ...
    @property
    def bottom(self) -> float: ...
    @property
    def right(self) -> float: ...
    @property
    def top(self) -> float: ...


def composed(text: str, box: Callable[[int], Box]) -> str:
    """The text with each accent in its letter; `box` is the room of the character at a place.

    It is as long as before: a soft hyphen stands where the accent stood.
    """
    chars: list[str] | None = None
    for match in ACCENT.finditer(text):
        accent = match.start()
        for base in (accent - 1, accent + 1):
            whole = _whole(text, base, accent)
            if whole is None or not _over(box(accent), box(base)):
                continue
            chars = chars or list(text)
            chars[base], chars[accent] = whole, LEFT_OUT
            if _is_no_space(text, accent, base, box):
                chars[accent + 1] = LEFT_OUT
            break
    return text if chars is None else "".join(chars)


def with_marks_composed(text: str) -> str:
    """Letters followed by combining marks as one character where there is one."""
    return _APART.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)


def _whole(text: str, base: int, accent: int) -> str | None:
    if not 0 <= base < len(text) or not text[base].isalpha():
        return None
    letter = _DOTTED.get(text[base], text[base])
    whole = unicodedata.normalize("NFC", letter + _COMBINING[text[accent]])
    return whole if len(whole) == 1 else None


def _over(accent: Box, letter: Box) -> bool:
    width = min(accent.right - accent.left, letter.right - letter.left)
    shared = min(accent.right, letter.right) - max(accent.left, letter.left)
    return width > 0 and shared >= OVER * width


def _is_no_space(text: str, accent: int, base: int, box: Callable[[int], Box]) -> bool:
    """Return whether the space after an accent is there only because its letter was left behind."""
    after = accent + 2
    if base > accent or text[accent + 1 : after] != " " or not text[after : after + 1].isalpha():
        return False
    letter, following = box(base), box(after)
    right = max(letter.right, box(accent).right)
    level = abs(following.bottom - letter.bottom) < SPACE * (letter.top - letter.bottom)
    return level and following.left - right < SPACE * (letter.top - letter.bottom)
