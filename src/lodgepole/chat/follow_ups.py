"""What a message in a conversation leaves unsaid, taken from the question before it. Pure.

A question that stands by itself stays as it is, whatever came before. A fragment takes the place
of what it changes (`and in 2017?` of the year, `and for managers?` of `for employees`); a question
that points back (`when does it end?`) is followed by the rare words of the one before.
"""

import re

from lodgepole.chat.provenance import anchors
from lodgepole.text.scripts import ARABIC, BY_CHARACTER, HAN, HANGUL, HEBREW, THAI
from lodgepole.text.word_lists import STOPWORDS, folded
from lodgepole.text.words import squeeze, words

CARRIED_WORDS = 8
FRAGMENT_WORDS = 3  # content words, up to which a message that goes on is a fragment
BARE_WORDS = 3  # up to which a message without an `and` is a fragment too: `Where?`, `In 2017?`
POINTING_WORDS = 6  # content words, above which a question says enough even with an `it`
_OPENER = re.compile(
    r"^\s*(?:(?:and|but|so|also|or)(?:\s+(?:what|how) about)?|(?:what|how) about|same for"
    r"|und(?:\s+was ist mit)?|was ist mit|wie ist es (?:mit|bei)|et(?:\s+pour)?|qué (?:tal"
    r"|hay de)|¿?y"
    r"|e|en|hoe zit het met|og|och|hvad med|hva med|а|и|та|ну а)\b[\s,:]*"
    r"|^\W*(?:وم|وك|وأ|وه|那|还有|還有|では|じゃ|それ|그럼|그리고)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile("それ|これ|その|この|彼|[这這那其它他她]|그것|이것|그는|거기")
_PRONOUNS = frozenset(
    """
    it its they them their theirs he him his she hers it's er sie ihn ihm ihnen dessen deren
    dort davon darüber dafür damit dazu il elle ils elles cela ça celui celle él ella ellos
    ellas ello aquello esso essa isto isso dit hij zij hem он она оно они его ее её их там
    тогда він вона воно вони його її їх هو هي هم ذلك تلك هناك הוא היא הם הן אותו אותה שם
    """.split()  # noqa: SIM905  a list of quoted words is no easier to read
)
_PRONOUNS_AT_THE_END = frozenset(
    """
    that this these those there then one ones same such former latter previous above more
    another else das es dies diese dieser dieses la lo los las en y le les die ce ceci esto
    eso su sus o os a as ne ci это этот эта эти це ця ці هذا هذه ها
    """.split()  # noqa: SIM905
)
"""Also articles and the like, so that they point back only where nothing follows them."""
_QUESTION = (
    r"(?:how (?:many|much|long|often|old|far|big)|(?:since|until|by|from) when|what|who|whom"
    r"|whose|when"
    r"|where|why|which|how|(?:wie ?viele?|wie (?:lange|oft|hoch|alt))|(?:ab|bis|seit) wann"
    r"|was|wer|wann|wo"
    r"|warum|wie|welche[rsnm]?|quand|où|pourquoi|comment|combien|quién|cuándo|dónde|cómo"
    r"|cuánto|quando"
    r"|dove|perché|quanto|onde|wanneer|waar|waarom|hoeveel|когда|где|почему|сколько|как)"
)
_ONLY_QUESTION = re.compile(rf"\W*({_QUESTION})\W*", re.IGNORECASE)
_HAS_QUESTION = re.compile(rf"\b{_QUESTION}\b", re.IGNORECASE)
_LEADING_QUESTION = re.compile(rf"\W*({_QUESTION})\b", re.IGNORECASE)
_PREPOSITION = (
    r"(?:for|in|at|of|on|from|with|to|by|during|under|für|bei|von|vom|mit|im|am|aus|zu|nach"
    r"|unter|pour"
    r"|dans|chez|avec|de|du|des|para|con|por|per|da|voor|bij|van|met|для|в|на|у)"
)
_BEGINS_WITH_PREPOSITION = re.compile(rf"({_PREPOSITION})\s+\S", re.IGNORECASE)
_OTHER_ORDER = re.compile(f"[{BY_CHARACTER}{ARABIC}{HEBREW}]")
"""Scripts of languages in whose questions nothing is put in the place of something else."""
_ARTICLE = r"(?:the|an?|der|die|das|den|dem|des|les?|la|une?|el|los|las|il|lo|gli|os?|as?|het|de)"
_ARTICLE_AT_START = re.compile(rf"{_ARTICLE}\s", re.IGNORECASE)
_ARTICLE_AT_END = re.compile(rf"(?<=\s){_ARTICLE}\s$", re.IGNORECASE)
_RUN = re.compile(f"[{HAN}々]{{2,8}}|[ァ-ヶー]{{2,}}|[{HANGUL}]{{2,}}|[{THAI}]{{4,}}")
_ENDING = " \t?？.!。¿¡,;:"


def resolved(question: str, before: str) -> str:
    """The question as it would be asked alone.

    Args:
        question: What is said.
        before: The question before it, as it would be asked alone.
    """
    question = squeeze(question)
    opener = _OPENER.match(question)
    rest = question[opener.end() :].strip(_ENDING) if opener else question.strip(_ENDING)
    if not _leans(question, rest, opened=opener is not None):
        return question
    fragment = opener is not None or len(rest.split()) <= BARE_WORDS
    return (_replacing(rest, before) if fragment else None) or _carrying(question, before)


def _leans(question: str, rest: str, *, opened: bool) -> bool:
    """Whether a question cannot be understood by itself."""
    if _POINTS_BACK.search(question):
        return True
    items = words(rest)
    content = [w for w in items if w.is_content]
    # `Sie` and `Ihre` inside a sentence are whom one speaks to.
    polite = {w.start for w in items[1:] if rest[w.start : w.start + 2] in ("Si", "Ih")}
    surfaces = ["" if w.start in polite else rest[w.start : w.end].casefold() for w in items]
    if opened and (len(content) <= FRAGMENT_WORDS and not _asks_whole(rest)):
        return True
    if not content or (len(content) == 1 and not anchors(question)):
        return True
    if surfaces and surfaces[-1] in _PRONOUNS_AT_THE_END:
        return True
    if len(content) > POINTING_WORDS or not set(surfaces) & _PRONOUNS:
        return False
    # `When did Darwin publish his book?` says whom it means.
    first = min(i for i, s in enumerate(surfaces) if s in _PRONOUNS)
    named = [a for a in anchors(question) if not a.is_year]
    return not any(question.find(a.text) < items[first].start for a in named)


def _asks_whole(rest: str) -> bool:
    """Whether what follows `and` is a question of its own."""
    asked = _LEADING_QUESTION.match(rest)
    return asked is not None and sum(w.is_content for w in words(rest[asked.end() :])) >= 2


# --- fragments ----------------------------------------------------------------------------------


def _replacing(rest: str, before: str) -> str | None:
    """The question before with a fragment in the place of what it changes; None if it is none."""
    if not rest or not before or _OTHER_ORDER.search(rest):
        return None
    if _ONLY_QUESTION.fullmatch(rest):
        asked = _LEADING_QUESTION.match(before)
        return squeeze(f"{rest} {before[asked.end(1) :]}") if asked else None
    if _HAS_QUESTION.search(rest) or sum(w.is_content for w in words(rest)) > FRAGMENT_WORDS:
        return None
    if {rest[w.start : w.end].casefold() for w in words(rest)} & _PRONOUNS:
        return None
    return _with_year(rest, before) or _with_name(rest, before) or _with_phrase(rest, before)


def _with_year(rest: str, before: str) -> str | None:
    years = [a for a in anchors(rest) if a.is_year]
    if not years or sum(w.is_content for w in words(rest)) > 2:
        return None
    olds = [a for a in anchors(before) if a.is_year]
    if not olds:
        return f"{before.strip(_ENDING)} {rest}?"
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
    plain = before.strip(_ENDING)
    preposition = _BEGINS_WITH_PREPOSITION.match(rest)
    if preposition is not None:
        same = rf"\b{re.escape(preposition.group(1))}\s.*?(?=\s{_PREPOSITION}\s|$)"
        places = list(re.finditer(same, plain, re.IGNORECASE))
        if not places:
            return f"{plain} {rest}?"
        last = places[-1]
        return f"{plain[: last.start()]}{rest}{plain[last.end() :]}?"
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
    while first - 1 in content and first - 1 > 0:
        first -= 1
    if first == 0 or not any(plain[w.start : w.end].casefold() in STOPWORDS for w in items[:first]):
        return items[content[-1]].start
    return items[first].start


# --- what points back -----------------------------------------------------------------------------


def _carrying(question: str, before: str) -> str:
    """The question, followed by the rare words of the one before that it does not replace."""
    known = {w.stem for w in words(question)}
    own = anchors(question)
    instead = {
        stem
        for anchor in anchors(before)
        if any(anchor.is_year == a.is_year for a in own)
        for stem in anchor.stems
    }
    carried: list[str] = []
    for stem, surface in _rare(before):
        if stem not in known | instead and len(carried) < CARRIED_WORDS:
            known.add(stem)
            carried.append(surface)
    return f"{question} {' '.join(carried)}" if carried else question


def _rare(text: str) -> list[tuple[str, str]]:
    """Words that name something, each as it is compared and as it is written.

    Where words are written without spaces these are runs of letters of one script.
    """
    runs = [(m.group(), m.group()) for m in _RUN.finditer(text)]
    named = [w for w in words(text) if w.is_content and (len(w.stem) > 2 or w.is_number)]
    spaced = [w for w in named if not _RUN.search(text[w.start : w.end] * 2)]
    kept = [w for w in spaced if folded(text[w.start : w.end]) not in STOPWORDS]
    return runs + [(w.stem, text[w.start : w.end]) for w in kept]
