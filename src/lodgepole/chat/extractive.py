"""Answers without a language model: the sentences of the sources that answer best, quoted.

It speaks like any other chat model, markers included, so that its quotes pass the same checks.
"""

import math
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from lodgepole.chat.answer_types import AnswerType, asked_type, says
from lodgepole.chat.citation_markers import shield
from lodgepole.chat.messages import ENGLISH, Phrases, listed, phrases
from lodgepole.chat.outlines import Excerpt, asked_gist, asks_rows, outline, rows_like
from lodgepole.chat.prepared_answers import as_far_as_asked
from lodgepole.chat.provenance import (
    Anchor,
    Place,
    anchors,
    label,
    missing_from,
    nearness,
    place_of,
    unmentioned,
)
from lodgepole.chat.quotes import Part, Quote, quotes_of, together
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.model import (
    FinishReason,
    ModelEnded,
    ModelEvent,
    ModelRequest,
    ModelText,
    Source,
    Usage,
)
from lodgepole.ports.embedder import Embedder
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.retrieval.search import embedder_languages
from lodgepole.text.words import content_stems, similar_stems, stems_of, words

LEAD, NOTHING_FOUND = ENGLISH.lead, ENGLISH.nothing_found
QUESTION_CHARS = 8_000  # of a long one its end, where the question is
EMBEDDED_SENTENCES = 6
"""Chosen by words and passage alone; 24 contain the answer no more often, and cost four
times as much."""
MOST_QUOTES = 3
LEAST_WORDS = 3
LEXICAL_WEIGHT, PASSAGE_WEIGHT = 0.5, 0.3  # the cosine's is 1
TYPE_WEIGHT = 0.1
"""Of a date, an amount, a reason where one is asked for; from .05 to .2 makes little difference."""
KEEP_SHARE_ELSEWHERE = 0.9  # the same of one from another file than the best one's
NAME_WEIGHT = 0.25
"""Of standing where the question's names and years are: as much as half of its words."""
KEEP_SHARE = 0.75
"""A further sentence is quoted when it scores this share of the best one's score."""
LEAST_EVIDENCE = 0.62
"""Below this lexical + cosine score the documents are taken not to answer: 5 % of questions on
present things score below .68, 5 % of questions on absent ones above .65 (all-MiniLM-L6-v2)."""
LEAST_SHARE_FOREIGN = 0.4
"""Of the question's content, in a sentence in letters that the embedder has never seen: to it all
such sentences are alike, so words alone tell whether one answers."""
CLEAR_COSINE = 0.75  # so near in meaning a quote may answer in other words alone
TITLE_WEIGHT = 0.15  # less, of a heading that repeats the question's words
LEAST_COSINE = 0.6  # needed by a question that shares no word with any sentence
_MEASURED = (AnswerType.MONEY, AnswerType.DURATION)  # say what they are without words for it
_SAME = 0.8  # share of common content words from which two sentences say the same
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")


@dataclass(frozen=True, slots=True)
class _Candidate:
    quote: Quote
    lexical: float  # share of the question's content, rare words weighing more, in [0, 1]
    worth: float  # what speaks for it beside its meaning


@dataclass(frozen=True, slots=True)
class _Found:
    """What is quoted; `missing` is in no source, `unsaid` not where the quotes are from.

    It is not `clear` where the quotes have the names and nothing of what is asked about them.
    """

    quotes: tuple[Quote, ...]
    missing: tuple[Anchor, ...] = ()
    unsaid: tuple[Anchor, ...] = ()
    clear: bool = True
    excerpt: Excerpt | None = None


