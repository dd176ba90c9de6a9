"""Checks which names of a question occur in its sources. Pure.

A name that no text has may tell documents apart, as a company does, or say who speaks in the only
one there is: a president does not name himself in a speech of his.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lodgepole.chat.quoting.asked_attributes import ROLES
from lodgepole.chat.quoting.question_names import (
    Anchor,
    Place,
    anchors,
    figures,
    place_of,
    unmentioned,
    unsaid_by,
)
from lodgepole.chat.quoting.quotes import Quote
from lodgepole.model import FileExcerpt, Source
from lodgepole.text.word_lists import folded
from lodgepole.text.words import WORD, squeeze

LOOKED_AT = 4  # sources, those found first, that tell whether somebody speaks
LEAST_FIRST_PERSON = 2  # words such as `I` in them
FRAME_CHARS = 60  # before a name, in which that stands which makes it a frame
_FIRST_PERSON = re.compile(
    r"\b(?:I|my|My|myself|ich|Ich|meine?[nmrs]?|mir|je|Je|mon|mes|yo|Yo|я|Я|мне|мой|моя)\b"
)
_SAYS = (
    r"(?:say|said|mention|state|tell|told|describe|explain|propos|announce|outline|promise|argue"
    r"|claim|suggest|call for|address|discuss|emphasi[sz]e|highlight|criticis|condemn|recall|speak"
    r"|refer|urge|think|believe|sag|erwähn|beschreib|erklär|versprech|fordert|behaupt)"
)
_BEFORE_IT = re.compile(
    r"\b(?:according to|(?:mentioned|described|stated|made|proposed|announced|given|outlined"
    r"|signed) by|laut|nach|zufolge|selon|d[’']après|según|secondo|segundo|по словам)"
    r"(?:\s\w{1,20})?\s$",
    re.IGNORECASE,
)
_AFTER_IT = re.compile(
    rf"(?:['’]s?)?\s(?:\w{{1,20}}\s){{0,2}}(?:{_SAYS}\w{{0,4}}\b|(?:speech|address|remarks|statement"
    r"|letter|memo|talk|interview|administration|essay|book|diary|lecture|rede|brief|vortrag)\b)",
    re.IGNORECASE,
)
_ROLE_ALONE = r"\b(?i:{role})\b(?!\s[A-ZÀ-ÞА-Я][a-zà-ÿа-я])"


@dataclass(frozen=True, slots=True)
class NamedSources:
    """The names, years and figures of a question among its sources.

    Attributes:
        question: Without the names that are only its frame.
        known: Those that some text has.
        missing: Those that none has.
        framing: Those that none has, and that tell no documents apart.
        places: Of the sources, by number; empty where nothing is named.
    """

    question: str
    known: tuple[Anchor, ...] = ()
    missing: tuple[Anchor, ...] = ()
    framing: tuple[Anchor, ...] = ()
    places: Mapping[int, Place] = field(default_factory=dict[int, Place])
    _openings: Mapping[str, Place] = field(default_factory=dict[str, Place])

    @classmethod
    def of(
        cls, question: str, sources: Sequence[Source], excerpts: Mapping[str, FileExcerpt]
    ) -> "NamedSources":
        """What of the question the sources and their files have."""
        names = (*anchors(question), *figures(question))
        if not names or not sources:
            return cls(question, known=names)
        places = {s.number: place_of(s) for s in sources}
        openings = {file: Place(excerpt.opening) for file, excerpt in excerpts.items()}
        around = [Place(excerpt.around) for excerpt in excerpts.values()]
        absent = unmentioned(names, (*places.values(), *openings.values(), *around))
        text = "\n".join(
            (*(s.snippet.text for s in sources[:LOOKED_AT]), *(e.around for e in excerpts.values()))
        )
        framing = tuple(a for a in absent if _is_frame(a, question, text))
        return cls(
            _without(question, framing),
            tuple(name for name in names if name not in absent),
            tuple(name for name in absent if name not in framing),
            framing,
            places,
            openings,
        )

    @property
    def names(self) -> tuple[Anchor, ...]:
        """All but those of the frame."""
        return *self.known, *self.missing

    def unsaid(self, quotes: Sequence[Quote]) -> tuple[Anchor, ...]:
        """Those that the first quote lacks, unless its file begins with them."""
        if not quotes or not self.known:
            return ()
        told = unsaid_by(quotes, self.known, self.question, self.places)
        opening = self._openings.get(quotes[0].source.snippet.file.id)
        if opening is None:
            return tuple(told)
        return tuple(a for a in told if a.is_year or a.is_figure or not opening.mentions(a))


def _is_frame(name: Anchor, question: str, text: str) -> bool:
    """Whether a name says only who speaks, or who has the office that the text is about."""
    if name.is_year or name.is_figure:
        return False
    speaks = len(_FIRST_PERSON.findall(text)) >= LEAST_FIRST_PERSON
    at = question.find(name.text)
    before, after = question[:at], question[at + len(name.text) :]
    says = (
        _BEFORE_IT.search(before[-FRAME_CHARS:]) is not None or _AFTER_IT.match(after) is not None
    )
    if says and speaks:
        return True
    first, *rest = WORD.findall(name.text)
    if not rest or folded(first) not in ROLES or not (says or speaks):
        return False
    return re.search(_ROLE_ALONE.format(role=re.escape(first)), text) is not None


def _without(question: str, names: Sequence[Anchor]) -> str:
    for name in names:
        question = question.replace(name.text, " ")
    return squeeze(question)
