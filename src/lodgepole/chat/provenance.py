"""Whose is it: the names and years of a question, and what mentions them. Pure.

A figure of another company or year looks like an answer and is none. So what a question names is
looked for in what was found, and what is not there is told.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lodgepole.chat.messages import question_language
from lodgepole.chat.quotes import Quote
from lodgepole.model import Source
from lodgepole.text.word_lists import NEGATIONS, SENTENCE_OPENERS, STOPWORDS, folded
from lodgepole.text.words import Word, similar_stems, stems_of, words

NAMES_PER_QUESTION = 6
COMPACT_CHARS = 5  # of a name, from which it may be written together with other words
LABEL_CHARS = 80  # of the headings that follow a file's name
_YEAR = re.compile(r"(?<![\d.,])(?:FY\s?'?)?((?:19|20)\d\d)(?![\d.,]\d|\d)", re.IGNORECASE)
_KATAKANA = re.compile("[ァ-ヶー]{3,}")
_JOINT = re.compile(r"[\s'’&.-]{1,3}")
_BEFORE_A_SENTENCE = frozenset(" \t\n\"'“„«(¿¡")
_NOT_LETTERS = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CAPITALISED_LANGUAGES = frozenset({"de", "lb"})
"""Where every noun begins with a capital letter, so that it tells no name."""
_UNNAMED = frozenset(
    map(
        folded,
        """
        january february march april may june july august september october november december
        monday tuesday wednesday thursday friday saturday sunday q1 q2 q3 q4 fy pdf csv json inc ltd
        mr mrs dr id faq usd eur gbp english german french spanish
        """.split(),  # noqa: SIM905  a list of quoted words is no easier to read
    )
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A name or year of a question, as it is written and as it is compared."""

    text: str
    stems: tuple[str, ...]
    is_year: bool = False

    def within(self, stems: frozenset[str]) -> bool:
        """Whether each of its words is among these."""
        return all(s in stems or any(similar_stems(s, t) for t in stems) for s in self.stems)


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a source: what stands over its text, and the text."""

    over: frozenset[str]
    stems: frozenset[str]
    compact: str

    def mentions(self, anchor: Anchor) -> bool:
        """Whether the source, its headings or its file's name have the name or year."""
        if anchor.within(self.over | self.stems):
            return True
        letters = _compact(anchor.text)
        return len(letters) >= COMPACT_CHARS and letters in self.compact


def place_of(source: Source) -> Place:
    """The words of a source and of what stands over it."""
    snippet = source.snippet
    over = " ".join((_CAMEL.sub(" ", snippet.file.upload.name), *snippet.heading_path))
    return Place(
        frozenset(stems_of(over)),
        frozenset(stems_of(snippet.text)),
        _compact(f"{over} {snippet.text}"),
    )


def _compact(text: str) -> str:
    return _NOT_LETTERS.sub("", text.casefold())


def anchors(question: str) -> tuple[Anchor, ...]:
    """The years and names of a question, each once.

    A name is a word with a capital letter inside a sentence, or several in a row. Where all words
    have one, or none tells, there are none.
    """
    found = {
        m.group(1): Anchor(m.group(1), (m.group(1),), is_year=True)
        for m in _YEAR.finditer(question)
    }
    names = [*_katakana(question), *_capitalised(question)]
    for name in names:
        found.setdefault(name.text, name)
    return tuple(found.values())[:NAMES_PER_QUESTION]


def _katakana(question: str) -> Iterable[Anchor]:
    for m in _KATAKANA.finditer(question):
        yield Anchor(m.group(), tuple(stems_of(m.group())))


def _capitalised(question: str) -> list[Anchor]:
    items = words(question)
    if _is_title_case(question, items):
        return []
    runs: list[list[int]] = []
    for i, word in enumerate(items):
        surface = question[word.start : word.end]
        known = folded(surface)
        small = known in STOPWORDS or known in NEGATIONS or known in _UNNAMED
        number = word.is_number and not _YEAR.fullmatch(surface)
        follows = (
            bool(runs)
            and runs[-1][-1] == i - 1
            and _JOINT.fullmatch(question[items[i - 1].end : word.start] or " ") is not None
        )
        if number and follows:
            runs[-1].append(i)
        elif surface[0].isupper() and not small and not word.is_number:
            if follows:
                runs[-1].append(i)
            elif (i > 0 and not _begins(question, word.start)) or known not in SENTENCE_OPENERS:
                runs.append([i])
    first = [run for run in runs if not _begins(question, items[run[0]].start) or len(run) > 1]
    if question_language(question) in _CAPITALISED_LANGUAGES:
        first = [run for run in first if len(run) > 1]
    return [
        Anchor(
            question[items[run[0]].start : items[run[-1]].end], tuple(items[i].stem for i in run)
        )
        for run in first
        if len(run) > 1 or items[run[0]].end - items[run[0]].start > 1
    ]


def _is_title_case(question: str, items: Sequence[Word]) -> bool:
    """Whether small words have capital letters too, so that these tell nothing."""
    surfaces = [question[w.start : w.end] for w in items if not _begins(question, w.start)]
    return question.isupper() or any(
        len(s) > 1 and s[0].isupper() and folded(s) in STOPWORDS for s in surfaces
    )


def _begins(question: str, start: int) -> bool:
    """Whether a sentence of the question begins here, so that a capital letter says nothing."""
    while start and question[start - 1] in _BEFORE_A_SENTENCE:
        start -= 1
    return not start or question[start - 1] in ".!?:;…"


def unmentioned(asked: Sequence[Anchor], places: Iterable[Place]) -> list[Anchor]:
    """Those that no place mentions."""
    known = list(places)
    return [anchor for anchor in asked if not any(place.mentions(anchor) for place in known)]


def missing_from(quote: Quote, asked: Sequence[Anchor], place: Place) -> list[Anchor]:
    """The names and years that neither a quote nor what it stands in has.

    A year is also missing where the quote, its heading or its file's name tell another one.
    """
    shown = " ".join((quote.under, *(part.text for part in quote.parts)))
    near = frozenset(stems_of(shown)) | quote.about | place.over
    years = {stem for stem in near if _YEAR.fullmatch(stem)}
    return [
        anchor
        for anchor in asked
        if not anchor.within(near)
        and ((anchor.is_year and bool(years)) or not place.mentions(anchor))
    ]


def nearness(quote: Quote, asked: Sequence[Anchor], place: Place) -> float:
    """Share of the names and years by the quote; those elsewhere in its source count half."""
    if not asked:
        return 0.0
    near = quote.stems | quote.about | place.over | frozenset(stems_of(quote.under))
    told = [1.0 if a.within(near) else 0.5 if place.mentions(a) else 0.0 for a in asked]
    return sum(told) / len(told)


def label(quote: Quote) -> str:
    """Which file a quote is of, and under which heading it stands there."""
    name = quote.source.snippet.file.upload.name
    heading = quote.under
    if not heading or quote.parts[0].text.strip("# ") == heading:
        return name
    if len(heading) > LABEL_CHARS:
        heading = f"{heading[: LABEL_CHARS - 1].rstrip()}…"
    return f"{name} › {heading}"
