"""Answers without a language model: the sentences of the sources that answer best, quoted.

It speaks like any other chat model, markers included, so that its quotes pass the same checks.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from lodgepole.chat.answer_types import wants_all, wants_more
from lodgepole.chat.citation_markers import shield
from lodgepole.chat.messages import ENGLISH, Phrases, listed, phrases, question_language
from lodgepole.chat.outlines import Excerpt, asked_gist, asks_rows, outline, rows_like
from lodgepole.chat.prepared_answers import as_far_as_asked
from lodgepole.chat.provenance import (
    Anchor,
    Place,
    anchors,
    figures,
    label,
    missing_from,
    nearness,
    place_of,
    unmentioned,
    unsaid_by,
)
from lodgepole.chat.quotes import Part, Quote, quotes_of, together
from lodgepole.chat.sentence_scoring import WEIGHTS, Asked, Comparison, Sentence
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
from lodgepole.text.words import words

LEAD, NOTHING_FOUND = ENGLISH.lead, ENGLISH.nothing_found
QUESTION_CHARS = 8_000  # of a long one its end, where the question is
EMBEDDED_SENTENCES = 6
"""Chosen by words and passage alone; 24 contain the answer no more often, and cost four
times as much."""
MOST_QUOTES = 3
LEAST_WORDS = 3
LEXICAL_WEIGHT = 0.5  # of words, beside a cosine's 1, where there is evidence at all
PASSAGE_WEIGHT = 0.3
NAME_WEIGHT = 0.25
"""Of standing where the question's names and years are: as much as half of its words."""
KEEP_SHARE = 0.9
"""A further sentence is quoted when it scores this share of the best one's score."""
LONGEST_EXPLANATION = 600  # characters of a paragraph, where a question is for more than a fact
LEAST_EVIDENCE = 0.62
"""Below this lexical + cosine score the documents are taken not to answer: 5 % of questions on
present things score below .68, 5 % of questions on absent ones above .65 (all-MiniLM-L6-v2)."""
LEAST_SHARE_FOREIGN = 0.4
"""Of the question's content, in a sentence in letters that the embedder has never seen: to it all
such sentences are alike, so words alone tell whether one answers."""
CLEAR_COSINE = 0.7  # so near in meaning a quote may answer in other words alone
MOST_ABSENT = 0.3  # of a question's content, that may be in no source where a quote answers
TITLE_WEIGHT = 0.15  # less, of a heading that repeats the question's words
LEAST_COSINE = 0.6  # needed by a question that shares no word with any sentence
_SAME = 0.8  # share of common content words from which two sentences say the same
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")


@dataclass(frozen=True, slots=True)
class _Candidate:
    quote: Quote
    lexical: float  # share of the question's content, rare words weighing more, in [0, 1]
    worth: float  # what speaks for it beside its meaning


