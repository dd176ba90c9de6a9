"""Numbers as they are written, read by value. Pure."""

import re

from lodgepole.text.word_lists import NUMBER_WORDS, SCALES

_GROUPING = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
_INDIAN = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d+)?")  # 1,00,000
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2)
_POINTS_GROUP = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+")  # 1.250,00


def without_grouping(text: str) -> str:
    """The text without the commas that group digits: `1,250` is `1250`."""
    return _GROUPING.sub("", text) if "," in text else text


def number_value(surface: str) -> str:
    """A number of digits by its value: `2,500.50` is `2500.5`, and so is `2.500,50`.

    What has several points, such as `1.2.3`, is a version or a date and stays as it is.
    """
    if not surface.isascii():
        surface = surface.translate(_PLAIN_DIGITS)
    if "," in surface:
        if _INDIAN.fullmatch(surface):
            surface = surface.replace(",", "")
        elif _POINTS_GROUP.fullmatch(surface):
            surface = surface.replace(".", "").replace(",", ".")
        else:
            surface = without_grouping(surface)
        if surface.count(",") == 1 and "." not in surface:
            surface = surface.replace(",", ".")
    if surface.count(".") == 1:
        surface = surface.rstrip("0").rstrip(".")
    return surface.lstrip("0") or "0"


def word_value(word: str) -> str | None:
    """The number that a word in small letters without accents names, such as `seven`."""
    return NUMBER_WORDS.get(word)


def zeros_of(word: str) -> int | None:
    """Return how many zeros a word such as `million` stands for."""
    return SCALES.get(word)


def scaled(number: str, zeros: int) -> str:
    """The number with its point moved: `2.1` and 6 zeros are `2100000`."""
    if number.count(".") > 1:
        return number
    whole, _, rest = number.partition(".")
    digits = whole + rest[:zeros].ljust(zeros, "0")
    return (digits.lstrip("0") or "0") + (f".{rest[zeros:]}" if rest[zeros:] else "")
