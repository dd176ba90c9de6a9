"""Verifies that a source supports a claim, and finds the words that do.

A claim is one sentence of an answer, a source one snippet. The check is lexical: most of what
the claim names must stand together in one place of the source, every number must be there, and
what the claim denies the source must deny. It is meant to let paraphrase through and to stop a
marker on a sentence that its source does not bear out.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from lodgepole.text.sentences import sentence_spans
from lodgepole.text.words import (
    UNTICKED,
    Word,
    content_stems,
    is_negated,
    numbers,
    similar_stems,
    words,
)

VERBATIM, ALIGNED, SUPPORTED, REJECTED = "verbatim", "aligned", "supported", "rejected"
JUDGED = "judged"  # by a model, where claim and source are in different languages
SUPPORT_SCORE = 0.45
"""Least share of a claim's content that one place of the source must hold; see the tests for
the paraphrases it lets through and the false claims it stops."""
ALIGNED_SCORE = 0.8
NEAR_SHARE = 0.6
"""Of a claim's words, in a source that may say it nearly so: a quick look before the check."""
SHORT_CLAIM = 3  # content words; so short a claim must be found whole
_IS_SO = (
    r"(?:[\s,.;:!–—-]{1,4}(?:that|this|it|das|es|c['’]|isso|eso|é|è)?\s?(?:is|ist|est|es|é|è|are)?\s?"
    r"(?:true|correct|right|so|the\scase|richtig|wahr|exact|vrai|correcto|cierto|certo|verdade))?"
)
_ANSWERED = re.compile(
    r"\W{0,3}(?:(?P<yes>yes|ja|jawohl|oui|sí|sì|sim|да|はい|是的?|correct|right|true|indeed|exactly|"
    r"certainly|richtig|stimmt|genau|exact|correcto|exacto|certo|cierto)|(?P<no>no|nein|non|não|nee|"
    rf"нет|いいえ|不是?|incorrect|false|wrong|falsch)){_IS_SO}\W{{0,3}}",
    re.IGNORECASE,
)
"""An answer that says nothing but yes or no; what it says stands in the question."""
LONGEST_ANSWERED = 60  # characters of such an answer
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{12,600})[\"”“»]")
_MARKUP = re.compile(r"^\s*(?:[-*•>]\s+|\d{1,3}[.)]\s+|#{1,6}\s+)|[*`]+|(?<!\w)_++|(?<!_)_++(?!\w)")
APPROXIMATE = re.compile(
    r"\b(?:about|around|approximately|approx|nearly|almost|roughly|over|under|some|circa|ca"
    r"|more than|less than|at least|up to|etwa|rund|environ|unos)\b",
    re.IGNORECASE,
)
LONGEST_MARK = 3  # characters, as in `***`
_SIGNED = re.compile(r"[-−+±<>≤≥~≈$€£¥₹](?: ?[$€£¥₹])?[ \u00a0\u202f]?$")  # before a number
_UNIT = re.compile(r"[ \u00a0\u202f]?[%‰°′″$€£¥₹][CF]?(?!\w)")  # after one
_CLOSING = re.compile(r"[.!?…。！？%)>\]\"”]{1,3}")
_OPENED = re.compile(r"(?:\*{1,3}|_{1,3}|`{1,3}|[(\[“„«])$")
_EMPHASIS = re.compile(r"\*{1,3}|_{1,3}|`{1,3}")
_CLOSED_BY = {"(": ")", "[": "]", "“": "”", "„": "“", "«": "»"}
_CLAUSE = re.compile(
    r"[,;:—–☐☑☒]|\[[ x]\]|\b(?:but|and|or|while|although|whereas|however|except|unless)\b"
)


