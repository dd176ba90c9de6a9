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

from lodgepole.chat.citation_markers import shield
from lodgepole.chat.messages import ENGLISH, Phrases, phrases
from lodgepole.chat.quotes import Part, Quote, quotes_of, together
from lodgepole.model import ModelEnded, ModelEvent, ModelRequest, ModelText, Source, Usage
from lodgepole.ports.embedder import Embedder
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.retrieval.search import embedder_languages
from lodgepole.text.word_lists import ASKS_FOR_FIGURE
from lodgepole.text.words import content_stems, words

LEAD, NOTHING_FOUND = ENGLISH.lead, ENGLISH.nothing_found
EMBEDDED_SENTENCES = 6
"""Chosen by words and passage alone; 24 contain the answer no more often, and cost four
times as much."""
MOST_QUOTES = 3
LEAST_WORDS = 3
LEXICAL_WEIGHT, PASSAGE_WEIGHT = 0.5, 0.3  # the cosine's is 1
FIGURE_WEIGHT = 0.1
"""Of a figure where the question asks for one; from .05 to .2 makes little difference."""
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


@dataclass(frozen=True, slots=True)
class _Candidate:
    quote: Quote
    lexical: float  # share of the question's content, rare words weighing more, in [0, 1]
    worth: float  # what speaks for it beside its meaning


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

    async def _quotes(self, question: str, sources: Sequence[Source]) -> list[Quote]:
        asked = content_stems(words(question)) or {w.stem for w in words(question)}
        candidates = _candidates(question, asked, sources)[:EMBEDDED_SENTENCES]
        if not candidates:
            return []
        query = await self._embedder.embed_query(question)
        vectors = await self._embedder.embed_passages([c.quote.meant for c in candidates])
        cosines = np.asarray(vectors @ query, dtype=np.float64)
        scored = sorted(
            zip(cosines, candidates, strict=True),
            key=lambda pair: -(float(pair[0]) + pair[1].worth),
        )
        best = float(scored[0][0]) + scored[0][1].worth
        if self._is_foreign(question) and max(c.lexical for c in candidates) < LEAST_SHARE_FOREIGN:
            return []
        strange = all(c.lexical == 0 for c in candidates) and max(cosines) < LEAST_COSINE
        evidence = max(LEXICAL_WEIGHT * c.lexical + cos for cos, c in scored)
        if strange or evidence < LEAST_EVIDENCE:
            return []
        chosen: list[Quote] = []
        for cosine, candidate in scored:
            quote = candidate.quote
            if len(chosen) == MOST_QUOTES or float(cosine) + candidate.worth < KEEP_SHARE * best:
                break
            if not any(quote.overlaps(c) or _say_the_same(quote, c) for c in chosen):
                chosen.append(quote)
        return chosen

    def _is_foreign(self, question: str) -> bool:
        """Whether the question is in letters that the embedder is known not to know."""
        known = embedder_languages(self._embedder.identity.model)
        letters = sum(map(str.isalpha, question))
        return known == frozenset({"en"}) and 2 * len(_LATIN.findall(question)) < letters


def _candidates(question: str, asked: set[str], sources: Sequence[Source]) -> list[_Candidate]:
    """Everything that can be quoted, the likeliest by words and by passage first."""
    found: dict[str, Quote] = {}
    for source in sources:
        for quote in quotes_of(source):
            found.setdefault(quote.meant, quote)
    inside = {meant: asked & (quote.stems | quote.about) for meant, quote in found.items()}
    frequency = Counter(stem for stems in inside.values() for stem in stems)
    weight = {s: math.log(1 + len(found) / (1 + frequency[s])) for s in asked}
    total = sum(weight.values()) or 1.0
    wants_figure = ASKS_FOR_FIGURE.search(question) is not None
    candidates: list[_Candidate] = []
    for meant, quote in found.items():
        if not (quote.stems & asked if quote.value else len(quote.stems) >= LEAST_WORDS):
            continue
        lexical = sum(weight[s] for s in inside[meant]) / total
        worth = LEXICAL_WEIGHT * lexical + PASSAGE_WEIGHT * quote.source.snippet.score
        if wants_figure and any(s[0].isdigit() for s in quote.stems):
            worth += FIGURE_WEIGHT
        candidates.append(_Candidate(quote, lexical, worth))
    candidates.sort(key=lambda c: -c.worth)
    return candidates


def _say_the_same(a: Quote, b: Quote) -> bool:
    smaller = min(len(a.stems), len(b.stems))
    return len(a.stems & b.stems) >= _SAME * smaller


def _text_parts(quotes: Sequence[Quote], ours: Phrases) -> list[str]:
    if not quotes:
        return [ours.nothing_found]
    parts = [ours.lead]
    for source, shown in together(quotes):
        parts.append("\n\n")
        parts += _marked(source, shown)
    return parts


def _marked(source: Source, shown: Sequence[Part]) -> list[str]:
    """The parts of a quote, each followed by its marker."""
    marked: list[str] = []
    for part in shown:
        space = "" if not marked else "\n" if part.own_line else " "
        marked.append(f"{space}{shield(part.text)}")
        if part.cited:
            marked.append(f" [{source.number}]")
    return marked


def _json_parts(quotes: Sequence[Quote], ours: Phrases) -> list[str]:
    cited = ["".join(_marked(*group)) for group in together(quotes)]
    answer = {"answer": cited[0] if cited else ours.nothing_found, "quotes": cited}
    return [orjson.dumps(answer).decode()]
