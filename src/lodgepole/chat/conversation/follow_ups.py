"""Resolves follow-up messages: takes what they leave out from the question before. Pure.

A question that stands by itself stays as it is, whatever came before. A fragment takes the place
of what it changes (`and in 2017?` of the year, `and for managers?` of `for employees`); a question
that points back (`when does it end?`) is followed by the rare words of the one before.
"""

import re
from collections.abc import Sequence

from lodgepole.chat.conversation.antecedents import with_antecedents
from lodgepole.chat.conversation.fragments import (
    BEGINS_WITH_PREPOSITION,
    ENDING,
    FRAGMENT_WORDS,
    LEADING_QUESTION,
    PRONOUNS,
    asks_for_more,
    in_another_language,
    replaced,
)
from lodgepole.chat.quoting.question_names import anchors
from lodgepole.chat.whole_documents.document_questions import asks_of_documents
from lodgepole.text.scripts import BY_CHARACTER, HAN, HANGUL, THAI
from lodgepole.text.word_lists import STOPWORDS, folded
from lodgepole.text.words import squeeze, words

CARRIED_WORDS = 8
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
_PRONOUNS_AT_THE_END = frozenset(
    """
    that this these those there then one ones same such former latter previous above more
    another else das es dies diese dieser dieses la lo los las en y le les die ce ceci esto
    eso su sus o os a as ne ci это этот эта эти це ця ці هذا هذه ها
    """.split()  # noqa: SIM905
)
"""Also articles and the like, so that they point back only where nothing follows them."""
_POINTS_FIRST = re.compile(
    r"\W*(?:does|do|did|is|are|was|were|will|can|could|may|must|has|have|gilt|ist|war|kann"
    r"|muss|est-ce que"
    r"|is|geldt)\s(?:that|this|those|these|das|dies|dieser?|cela|ça|dat|dit)\s(?!\w+\s(?:is"
    r"|are|of)\b)",
    re.IGNORECASE,
)
"""`Does that apply to managers?`"""
_WHY = re.compile(
    r"\W*(?:(?:and|but|und|aber|et|mais|y|pero)\s)?"
    r"(?:(why|warum|wieso|weshalb|pourquoi|por qué|perché|waarom)"
    r"(?:\s(?:so\s\w{2,20}|is that|was that|is it|was it|that|this|so|das|dies|ça|cela|eso|dat))"
    r"|how come|how so|for what reason)\W*",
    re.IGNORECASE,
)
"""Asks why it is so: `why so long?`, `how come?`"""
_ONE_BY_ONE = re.compile(f"[{BY_CHARACTER}]")
_RUN = re.compile(f"[{HAN}々]{{2,8}}|[ァ-ヶー]{{2,}}|[{HANGUL}]{{2,}}|[{THAI}]{{4,}}")


def resolved(question: str, before: str, answer: str = "", names: Sequence[str] = ()) -> str:
    """The question as it would be asked alone.

    Args:
        question: What is said.
        before: The question before it, as it would be asked alone.
        answer: What was answered to that.
        names: Of the files that may be meant.
    """
    question = with_antecedents(squeeze(question), before, answer, names)
    why = _WHY.fullmatch(question)
    question = f"{why[1] or 'why'}?" if why else question
    if before and asks_for_more(question):
        return before
    opener = _OPENER.match(question)
    rest = question[opener.end() :].strip(ENDING) if opener else question.strip(ENDING)
    if opener is None and asks_of_documents(question):
        return question  # of which one, is told by what the conversation was about
    if not _leans(question, rest, opened=opener is not None):
        return question
    if any(w.is_content for w in words(rest)) and in_another_language(question, before):
        return question
    fragment = opener is not None or len(rest.split()) <= BARE_WORDS
    return (replaced(rest, before) if fragment else None) or _carrying(question, before)


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
    if BEGINS_WITH_PREPOSITION.match(rest) and len(items) <= BARE_WORDS:
        return True
    by_character = any(_ONE_BY_ONE.match(rest, w.start) for w in content)
    bare = len(items) <= BARE_WORDS - 1 or by_character
    if not content or (len(content) == 1 and bare and not anchors(question)):
        return True
    if _POINTS_FIRST.match(question) and len(content) <= POINTING_WORDS:
        return True
    if surfaces and surfaces[-1] in _PRONOUNS_AT_THE_END:
        return True
    if len(content) > POINTING_WORDS or not set(surfaces) & PRONOUNS:
        return False
    # `When did Darwin publish his book?` says whom it means.
    first = min(i for i, s in enumerate(surfaces) if s in PRONOUNS)
    named = [a for a in anchors(question) if not a.is_year]
    return not any(question.find(a.text) < items[first].start for a in named)


def _asks_whole(rest: str) -> bool:
    """Whether what follows `and` is a question of its own."""
    asked = LEADING_QUESTION.match(rest)
    return asked is not None and sum(w.is_content for w in words(rest[asked.end() :])) >= 2


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