@dataclass(frozen=True, slots=True)
class Verification:
    """What the check of one claim against one source found; `score` is in [0, 1]."""

    kind: Literal["verbatim", "aligned", "supported", "judged", "rejected"]
    score: float
    start: int = 0  # of the supporting words within the source; empty when rejected
    end: int = 0


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One sentence or two of the source."""

    start: int
    end: int
    words: Sequence[Word]
    content: frozenset[str]


class SourceText:
    """One source, analysed once for all claims that are checked against it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = words(text)
        self._starts = [w.start for w in self._words]
        self._stems = [w.stem for w in self._words]
        self._content = frozenset(content_stems(self._words))
        self._found: dict[tuple[str, ...], int] = {}  # where words were last found, of several
        singles = [self._stretch(a, b) for a, b in sentence_spans(text)]
        self._singles = singles
        self._pairs = [self._stretch(a.start, b.end) for a, b in pairwise(singles)]

    def _stretch(self, start: int, end: int) -> _Stretch:
        first, last = (bisect_left(self._starts, place) for place in (start, end))
        inside = self._words[first:last]
        return _Stretch(start, end, inside, frozenset(content_stems(inside)))

    def verify(self, claim: str, *, question: str = "", before: str = "") -> Verification:
        """Find the words that bear out `claim`.

        Args:
            claim: One sentence of an answer.
            question: Stands in for a claim that names nothing itself, such as `Yes.`
            before: What the answer says before it; of the same words in several places, those
                that come after this are meant.
        """
        plain = _MARKUP.sub("", claim)
        answered = _ANSWERED.fullmatch(plain.strip()) if len(plain) <= LONGEST_ANSWERED else None
        if answered is not None and question:
            plain = f"not {question}" if answered["no"] else question
        claimed = words(plain)
        if len(claimed) > 1 and any(w.is_content for w in claimed):
            exact = self._find([w.stem for w in claimed], before)
            if exact and not self._turned_round(claimed, *exact):
                return Verification(VERBATIM, 1.0, *exact)
        content = content_stems(claimed)
        if not content:
            claimed = [*claimed, *words(question)]
            content = content_stems(claimed)
        if not content or not _has_numbers(numbers(claimed), plain, self._words):
            return Verification(REJECTED, 0.0)
        return self._quoted(plain, claimed) or self._best(plain, claimed, content)

    def bears_out(self, claim: str) -> Verification | None:
        """Where the source says the claim in its words or nearly so; None where it does not."""
        content = content_stems(words(_MARKUP.sub("", claim)))
        if len(content) < SHORT_CLAIM or len(content & self._content) < NEAR_SHARE * len(content):
            return None
        found = self.verify(claim)
        return found if found.kind in (VERBATIM, ALIGNED) else None

    # --- exact ---

    def _quoted(self, claim: str, claimed: Sequence[Word]) -> Verification | None:
        """Where the claim's quotation stands, if all it quotes is there and it affirms it."""
        quotes = [m.group(1) for m in _QUOTED.finditer(claim)]
        spans = [self._find([w.stem for w in words(q)]) for q in quotes]
        if not spans or spans[0] is None or not all(spans):
            return None
        if self._turned_round(claimed, *spans[0]):
            return None
        return Verification(VERBATIM, 1.0, *spans[0])

    def _turned_round(self, claimed: Sequence[Word], start: int, end: int) -> bool:
        """Whether the sentences around these words deny what the claim affirms, or affirm it."""
        around = [s for s in self._singles if s.start < end and start < s.end]
        denied = is_negated(claimed)
        return bool(around) and all(is_negated(s.words) != denied for s in around)

    def _find(self, stems: Sequence[str], before: str = "") -> tuple[int, int] | None:
        places = self._places(stems)
        found = next(places, None)
        if found is None:
            return None
        if before and (others := [*places]):
            said = tuple(w.stem for w in words(_MARKUP.sub("", before)))
            lead = self._found.get(said, next(self._places(said), found))
            found = next((i for i in (found, *others) if i > lead), found)
        self._found[tuple(stems)] = found
        return self._with_mark(self._words[found].start, self._words[found + len(stems) - 1].end)

    def _places(self, stems: Sequence[str]) -> Iterator[int]:
        """Where these words stand one after the other."""
        wanted, n = [*stems], len(stems)
        for i in range(len(self._stems) - n + 1 if wanted else 0):
            if self._stems[i] == wanted[0] and self._stems[i : i + n] == wanted:
                yield i

    def _with_mark(self, start: int, end: int) -> tuple[int, int]:
        """Take in signs and units of numbers, the mark that ends it, and what is opened inside."""
        if self.text[start].isdigit():
            sign = _SIGNED.search(self.text, max(0, start - LONGEST_MARK), start)
            signed = sign and (sign.start() == 0 or not self.text[sign.start() - 1].isalnum())
            start = sign.start() if sign and signed else start
        if self.text[end - 1].isdigit():
            unit = _UNIT.match(self.text, end)
            end = unit.end() if unit else end
        m = _CLOSING.match(self.text, end)
        end = m.end() if m else end
        before = _OPENED.search(self.text, max(0, start - LONGEST_MARK), start)
        if before and _is_open(before.group(), self.text[start:end]):
            start = before.start()
        after = _EMPHASIS.match(self.text, end)
        if after and self.text.count(after.group(), start, end) % 2:
            end = after.end()
        return start, end

    # --- in other words ---

    def _best(self, claim: str, claimed: Sequence[Word], content: set[str]) -> Verification:
        figures = numbers(claimed)
        best, best_score = None, 0.0
        for stretches, factor in ((self._singles, 1.0), (self._pairs, 0.9)):
            for stretch in stretches:
                score = factor * _share(content, stretch.content)
                if score > best_score and _has_numbers(figures, claim, stretch.words):
                    best, best_score = stretch, score
        least = 0.99 if len(content) < SHORT_CLAIM else SUPPORT_SCORE
        # A short claim, or one drawn from several places, is borne out by the source as a whole.
        overall = _share(content, self._content)
        if best is None or overall < max(least, 0.6):
            return Verification(REJECTED, best_score)
        if best_score < min(least, SUPPORT_SCORE) or not self._agrees(claimed, best):
            return Verification(REJECTED, best_score)
        if self._has_rival(content, figures, claim):
            return Verification(REJECTED, best_score)
        kind = ALIGNED if best_score >= ALIGNED_SCORE else SUPPORTED
        return Verification(kind, best_score, best.start, best.end)

    def _agrees(self, claimed: Sequence[Word], stretch: _Stretch) -> bool:
        """Whether a clause on the claim's matter affirms or denies it as the claim does."""
        denied = is_negated(claimed)
        content = content_stems(claimed)
        clauses: list[list[Word]] = [[]]
        at = stretch.start
        for word in stretch.words:
            if _CLAUSE.search(self.text, at, word.end):
                clauses.append([])
            clauses[-1].append(word)
            at = word.end
        if not denied and self._is_unticked(content, clauses):
            return False
        shares = [_share(content, frozenset(content_stems(c))) for c in clauses]
        most = max(shares)
        return any(
            is_negated(c) == denied
            for c, share in zip(clauses, shares, strict=True)
            if share >= 0.7 * most
        )

    def _is_unticked(self, content: set[str], clauses: Sequence[Sequence[Word]]) -> bool:
        """Whether something that the claim names is only said beside boxes that are not ticked."""
        unticked: set[str] = set()
        others: set[str] = set()
        for clause in clauses:
            beside = clause and self.text[clause[0].start : clause[0].end] in UNTICKED
            (unticked if beside else others).update(content_stems(clause))
        return bool(content & unticked - others)

    def _has_rival(self, content: set[str], figures: set[str], claim: str) -> bool:
        """Whether a sentence says much more of the claim, with other numbers: a swapped figure.

        More than those sentences that have the claim's own numbers.
        """
        named = content - figures
        if not figures or len(named) < 2:
            return False
        own = rival = 0.0
        for stretch in self._singles:
            theirs = numbers(stretch.words)
            if theirs:
                share = _share(named, stretch.content)
                if theirs & figures or _has_numbers(figures, claim, stretch.words):
                    own = max(own, share)
                else:
                    rival = max(rival, share)
        return rival > own + 0.15


