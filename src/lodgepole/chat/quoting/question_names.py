"""Whether quotes are about the names and years of a question. Pure.

A figure of another company or year looks like an answer and is none. So what a question names is
looked for in what was found, and what is not there is told.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from lodgepole.chat.localised_phrases import question_language
from lodgepole.chat.quoting.quotes import Quote
from lodgepole.model import Source
from lodgepole.text.word_lists import (
    KINDS_OF_NAMES,
    NEGATIONS,
    SENTENCE_OPENERS,
    STOPWORDS,
    folded,
)
from lodgepole.text.words import WORD, Word, edits, numbers, similar_stems, stem, stems_of, words

NAMES_PER_QUESTION = 6
COMPACT_CHARS = 5  # of a name, from which it may be written together with other words
LEAST_FIGURE = 13  # below it a number may count what is wanted: `name 3 reasons`
TYPO_LETTERS = 5  # of a name, in which one letter may be another
LONGEST_INITIALS = 6
LEAST_OF_A_PEOPLE = 3  # letters of an adjective before its ending
_YEAR = re.compile(r"(?<![\d.,])(?:FY\s?'?)?((?:1[1-9]|20)\d\d)(?![\d.,]\d|\d)", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"(?:\bFY\s?['’]?|(?<!\w)['’])(\d\d)(?!\d)", re.IGNORECASE)
_ROMAN = {
    numeral: str(value)
    for value, numeral in enumerate(
        ["ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"], start=2
    )
}
_AND = re.compile(
    r"\b(?:and|or|vs|versus|than|und|oder|als|et|ou|que|y|o|e|en|och|og|и|или|і|або|va|ve|và|و)\b"
    r"|[&/和与與或とや및]",
    re.IGNORECASE,
)
_KATAKANA = re.compile("[ァ-ヶー]{3,}")
_POSSESSIVE = re.compile(r"['’]s$")
_JOINT = re.compile(r"[\s'’&.-]{1,3}")
_BEFORE_A_SENTENCE = frozenset(" \t\n\"'“„«(¿¡")
_LINKS = frozenset(
    (" of ", " of the ", " de ", " de la ", " du ", " del ", " von ", " van ", " da ")
)
_NOT_LETTERS = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CAPITALISED_LANGUAGES = frozenset({"de", "lb"})
"""Where every noun begins with a capital letter, so that it tells no name."""
_FIXED_NAMES = frozenset({"en", "und", "fr", "es", "it", "pt", "nl", "de", "sv", "da", "no", "vi"})
"""Languages in which names have no endings, but for the genitive."""
_OF_PEOPLES = ("ish", "ese", "ian", "an", "ic")
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
    """A name, year or figure of a question, as it is written and as it is compared.

    Attributes:
        stems: Of its words.
        is_year: Whether it is a year.
        is_figure: Whether it is another number that stands by itself.
        inflected: Whether the question is in a language where names have endings.
    """

    text: str
    stems: tuple[str, ...]
    is_year: bool = False
    is_figure: bool = False
    inflected: bool = False

    def within(self, stems: frozenset[str]) -> bool:
        """Whether each of its words, in whatever form, is among these."""
        return all(s in stems or any(similar_stems(s, t) for t in stems) for s in self.stems)


class Place:
    """A stretch of text, with what stands over it, and the names in it.

    A name is mentioned in its own form: `Premium`, a plan, is not mentioned by `premiums`. What
    stands over the text is compared without regard to capital letters, as names of files are.
    """

    def __init__(self, text: str, over: str = "") -> None:
        self._text = text
        self._over = over
        self._all = f"{over} {text}"
        self._known: dict[Anchor, bool] = {}

    @cached_property
    def over(self) -> frozenset[str]:
        """Stems of what stands over the text."""
        return frozenset(stems_of(self._over))

    @cached_property
    def _stems(self) -> set[str]:
        return set(stems_of(self._all))

    @cached_property
    def years(self) -> set[str]:
        """Every year that is told."""
        years = {m.group(1) for m in _YEAR.finditer(self._all)}
        return years | {f"20{m.group(1)}" for m in _SHORT_YEAR.finditer(self._all)}

    @cached_property
    def _titles(self) -> set[str]:
        return {_form(surface) for surface in WORD.findall(self._over)}

    @cached_property
    def _forms(self) -> set[str]:
        return {_form(surface) for surface in WORD.findall(self._text)} | self._titles

    @cached_property
    def _names(self) -> set[str]:
        """The forms of what may be a name; in a text without capital letters, of all."""
        surfaces = WORD.findall(self._text)
        if not any(surface[0].isupper() for surface in surfaces):
            return self._forms
        named = (s for s in surfaces if not s[0].islower() or not s.islower())
        return self._titles | {_form(surface) for surface in named}

    def mentions(self, anchor: Anchor) -> bool:
        """Whether it has the name, year or figure."""
        known = self._known.get(anchor)
        if known is None:
            known = self._known[anchor] = self._mentions(anchor)
        return known

    def _mentions(self, anchor: Anchor) -> bool:
        if anchor.is_year:
            return anchor.text in self.years
        if anchor.is_figure:
            said = words(self._all)
            return anchor.stems[0] in {w.stem for w in said} | numbers(said)
        if _whole(anchor.text, self._all):
            return True
        wanted = [_form(m.group()) for m in WORD.finditer(anchor.text)]
        if len(wanted) > 1 and wanted[-1].isdecimal() and "-" in anchor.text:
            wanted = wanted[:-1]  # COVID-19 is COVID, too
        named = any(self._has(form, self._names, anchor) for form in wanted)
        if named and all(self._has(form, self._forms, anchor) for form in wanted):
            return True
        if named and len(wanted) > 1 and all(self._has_alike(form, anchor) for form in wanted):
            return True  # a verb that begins with a capital letter: `Who did Oona Marry?`
        if any(self._has_people_of(form) for form in wanted if len(wanted) == 1):
            return True
        letters = _compact(anchor.text)
        joined = len(wanted) > 1 or _CAMEL.search(anchor.text) is not None
        if joined and len(letters) >= COMPACT_CHARS and letters in _compact(self._all):
            return True
        return anchor.text.isupper() and self._spells_out(letters)

    def calls(self, anchor: Anchor) -> bool:
        """Whether it has the last word of a name, as texts call a person once introduced."""
        *before, last = (m.group() for m in WORD.finditer(anchor.text))
        tells = last[0].isalpha() and last.casefold() not in KINDS_OF_NAMES
        return bool(before) and tells and _form(last) in self._names

    def _has(self, form: str, forms: set[str], anchor: Anchor) -> bool:
        if form in forms or f"{form}s" in forms or (form[-1] == "s" and form[:-1] in forms):
            return True
        if form[0].isdigit():
            return any(_ROMAN.get(f) == form for f in forms)
        if form in _ROMAN:
            return _ROMAN[form] in forms
        if anchor.inflected:
            return any(similar_stems(form, f) for f in forms)
        if len(form) < TYPO_LETTERS:
            return False
        return any(f[0] == form[0] and edits(form, f, 1) <= 1 for f in forms)

    def _has_alike(self, form: str, anchor: Anchor) -> bool:
        """The same of a word in any form."""
        if self._has(form, self._forms, anchor):
            return True
        return form.isalpha() and any(similar_stems(stem(form), s) for s in self._stems)

    def _has_people_of(self, form: str) -> bool:
        """Whether it names those, or the land, that an adjective such as `Jewish` is of."""
        ending = next((e for e in _OF_PEOPLES if form.endswith(e)), None)
        if ending is None or len(form) - len(ending) < LEAST_OF_A_PEOPLE:
            return False
        begin = form[: -len(ending)]
        return any(f.startswith(begin) and len(f) <= len(begin) + 2 for f in self._names)

    def _spells_out(self, letters: str) -> bool:
        """Whether words in a row have these initials, as `CEO` has those of its three."""
        if not 2 <= len(letters) <= LONGEST_INITIALS:
            return False
        surfaces = [m.group() for m in WORD.finditer(self._all) if m.group()[0].isalpha()]
        said = [s for s in surfaces if folded(s) not in STOPWORDS]
        initials = "".join(s[0] if len(letters) < 3 else s[0].lower() for s in said)
        return (letters.upper() if len(letters) < 3 else letters) in initials


def place_of(source: Source) -> Place:
    """All of a source."""
    return Place(source.snippet.text, _over(source))


def place_of_quote(quote: Quote) -> Place:
    """What is shown of a quote, its paragraph up to it, and what stands over that."""
    shown = " ".join(part.text for part in quote.parts)
    return Place(f"{quote.over()} {shown}", f"{_over(quote.source)} {quote.under}")


def _over(source: Source) -> str:
    snippet = source.snippet
    name = snippet.file.upload.name.replace("_", " ")
    return " ".join((_CAMEL.sub(" ", name), *snippet.heading_path))


@lru_cache(maxsize=16_384)
def _form(surface: str) -> str:
    """A word as names are compared: without case, accents and the ending of a genitive."""
    form = folded(surface)
    return form[:-2] if form.endswith(("'s", "’s")) and len(form) > 2 else form.rstrip("'’")


def _whole(name: str, text: str) -> bool:
    """Whether a name stands in a text and not as the beginning of another word."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if end == len(text) or not (text[end].isalpha() and name[-1].isascii()):
            return True
        at = text.find(name, at + 1)
    return False


