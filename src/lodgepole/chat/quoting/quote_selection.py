"""The extractive model: answers by quoting the best sentences of the sources, without an LLM.

It speaks like any other chat model, markers included, so that its quotes pass the same checks.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lodgepole.chat.conversation.query_planning import queries
from lodgepole.chat.localised_phrases import ENGLISH, phrases, question_language
from lodgepole.chat.quoting.answer_types import (
    AnswerType,
    asked_type,
    says,
    says_little,
)
from lodgepole.chat.quoting.asked_attributes import speaks_of_it
from lodgepole.chat.quoting.named_sources import NamedSources
from lodgepole.chat.quoting.prepared_answers import as_far_as_asked
from lodgepole.chat.quoting.question_names import (
    Anchor,
    Place,
    anchors,
    missing_from,
    nearness,
    place_of,
)
from lodgepole.chat.quoting.quote_extents import shown_of
from lodgepole.chat.quoting.quoted_answers import Found, Shown, json_parts, text_parts
from lodgepole.chat.quoting.quotes import Quote, only_repeats, quotes_of
from lodgepole.chat.quoting.sentence_scoring import WEIGHTS, Asked, Comparison, Sentence
from lodgepole.chat.quoting.snippet_outlines import asked_gist, asks_rows, outline, rows_like
from lodgepole.chat.whole_documents.document_questions import asked_gist as asked_of_document
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.model import (
    FileExcerpt,
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
from lodgepole.text.languages import UNDETERMINED
from lodgepole.text.words import similar_stems, stems_of, words

LEAD, NOTHING_FOUND = ENGLISH.lead, ENGLISH.nothing_found
QUESTION_CHARS = 8_000  # of a long one its end, where the question is
EMBEDDED_SENTENCES = 6
"""Chosen by words and passage alone; 24 contain the answer no more often, and cost four
times as much."""
LOOKED_AT = 48  # sentences that are compared in every way, the likeliest by words and by passage
MOST_QUOTES = 3
LEAST_WORDS = 3
LEXICAL_WEIGHT = 0.5  # of words, beside a cosine's 1, where there is evidence at all
PASSAGE_WEIGHT = 0.3
NAME_WEIGHT = 0.25
"""Of standing where the question's names and years are: as much as half of its words."""
KEEP_SHARE = 0.9
"""A further sentence is quoted when it scores this share of the best one's score."""
LEAST_EVIDENCE = 0.62
"""Below this lexical + cosine score the documents are taken not to answer: 5 % of questions on
present things score below .68, 5 % of questions on absent ones above .65 (all-MiniLM-L6-v2)."""
LEAST_SHARE_FOREIGN = 0.4
"""Of the question's content, in a sentence in letters that the embedder has never seen: to it all
such sentences are alike, so words alone tell whether one answers."""
LEAST_SHARE_NEAR = 0.15
"""The same of what is shown as no more than near: of 73 answerable questions in six languages that
the embedder does not know, those that were refused had .18 to .24 or, as absent ones, nothing."""
CLEAR_COSINE = 0.7  # so near in meaning a quote may answer in other words alone
MOST_ABSENT = 0.3  # of a question's content, that may be in no source where a quote answers
TITLE_WEIGHT = 0.15  # less, of a heading that repeats the question's words
REPEATING_WEIGHT = 0.4  # less, of a heading alone, most of whose words are the question's
LITTLE_WEIGHT = 0.15  # less, of `please contact us` and `in summary`
CUT_WEIGHT = 0.2  # less, of what the edge of its snippet cuts
LEAST_COSINE = 0.6  # needed by a question that shares no word with any sentence
_FIGURES = (AnswerType.MONEY, AnswerType.COUNT, AnswerType.DURATION)
_SAME = 0.8  # share of common content words from which two sentences say the same
_BY_SYLLABLE = frozenset({"vi"})
"""Languages with Latin letters whose words of several syllables are written apart."""
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")


