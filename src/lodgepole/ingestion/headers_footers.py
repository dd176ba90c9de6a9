"""Running headers and footers that repeat: they stay in the text, and no passage is made of them.

A header or footer is searched once. What a later one says beside the number of its page, such as
another chapter or another invoice, is new. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lodgepole.documents.builder import blocks_with_pages
from lodgepole.model import BlockKind, Document

PAGE_AHEAD = 1000  # of a page's place in the file, that its printed number may be
_NUMBER = re.compile(r"(?<!\d)(?<![a-z]{2})\d+|\b[ivxlc]+\b")  # in `zq12` they name something
_PAGE_NUMBER = re.compile(r"[1-9]\d{0,3}|[ivxlc]{1,9}")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class _RunningLine:
    start: int
    page: int | None
    bare: bool  # whether its page has nothing else
    wording: tuple[str, ...]  # what stands around its numbers
    numbers: tuple[str, ...]


def repeated(document: Document) -> frozenset[int]:
    """Return where the running blocks start that repeat another one.

    Of those alike, the first on a page with other text is not repeated, or else the first.
    """
    kinds: dict[tuple[str, ...], list[_RunningLine]] = {}
    for line in _running(document):
        kinds.setdefault(line.wording, []).append(line)
    found: set[int] = set()
    for lines in kinds.values():
        counts = [_counts_pages(lines, place) for place in range(len(lines[0].numbers))]
        told: set[tuple[str, ...]] = set()
        for line in sorted(lines, key=lambda line: line.bare):
            news = tuple(
                number for number, is_page in zip(line.numbers, counts, strict=True) if not is_page
            )
            if news in told:
                found.add(line.start)
            told.add(news)
    return frozenset(found)


def _running(document: Document) -> Iterator[_RunningLine]:
    placed = list(blocks_with_pages(document))
    with_text = {page for block, page in placed if block.kind is not BlockKind.RUNNING}
    for block, page in placed:
        if block.kind is BlockKind.RUNNING:
            text = " ".join(document.text[block.start : block.end].split()).casefold()
            numbers = tuple(_NUMBER.findall(text))
            wording = tuple(_NUMBER.split(text))
            yield _RunningLine(block.start, page, page not in with_text, wording, numbers)


def _counts_pages(lines: Sequence[_RunningLine], place: int) -> bool:
    """Whether the number at that place goes up with the pages, from most lines to the next."""
    aheads = [_ahead(line, place) for line in lines]
    same = sum(before is not None and before == after for before, after in pairwise(aheads))
    return 2 * same > len(lines) - 1


def _ahead(line: _RunningLine, place: int) -> int | None:
    """By how much a number is ahead of its page's; None if it cannot be that of a page."""
    number = line.numbers[place]
    if line.page is None or not _PAGE_NUMBER.fullmatch(number):
        return None
    ahead = (_roman(number) if number[0] in _ROMAN else int(number)) - line.page
    return ahead if abs(ahead) < PAGE_AHEAD else None


def _roman(letters: str) -> int:
    values = [_ROMAN[letter] for letter in letters]
    return sum(-value if value < after else value for value, after in pairwise([*values, 0]))