@dataclass(frozen=True, slots=True)
class _Found:
    """What is quoted; `missing` is in no source, `unsaid` not where the quotes are from."""

    quotes: tuple[Quote, ...]
    missing: tuple[Anchor, ...] = ()
    unsaid: tuple[Anchor, ...] = ()
    excerpt: Excerpt | None = None
    shown: tuple["_Shown", ...] = ()

    def groups(self, ours: Phrases) -> list[tuple[Quote, tuple[Part, ...]]]:
        """What is shown, each with the quote that it is of."""
        shown = self.shown or tuple(_Shown(q, q.parts) for q in self.quotes)
        return together([(s.quote, s.noted(ours)) for s in shown])


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown of a quote; `some` is how many of how many items, where not all are."""

    quote: Quote
    parts: tuple[Part, ...]
    some: tuple[int, int] | None = None

    def noted(self, ours: Phrases) -> tuple[Part, ...]:
        """The parts, with a note where they are not all."""
        if self.some is None:
            return self.parts
        shown, of = self.some
        note = ours.first_of.format(shown=shown, of=of)
        pages = self.quote.source.snippet.pages
        where = f", {ours.page.format(page=pages[0])}" if len(pages) == 1 else ""
        return *self.parts, Part(f"({note}{where})", cited=False, own_line=True)


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
        asked = Asked.of(question)
        names = (*anchors(question), *figures(question))
        places = {s.number: place_of(s) for s in sources} if names else {}
        missing = tuple(unmentioned(names, places.values())) if sources else ()
        known = [name for name in names if name not in missing]
        comparison, candidates = _candidates(asked, sources, known, places)
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
        quotes = _with_the_names(_best(scored), known)
        unsaid = tuple(unsaid_by(quotes, known, question))
        if max(cosines) < CLEAR_COSINE and not missing:
            missing += _absent_words(comparison, sources, names)
        shown = tuple(_whole(quote, question) for quote in quotes)
        return _Found(tuple(quotes), missing, unsaid, shown=shown)

    def _is_foreign(self, question: str) -> bool:
        """Whether the question is in letters that the embedder is known not to know."""
        known = embedder_languages(self._embedder.identity.model)
        letters = sum(map(str.isalpha, question))
        return known == frozenset({"en"}) and 2 * len(_LATIN.findall(question)) < letters


def _with_the_names(quotes: Sequence[Quote], names: Sequence[Anchor]) -> list[Quote]:
    """Of the quotes those that lack the fewest of the names, years and figures asked for."""
    if not names:
        return [*quotes]
    lacking = [len(missing_from(quote, names)) for quote in quotes]
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


def _whole(quote: Quote, question: str) -> _Shown:
    """What is shown of a quote: with all that it leads into, where it is asked for."""
    if quote.is_item and not wants_all(question):
        return _Shown(quote, quote.parts)
    announced = quote.announced()
    if announced is not None:
        some = None if announced.shown == announced.of else (announced.shown, announced.of)
        return _Shown(quote, announced.parts, some)
    more = wants_more(question) or wants_all(question)
    return _Shown(quote, quote.paragraph(LONGEST_EXPLANATION) if more else quote.parts)


def _best(scored: Sequence[tuple[float, _Candidate]]) -> list[Quote]:
    """The first, and those that come very near it."""
    best = scored[0][0]
    chosen: list[Quote] = []
    for score, candidate in scored:
        quote = candidate.quote
        if score < KEEP_SHARE * best or len(chosen) == MOST_QUOTES:
            break
        if not any(quote.overlaps(c) or _say_the_same(quote, c) for c in chosen):
            chosen.append(quote)
    return chosen


def _candidates(
    asked: Asked,
    sources: Sequence[Source],
    names: Sequence[Anchor],
    places: Mapping[int, Place],
) -> tuple[Comparison, list[_Candidate]]:
    """Everything that can be quoted, the likeliest by words and by passage first."""
    found: dict[str, tuple[Quote, Sentence]] = {}
    for source in sources:
        for quote in quotes_of(source):
            if quote.meant not in found:
                found[quote.meant] = quote, _sentence(quote)
    comparison = Comparison(asked, (sentence for _, sentence in found.values()))
    candidates: list[_Candidate] = []
    for quote, sentence in found.values():
        if not (quote.stems & asked.stems if quote.value else len(quote.stems) >= LEAST_WORDS):
            continue
        told = comparison.figures(sentence)
        worth = sum(w * f for w, f in zip(WEIGHTS, told, strict=True))
        worth += PASSAGE_WEIGHT * quote.source.snippet.score
        if quote.is_title:
            worth -= TITLE_WEIGHT
        if names:
            worth += NAME_WEIGHT * nearness(quote, names, places[quote.source.number])
        candidates.append(_Candidate(quote, told[0], worth))
    candidates.sort(key=lambda c: -c.worth)
    return comparison, candidates[:EMBEDDED_SENTENCES]


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
    return ours.lead


def _lead_of_excerpt(excerpt: Excerpt, ours: Phrases) -> str:
    shown = len(excerpt.quotes)
    if excerpt.kind == "outline":
        return ours.outline
    return ours.rows if shown == excerpt.of else f"{ours.rows} ({shown}/{excerpt.of})"


def _text_parts(found: _Found, ours: Phrases) -> list[str]:
    parts = [_lead(found, ours)]
    label_before = ""
    for quote, shown in found.groups(ours):
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
    groups = found.groups(ours)
    cited = ["".join(_marked(quote.source, shown)) for quote, shown in groups]
    files = [quote.source.snippet.file.upload.name for quote, _ in groups]
    plain = cited and not (found.missing or found.unsaid or found.excerpt)
    answer = (
        cited[0]
        if plain
        else "\n\n".join((_lead(found, ours), *(cited if found.excerpt else cited[:1])))
    )
    return [orjson.dumps({"answer": answer, "quotes": cited, "files": files}).decode()]