@dataclass(frozen=True, slots=True)
class _Candidate:
    quote: Quote
    lexical: float  # share of the question's content, rare words weighing more, in [0, 1]
    worth: float  # what speaks for it beside its meaning


@dataclass(frozen=True, slots=True)
class _Quotable:
    """The sentences of all sources, and what the question names."""

    sentences: Sequence[tuple[Quote, Sentence]]
    names: Sequence[Anchor]
    places: Mapping[int, Place]


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The likeliest sentences for a question, with what speaks for each."""

    comparison: Comparison
    scored: tuple[tuple[float, _Candidate], ...]
    cosines: tuple[float, ...]
    lexical: tuple[float, ...]


class ExtractiveChatModel:
    """Quotes one to three sentences, or says that the documents hold no answer."""

    def __init__(self, embedder: Embedder, tokenizer: Tokenizer) -> None:
        self._embedder = embedder
        self._tokenizer = tokenizer

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `ChatModel.stream`. The whole answer is known before its first part is sent."""
        question = request.question[-QUESTION_CHARS:]
        found = await self._find(question, request.sources, request.excerpts)
        ours = phrases(question)
        parts = json_parts(found, ours) if request.json_object else text_parts(found, ours)
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

    async def _find(
        self, question: str, sources: Sequence[Source], excerpts: Mapping[str, FileExcerpt]
    ) -> Found:
        gist = asked_gist(question)
        if gist is not None and gist.page is None and _has_topic(question, sources):
            found = await self._answers(question, sources, excerpts)
            if found.quotes:
                return found
        excerpt = outline(gist, question, sources) if gist is not None else None
        if excerpt is not None:
            return Found(excerpt.quotes, excerpt=excerpt)
        found = await self._answers(question, sources, excerpts)
        if not found.quotes or found.missing or found.unsaid or not asks_rows(question):
            return found
        if any(not name.is_year for name in anchors(question)):
            return found  # the row of what is named answers by itself
        excerpt = rows_like(found.quotes[0], sources)
        return found if excerpt is None else Found(excerpt.quotes, excerpt=excerpt)

    async def _answers(
        self, asked: str, sources: Sequence[Source], excerpts: Mapping[str, FileExcerpt]
    ) -> Found:
        named = NamedSources.of(asked, sources, excerpts)
        question, missing = named.question, named.missing
        quotable = _Quotable(_sentences(sources), named.known, named.places)
        whole = await self._ranked(question, quotable)
        nothing = whole is None or self._is_nothing(question, whole)
        near = named.framing or (whole is not None and self._may_be_near(question, whole))
        if whole is None or (nothing and not near):
            return Found((), (*missing, *named.framing))
        chosen = [
            (quote, question) for quote in _with_the_names(_best(whole.scored, question), quotable)
        ]
        parts = queries(question)[1:]
        if parts:
            chosen = await self._answers_of_parts(parts, quotable) or chosen
        quotes = tuple(quote for quote, _ in chosen)
        unsaid = named.unsaid(quotes)
        if max(whole.cosines) < CLEAR_COSINE and not missing:
            missing += _absent_words(whole.comparison, sources, named.names)
        shown = shown_of(chosen)
        clear = not nothing and _has_figure(question, shown)
        clear = clear and self._speaks_of_it(question, named.names, shown, whole)
        return Found(quotes, missing, unsaid, clear=clear, shown=shown, framing=named.framing)

    def _speaks_of_it(
        self, question: str, names: Sequence[Anchor], shown: Sequence[Shown], whole: _Ranked
    ) -> bool:
        """Whether what is shown, and stands by it, may answer the question."""
        near = 0.0 if self._is_foreign(question) else max(whole.cosines)
        said = [
            f"{each.quote.over()} {each.quote.under} {each.quote.meant} "
            + " ".join(part.text for part in each.parts)
            for each in shown
        ]
        return speaks_of_it(question, names, "\n".join(said), near)

    async def _answers_of_parts(
        self, parts: Sequence[str], quotable: _Quotable
    ) -> list[tuple[Quote, str]]:
        """The best quote for each part of a question that asks several things."""
        chosen: list[tuple[Quote, str]] = []
        for part in parts[:MOST_QUOTES]:
            ranked = await self._ranked(part, quotable)
            if ranked is None or self._is_nothing(part, ranked):
                continue
            quote = _with_the_names(_best(ranked.scored, part), quotable)[0]
            if not any(quote.overlaps(c) for c, _ in chosen):
                chosen.append((quote, part))
        return chosen

    async def _ranked(self, question: str, quotable: _Quotable) -> _Ranked | None:
        """The likeliest sentences, best first; None where there are none."""
        comparison, candidates = _candidates(Asked.of(question), quotable)
        if not candidates:
            return None
        query = await self._embedder.embed_query(question)
        vectors = await self._embedder.embed_passages([c.quote.meant for c in candidates])
        cosines = [float(cosine) for cosine in np.asarray(vectors @ query, dtype=np.float64)]
        pairs = zip(cosines, candidates, strict=True)
        # A heading that repeats the question is evidence of what stands under it, and no answer.
        less = [REPEATING_WEIGHT * only_repeats(c.quote, comparison.asked) for c in candidates]
        scored = sorted(
            ((cosine + c.worth - lower, c) for (cosine, c), lower in zip(pairs, less, strict=True)),
            key=lambda pair: -pair[0],
        )
        lexical = [c.lexical for c in candidates]
        return _Ranked(comparison, tuple(scored), tuple(cosines), tuple(lexical))

    def _is_nothing(self, question: str, ranked: _Ranked) -> bool:
        """Whether the sentences have too little in common with the question to answer it."""
        if self._is_foreign(question) and max(ranked.lexical) < LEAST_SHARE_FOREIGN:
            return True
        if not any(ranked.lexical) and max(ranked.cosines) < LEAST_COSINE:
            return True
        pairs = zip(ranked.lexical, ranked.cosines, strict=True)
        return max(LEXICAL_WEIGHT * share + cosine for share, cosine in pairs) < LEAST_EVIDENCE

    def _may_be_near(self, question: str, ranked: _Ranked) -> bool:
        """Whether what is too little for an answer is worth showing as the nearest there is.

        In a language that the embedder does not know other words may well say the same.
        """
        known = embedder_languages(self._embedder.identity.model)
        language = question_language(question)
        foreign = known is not None and language not in {*known, UNDETERMINED}
        return foreign and max(ranked.lexical) >= LEAST_SHARE_NEAR

    def _is_foreign(self, question: str) -> bool:
        """Whether the question is in letters or syllables that the embedder does not know."""
        known = embedder_languages(self._embedder.identity.model)
        letters = sum(map(str.isalpha, question))
        if known is not None and question_language(question) in _BY_SYLLABLE:
            return True
        return known == frozenset({"en"}) and 2 * len(_LATIN.findall(question)) < letters


