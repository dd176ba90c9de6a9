"""Answers without a language model: the sentences of the sources that answer best, quoted.

It speaks like any other chat model, markers included, so that its quotes pass the same checks.
"""

import math
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from lodgepole.chat.markers import shield
from lodgepole.chat.phrases import ENGLISH, Phrases, phrases
from lodgepole.chat.wording import content_stems, sentence_spans, squeeze, stems_of, words
from lodgepole.model import ModelEnded, ModelEvent, ModelRequest, ModelText, Source, Usage
from lodgepole.ports import Embedder, Tokenizer
from lodgepole.retrieval.search import embedder_languages

LEAD, NOTHING_FOUND = ENGLISH.lead, ENGLISH.nothing_found
EMBEDDED_SENTENCES = 6
"""Chosen by words and passage alone; 24 contain the answer no more often, and cost four
times as much."""
MOST_SENTENCES = 3
LEXICAL_WEIGHT, PASSAGE_WEIGHT = 0.5, 0.3  # the cosine's is 1
KEEP_SHARE = 0.75
"""A further sentence is quoted when it scores this share of the best one's score."""
LEAST_EVIDENCE = 0.62
"""Below this lexical + cosine score the documents are taken not to answer: 5 % of questions on
present things score below .68, 5 % of questions on absent ones above .65 (all-MiniLM-L6-v2)."""
LEAST_SHARE_FOREIGN = 0.4
"""Of the question's content, in a sentence in letters that the embedder has never seen: to it all
such sentences are alike, so words alone tell whether one answers."""
LEAST_COSINE = 0.6  # needed by a question that shares no word with any sentence
_SAME = 0.8  # share of common content words from which two sentences say the same
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")
_RULE = re.compile(r"[ \t]*\n[ \t]*\|?[ \t]*:?-{3}")  # what follows the first row of a table


@dataclass(frozen=True, slots=True)
class _Candidate:
    source: Source
    text: str
    stems: frozenset[str]
    lexical: float  # share of the question's content, rare words weighing more, in [0, 1]


class ExtractiveChatModel:
    """Quotes one to three sentences, or says that the documents hold no answer."""

    def __init__(self, embedder: Embedder, tokenizer: Tokenizer) -> None:
        self._embedder = embedder
        self._tokenizer = tokenizer

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `ChatModel.stream`. The whole answer is known before its first part is sent."""
        quotes = await self._quotes(request.question, request.sources)
        ours = phrases(request.question)
        parts = _json_parts(quotes, ours) if request.json_object else _text_parts(quotes, ours)
        for part in parts:
            yield ModelText(part)
        read = sum(s.snippet.tokens for s in request.sources)
        yield ModelEnded(
            finish_reason="stop",
            usage=Usage(
                read + self._tokenizer.count(request.question),
                sum(self._tokenizer.count(part) for part in parts),
            ),
        )

    async def _quotes(self, question: str, sources: Sequence[Source]) -> list[_Candidate]:
        asked = content_stems(words(question)) or {w.stem for w in words(question)}
        candidates = _candidates(asked, sources)[:EMBEDDED_SENTENCES]
        if not candidates:
            return []
        query = await self._embedder.embed_query(question)
        vectors = await self._embedder.embed_passages([c.text for c in candidates])
        cosines = np.asarray(vectors @ query, dtype=np.float64)
        scored = sorted(
            zip(cosines, candidates, strict=True),
            key=lambda pair: -_score(float(pair[0]), pair[1]),
        )
        best = _score(float(scored[0][0]), scored[0][1])
        if self._is_foreign(question) and max(c.lexical for c in candidates) < LEAST_SHARE_FOREIGN:
            return []
        strange = all(c.lexical == 0 for c in candidates) and max(cosines) < LEAST_COSINE
        evidence = max(LEXICAL_WEIGHT * c.lexical + cos for cos, c in scored)
        if strange or evidence < LEAST_EVIDENCE:
            return []
        chosen: list[_Candidate] = []
        for cosine, candidate in scored:
            if (
                len(chosen) == MOST_SENTENCES
                or _score(float(cosine), candidate) < KEEP_SHARE * best
            ):
                break
            if not any(_say_the_same(candidate, c) for c in chosen):
                chosen.append(candidate)
        return chosen

    def _is_foreign(self, question: str) -> bool:
        """Whether the question is in letters that the embedder is known not to know."""
        known = embedder_languages(self._embedder.identity.model)
        letters = sum(map(str.isalpha, question))
        return known == frozenset({"en"}) and 2 * len(_LATIN.findall(question)) < letters


def _score(cosine: float, candidate: _Candidate) -> float:
    return (
        LEXICAL_WEIGHT * candidate.lexical
        + cosine
        + PASSAGE_WEIGHT * candidate.source.snippet.score
    )


def _candidates(asked: set[str], sources: Sequence[Source]) -> list[_Candidate]:
    """Every sentence of the sources, the likeliest by words and by passage first."""
    found: dict[str, tuple[Source, frozenset[str]]] = {}
    for source in sources:
        text = source.snippet.text
        header: frozenset[str] = frozenset()
        for start, end in sentence_spans(text):
            sentence = squeeze(text[start:end])
            stems = frozenset(stems_of(sentence))
            if _RULE.match(text, end):
                header = stems
            elif sentence not in found and "```" not in sentence:
                header = header if sentence.startswith("|") else frozenset()
                found[sentence] = (source, stems | header)
    frequency = Counter(s for _, stems in found.values() for s in asked & stems)
    weight = {s: math.log(1 + len(found) / (1 + frequency[s])) for s in asked}
    total = sum(weight.values()) or 1.0
    candidates = [
        _Candidate(source, text, stems, sum(weight[s] for s in asked & stems) / total)
        for text, (source, stems) in found.items()
        if len(stems) >= 3
    ]
    candidates.sort(
        key=lambda c: -(LEXICAL_WEIGHT * c.lexical + PASSAGE_WEIGHT * c.source.snippet.score)
    )
    return candidates


def _say_the_same(a: _Candidate, b: _Candidate) -> bool:
    smaller = min(len(a.stems), len(b.stems))
    return len(a.stems & b.stems) >= _SAME * smaller


def _text_parts(quotes: Sequence[_Candidate], ours: Phrases) -> list[str]:
    if not quotes:
        return [ours.nothing_found]
    parts = [ours.lead]
    for quote in quotes:
        parts += [f"\n\n{shield(quote.text)}", f" [{quote.source.number}]"]
    return parts


def _json_parts(quotes: Sequence[_Candidate], ours: Phrases) -> list[str]:
    cited = [f"{shield(q.text)} [{q.source.number}]" for q in quotes]
    answer = {"answer": cited[0] if cited else ours.nothing_found, "quotes": cited}
    return [orjson.dumps(answer).decode()]