class ExtractiveChatModel:
    """Quotes one to three sentences, or says that the documents hold no answer."""

    def __init__(self, embedder: Embedder, tokenizer: Tokenizer) -> None:
        self._embedder = embedder
        self._tokenizer = tokenizer

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `ChatModel.stream`. The whole answer is known before its first part is sent."""
        question = request.question[-QUESTION_CHARS:]
        found = await self._find(question, request.sources)
        ours = phrases(question)
        parts = _json_parts(found, ours) if request.json_object else _text_parts(found, ours)
        reason: FinishReason = "stop"
        if not request.json_object:
            parts, reason = as_far_as_asked(parts, request, self._tokenizer)
        for part in parts:
            yield ModelText(part)
        read = sum(s.snippet.tokens for s in request.sources)
        read += await read_apart(len(request.question), self._tokenizer.count, request.question)
        yield ModelEnded(
            finish_reason=reason,
            usage=Usage(
                read,
                sum(self._tokenizer.count(part) for part in parts),
            ),
        )

    async def _find(self, question: str, sources: Sequence[Source]) -> _Found:
        gist = asked_gist(question)
        excerpt = outline(gist, question, sources) if gist is not None else None
        if excerpt is not None:
            return _Found(excerpt.quotes, excerpt=excerpt)
        found = await self._answers(question, sources)
        if not found.quotes or found.missing or found.unsaid or not asks_rows(question):
            return found
        if any(not name.is_year for name in anchors(question)):
            return found  # the row of what is named answers by itself
        excerpt = rows_like(found.quotes[0], sources)
        return found if excerpt is None else _Found(excerpt.quotes, excerpt=excerpt)

    async def _answers(self, question: str, sources: Sequence[Source]) -> _Found:
        asked = content_stems(words(question)) or {w.stem for w in words(question)}
        names = anchors(question)
        places = {s.number: place_of(s) for s in sources} if names else {}
        missing = tuple(unmentioned(names, places.values())) if sources else ()
        known = [name for name in names if name not in missing]
        candidates = _candidates(question, asked, sources, known, places)[:EMBEDDED_SENTENCES]
        if not candidates:
            return _Found((), missing)
        query = await self._embedder.embed_query(question)
        vectors = await self._embedder.embed_passages([c.quote.meant for c in candidates])
        cosines = np.asarray(vectors @ query, dtype=np.float64)
        scored = sorted(
            ((float(cosine) + c.worth, c) for cosine, c in zip(cosines, candidates, strict=True)),
            key=lambda pair: -pair[0],
        )
        if self._is_foreign(question) and max(c.lexical for c in candidates) < LEAST_SHARE_FOREIGN:
            return _Found((), missing)
        strange = all(c.lexical == 0 for c in candidates) and max(cosines) < LEAST_COSINE
        evidence = max(
            LEXICAL_WEIGHT * c.lexical + float(cosine)
            for cosine, c in zip(cosines, candidates, strict=True)
        )
        if strange or evidence < LEAST_EVIDENCE:
            return _Found((), missing)
        quotes = _of_the_year(_best(scored), known, places)
        unsaid = tuple(
            anchor
            for anchor in known
            if all(missing_from(q, [anchor], places[q.source.number]) for q in quotes)
        )
        rest = asked - {stem for name in names for stem in name.stems}
        kind = asked_type(question)
        measured = (
            kind is not None and kind in _MEASURED and any(says(kind, q.text) for q in quotes)
        )
        clear = max(cosines) >= CLEAR_COSINE or measured or _says_any(quotes, rest)
        return _Found(tuple(quotes), missing, unsaid, clear=clear or not names)

    def _is_foreign(self, question: str) -> bool:
        """Whether the question is in letters that the embedder is known not to know."""
        known = embedder_languages(self._embedder.identity.model)
        letters = sum(map(str.isalpha, question))
        return known == frozenset({"en"}) and 2 * len(_LATIN.findall(question)) < letters


def _of_the_year(
    quotes: Sequence[Quote], names: Sequence[Anchor], places: Mapping[int, Place]
) -> list[Quote]:
    """The quotes of the year that is asked for, if any is of it."""
    years = [name for name in names if name.is_year]
    if not years:
        return [*quotes]
    kept = [q for q in quotes if not missing_from(q, years, places[q.source.number])]
    return kept or [*quotes]


def _says_any(quotes: Sequence[Quote], stems: set[str]) -> bool:
    """Whether what is shown has one of the words, or there are none to have."""
    shown = stems_of(" ".join(part.text for q in quotes for part in q.parts))
    return not stems or any(similar_stems(a, b) for a in stems for b in shown)


def _best(scored: Sequence[tuple[float, _Candidate]]) -> list[Quote]:
    """The first, and those that come near it; from another file only what comes very near."""
    best, first = scored[0][0], scored[0][1].quote
    chosen: list[Quote] = []
    for score, candidate in scored:
        quote = candidate.quote
        same_file = quote.source.snippet.file.id == first.source.snippet.file.id
        if score < (KEEP_SHARE if same_file else KEEP_SHARE_ELSEWHERE) * best:
            continue
        if not any(quote.overlaps(c) or _say_the_same(quote, c) for c in chosen):
            chosen.append(quote)
        if len(chosen) == MOST_QUOTES:
            break
    return chosen


def _candidates(
    question: str,
    asked: set[str],
    sources: Sequence[Source],
    names: Sequence[Anchor],
    places: Mapping[int, Place],
) -> list[_Candidate]:
    """Everything that can be quoted, the likeliest by words and by passage first."""
    found: dict[str, Quote] = {}
    for source in sources:
        for quote in quotes_of(source):
            found.setdefault(quote.meant, quote)
    inside = {meant: asked & (quote.stems | quote.about) for meant, quote in found.items()}
    frequency = Counter(stem for stems in inside.values() for stem in stems)
    weight = {s: math.log(1 + len(found) / (1 + frequency[s])) for s in asked}
    total = sum(weight.values()) or 1.0
    kind = asked_type(question)
    candidates: list[_Candidate] = []
    for meant, quote in found.items():
        if not (quote.stems & asked if quote.value else len(quote.stems) >= LEAST_WORDS):
            continue
        lexical = sum(weight[s] for s in inside[meant]) / total
        worth = LEXICAL_WEIGHT * lexical + PASSAGE_WEIGHT * quote.source.snippet.score
        if kind is not None and says(kind, quote.text):
            worth += TYPE_WEIGHT
        if quote.is_title:
            worth -= TITLE_WEIGHT
        if names:
            worth += NAME_WEIGHT * nearness(quote, names, places[quote.source.number])
        candidates.append(_Candidate(quote, lexical, worth))
    candidates.sort(key=lambda c: -c.worth)
    return candidates


def _say_the_same(a: Quote, b: Quote) -> bool:
    smaller = min(len(a.stems), len(b.stems))
    return len(a.stems & b.stems) >= _SAME * smaller


def _lead(found: _Found, ours: Phrases) -> str:
    """What stands before the quotes, or instead of them."""
    if found.excerpt is not None:
        return _lead_of_excerpt(found.excerpt, ours)
    missing = listed([anchor.text for anchor in found.missing])
    no_mention = ours.no_mention.format(names=missing) if missing else ""
    if not found.quotes:
        return f"{no_mention} {ours.nothing_found}".lstrip()
    if missing:
        return f"{no_mention} {ours.nearest}"
    if found.unsaid:
        return ours.not_said.format(names=listed([anchor.text for anchor in found.unsaid]))
    if not found.clear:
        return ours.unclear
    return ours.lead


def _lead_of_excerpt(excerpt: Excerpt, ours: Phrases) -> str:
    shown = len(excerpt.quotes)
    if excerpt.kind == "outline":
        return ours.outline
    return ours.rows if shown == excerpt.of else f"{ours.rows} ({shown}/{excerpt.of})"


def _text_parts(found: _Found, ours: Phrases) -> list[str]:
    parts = [_lead(found, ours)]
    label_before = ""
    for quote, shown in together(found.quotes):
        named = shield(label(quote))
        parts.append("\n\n" if named == label_before else f"\n\n{named}:\n")
        label_before = named
        parts += _marked(quote.source, shown)
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


def _json_parts(found: _Found, ours: Phrases) -> list[str]:
    cited = ["".join(_marked(quote.source, shown)) for quote, shown in together(found.quotes)]
    files = [quote.source.snippet.file.upload.name for quote, _ in together(found.quotes)]
    plain = cited and not (found.missing or found.unsaid or found.excerpt)
    answer = (
        cited[0]
        if plain
        else "\n\n".join((_lead(found, ours), *(cited if found.excerpt else cited[:1])))
    )
    return [orjson.dumps({"answer": answer, "quotes": cited, "files": files}).decode()]
