"""Lines of Arabic and Hebrew put in the order in which they are read, by where letters stand. Pure.

pdfium turns some words of such a line round and not others, as the program that wrote the file
had it. Where the letters stand is certain: they are taken from right to left, and the runs of
figures and of other letters among them from left to right.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

_RIGHT = "\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
RIGHT_TO_LEFT = re.compile(f"[{_RIGHT}]")
_NEITHER = re.compile(f"[^{_RIGHT}]+")
_RUN = re.compile(f"[{_RIGHT}](?:[^A-Za-z]*[{_RIGHT}])?")
_FIGURES = re.compile(r"\d+(?:[.,:/-]\d+)*")
_MIRROR = str.maketrans("()[]{}«»", ")(][}{»«")
_SOUND = re.compile(r"(?<!\w)[(\[{«](?=\w)|(?<=[\w.!?])[)\]}»](?!\w)")


@dataclass(frozen=True, slots=True)
class Placed:
    """A character and where it stands; a space stands nowhere."""

    char: str
    left: float = 0.0
    right: float = 0.0


SPACE = Placed(" ")


def is_right_to_left(text: str) -> bool:
    """Return whether most letters are written so."""
    return 2 * len(RIGHT_TO_LEFT.findall(text)) > sum(map(str.isalpha, text))


def as_read(chars: Sequence[Placed], spaces: int, *, from_right: bool) -> list[Placed]:
    """The characters of a line in reading order, with spaces at its widest gaps.

    Args:
        chars: In any order, no space among them: files have spaces, but not where they belong.
        spaces: How many there are.
        from_right: Whether the line begins at the right, whatever else stands in it.
    """
    letters = _from_the_right(chars)
    gaps = [before[0].left - after[0].right for before, after in pairwise(letters)]
    widest = set(sorted(range(len(gaps)), key=lambda i: -gaps[i])[:spaces])
    line: list[Placed] = []
    for index, letter in enumerate(letters):
        line += [*letter, SPACE] if index in widest else letter
    if not from_right:
        line.reverse()
    runs = _left_runs(_text(line)) if from_right else _right_runs(_text(line))
    for start, end in runs:
        line[start:end] = reversed(line[start:end])
    mirrored = [
        replace(char, char=char.char.translate(_MIRROR)) if char.char.strip() else char
        for char in line
    ]
    return mirrored if _sound(mirrored) > _sound(line) else line


def gaps(line: Sequence[Placed], least: float) -> Iterator[tuple[int, float, float]]:
    """Wide white space from the right: what is read after it begins where, its left, its right."""
    words: list[tuple[int, float, float]] = []
    for is_space, group in groupby(enumerate(line), key=lambda entry: entry[1] is SPACE):
        word = list(group)
        if not is_space:
            left, right = min(c.left for _, c in word), max(c.right for _, c in word)
            words.append((word[0][0], left, right))
    words.sort(key=lambda word: -word[2])
    for place, (before, after) in enumerate(pairwise(words), 1):
        if before[1] - after[2] > least:
            yield min(start for start, _, _ in words[place:]), after[2], before[1]


def _text(line: Sequence[Placed]) -> str:
    return "".join(char.char for char in line)


def _sound(line: Sequence[Placed]) -> int:
    """How many brackets open before and close after what they hold."""
    return len(_SOUND.findall(_text(line)))


def _from_the_right(chars: Sequence[Placed]) -> list[list[Placed]]:
    """Letters from right to left, each with the signs above and below it."""
    marks = [char for char in chars if unicodedata.combining(char.char)]
    letters = [char for char in chars if not unicodedata.combining(char.char)] or marks
    placed = sorted(letters, key=lambda char: -char.left)
    ordered = [[char] for char in placed]
    for mark in marks if letters is not marks else ():
        middle = (mark.left + mark.right) / 2
        distances = [abs((letter.left + letter.right) / 2 - middle) for letter in placed]
        ordered[distances.index(min(distances))].append(mark)
    return ordered


def _left_runs(text: str) -> Iterator[tuple[int, int]]:
    """What is read from left to right in text that is taken from right to left."""
    for match in _NEITHER.finditer(text):
        strong = [i for i in range(*match.span()) if text[i].isalnum()]
        if any(text[i].isalpha() for i in strong):
            yield strong[0], strong[-1] + 1
        else:
            yield from (figures.span() for figures in _FIGURES.finditer(text, *match.span()))


def _right_runs(text: str) -> Iterator[tuple[int, int]]:
    """The other way round; then the figures in them, which are turned back."""
    for match in _RUN.finditer(text):
        yield match.span()
        start, end = match.span()
        for figures in _FIGURES.finditer(text, start, end):
            yield start + end - figures.end(), start + end - figures.start()
