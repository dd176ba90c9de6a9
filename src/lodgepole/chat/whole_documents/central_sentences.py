"""Sentences that stand for a text without headings, and those of a text on one thing. Pure.

The most typical sentence of a part has the words that the whole text has most, and is neither very
short nor very long; one from each part, so that no part stands for all.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from itertools import pairwise

from lodgepole.model import BlockKind, Document
from lodgepole.text.sentences import ends_sentence, sentence_spans
from lodgepole.text.word_lists import POINTING_BACK, POINTING_EARLY
from lodgepole.text.words import content_stems, similar_stems, stems_of, words

PARTS = 8
READ_OF_A_PART = 6_000  # characters; some ten milliseconds for all parts
LEAST_WORDS = 8  # of a sentence, that stands for a part
MOST_WORDS = 45
TYPICAL_WORDS = 12  # that make a sentence typical; more do not make it more so
OFTEN = 2  # times that a word is said in what was read, from which it tells something
MOST_ON_IT = 8  # sentences on one thing
MOST_GOING_ON = 2  # sentences that go on about one of them
LONGEST_GOING_ON = 200  # characters of such a one
EARLY_WORDS = 4  # of a sentence, among which a pronoun stands for something before it
LOOKED_THROUGH = 2_000_000  # characters of a document, for sentences on one thing
BEGINNING = 3  # letters of a word at least, by which sentences are picked out to be read
LONGEST_SENTENCE = 600  # characters
_SAID = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)

Span = tuple[int, int]


def central_sentences(document: Document) -> list[Span]:
    """The most typical sentence of each part of a document, in their order."""
    parts = [list(_sentences(document, *part)) for part in _parts(document)]
    told = {
        span: content_stems(words(document.text[slice(*span)])) for part in parts for span in part
    }
    count = Counter(stem for stems in told.values() for stem in stems if len(stem) > 2)
    found: list[Span] = []
    for part in parts:
        fit = [span for span in part if _is_whole(document.text, span)]
        if fit:
            found.append(max(fit, key=lambda span: (_typical(told[span], count), -span[0])))
    return found


def sentences_on(document: Document, stems: Collection[str]) -> tuple[list[Span], int]:
    """The sentences that have most of these words, in order, and how many others have any.

    One that goes on about the same, as `Its captain was …` does, comes with the one before it.
    """
    begins = {stem: stem[: max(BEGINNING, len(stem) - 2)] for stem in stems}
    found: list[tuple[int, Span]] = []
    goes_on: dict[Span, list[Span]] = defaultdict(list)
    for block in document.blocks:
        if block.kind not in _SAID or block.start > LOOKED_THROUGH:
            continue
        piece = document.text[block.start : min(block.end, LOOKED_THROUGH)]
        low = piece.casefold()
        if not any(begin in low for begin in begins.values()):
            continue
        on_it = False
        for a, b in sentence_spans(piece):
            said = piece[a:b].casefold()
            if on_it and b - a <= LONGEST_GOING_ON and _goes_on(said):
                goes_on[found[-1][1]].append((block.start + a, block.start + b))
                continue
            on_it = False
            likely = [stem for stem, begin in begins.items() if begin in said]
            if not likely or b - a > LONGEST_SENTENCE:
                continue
            told = stems_of(piece[a:b])
            count = sum(any(similar_stems(stem, t) for t in told) for stem in likely)
            if count and len(told) >= LEAST_WORDS // 2:
                found.append((count, (block.start + a, block.start + b)))
                on_it = True
    best = sorted(found, key=lambda each: (-each[0], each[1]))[:MOST_ON_IT]
    spans = [each for _, span in best for each in (span, *goes_on[span][:MOST_GOING_ON])]
    return sorted(spans), len(found) - len(best)


def _goes_on(said: str) -> bool:
    """Whether a sentence in small letters speaks of what the one before it named."""
    first, *rest = said.split(maxsplit=EARLY_WORDS) or [""]
    return first in POINTING_BACK or any(word in POINTING_EARLY for word in rest[: EARLY_WORDS - 1])


def _parts(document: Document) -> list[Span]:
    length = len(document.text)
    edges = [length * n // PARTS for n in range(PARTS + 1)]
    return [(a, min(b, a + READ_OF_A_PART)) for a, b in pairwise(edges)]


def _sentences(document: Document, start: int, end: int) -> Iterator[Span]:
    """The sentences that begin and end within a stretch."""
    for block in document.blocks:
        if block.end <= start or block.kind not in _SAID:
            continue
        if block.start >= end:
            return
        first = max(block.start, start)
        spans = [
            (first + a, first + b)
            for a, b in sentence_spans(document.text[first : min(block.end, end)])
        ]
        # What a stretch cuts is neither its first sentence nor its last.
        yield from spans[first > block.start : len(spans) - (end < block.end)]


def _is_whole(text: str, span: Span) -> bool:
    said = text[slice(*span)]
    return (
        LEAST_WORDS <= len(stems_of(said)) <= MOST_WORDS
        and ends_sentence(said)
        and not said[0].islower()
        and not said.endswith(("?", "？", ":"))
    )


def _typical(stems: Collection[str], count: Counter[str]) -> float:
    often = sorted((count[s] for s in stems if count[s] >= OFTEN), reverse=True)
    return sum(often[:TYPICAL_WORDS]) / (TYPICAL_WORDS + len(stems))