def _has_numbers(figures: Iterable[str], claim: str, source: Sequence[Word]) -> bool:
    """Whether the source has every number; near it, where the claim says `about`."""
    here = numbers(source) | {w.stem for w in source if w.is_number}
    missing = [n for n in figures if n not in here]
    if not missing:
        return True
    if not APPROXIMATE.search(claim):
        return False
    return all(any(is_near(n, h) for h in here) for n in missing)


def _is_open(mark: str, after: str) -> bool:
    """Whether what follows closes the mark without having opened it."""
    closing = _CLOSED_BY.get(mark)
    if closing is None:
        return after.count(mark) % 2 == 1
    closed, opened_again = after.find(closing), after.find(mark)
    return closed >= 0 and (opened_again < 0 or closed < opened_again)


def _share(content: Iterable[str], inside: frozenset[str]) -> float:
    """Share of the content that is inside, long words and numbers weighing more."""
    total = found = 0.0
    for s in content:
        weight = 1.5 if s[0].isdigit() else min(1.5, 0.5 + len(s) / 8)
        total += weight
        if s in inside or any(similar_stems(s, t) for t in inside):
            found += weight
    return found / total if total else 0.0


def is_near(a: str, b: str) -> bool:
    """Whether two numbers are within a twentieth of each other."""
    x, y = float(_plain(a)), float(_plain(b))
    return abs(x - y) <= 0.05 * max(abs(x), abs(y))


def _plain(number: str) -> str:
    whole, _, rest = number.replace(",", "").partition(".")
    return f"{whole}.{rest.replace('.', '') or 0}"
