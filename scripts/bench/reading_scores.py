"""How much of a file's truth a document says, by kind of fact. Pure.

recall     words of the truth that the text has, each as often
precision  words of the text that the truth has, each as often
order      the longest run of words, said once in both, in the truth's order
rows       neighbouring cells that stand on one line, in order
columns    cells that stand under their column's name, or are named by it on their line
headings   F1 of headings
said       sentences that stand there to the letter, and those that must not and do not
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from reading_corpus.case import Case, Row

from lodgepole.model import BlockKind, Document

MEASURES = ("recall", "precision", "order", "rows", "columns", "headings", "said")
_WORD = re.compile(r"[^\W_]+")
_CELLS = re.compile(r"\s*\|\s*|\t| {2,}")

Scores = dict[str, tuple[float, float]]
"""By measure what was found and what there was to find."""


def score(case: Case, document: Document) -> Scores:
    lines = document.text.split("\n")
    scores: Scores = {}
    if case.text:
        scores |= _words(_WORD.findall(case.text), _WORD.findall(document.text))
    for table in case.tables:
        for measure, value in (("rows", _rows(table, lines)), ("columns", _columns(table, lines))):
            scores[measure] = _sum(scores.get(measure, (0, 0)), value)
    if case.headings is not None:
        heads = [
            _spelt(document.text[block.start : block.end])
            for block in document.blocks
            if block.kind is BlockKind.HEADING
        ]
        scores["headings"] = _f1(Counter(map(_spelt, case.headings)), Counter(heads))
    if case.said or case.unsaid:
        text = " ".join(document.text.split())
        right = [" ".join(words.split()) in text for words in case.said]
        right += [" ".join(words.split()) not in text for words in case.unsaid]
        scores["said"] = sum(right), len(right)
    return scores


def added(all_scores: Iterable[Scores]) -> Scores:
    total: Scores = {}
    for scores in all_scores:
        for measure, value in scores.items():
            total[measure] = _sum(total.get(measure, (0, 0)), value)
    return total


def _sum(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] + other[0], one[1] + other[1]


def _words(truth: Sequence[str], read: Sequence[str]) -> Scores:
    wanted, found = Counter(truth), Counter(read)
    both = (wanted & found).total()
    places = {word: at for at, word in enumerate(read) if found[word] == 1}
    run = [places[word] for word in truth if wanted[word] == 1 and word in places]
    return {
        "recall": (both, len(truth)),
        "precision": (both, len(read)),
        "order": (_longest_run(run), len(run)),
    }


def _longest_run(places: Sequence[int]) -> int:
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)


def _spelt(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _cells(line: str) -> list[str]:
    return [_spelt(cell) for cell in _CELLS.split(line.strip().removeprefix("| "))]


def _rows(table: Sequence[Row], lines: Sequence[str]) -> tuple[int, int]:
    spelt = [f" {_spelt(line)} " for line in lines]
    pairs = 0
    found = 0
    for row in table:
        cells = [f" {_spelt(cell)} " for cell in row if cell]
        for left, right in pairwise(cells):
            pairs += 1
            found += any(
                left in line and line.find(right, line.find(left) + len(left) - 1) >= 0
                for line in spelt
            )
    return found, pairs


def _columns(table: Sequence[Row], lines: Sequence[str]) -> tuple[int, int]:
    head = [_spelt(name) for name in table[0]]
    parted = [_cells(line) for line in lines]
    heads = [cells for cells in parted if all(name in cells for name in head if name)]
    found = 0
    there = 0
    for row in table[1:]:
        wanted = [_spelt(cell) for cell in row]
        own = [
            (cells, line)
            for cells, line in zip(parted, lines, strict=True)
            if all(f" {cell} " in f" {' '.join(cells)} " for cell in wanted if cell)
        ]
        for name, cell in zip(head, wanted, strict=True):
            if not name or not cell:
                continue
            there += 1
            found += any(
                _is_under(name, cell, cells, heads)
                or (":" in line and f" {name} {cell} " in f" {_spelt(line)} ")
                for cells, line in own
            )
    return found, there


def _is_under(name: str, cell: str, cells: Sequence[str], heads: Sequence[Sequence[str]]) -> bool:
    return any(
        value == cell and place < len(head) and head[place] == name
        for head in heads
        for place, value in enumerate(cells)
    )


def _f1(wanted: Counter[str], found: Counter[str]) -> tuple[int, int]:
    return 2 * (wanted & found).total(), wanted.total() + found.total()
