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
from lodgepole.retrieval.fusion import standardised
from lodgepole.text.analyzer import known_tokens, query_words, token_words
from lodgepole.text.stemming import stemmed_as

DEPTH = 32  # hits that are looked at
REACH = 1  # passages to either side whose words count as a passage's own
_TOGETHER = 4  # words apart, at most, in a passage
_FOLLOWING = 2  # words apart, at most, in the question


@dataclass(frozen=True, slots=True, kw_only=True)
class Proximity:
    """How much each observation counts, in standard deviations among the hits looked at."""

    words: float = 0.3  # of the question that the passage or a neighbour has
    pairs: float = 0.1  # of words that stand together in the passage as in the question


DEFAULT_PROXIMITY = Proximity()


def keys_to_rescore(hits: Sequence[Hit]) -> set[PassageKey]:
    """Keys of all passages that `rescore` wants for these hits."""
    return {
        PassageKey(hit.key.version, ordinal)
        for hit in hits[:DEPTH]
        for ordinal in range(max(0, hit.key.ordinal - REACH), hit.key.ordinal + REACH + 1)
    }


def rescore(
    query: str,
    hits: Sequence[Hit],
    passages: Mapping[PassageKey, Passage],
    *,
    languages: Mapping[FileVersion, str],
    idf: Mapping[str, float],
    proximity: Proximity = DEFAULT_PROXIMITY,
) -> list[Hit]:
    """All `hits`, the first `DEPTH` of them scored again and in the order of their new scores.

    Args:
        query: What was asked.
        hits: Best first.
        passages: What the index holds of `keys_to_rescore(hits)`.
        languages: By which the words of each file were analysed.
        idf: Of the query's words; those without do not count.
        proximity: What each observation counts.
    """
    head, rest = hits[:DEPTH], hits[DEPTH:]
    words = [word for word in query_words(query, {*languages.values()}) if word in idf]
    reader = _Reader(words, passages, languages)
    by_words, _ = standardised(
        (hit.key, math.fsum(idf[word] for word in reader.around(hit.key))) for hit in head
    )
    by_pairs, _ = standardised(
        (
            hit.key,
            math.fsum(min(idf[word] for word in pair) for pair in reader.together(hit.key)),
        )
        for hit in head
    )
    again = [
        Hit(
            hit.key,
            hit.score + proximity.words * by_words[hit.key] + proximity.pairs * by_pairs[hit.key],
        )
        for hit in head
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

    def around(self, key: PassageKey) -> frozenset[str]:
        """The question's words in a passage, its neighbours and what stands over them."""
        return frozenset().union(
            *(
                self._held(PassageKey(key.version, key.ordinal + distance))
                for distance in range(-REACH, REACH + 1)
            )
        )

    def _held(self, key: PassageKey) -> frozenset[str]:
        """The question's words in a passage and in what stands over it."""
        held = self._of_passage.get(key)
        if held is None:
            held, passage = frozenset(), self._passages.get(key)
            if passage is not None:
                language = stemmed_as(self._languages.get(key.version, ""))
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
        language = stemmed_as(self._languages.get(key.version, ""))
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