def _compact(text: str) -> str:
    return _NOT_LETTERS.sub("", text.casefold())


def figures(question: str) -> tuple[Anchor, ...]:
    """The numbers of a question that are neither years nor within a name."""
    names = " ".join(anchor.text for anchor in anchors(question))
    return tuple(
        Anchor(question[w.start : w.end], (w.stem,), is_figure=True)
        for w in words(question)
        if question[w.start].isdecimal()
        and question[w.start : w.end] not in names
        and (len(w.stem) > 2 or int(w.stem) >= LEAST_FIGURE)
    )[:NAMES_PER_QUESTION]


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
        follows = bool(runs) and _goes_on(question, items, runs[-1][-1], i)
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
    inflected = question_language(question) not in _FIXED_NAMES
    return [
        Anchor(
            _POSSESSIVE.sub("", question[items[run[0]].start : items[run[-1]].end]),
            tuple(items[i].stem for i in run),
            inflected=inflected,
        )
        for run in first
        if len(run) > 1 or items[run[0]].end - items[run[0]].start > 1
    ]


def _goes_on(question: str, items: Sequence[Word], last: int, i: int) -> bool:
    """Whether a word goes on the name that ends with another one: `Bank of Oslo` does."""
    between = question[items[last].end : items[i].start]
    if question[items[last].start : items[last].end].endswith(("'s", "’s")):
        return False
    return _JOINT.fullmatch(between or " ") is not None or between in _LINKS


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


