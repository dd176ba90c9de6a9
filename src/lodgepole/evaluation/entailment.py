"""Entailment of a fact by an answer: by words, numbers, negation, meaning. Pure.

It knows no grammar: who did it to whom is beyond it, and so are units but those of time.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from lodgepole.chat.citing.claim_verification import APPROXIMATE, is_near
from lodgepole.evaluation.judged import Entailment
from lodgepole.text.word_lists import OPPOSITES, TIME_UNITS
from lodgepole.text.words import content_stems, is_negated, numbers, similar_stems, stem, words

ENTAILED_SHARE = 0.6  # of what the fact adds to the question, found in the answer
ENTAILED_SHARE_WITH_FIGURES = 0.5  # where one sentence of the answer has all of its numbers
ENTAILED_COSINE = 0.85  # in other words entirely, but as near as this
SAME_TOPIC_COSINE = 0.5
SAME_TOPIC_SHARE = 0.5
SLOT_WORDS = 4
"""Number of words beyond the question's that are the answer itself; other ones answer otherwise."""
_NO_ANSWER = re.compile(
    r"\b(?:not in your documents|(?:do|does|did|could|can)(?: ?n[o']t|not) (?:say|find|know|mention"
    r"|contain|answer)|no (?:information|answer)|unknown|unable to"
    r"|nicht in (?:ihren|den) dokumenten|keine (?:angaben?|information)|nicht (?:bekannt|gefunden)"
    r"|ne figure pas|pas dans (?:vos|les) documents|aucune information|je ne sais pas"
    r"|no está en (?:sus|los) documentos|ninguna información|no (?:lo )?sé"
    r"|non è nei (?:tuoi )?documenti|não está nos (?:seus )?documentos|niet in (?:uw|de) documenten"
    r"|нет в (?:ваших )?документах|немає у (?:ваших )?документах|не найдено|неизвестно"
    r"|غير (?:موجود|مذكور))\b"
    r"|没有(?:相关|提到|提及)|不知道|記載(?:が|は)?(?:ありません|ない)"
    r"|わかりません|分かりません|문서에 없",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"\W*(?:(yes|yep|ja|oui|sí|sì|sim|да|так|نعم|כן|はい|是的|네)"
    r"|(no|nope|nein|non|não|nee|нет|ні|لا|לא|いいえ|不是|아니요))(?:[.,;:!。，、]|\s*$)",
    re.IGNORECASE,
)
_SIGNS = {"$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "%": "percent"}
_UNITS = frozenset(
    content_stems(words(" ".join([*_SIGNS.values(), "dollar euro per cent usd eur"])))
)
_TIME = {
    stem(word): (("months" if unit in ("month", "year") else "minutes", many),)
    for unit, (listed, many) in TIME_UNITS.items()
    for word in listed.split()
}
_OPPOSITES = [tuple(frozenset(map(stem, side.split())) for side in pair) for pair in OPPOSITES]


class Statement:
    """A sentence as it is compared.

    Attributes:
        content: Stems of words that say something; numbers by value.
        figures: The numbers among them.
        names: Those with a capital letter.
        units: Of a number the word behind it, in `lengths` where that is a unit of time.
        lengths: Of such a number the time in minutes or in months: `2 years` and `24 months`.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        items = words(text)
        self.negated = is_negated(items)
        self.figures = frozenset(numbers(items))
        named = {s for s in content_stems(items) if not s[0].isdigit()}
        # `1,200`, `$1,200` and `1200 dollars` are the same answer to what something costs.
        named -= _UNITS if self.figures else frozenset()
        self.content = frozenset(named | self.figures) or frozenset(w.stem for w in items)
        self.named = self.content - self.figures
        self.units = {
            a.stem: b.stem
            for a, b in pairwise(items)
            if a.is_number and b.is_content and not b.is_number
        }
        self.lengths = {
            n: (kind, float(n) * many)
            for n, unit in self.units.items()
            if n.count(".") < 2
            for kind, many in _TIME.get(unit, ())
        }
        self.names = {w.stem for w in items if text[w.start].isupper()} & self.named

    def says_figure(self, figure: str, other: "Statement") -> bool:
        """Tell whether this has a figure of `other`; a length of time may be in another unit."""
        length, ours = other.lengths.get(figure), self.lengths.get(figure)
        if length is not None and length in self.lengths.values():
            return True
        return figure in self.figures and (length is None or ours is None or length == ours)


def yes_or_no(question: str, answer: str) -> list[str]:
    """Return what an answer that begins with yes or no says of the question."""
    m = _YES_OR_NO.match(answer)
    if m is None:
        return []
    return [question if m.group(1) else f"not {question}"]


def entailment(
    fact: Statement,
    said: Sequence[Statement],
    cosines: Sequence[float],
    asked: frozenset[str],
    *,
    alone: bool,
) -> Entailment:
    """Judge how `fact` stands in what was said.

    Args:
        fact: One fact of the ground truth.
        said: The sentences and clauses of the answer.
        cosines: Of each of them to the fact, by meaning.
        asked: The question's content.
        alone: The fact is all of the ground truth, so whatever was said is about it.
    """
    adds = {s for s in fact.content if not _among(s, asked)} or fact.content
    everything = frozenset().union(*(s.content for s in said))
    best = max(range(len(said)), key=lambda i: _share(fact.content, said[i].content) + cosines[i])
    near, cosine = said[best], cosines[best]
    agrees = fact.negated == near.negated and not _turned(fact, near)
    if agrees and _has_figures(fact, said):
        together = bool(fact.figures) and _has_figures(fact, [near])
        least = ENTAILED_SHARE_WITH_FIGURES if together else ENTAILED_SHARE
        if _share(adds, everything | fact.figures | _units_of_time(fact)) >= least:
            return "entailed"
        if cosine >= ENTAILED_COSINE and not _names_another(fact, near):
            return "entailed"
    if _NO_ANSWER.search(near.text):
        return "neutral"
    on_topic = (
        (alone and len(adds) <= SLOT_WORDS)
        or cosine >= SAME_TOPIC_COSINE
        or _share(fact.content, near.content | asked) >= SAME_TOPIC_SHARE
    )
    if on_topic and _contradicts(fact, near, adds, asked, alone=alone):
        return "contradicted"
    return "neutral"


def _contradicts(
    fact: Statement, near: Statement, adds: Iterable[str], asked: frozenset[str], *, alone: bool
) -> bool:
    """The opposite, another number, or another name where the answer belongs."""
    if fact.negated != near.negated:
        return any(_share(s, near.content) >= SAME_TOPIC_SHARE for s in (adds, fact.content))
    if _turned(fact, near):
        return True
    instead = {s for s in near.content if not _among(s, asked) and not _among(s, fact.content)}
    if _other_figure(fact, near):
        if alone and _same_unit(fact, near):
            return True
        others = instead - near.figures
        return _share(fact.named, near.content) >= SAME_TOPIC_SHARE or not (fact.named and others)
    about = {s for s in fact.content if _among(s, asked)}
    if any(_among(s, near.content) for s in asked):
        least = SAME_TOPIC_SHARE if alone else 1
        same_matter = not about or _share(about, near.content) >= least
    else:
        same_matter = alone or any(_among(s, near.content) for s in fact.content)
    added = set(adds)
    return (
        same_matter
        and len(added) <= SLOT_WORDS
        and 0 < len(instead) <= SLOT_WORDS
        and bool(instead - near.figures) == bool(added - fact.figures)
        and _share(added, near.content) < ENTAILED_SHARE
    )


def _names_another(fact: Statement, near: Statement) -> bool:
    """Whether names differ; sentences about Norway and Sweden are nearly one to an embedder."""
    theirs, ours = near.content, fact.content
    return any(not _among(n, theirs) for n in fact.names) and any(
        not _among(n, ours) for n in near.names
    )


def _turned(fact: Statement, near: Statement) -> bool:
    """Whether one says a word's opposite, of something that both speak of."""
    for one, other in _OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            if fact.content & mine and near.content & theirs and not near.content & mine:
                rest = fact.content - mine
                return not rest or _share(rest, near.content) > 0
    return False


def _has_figures(fact: Statement, said: Sequence[Statement]) -> bool:
    """Whether each number was said, or one near it where `about` was said."""
    about = {n for s in said if APPROXIMATE.search(s.text) for n in s.figures}
    return all(
        any(s.says_figure(n, fact) for s in said) or any(is_near(n, other) for other in about)
        for n in fact.figures
    )


def _other_figure(fact: Statement, near: Statement) -> bool:
    """Whether each has a number that the other does not say."""
    return any(not near.says_figure(n, fact) for n in fact.figures) and any(
        not fact.says_figure(n, near) for n in near.figures
    )


def _units_of_time(fact: Statement) -> set[str]:
    return {fact.units[n] for n in fact.lengths}


def _same_unit(fact: Statement, near: Statement) -> bool:
    return bool(set(fact.units.values()) & set(near.units.values()))


def _among(stem: str, stems: Iterable[str]) -> bool:
    return any(similar_stems(stem, other) for other in stems)


def _share(stems: Iterable[str], inside: Iterable[str]) -> float:
    found = [_among(s, inside) for s in stems]
    return sum(found) / len(found) if found else 0.0
