"""Resolves fragments such as `and in 2024?`, which replace a part of the last question. Pure.

`And in 2017?` takes the place of a year, `and for managers?` of whom it is about, `and its
area?` of what was asked of the same thing.
"""

import re

from lodgepole.chat.localised_phrases import question_language
from lodgepole.chat.quoting.question_names import anchors
from lodgepole.text.languages import UNDETERMINED
from lodgepole.text.scripts import ARABIC, BY_CHARACTER, HEBREW
from lodgepole.text.word_lists import STOPWORDS
from lodgepole.text.words import squeeze, words

FRAGMENT_WORDS = 3  # content words, up to which a message that goes on is a fragment
ENDING = " \t?？.!。¿¡,;:"
PRONOUNS = frozenset(
    """
    it its they them their theirs he him his she hers it's er sie ihn ihm ihnen dessen deren
    dort davon darüber dafür damit dazu il elle ils elles cela ça celui celle él ella ellos
    ellas ello aquello esso essa isto isso dit hij zij hem он она оно они его ее её их там
    тогда він вона воно вони його її їх هو هي هم ذلك تلك هناك הוא היא הם הן אותו אותה שם
    """.split()  # noqa: SIM905  a list of quoted words is no easier to read
)
_QUESTION = (
    r"(?:how (?:many|much|long|often|old|far|big)|(?:since|until|by|from) when|what|who|whom"
    r"|whose|when"
    r"|where|why|which|how|(?:wie ?viele?|wie (?:lange|oft|hoch|alt))|(?:ab|bis|seit) wann"
    r"|was|wer|wann|wo"
    r"|warum|wie|welche[rsnm]?|quand|où|pourquoi|comment|combien|quién|cuándo|dónde|cómo"
    r"|cuánto|quando"
    r"|dove|perché|quanto|onde|wanneer|waar|waarom|hoeveel|когда|где|почему|сколько|как)"
)
_MORE = re.compile(
    r"\W*(?:(?:please )?(?:tell|give|show) me more(?: details?)?(?: about (?:it|that|this))?"
    r"|more(?: details?)?"
    r"(?: please)?|explain(?: (?:it|that|this))?(?: please)?|go on|continue|details|elaborate"
    r"|are you sure"
    r"|really|say (?:it|that) again|mehr(?: dazu| darüber)?|erkläre?(?: das)?|weiter|wirklich"
    r"|sicher"
    r"|plus de détails|continue[zr]?|expliquez?|más(?: detalles)?|continúa|explica|di più"
    r"|spiega|mais"
    r"|meer|ga door|mer|ещё|подробнее|もっと(?:詳しく)?|詳しく|更多|详细|더 자세히)\W*",
    re.IGNORECASE,
)
_WHY_NOT = re.compile(
    r"\W*(why|warum|wieso|pourquoi|por qué|perché|waarom) (?:not|nicht|pas|no|non|niet)\W*",
    re.IGNORECASE,
)
_ONLY_QUESTION = re.compile(rf"\W*({_QUESTION})\W*", re.IGNORECASE)
HAS_QUESTION = re.compile(rf"\b{_QUESTION}\b", re.IGNORECASE)
LEADING_QUESTION = re.compile(rf"\W*({_QUESTION})\b", re.IGNORECASE)
_PREPOSITION = (
    r"(?:for|in|at|of|on|from|with|to|by|during|under|für|bei|von|vom|mit|im|am|aus|zu|nach"
    r"|unter|pour"
    r"|dans|chez|avec|de|du|des|para|con|por|per|da|voor|bij|van|met|для|в|на|у)"
)
BEGINS_WITH_PREPOSITION = re.compile(rf"({_PREPOSITION})\s+\S", re.IGNORECASE)
_OTHER_ORDER = re.compile(f"[{BY_CHARACTER}{ARABIC}{HEBREW}]")
"""Scripts of languages in whose questions nothing is put in the place of something else."""
_ARTICLE = r"(?:the|an?|der|die|das|den|dem|des|les?|la|une?|el|los|las|il|lo|gli|os?|as?|het|de)"
_ARTICLE_AT_START = re.compile(rf"{_ARTICLE}\s", re.IGNORECASE)
_ARTICLE_AT_END = re.compile(rf"(?<=\s){_ARTICLE}\s$", re.IGNORECASE)
_POSSESSIVE = re.compile(
    r"(?:its|their|his|her|sein|seine|ihre?|son|sa|ses|leurs?|suo|sua|seu|zijn|haar|dess|dens"
    r"|його|её|его)\s"
    r"(?P<noun>[^\s]{2,40}(?:\s[^\s]{2,40})?)",
    re.IGNORECASE,
)
_ATTRIBUTE_OF = re.compile(
    r"\b(?:the|die|der|das|den|la|le|el|il|o|a|het|de)\s(?P<noun>[^\s]{2,40}(?:\s[^\s]{2,40})?)\s"
    r"(?:of|von|vom|des|der|de|du|del|della|di|do|da|van)\s",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"(?:(?:the|die|der|das|la|le|el|il|o|a)\s)?(?P<noun>width|height|length|depth|weight"
    r"|size|price|cost"
    r"|fee|premium|deductible|area|population|capital|age|colou?r|speed|capacity|date"
    r"|deadline|duration"
    r"|term|rate|salary|address|phone number|name|number|author|title|warranty|status|owner"
    r"|manager"
    r"|breite|höhe|länge|tiefe|gewicht|größe|preis|fläche|einwohnerzahl|hauptstadt|farbe"
    r"|dauer|frist"
    r"|adresse|prix|largeur|hauteur|longueur|poids|superficie|precio|ancho|alto|peso|área"
    r"|población)",
    re.IGNORECASE,
)
_DOES = re.compile(
    r"\W*(?:[^\s]{1,20}\s){0,4}(?:does|do|did)\s(?P<subject>[^\s]{1,40}(?:\s[^\s]{1,40}){0,6}?)\s"
    r"(?:say|cost|include|cover|end|start|begin|expire|mean|weigh|contain|need|have|get"
    r"|receive|pay|require"
    r"|work|apply|take|last|run|open|close|sell|offer|provide|use|own|earn|make|belong|come"
    r"|go|live|stand"
    r"|arrive|leave|operate|employ|charge|owe|carry|hold)\b.{0,200}"
    r"|\W*(?:[^\s]{1,20}\s){1,4}(?:is|are|was"
    r"|were)\s(?P<passive>the\s[^\s]{1,40}(?:\s[^\s]{1,40}){0,4}?)\s"
    r"(?:[a-z]{2,20}ed|built|sold|made|held|paid|sent|set|done|written|given|taken|known"
    r"|due)\b.{0,200}",
    re.IGNORECASE,
)
_SPEAKERS = frozenset(("i", "we", "you", "one", "it", "they", "he", "she"))
_HAS_FOR = re.compile(r"\bfor\b", re.IGNORECASE)
_FOR = re.compile(r"for\s(?=\S)", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?P<unit>page|section|chapter|clause|article|paragraph|seite|abschnitt|kapitel|artikel"
    r"|página|pagina"
    r"|capítulo|chapitre|strona|sida|side|sivu|страница|раздел)\s(?P<number>\d[\d.]{0,8})",
    re.IGNORECASE,
)
_ONES = re.compile(r"(?:the\s)?(?P<kind>[^\s]{2,30}(?:\s[^\s]{2,30})?)\sones?", re.IGNORECASE)
_COUNTED = re.compile(
    r"\b(?:how many|which|what|the)\s(?P<kind>[^\s]{2,30}(?:\s[^\s]{2,30})?)\s"
    r"(?=are|is|were|was|do|does|did|have|has|can|will)",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"\W*(?:is|are|was|were|does|do|did|can|could|may|must|should|will|has|have|ist|sind|war"
    r"|darf|kann"
    r"|muss|hat|est|sont|peut|doit|es|está|puede|è|può|mag|kan)\s",
    re.IGNORECASE,
)
_TELLS_LANGUAGE = re.compile(
    r"\W*(?:and (?:the|for|in|what)|what about|und (?:die|der|das|für|bei|in)|et (?:les?|la"
    r"|pour)|was ist"
    r"|y (?:el|la|los|para)|¿y|e (?:il|la|per|o)|en (?:het|de|voor))\b",
    re.IGNORECASE,
)