def missing_from(quote: Quote, asked: Sequence[Anchor], source: Place) -> list[Anchor]:
    """The names, years and figures that neither a quote nor what it stands under has.

    A year is also missing where the quote itself tells another one, whatever stands before it. A
    name that `source` has whole may be told by its last word.
    """
    if not asked:
        return []
    place = place_of_quote(quote)
    shown = Place(" ".join(part.text for part in quote.parts))
    return [
        anchor
        for anchor in asked
        if not (place.mentions(anchor) or (source.mentions(anchor) and place.calls(anchor)))
        or (anchor.is_year and shown.years and not shown.mentions(anchor))
    ]


def unsaid_by(
    quotes: Sequence[Quote],
    asked: Sequence[Anchor],
    question: str,
    places: Mapping[int, Place],
) -> list[Anchor]:
    """Those that the first quote lacks: a year of one and a company of another answer nothing.

    Where the question names several side by side, each may be in a quote of its own.
    """
    told = [missing_from(q, asked, places[q.source.number]) for q in quotes if asked]
    if not told or not _side_by_side(asked, question):
        return told[0] if told else []
    return [a for a in told[0] if all(a in lacking for lacking in told)]


def _side_by_side(asked: Sequence[Anchor], question: str) -> bool:
    places = sorted((question.find(a.text), question.find(a.text) + len(a.text)) for a in asked)
    return any(
        _AND.search(question, end, start) is not None
        for (_, end), (start, _) in pairwise(places)
        if end < start
    )


def nearness(quote: Quote, asked: Sequence[Anchor], place: Place) -> float:
    """Share of the names and years by the quote; those elsewhere in its source count half."""
    if not asked:
        return 0.0
    near = quote.stems | quote.about | place.over | frozenset(stems_of(quote.under))
    told = [1.0 if a.within(near) else 0.5 if place.mentions(a) else 0.0 for a in asked]
    return sum(told) / len(told)
