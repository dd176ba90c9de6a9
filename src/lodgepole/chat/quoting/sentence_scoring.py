"""Scores how well a sentence answers a question, by the words of both. Pure.

A dozen features of a sentence, weighed together. The weights were fitted to questions whose
answering sentences are known, none of them of a measuring set, by a fit that is not kept here.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from lodgepole.chat.quoting.answer_types import AnswerType, asked_type, says
from lodgepole.text.word_lists import ASKING_VERBS
from lodgepole.text.words import content_stems, edits, similar_stems, stem, stems_of, words

FIGURES = ("lexical", "around", "pairs", "typed", "untyped", "brief", "bare", "opening")
"""What is known of a sentence beside its meaning, in the order of its figures."""
WEIGHTS = (0.6, 0.2, 0.12, 0.1, -0.1, -0.15, -0.35, 0.05)
"""Where the cosine's is 1. Rounded from a fit on questions with known answers, of more features
than these; how often they are right is told by `scripts/bench/answers.py` and a reader."""
NEAR = 3  # words between which two that the question has together are together too
BRIEF_WORDS = 4
SAME_LETTERS = 3  # with which two words begin that may be one
TYPO_LETTERS = 5  # of a word of a question that may be one of the documents', mistyped
LONGER_TYPO_LETTERS = 8  # from which two letters may be wrong
_ASKING = frozenset(map(stem, ASKING_VERBS))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants, as sentences are compared with it.

    Attributes:
        stems: Of its words that say something.
        order: The same in their order.
        kind: Of the answer.
    """

    text: str
    stems: frozenset[str]
    order: tuple[str, ...]
    kind: AnswerType | None

    @classmethod
    def of(cls, question: str) -> "Asked":
        items = words(question)
        stems = content_stems(items) or {w.stem for w in items}
        return cls(
            question,
            frozenset(stems),
            tuple(w.stem for w in items if w.stem in stems),
            asked_type(question),
        )


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is compared.

    Attributes:
        about: Stems of what it stands under.
        before: Stems of the sentence and the heading before it.
        bare: Whether it leads into something that is not there.
        opening: Whether a paragraph begins with it.
    """

    text: str
    stems: frozenset[str]
    about: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    bare: bool = False
    opening: bool = False


class Comparison:
    """A question among sentences: rare words weigh more, and mistyped ones are understood."""

    def __init__(self, asked: Asked, sentences: Iterable[Sentence]) -> None:
        self.asked = asked
        known = list(sentences)
        frequency = self._known = Counter(stem for s in known for stem in s.stems | s.about)
        self._meant = {stem: _meant(stem, frequency) for stem in asked.stems}
        count = len(known)
        self.weight = {
            word: math.log(1 + count / (1 + sum(frequency[m] for m in meant)))
            for word, meant in self._meant.items()
        }
        self._total = sum(self.weight.values()) or 1.0

    def said(self, stems: Collection[str]) -> set[str]:
        """The words of the question that are among these."""
        return {s for s, meant in self._meant.items() if any(m in stems for m in meant)}

    def share(self, said: Collection[str]) -> float:
        """Of the question's content, rare words weighing more."""
        return sum(self.weight[s] for s in said) / self._total

    def lexical(self, sentence: Sentence) -> float:
        """The share of the question that it says, or that it stands under."""
        return self.share(self.said(sentence.stems | sentence.about))

    def absent(self, elsewhere: Collection[str]) -> set[str]:
        """The words of the question that stand neither in a sentence nor elsewhere.

        Those by which any question asks are none of them.
        """
        return {
            stem
            for stem, meant in self._meant.items()
            if stem not in _ASKING and not any(self._known[m] or m in elsewhere for m in meant)
        }

    def figures(self, sentence: Sentence) -> list[float]:
        """What `FIGURES` names."""
        own = self.said(sentence.stems | sentence.about)
        kind = self.asked.kind
        typed = kind is not None and says(kind, sentence.text, self.asked.text)
        return [
            self.share(own),
            self.share(self.said(sentence.before) - own),
            self._pairs(sentence) if len(own) > 1 else 0.0,
            float(typed),
            float(kind is not None and not typed),
            float(len(sentence.stems) < BRIEF_WORDS),
            float(sentence.bare),
            float(sentence.opening),
        ]

    def _pairs(self, sentence: Sentence) -> float:
        """Share of the question's neighbouring words that are neighbours here."""
        wanted = set(pairwise(self.asked.order))
        if not wanted:
            return 0.0
        places: dict[str, list[int]] = {}
        for i, found in enumerate(stems_of(sentence.text)):
            places.setdefault(found, []).append(i)
        at = {s: [p for m in self._meant[s] for p in places.get(m, ())] for s in self.asked.stems}
        near = sum(any(0 < b - a <= NEAR for a in at[x] for b in at[y]) for x, y in wanted)
        return near / len(wanted)


def _meant(asked: str, vocabulary: Mapping[str, int]) -> frozenset[str]:
    """The words of the documents that a word of a question is."""
    begin = asked[:SAME_LETTERS]
    alike = {v for v in vocabulary if v.startswith(begin) and similar_stems(asked, v)}
    if alike or len(asked) < TYPO_LETTERS or asked[0].isdigit():
        return frozenset(alike or (asked,))
    most = 2 if len(asked) >= LONGER_TYPO_LETTERS else 1
    least, longest, first = len(asked) - most, len(asked) + most, asked[0]
    mistyped = {
        v
        for v in vocabulary
        if v[0] == first and least <= len(v) <= longest and edits(asked, v, most) <= most
    }
    return frozenset(mistyped or (asked,))