def asks_for_more(message: str) -> bool:
    """Whether a message asks for the same once more: `tell me more`, `are you sure?`."""
    return _MORE.fullmatch(message) is not None


def replaced(rest: str, before: str) -> str | None:
    """The question before with a fragment in the place of what it changes; None if it is none."""
    if not rest or not before or _OTHER_ORDER.search(rest):
        return None
    why_not = _WHY_NOT.fullmatch(rest)
    rest = why_not[1] if why_not else rest
    if _ONLY_QUESTION.fullmatch(rest):
        return _asked_otherwise(rest, before)
    if HAS_QUESTION.search(rest) or sum(w.is_content for w in words(rest)) > FRAGMENT_WORDS:
        return None
    possessive = _POSSESSIVE.fullmatch(rest)
    if possessive is not None:
        return _other_attribute(possessive["noun"], before)
    if {rest[w.start : w.end].casefold() for w in words(rest)} & PRONOUNS:
        return None
    return (
        _with_number(rest, before)
        or _with_ones(rest, before)
        or _with_year(rest, before)
        or _with_name(rest, before)
        or _with_attribute(rest, before)
        or _with_subject(rest, before)
        or _with_phrase(rest, before)
    )


def _asked_otherwise(rest: str, before: str) -> str | None:
    """The same with another question word; one that has none is asked for with it."""
    asked = LEADING_QUESTION.match(before)
    if asked is not None:
        return squeeze(f"{rest} {before[asked.end(1) :]}")
    if _YES_OR_NO.match(before):
        return squeeze(f"{rest} {before[0].lower()}{before[1:]}")
    return None


def in_another_language(said: str, before: str) -> bool:
    """Whether a message is evidently in another language than the question before it."""
    languages = {question_language(said), question_language(before)} - {UNDETERMINED}
    return len(languages) > 1 and _TELLS_LANGUAGE.match(said) is not None