def _has_topic(question: str, sources: Sequence[Source]) -> bool:
    """Whether a question for main points is for those of a matter rather than of a document."""
    whole = asked_of_document(question)
    rest = frozenset[str]() if whole is None else whole.rest
    names = " ".join({s.snippet.file.upload.name.replace("_", " ") for s in sources})
    told = stems_of(names)
    return any(not any(similar_stems(stem, t) for t in told) for stem in rest)


def _with_the_names(quotes: Sequence[Quote], quotable: _Quotable) -> list[Quote]:
    """Of the quotes those that lack the fewest of the names, years and figures asked for."""
    names, places = quotable.names, quotable.places
    if not names or len(quotes) < 2:
        return [*quotes]
    lacking = [len(missing_from(q, names, places[q.source.number])) for q in quotes]
    return [q for q, count in zip(quotes, lacking, strict=True) if count == min(lacking)]


def _absent_words(
    comparison: Comparison, sources: Sequence[Source], names: Sequence[Anchor]
) -> tuple[Anchor, ...]:
    """Words that a question turns on and no source has, as far as endings can be told."""
    asked = comparison.asked
    if question_language(asked.text) != "en":
        return ()
    over = frozenset[str]().union(*(place_of(source).over for source in sources))
    of_names = {stem for name in names for stem in name.stems}
    absent = comparison.absent(over) - of_names
    if comparison.share(absent) <= MOST_ABSENT:
        return ()
    return tuple(
        Anchor(asked.text[w.start : w.end], (w.stem,))
        for w in words(asked.text)
        if w.stem in absent
    )


