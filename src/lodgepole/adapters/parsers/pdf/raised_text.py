"""Raised and lowered text within a line, found by where its characters stand. Pure.

pdfium gives `42` with a raised `1` as `421`, or breaks the line at it. Both are mended here: words
are taken apart where their characters leave the line, and written as
`documents.inline_notation` says.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from lodgepole.adapters.parsers.pdf.characters import CharBox
from lodgepole.documents.inline_notation import fraction, lowered, raised

EVEN = 0.06  # font heights by which boxes of one line may differ
SMALLER = 0.87  # of the line's height, up to which a character may be set smaller
SMALLEST = 0.4  # of it, below which it belongs to another line
RISE = 0.13  # font heights above the line, from which smaller text is raised
RISE_OF_LARGE = 0.22  # the same of text as large as the line's, which touches what it belongs to
RISE_MOST = 0.85
DROP = 0.06  # font heights below the line, from which smaller text is lowered
DROP_MOST = 0.6
TOUCHING = 0.1  # font heights between two characters of one word
GLUED = 0.3  # between a word and what is raised beside it
LONGEST = 24  # characters of raised text
_INSIDE = re.compile(r"(?<=\S)(?:\d(?=[^\d\s])|(?<=\d)[^\W\d_](?=\S)|[^\W_](?=[.,;:)\]]+(?:\s|$)))")
"""Where a word may leave the line other than at its ends."""
_A_WORD = re.compile(r"[^\W\d_]{4}")
_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-z]|[ivx]{2,4}|[*†‡§¶]+)[\])]?(?:,\s?\d{1,3})*")
_STROKES = "/\u2044\u2215"
_FEW_DIGITS = re.compile(r"\d{1,3}")
_ON_LINE, _SMALL, _UP, _DOWN = 0, 2, 1, -1


class Measured(Protocol):
    """Characters by their places in a text."""

    def box(self, index: int) -> CharBox: ...

    def baseline(self, index: int) -> float: ...


@dataclass(slots=True)
class Word:
    """A word of a line, with the boxes of its first and last character."""

    start: int  # in the page's text
    end: int
    first: CharBox
    last: CharBox
    spaced: bool  # white space stands before it


@dataclass(slots=True)
class Piece:
    """Piece of a line: a word, or a part of one on one height."""

    text: str
    level: int
    x0: float
    x1: float
    spaced: bool


@dataclass(slots=True)
class Written:
    """A line as it is written, and what holds for its text on the line rather than off it."""

    text: str
    spaces: list[tuple[int, float, float]]  # `(index of what follows, left, right)`
    main: int  # place in the page's text of a character that stands on the line


def goes_on(last: Sequence[Word], following: Word, text: str) -> bool:
    """Whether pdfium broke a line at text that is raised, lowered or comes after such text."""
    before = last[-1]
    height = max(before.last.top - before.last.bottom, following.first.top - following.first.bottom)
    if height <= 0:
        return False
    gap = following.first.left - before.last.right
    rise = following.first.bottom - before.last.bottom
    if -GLUED * height <= gap <= GLUED * height + TOUCHING * height:
        level = abs(rise) > EVEN * height
        smaller = _smaller(before.last, following.first) or _smaller(following.first, before.last)
        if min(_height(before.last), _height(following.first)) < SMALLEST * height:
            return False  # a large first letter
        near = abs(rise) < RISE_MOST * height
        return near and (level or not smaller) and (smaller or not level)
    return _stands_below(last, following, text)


def _stands_below(last: Sequence[Word], following: Word, text: str) -> bool:
    """Return whether this is the lower number of a fraction, whose upper one was raised."""
    above = last[-1].last
    main = last[-1].first
    if main.bottom >= above.bottom - RISE * _height(above) and len(last) > 1:
        main = last[-2].last
    height = _height(main)
    over = min(above.right, following.last.right) - max(above.left, following.first.left)
    return (
        over > 0.5 * min(above.right - above.left, following.last.right - following.first.left)
        and _FEW_DIGITS.fullmatch(text, following.start, following.end) is not None
        and text[last[-1].end - 1].isdigit()
        and above.bottom > main.bottom + RISE * height
        and abs(following.first.bottom - main.bottom) < DROP_MOST * height
        and following.first.top < above.bottom + 0.5 * _height(above)
    )


def touch(before: Word, after: Word) -> bool:
    """Return whether no space fits between two words."""
    return after.first.left - before.last.right < TOUCHING * _height(before.last)


def as_it_stands(text: str, words: Sequence[Word]) -> tuple[str, list[tuple[int, float, float]]]:
    """A line without raised text, and its spaces: what follows each, its left and right."""
    start, end = words[0].start, words[-1].end
    line = text[start:end]
    if "\n" not in line:
        return line, [
            (after.start - start, before.last.right, after.first.left)
            for before, after in pairwise(words)
        ]
    line = text[start : words[0].end]
    spaces: list[tuple[int, float, float]] = []
    for before, after in pairwise(words):
        if after.spaced:
            line += " "
            spaces.append((len(line), before.last.right, after.first.left))
        line += text[after.start : after.end]
    return line, spaces


def _smaller(one: CharBox, other: CharBox) -> bool:
    return one.top - one.bottom < SMALLER * (other.top - other.bottom)


def written(measured: Measured, text: str, words: Sequence[Word]) -> Written | None:
    """The line with its raised and lowered text set apart; None where it has none."""
    reference, usual = _reference(words)
    height = _height(usual)
    suspects = _suspects(measured, text, words, usual) if height > 0 else set[int]()
    if not suspects:
        return None
    base = measured.baseline(reference)
    pieces: list[Piece] = []
    for number, word in enumerate(words):
        if number in suspects:
            pieces += _taken_apart(measured, text, word, base, height)
        else:
            word_text = text[word.start : word.end]
            pieces.append(Piece(word_text, _ON_LINE, word.first.left, word.last.right, word.spaced))
    pieces = _moved(pieces, height)
    _check_neighbours(pieces, height)
    if all(piece.level in (_ON_LINE, _SMALL) for piece in pieces):
        return None
    return Written(*_composed(pieces, height), reference)


def _height(box: CharBox) -> float:
    return box.top - box.bottom


def _suspects(measured: Measured, text: str, words: Sequence[Word], usual: CharBox) -> set[int]:
    """Which words have a character that stands otherwise than the usual one."""
    most = EVEN * _height(usual) + 0.1
    low, high = usual.bottom - most, usual.bottom + most
    under, over = usual.top - most, usual.top + most
    odd = {
        number
        for number, word in enumerate(words)
        if not (
            low <= word.first.bottom <= high
            and low <= word.last.bottom <= high
            and under <= word.first.top <= over
            and under <= word.last.top <= over
        )
    }
    for match in _INSIDE.finditer(text, words[0].start, words[-1].end):
        place = match.start()
        box = measured.box(place)
        if not (low <= box.bottom <= high and under <= box.top <= over):
            odd.add(bisect_right(words, place, key=lambda word: word.start) - 1)
    return odd


def _reference(words: Sequence[Word]) -> tuple[int, CharBox]:
    """The place and the box of a character that stands as most of the line does."""
    word = words[0]
    bottom, top = word.first.bottom, word.first.top
    if all(other.last.bottom == bottom and other.last.top == top for other in words):
        return word.start, word.first
    common: dict[tuple[float, float], list[int]] = {}
    for number, word in enumerate(words):
        for box in (word.first, word.last):
            key = round(box.bottom, 1), round(box.top, 1)
            common.setdefault(key, [0, number])[0] += word.end - word.start
    (bottom, top), (_, number) = max(common.items(), key=lambda entry: entry[1][0])
    word = words[number]
    is_first = (round(word.first.bottom, 1), round(word.first.top, 1)) == (bottom, top)
    return (word.start, word.first) if is_first else (word.end - 1, word.last)


def _taken_apart(
    measured: Measured, text: str, word: Word, base: float, height: float
) -> Iterator[Piece]:
    begin, level = word.start, None
    left = right = word.first.left
    spaced = word.spaced
    for index in range(word.start, word.end):
        box = measured.box(index)
        here = _level(measured.baseline(index) - base, _height(box), height)
        alone = text[index] in _STROKES or (index > begin and text[index - 1] in _STROKES)
        apart = box.left - right > GLUED * height or box.right < left  # drawn one after the other
        if level is not None and (here != level or alone or (apart and here)):
            yield Piece(text[begin:index], level, left, right, spaced)
            begin, left, spaced = index, box.left, False
        level = here
        right = box.right
    yield Piece(text[begin : word.end], level or _ON_LINE, left, right, spaced)


def _level(rise: float, height: float, usual: float) -> int:
    smaller = height <= SMALLER * usual
    least = RISE if smaller else RISE_OF_LARGE
    if least * usual <= rise <= RISE_MOST * usual:
        return _UP
    if smaller and -DROP_MOST * usual <= rise <= -DROP * usual:
        return _DOWN
    return _SMALL if smaller else _ON_LINE


def _moved(pieces: list[Piece], height: float) -> list[Piece]:
    """The pieces, those put after their letters that were drawn before or after their turn."""
    moved = list(pieces)
    for piece in pieces:
        number = next(n for n, other in enumerate(moved) if other is piece)
        if piece.level not in (_UP, _DOWN) or not number:
            continue
        before = moved[number - 1]
        if abs(piece.x0 - before.x1) <= GLUED * height:
            continue
        owners = (other for other in moved if other.level == _ON_LINE)
        owner = next((o for o in owners if abs(piece.x0 - o.x1) <= GLUED * height), None)
        if owner is None:
            continue
        del moved[number]
        if number < len(moved):  # halves of a word that it was drawn between
            moved[number].spaced = moved[number].x0 - before.x1 > TOUCHING * height
        place = next(n for n, other in enumerate(moved) if other is owner) + 1
        if place < len(moved) and moved[place].x0 - owner.x1 > TOUCHING * height:
            moved[place].spaced = True
        moved.insert(place, piece)
        piece.spaced = False
    return moved


def _check_neighbours(pieces: Sequence[Piece], height: float) -> None:
    """Put what belongs to no neighbour back on the line: another cell, another line of text."""
    start = 0
    while start < len(pieces):
        end = start + 1
        if pieces[start].level not in (_UP, _DOWN):
            start = end
            continue
        while (
            end < len(pieces)
            and pieces[end].level in (_UP, _DOWN)
            and pieces[end].x0 - pieces[end - 1].x1 <= height
        ):
            end += 1
        if not _belongs(pieces, start, end, height):
            for piece in pieces[start:end]:
                piece.level = _ON_LINE
        start = end


def _belongs(pieces: Sequence[Piece], start: int, end: int, height: float) -> bool:
    """Return whether pieces off the line stand beside one that is on it."""
    first, last = pieces[start], pieces[end - 1]
    text = " ".join(piece.text for piece in pieces[start:end])
    if len(text) > LONGEST or _A_WORD.search(text):
        return False
    if start and -2 * height <= first.x0 - pieces[start - 1].x1 <= GLUED * height:
        return True
    begins = not start or first.x0 - pieces[start - 1].x1 > height
    leads = end < len(pieces) and pieces[end].x0 - last.x1 <= height
    return begins and leads and first.level == _UP and _MARK.fullmatch(text) is not None


def _composed(pieces: Sequence[Piece], height: float) -> tuple[str, list[tuple[int, float, float]]]:
    """The text, and its spaces with where they are."""
    text = ""
    spaces: list[tuple[int, float, float]] = []
    number = 0
    while number < len(pieces):
        piece = pieces[number]
        gap = piece.x0 - pieces[number - 1].x1 if number else 0.0
        apart = bool(text) and (piece.spaced or gap > 2 * GLUED * height)
        if apart and not (piece.level in (_UP, _DOWN) and gap <= GLUED * height):
            text = text.rstrip(" ") + " "
            spaces.append((len(text), pieces[number - 1].x1, piece.x0))
        parts = _fraction(pieces, number)
        following = _text_after(pieces, number + 1, height)
        if parts:
            text += fraction(parts[0], parts[1], before=text)
            number += parts[2]
            if _text_after(pieces, number, height)[:1].isalnum():
                text += " "
            continue
        number += 1
        if piece.level == _UP:
            text += raised(text, piece.text, following)
        elif piece.level == _DOWN:
            text += lowered(text, piece.text)
        else:
            text += piece.text
    return text.strip(), spaces


def _text_after(pieces: Sequence[Piece], number: int, height: float) -> str:
    if number >= len(pieces):
        return ""
    piece = pieces[number]
    apart = piece.spaced or piece.x0 - pieces[number - 1].x1 > 2 * GLUED * height
    return f" {piece.text}" if apart else piece.text


def _fraction(pieces: Sequence[Piece], number: int) -> tuple[str, str, int] | None:
    """`(above, below, how many pieces)` of a fraction that begins here."""
    above, *rest = pieces[number : number + 3]
    if above.level != _UP or not _FEW_DIGITS.fullmatch(above.text) or not rest:
        return None
    if rest[0].text in _STROKES and len(rest) > 1:
        below = rest[1]
        small = below.level in (_DOWN, _SMALL)
        return (above.text, below.text, 3) if small and below.text.isdigit() else None
    below = rest[0]
    over = min(above.x1, below.x1) - max(above.x0, below.x0)
    stacked = over > 0.5 * min(above.x1 - above.x0, below.x1 - below.x0)
    before = pieces[number - 1].text[-1] if number else ""
    if below.level == _DOWN and stacked and below.text.isdigit() and not before.isalpha():
        return above.text, below.text, 2
    return None