def _with_number(rest: str, before: str) -> str | None:
    """`And page 3?` in the place of another page."""
    numbered = _NUMBERED.fullmatch(rest)
    if numbered is None:
        return None
    same = rf"\b{re.escape(numbered['unit'])}s?\s{{0,2}}\d[\d.]{{0,8}}\b"
    place = re.search(same, before, re.IGNORECASE)
    if place is None:
        return None
    return (
        f"{before[: place.start()]}{numbered['unit']} {numbered['number']}{before[place.end() :]}"
    )


def _with_ones(rest: str, before: str) -> str | None:
    """`And low ones?` in the place of what kind was asked for."""
    ones = _ONES.fullmatch(rest)
    counted = _COUNTED.search(before) if ones else None
    if ones is None or counted is None:
        return None
    *_, noun = counted["kind"].split()
    return f"{before[: counted.start('kind')]}{ones['kind']} {noun}{before[counted.end('kind') :]}"


def _other_attribute(noun: str, before: str) -> str:
    """Something else of the same thing: `and its area?` after `the capital of Norway`."""
    attribute = _ATTRIBUTE_OF.search(before)
    if attribute is not None:
        return f"{before[: attribute.start('noun')]}{noun}{before[attribute.end('noun') :]}"
    subject = _subject(before)
    return f"{noun} of {subject}?" if subject else f"{noun} {before.strip(ENDING)}?"


def _with_attribute(rest: str, before: str) -> str | None:
    """`And the width?` in the place of the height that was asked for."""
    noun = _MEASURE.fullmatch(rest)
    if noun is None:
        return None
    attribute = _ATTRIBUTE_OF.search(before)
    if attribute is not None:
        return f"{before[: attribute.start('noun')]}{noun['noun']}{before[attribute.end('noun') :]}"
    subject = _does(before)
    return f"{rest} of {before[slice(*subject)]}?" if subject else None


def _with_subject(rest: str, before: str) -> str | None:
    """`And the lease?` in the place of what does something: `when does the contract end`."""
    span = _does(before)
    if span is None:
        return None
    other = _FOR.sub("", rest)
    if other == rest and not _ARTICLE_AT_START.match(rest):
        return None
    speaks = before[slice(*span)].casefold() in _SPEAKERS
    if other != rest and (speaks or _HAS_FOR.search(before)):
        return None
    return f"{before[: span[0]]}{other}{before[span[1] :]}"


def _does(before: str) -> tuple[int, int] | None:
    """Where that stands which does something in a question, or has it done."""
    found = _DOES.fullmatch(before)
    return None if found is None else found.span("subject" if found["subject"] else "passive")


def _subject(before: str) -> str:
    """What a question is about: its last name, or what does something in it."""
    names = [a.text for a in anchors(before) if not a.is_year]
    if names:
        return names[-1]
    span = _does(before)
    return before[slice(*span)] if span else ""


def _with_year(rest: str, before: str) -> str | None:
    years = [a for a in anchors(rest) if a.is_year]
    if not years or sum(w.is_content for w in words(rest)) > 2:
        return None
    olds = [a for a in anchors(before) if a.is_year]
    if not olds:
        return f"{before.strip(ENDING)} {rest}?"
    return before.replace(olds[-1].text, years[-1].text)


def _with_name(rest: str, before: str) -> str | None:
    said = f"x {rest}"  # a name at the beginning would be a sentence's first word
    names = [a for a in anchors(said) if not a.is_year]
    olds = [a for a in anchors(before) if not a.is_year]
    if len(names) != 1 or not olds:
        return None
    others = {w.stem for w in words(rest) if w.is_content} - set(names[0].stems)
    return None if others else before.replace(olds[-1].text, names[0].text)


def _with_phrase(rest: str, before: str) -> str:
    plain = before.strip(ENDING)
    preposition = BEGINS_WITH_PREPOSITION.match(rest)
    if preposition is not None:
        same = rf"\b{re.escape(preposition.group(1))}\s.*?(?=\s{_PREPOSITION}\s|$)"
        places = list(re.finditer(same, plain, re.IGNORECASE))
        if not places:
            return f"{plain} {rest}?"
        last = places[-1]
        return f"{plain[: last.start()]}{rest}{plain[last.end() :]}?"
    if not _ARTICLE_AT_START.match(rest):
        last = [w for w in words(plain) if w.is_content][-1:]
        return f"{plain[: last[0].start] if last else plain}{rest}?"
    kept = plain[: _last_noun(plain)]
    if _ARTICLE_AT_START.match(rest):
        kept = _ARTICLE_AT_END.sub("", kept)
    return f"{kept}{rest}?"


def _last_noun(plain: str) -> int:
    """Where the last words that say something begin, with the article before them."""
    items = words(plain)
    content = [i for i, w in enumerate(items) if w.is_content]
    if not content:
        return len(plain)
    first = content[-1]
    while first - 1 > 0 and items[first - 1].is_content:
        first -= 1
    if first == 0 or not any(plain[w.start : w.end].casefold() in STOPWORDS for w in items[:first]):
        return items[content[-1]].start
    return items[first].start
