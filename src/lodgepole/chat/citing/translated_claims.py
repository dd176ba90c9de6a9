"""Claims in another language than their sources, which word overlap cannot verify. Pure.

The model that wrote them is shown the sentences of the sources by number, and names the one that
says a claim, if one does. What it names counts only where it has every number of the claim; the
citation says that a model was the judge.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lodgepole.chat.prompts import JUDGE, judged_passages
from lodgepole.model import Message
from lodgepole.text.languages import UNDETERMINED, detect_language
from lodgepole.text.sentences import sentence_spans
from lodgepole.text.words import numbers, words

MOST_CLAIMS = 8  # of one answer
MOST_SENTENCES = 40  # of one source, those first that share a number with a claim
SENTENCE_CHARS = 400
LONGEST_REPLY = 2_000
_VERDICT = re.compile(r"\bC(\d{1,2})\s{0,2}[:=.–-]\s{0,2}S?(\d{1,3})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence of the answer, and the sources that it names.

    Attributes:
        end: Where it ends in the answer.
        sources: Their numbers.
    """

    text: str
    end: int
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The place in a source that says a claim, by the model's word."""

    claim: Claim
    source: int
    start: int
    end: int


def is_foreign(answer: str, source: str) -> bool:
    """Whether the two are in different languages, as far as that can be told."""
    said, read = detect_language(answer), detect_language(source)
    return UNDETERMINED not in (said, read) and said != read


class Judging:
    """One request about some claims, and what its reply says.

    Args:
        claims: At most `MOST_CLAIMS` of them are judged.
        sources: The text of each source, by its number.
    """

    def __init__(self, claims: Sequence[Claim], sources: Mapping[int, str]) -> None:
        self._claims = [c for c in claims if any(n in sources for n in c.sources)][:MOST_CLAIMS]
        self._sources = sources
        self._sentences: list[tuple[int, int, int]] = []  # source, start, end; by number from 1
        wanted = {n: None for c in self._claims for n in c.sources if n in sources}
        for number in wanted:
            figures = set[str]().union(
                *(numbers(words(c.text)) for c in self._claims if number in c.sources)
            )
            self._sentences += _sentences(number, sources[number], figures)

    def __bool__(self) -> bool:
        return bool(self._claims and self._sentences)

    def messages(self) -> tuple[Message, ...]:
        """What the model is asked."""
        sentences = [self._sources[n][a:b][:SENTENCE_CHARS] for n, a, b in self._sentences]
        asked = judged_passages(sentences, [claim.text for claim in self._claims])
        return Message("system", JUDGE), Message("user", asked)

    def verdicts(self, reply: str) -> list[Verdict]:
        """The places that the model names, but for those that lack a number of their claim."""
        found: dict[int, Verdict] = {}
        for m in _VERDICT.finditer(reply[:LONGEST_REPLY]):
            claim_number, sentence_number = int(m[1]), int(m[2])
            if not 1 <= claim_number <= len(self._claims) or claim_number in found:
                continue
            if not 1 <= sentence_number <= len(self._sentences):
                continue
            claim = self._claims[claim_number - 1]
            source, start, end = self._sentences[sentence_number - 1]
            there = numbers(words(self._sources[source][start:end]))
            if source in claim.sources and numbers(words(claim.text)) <= there:
                found[claim_number] = Verdict(claim, source, start, end)
        return list(found.values())


def _sentences(number: int, text: str, figures: set[str]) -> list[tuple[int, int, int]]:
    spans = [(a, b) for a, b in sentence_spans(text) if text[a:b].strip()]
    if len(spans) > MOST_SENTENCES:
        with_figures = [s for s in spans if figures & numbers(words(text[s[0] : s[1]]))]
        others = [s for s in spans if s not in set(with_figures)]
        spans = sorted([*with_figures, *others][:MOST_SENTENCES])
    return [(number, a, b) for a, b in spans]