def _has_figure(question: str, shown: Sequence[Shown]) -> bool:
    """Whether what is shown has a figure, or none is asked for."""
    kind = asked_type(question)
    if kind is None or kind not in _FIGURES:
        return True
    texts = [part.text for each in shown for part in each.parts]
    kinds = (kind, AnswerType.COUNT, AnswerType.DURATION)  # the last knows `one day`
    return any(says(each, text) for text in texts for each in kinds)


def _best(scored: Sequence[tuple[float, _Candidate]], question: str) -> list[Quote]:
    """The first, and those that come very near it; what says little only by itself."""
    best = scored[0][0]
    chosen: list[Quote] = []
    for score, candidate in scored:
        quote = candidate.quote
        if score < KEEP_SHARE * best or len(chosen) == MOST_QUOTES:
            break
        if not any(quote.overlaps(c) or _say_the_same(quote, c) for c in chosen):
            chosen.append(quote)
    return [q for q in chosen if not says_little(q.text, question)] or chosen


def _sentences(sources: Sequence[Source]) -> list[tuple[Quote, Sentence]]:
    """Everything that can be quoted, each once."""
    found: dict[str, tuple[Quote, Sentence]] = {}
    for source in sources:
        for quote in quotes_of(source):
            if quote.meant not in found:
                found[quote.meant] = quote, _sentence(quote)
    return list(found.values())


def _candidates(asked: Asked, quotable: _Quotable) -> tuple[Comparison, list[_Candidate]]:
    """The likeliest by words and by passage, best first."""
    comparison = Comparison(asked, (sentence for _, sentence in quotable.sentences))
    likely = [
        (comparison.lexical(sentence) + quote.source.snippet.score, quote, sentence)
        for quote, sentence in quotable.sentences
        if (quote.stems & asked.stems if quote.value else len(quote.stems) >= LEAST_WORDS)
    ]
    likely.sort(key=lambda each: -each[0])
    candidates = [
        _candidate(comparison, quote, sentence, quotable)
        for _, quote, sentence in likely[:LOOKED_AT]
    ]
    candidates.sort(key=lambda c: -c.worth)
    return comparison, candidates[:EMBEDDED_SENTENCES]


def _candidate(
    comparison: Comparison, quote: Quote, sentence: Sentence, quotable: _Quotable
) -> _Candidate:
    told = comparison.figures(sentence)
    worth = sum(w * f for w, f in zip(WEIGHTS, told, strict=True))
    worth += PASSAGE_WEIGHT * quote.source.snippet.score
    if quote.is_title:
        worth -= TITLE_WEIGHT
    if says_little(quote.text, comparison.asked.text):
        worth -= LITTLE_WEIGHT
    if quote.is_cut:
        worth -= CUT_WEIGHT
    if quotable.names:
        place = quotable.places[quote.source.number]
        worth += NAME_WEIGHT * nearness(quote, quotable.names, place)
    return _Candidate(quote, told[0], worth)


def _sentence(quote: Quote) -> Sentence:
    return Sentence(
        quote.text,
        quote.stems,
        quote.about,
        quote.before,
        bare=quote.is_bare,
        opening=quote.opens,
    )


def _say_the_same(a: Quote, b: Quote) -> bool:
    smaller = min(len(a.stems), len(b.stems))
    return len(a.stems & b.stems) >= _SAME * smaller
