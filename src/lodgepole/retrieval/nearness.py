"""A closer look at the first hits: which words of the question stand in and around each. Pure.

BM25 counts one passage at a time, and a passage is short: the table row that answers stands below
the heading that the question names, and what "it" is was said a sentence earlier. So passages gain
by the words of the question that they and their neighbours hold, each word once. And words that
follow each other in the question mean more where they also stand together in the passage.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lodgepole.model import FileVersion, Hit, Passage, PassageKey
from lodgepole.retrieval.terms import analysed_as, known_tokens, query_words, token_words

DEPTH = 32  # hits that are looked at
_BY_DISTANCE = (1.0, 1.0)  # what a word counts: in the passage, in the next
_REACH = len(_BY_DISTANCE) - 1
_TOGETHER = 4  # words apart, at most, in a passage
_FOLLOWING = 2  # words apart, at most, in the question


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """How much each observation counts, in standard deviations among the hits looked at."""

    words: float = 0.3  # of the question that the passage or a neighbour has
    pairs: float = 0.1  # of words that stand together in the passage as in the question


DEFAULT_NEARNESS = Nearness()


def looked_at(hits: Sequence[Hit]) -> set[PassageKey]:
    """Keys of all passages that `look_closer` wants for these hits."""
    return {
        PassageKey(hit.key.version, ordinal)
        for hit in hits[:DEPTH]
        for ordinal in range(max(0, hit.key.ordinal - _REACH), hit.key.ordinal + _REACH + 1)
    }


def look_closer(
    query: str,
    hits: Sequence[Hit],
    passages: Mapping[PassageKey, Passage],
    *,
    languages: Mapping[FileVersion, str],
    rarity: Mapping[str, float],
    nearness: Nearness = DEFAULT_NEARNESS,
) -> list[Hit]:
    """All `hits`, the first `DEPTH` of them scored again and in the order of their new scores.

    Args:
        query: What was asked.
        hits: Best first.
        passages: What the index holds of `looked_at(hits)`.
        languages: By which the words of each file were analysed.
        rarity: Of the query's words; those without do not count.
        nearness: What each observation counts.
    """
    head, rest = hits[:DEPTH], hits[DEPTH:]
    words = [word for word in query_words(query, {*languages.values()}) if word in rarity]
    reader = _Reader(words, passages, languages)
    by_words = _standardised(
        [
            math.fsum(share * rarity[word] for word, share in reader.around(hit.key).items())
            for hit in head
        ]
    )
    by_pairs = _standardised(
        [
            math.fsum(min(rarity[one], rarity[other]) for one, other in reader.together(hit.key))
            for hit in head
        ]
    )
    again = [
        Hit(hit.key, hit.score + nearness.words * by_word + nearness.pairs * by_pair)
        for hit, by_word, by_pair in zip(head, by_words, by_pairs, strict=True)
    ]
    again.sort(key=lambda hit: (-hit.score, hit.key))
    # What was not looked at stays behind, in scores too.
    least = again[-1].score if again else 0.0
    return [*again, *(Hit(hit.key, min(hit.score, least)) for hit in rest)]


class _Reader:
    """Finds the words of one question in passages."""

    def __init__(
        self,
        words: Sequence[str],
        passages: Mapping[PassageKey, Passage],
        languages: Mapping[FileVersion, str],
    ) -> None:
        self._wanted = frozenset(words)
        self._following = [
            (word, other)
            for place, word in enumerate(words)
            for other in words[place + 1 : place + 1 + _FOLLOWING]
        ]
        self._passages = passages
        self._languages = languages
        self._of_passage: dict[PassageKey, frozenset[str]] = {}
        self._over: dict[tuple[str, str], frozenset[str]] = {}
        # By language: which tokens stand for words of the question, and which do not.
        self._telling: dict[str, dict[str, frozenset[str]]] = {}
        self._others: dict[str, set[str]] = {}

    def around(self, key: PassageKey) -> dict[str, float]:
        """The question's words in a passage, its neighbours and what stands over them.

        With each word, what it counts by the nearest of these that has it.
        """
        found: dict[str, float] = {}
        for distance in range(_REACH, -1, -1):  # what is nearer overrides
            for ordinal in (key.ordinal - distance, key.ordinal + distance):
                for word in self._held(PassageKey(key.version, ordinal)):
                    found[word] = _BY_DISTANCE[distance]
        return found

    def _held(self, key: PassageKey) -> frozenset[str]:
        """The question's words in a passage and in what stands over it."""
        held = self._of_passage.get(key)
        if held is None:
            held, passage = frozenset(), self._passages.get(key)
            if passage is not None:
                language = analysed_as(self._languages.get(key.version, ""))
                held = self._above(passage.header, language) | self._inside(passage.text, language)
            self._of_passage[key] = held
        return held

    def together(self, key: PassageKey) -> Iterable[tuple[str, str]]:
        """Words that follow each other in the question, and stand together in the passage."""
        held = self._held(key)
        pairs = [pair for pair in self._following if held.issuperset(pair)]
        if not pairs:
            return
        places: dict[str, list[int]] = {}
        language = analysed_as(self._languages.get(key.version, ""))
        place = 0
        for token in known_tokens(self._passages[key].text):
            for word in token_words(token, language):
                if word in held:
                    places.setdefault(word, []).append(place)
                place += 1
        for one, other in pairs:
            if _near(places.get(one, ()), places.get(other, ())):
                yield one, other

    def _above(self, header: str, language: str) -> frozenset[str]:
        """The question's words in what stands over a passage; many have the same over them."""
        found = self._over.get((header, language))
        if found is None:
            found = self._over[header, language] = self._inside(header, language)
        return found

    def _inside(self, text: str, language: str) -> frozenset[str]:
        """The question's words in a text. Few tokens of many passages are looked at twice."""
        wanted = self._wanted
        telling = self._telling.setdefault(language, {})
        others = self._others.setdefault(language, set())
        found = {*known_tokens(text)}
        found -= others
        held: list[frozenset[str]] = []
        for token in found:
            words = telling.get(token)
            if words is None:
                meant = token_words(token, language)
                if wanted.isdisjoint(meant):
                    others.add(token)
                    continue
                words = telling[token] = wanted.intersection(meant)
            held.append(words)
        return frozenset().union(*held)


def _near(places: Sequence[int], others: Sequence[int]) -> bool:
    for place in places:
        for other in others:
            if -_TOGETHER <= place - other <= _TOGETHER:
                return True
    return False


def _standardised(values: Sequence[float]) -> list[float]:
    """Less their mean, in standard deviations; all 0 where they do not differ."""
    if not values:
        return []
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    return [(value - mean) / deviation if deviation > 1e-9 else 0.0 for value in values]
